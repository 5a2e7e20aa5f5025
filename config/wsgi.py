"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What has been loaded stays for good: the collector need not walk it again and again, and a
# page makes more objects than its usual patience of 700.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
