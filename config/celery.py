"""The Celery app: `celery -A config worker -B`."""

import os

from celery import Celery

from config.embedded import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.use()
app = Celery("ledig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
