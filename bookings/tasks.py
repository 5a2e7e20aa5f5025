"""What the worker does for bookings: load and delegate."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bookings import deliveries, digests, lost_calendars, operations, outside, reminders, unmet
from spaces.models import CalendarSource


@shared_task
def send_deliveries() -> None:
    deliveries.send_due(now=timezone.now())


@shared_task
def write_reminders() -> None:
    reminders.write_reminders(now=timezone.now())


@shared_task
def write_digests() -> None:
    digests.write_digests(now=timezone.now())


@shared_task
def count_unmet(**found: Any) -> None:
    unmet.count(**found)


@shared_task
def extend_closures() -> None:
    operations.extend_closures(now=timezone.now())


@shared_task
def release_missed() -> None:
    operations.release_due(now=timezone.now())


@shared_task
def forget_seen() -> None:
    operations.forget_seen(now=timezone.now())
    operations.forget_refusals(now=timezone.now())
    operations.forget_dropped(now=timezone.now())


@shared_task
def forget_waiting() -> None:
    operations.forget_waiting(now=timezone.now())


@shared_task
def finish_bookings() -> None:
    operations.finish_due(now=timezone.now())


@shared_task
def read_calendars() -> None:
    outside.send_due(now=timezone.now())


@shared_task(soft_time_limit=90, time_limit=120)
def read_calendar(pk: int) -> None:
    source = CalendarSource.objects.select_related("space__place").filter(pk=pk).first()
    if source is not None:  # else it was removed meanwhile
        outside.read_again(source, now=timezone.now())


@shared_task
def tell_of_lost_calendars() -> None:
    lost_calendars.tell_of_lost_calendars(now=timezone.now())


@shared_task
def forget_past_times() -> None:
    operations.forget_past(now=timezone.now())
