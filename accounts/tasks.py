"""What the worker does for people: load and delegate."""

from celery import shared_task
from django.utils import timezone

from accounts import invitations


@shared_task
def send_invitations() -> None:
    invitations.send_due(now=timezone.now())
