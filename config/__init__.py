"""How Ledig is put together: settings, addresses, tasks and the API's manners."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
