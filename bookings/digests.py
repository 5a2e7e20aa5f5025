"""One mail a day for owners who want no more."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import RUNS_BOOKINGS, Member, User
from bookings.deliveries import nudge
from bookings.forms import district_zone
from bookings.models import Booking, Delivery, Kind
from bookings.notices import DIGEST
from bookings.queries.asked import asked_change
from bookings.queries.morning import Morning, morning_of, seven

LATEST = timedelta(hours=5)  # after seven: then only what waits for an answer is news


def write_digests(*, now: datetime) -> int:
    """Write today's summaries, for those with something in them; how many. Once a day and
    person: `delivery_once`. Where nobody could write them in the morning, those with requests
    in them that have waited since then, which nothing else tells of."""
    today = now.astimezone(district_zone()).date()
    began = seven(today)
    if now < began:
        return 0
    version = today.toordinal()
    written = Delivery.objects.filter(
        recipient=OuterRef("pk"), kind=Kind.DIGEST, version=version, booking=None
    )
    who_run = Member.objects.filter(user=OuterRef("pk"), role__in=RUNS_BOOKINGS)
    people = (
        User.objects.filter(Exists(who_run), is_active=True, notice_choices__is_digest=True)
        .exclude(notice_choices__unmailed__contains=[DIGEST.key])
        .exclude(Exists(written))
        .order_by("pk")
    )
    rows = [
        Delivery(version=version, kind=Kind.DIGEST, recipient=person, not_before=now)
        for person in people
        if is_news(morning_of(person, today), began, now)
    ]
    with transaction.atomic():
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        if rows:
            transaction.on_commit(nudge)
    return len(rows)


def is_news(found: Morning, began: datetime, now: datetime) -> bool:
    if now < began + LATEST:
        return bool(found)
    return any(asked_at(one) <= began for one in found.requests)


def asked_at(booking: Booking) -> datetime:
    """When it, or the change of it that waits, came to its owner."""
    return (asked_change(booking) or booking).created_at
