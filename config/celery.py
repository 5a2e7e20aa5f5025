"""The Celery app: `celery -A config worker -B`."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ledig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def make_queue_folders() -> None:
    """Kombu's filesystem transport wants its folders to exist."""
    options = app.conf.broker_transport_options or {}
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder := options.get(name):
            Path(folder).mkdir(parents=True, exist_ok=True)


@celeryd_init.connect
def _prepare(**_: Any) -> None:
    make_queue_folders()
