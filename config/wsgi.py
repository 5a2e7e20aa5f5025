"""The WSGI application that granian serves."""

import gc
import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# All pages, before anybody asks for one: else the first to ask waits while they are imported.
import_module(settings.ROOT_URLCONF)

# What has been loaded stays for good: the collector need not walk it again and again, and a
# page makes more objects than its usual patience of 700.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

# Back from the database, a thread waits for the one that is drawing its page: at most so many
# seconds. The usual 0.005, after each of a page's statements, was a fifth of its time.
sys.setswitchinterval(0.0005)
