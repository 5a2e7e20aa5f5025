"""What the worker does for places and spaces: load and delegate."""

from celery import shared_task
from django.utils import timezone

from spaces import photos
from spaces.bulk import importing


@shared_task
def forget_imports() -> None:
    importing.forget_old(now=timezone.now())


@shared_task
def make_photos() -> None:
    photos.make_due(now=timezone.now())
