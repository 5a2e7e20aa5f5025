"""What the worker does for bookings: load and delegate."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bookings import deliveries, digests, operations, reminders, unmet


@shared_task
def send_deliveries() -> None:
    deliveries.send_due(now=timezone.now())


@shared_task
def write_reminders() -> None:
    reminders.write_reminders(now=timezone.now())


@shared_task
def write_digests() -> None:
    digests.write_digests(now=timezone.now())


def count_unmet(**found: Any) -> None:
    unmet.add(**found)


@shared_task
def extend_closures() -> None:
    operations.extend_closures(now=timezone.now())


@shared_task
def release_missed() -> None:
    operations.release_due(now=timezone.now())


@shared_task
def forget_seen() -> None:
    operations.forget_seen(now=timezone.now())


@shared_task
def finish_bookings() -> None:
    operations.finish_due(now=timezone.now())
