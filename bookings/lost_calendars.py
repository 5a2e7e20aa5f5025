"""Telling those who keep a space that a calendar of it has not been read for a day."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import RUNS_SPACES, User
from accounts.transactions import operation
from bookings.deliveries import nudge
from bookings.forms import district_zone
from bookings.models import Delivery, Kind
from spaces.models import CalendarSource

AFTER = timedelta(days=1)


@operation
def tell_of_lost_calendars(*, now: datetime) -> int:
    """Write to those who keep the spaces, once for each time that a calendar fails and once a
    day at most: the letter names all that fail. How many were written to."""
    today = now.astimezone(district_zone()).toordinal()
    failing = (
        CalendarSource.objects.in_use()
        .filter(failing_since__lte=now - AFTER, told_at=None)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("space__organisation")
        .order_by("pk")
    )
    written = set(
        Delivery.objects.filter(kind=Kind.CALENDAR_LOST, version=today).values_list(
            "recipient", flat=True
        )
    )
    told: set[int] = set()
    for source in failing:
        keepers = set(keepers_of(source).values_list("pk", flat=True))
        if keepers & written:
            continue  # tomorrow's letter has it
        told |= keepers
        source.told_at = now
        source.save(update_fields=["told_at"])
    Delivery.objects.bulk_create(
        (
            Delivery(version=today, kind=Kind.CALENDAR_LOST, recipient_id=pk, not_before=now)
            for pk in sorted(told)
        ),
        ignore_conflicts=True,
    )
    if told:
        transaction.on_commit(nudge)
    return len(told)


def keepers_of(source: CalendarSource) -> QuerySet[User]:
    members = source.space.organisation.memberships.filter(role__in=RUNS_SPACES)
    return User.objects.filter(memberships__in=members, is_active=True)
