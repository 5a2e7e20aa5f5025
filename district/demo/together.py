"""What is booked together and for others, by the operations that everybody uses: a series that
runs, with a day left out and one moved; one that waits for its owner's answer; one of which all is
asked to be later; a change of one booking that is asked for; and a booking that a host has made
for a tenant. All of it is free of charge."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from billing import operations
from bookings.availability import verdict_on
from bookings.models import Booking, ChangeStatus, Series, Status
from bookings.operations import Pick, Whom
from bookings.operations.shapes import Shape
from bookings.queries.table import Row, Table
from bookings.recurrence import rrule_for
from district.demo.plans import FIRMA, STUDENT
from spaces.models import Space
from spaces.periods import Period, at_minute, period
from spaces.prices import Buyer

TUESDAY, WEDNESDAY = 2, 3
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
HOURS = range(8, 19)  # in which a series may begin
OWNER, HOST = "elveporten", "vert@demo.ledig.no"
TENANTS = ("fatima.noor@demo.ledig.no", "maja.lindqvist@demo.ledig.no")


def live_together(*, today: date, zone: ZoneInfo) -> None:
    """As of the morning of `today`."""
    morning = at_minute(today, 6 * 60, zone)
    first = today - timedelta(days=7 + (today.isoweekday() - TUESDAY) % 7)
    running = book_weekly(
        "bjork", STUDENT, "Kollokvie, maskinlæring", first, 5, left_out=3, zone=zone
    )
    if running is not None:
        move_one(running, now=morning)
    ahead = today + timedelta(days=7 + (WEDNESDAY - today.isoweekday()) % 7)
    book_weekly(
        "styrerommet", TENANTS[0], "Styringsgruppe, Fjordsans", ahead, 4, zone=zone, now=morning
    )
    yearly = book_weekly(
        "styrerommet", TENANTS[1], "Årsplan, Nidar Robotics", ahead + DAY, 3, zone=zone, now=morning
    )
    if yearly is not None:
        ask_to_move(yearly, now=morning)
    ask_for_a_change(now=morning)
    book_for_a_tenant(today, now=morning, zone=zone)


def book_weekly(
    slug: str,
    email: str,
    title: str,
    first: date,
    count: int,
    *,
    left_out: int | None = None,
    zone: ZoneInfo,
    now: datetime | None = None,
) -> Series | None:
    """So many weeks from a day on, two hours each, at the hour at which most are free; one of
    them is left out. Booked two days before, unless said."""
    space, booker = space_of(slug), User.objects.get(email=email)
    now = now or at_minute(first - timedelta(days=2), 10 * 60, zone)
    tables = {}
    for hour in HOURS:
        series = Series(
            space=space,
            place_id=space.place_id,
            rrule=rrule_for("weekly", first, count=count, zone=zone),
            starts_on=first,
            opens=hour * 60,
            closes=(hour + 2) * 60,
            time_zone=zone.key,
            title=title,
        )
        table = Table(series, user=booker, buyer=Buyer.of(booker, now), now=now)
        tables[hour] = (series, [row for row in table.rows if is_free(row)])
    series, rows = max(tables.values(), key=lambda found: len(found[1]))
    if left_out is not None and len(rows) > left_out + 1:
        del rows[left_out]
    picks = [Pick(row.day, one.space, one.span) for row in rows if (one := row.wanted)]
    try:
        with transaction.atomic():
            return operations.book_series(series=series, picks=picks, by=booker, now=now)
    except Refused:
        return None


def is_free(row: Row) -> bool:
    """Also of what has been there, and is over."""
    wanted = row.wanted
    if wanted is None or not row.is_free or wanted.price:
        return False
    been = Booking.objects.filter(space=wanted.space, period__overlap=wanted.span)
    return not been.exclude(status=Status.CANCELLED).exists()


def move_one(series: Series, *, now: datetime) -> None:
    """The second of those to come is somewhat later, that day or the next."""
    coming = series.bookings.filter(period__startswith__gt=now).order_by("period")[1:2]
    for booking in coming:
        for span in later(booking.period):
            if try_change(booking, span, now=now) == ChangeStatus.MADE:
                return


def ask_to_move(series: Series, *, now: datetime) -> None:
    """Its owner has said yes to all of it, and now all of it is to be later."""
    host = User.objects.get(email=HOST)
    operations.approve_series(series=series, by=host, now=now)
    for minutes in (30, 60, 90, 120):
        to = Shape(series.opens + minutes, series.closes + minutes)
        try:
            with transaction.atomic():
                operations.move_series(series=series, to=to, by=series.booker, now=now)
        except Refused:
            continue
        return


def ask_for_a_change(*, now: datetime) -> None:
    """Of the first booking that its owner has approved and that can be had somewhat later."""
    approved = Booking.objects.filter(
        space__organisation__slug=OWNER,
        space__is_instant=False,
        status=Status.CONFIRMED,
        series=None,
        amount=0,
        period__startswith__gt=now + timedelta(days=3),
    ).exclude(booker__email__in=(STUDENT, FIRMA))
    for booking in approved.select_related("space__place", "booker").order_by("period", "pk"):
        for span in later(booking.period):
            if try_change(booking, span, now=now) == ChangeStatus.REQUESTED:
                return


def try_change(booking: Booking, span: Period, *, now: datetime) -> str:
    try:
        with transaction.atomic():
            change = operations.reschedule(booking=booking, by=booking.booker, now=now, span=span)
    except Refused:
        return ""
    return change.status


def later(span: Period) -> Iterator[Period]:
    for days in range(2):
        for hours in (1, 2, 3, -1, -2):
            by = timedelta(days=days, hours=hours)
            yield period(span.lower + by, span.upper + by)


def book_for_a_tenant(today: date, *, now: datetime, zone: ZoneInfo) -> None:
    """The host has taken a call: the first free hours in a small room."""
    space, host = space_of("kanalen"), User.objects.get(email=HOST)
    for span in free_spans(space, today + timedelta(days=1), now=now, zone=zone):
        try:
            with transaction.atomic():
                operations.book(
                    space=space,
                    span=span,
                    by=host,
                    now=now,
                    title="Intervju, industridesigner",
                    whom=Whom(TENANTS[1]),
                )
        except Refused:
            continue
        return


def free_spans(space: Space, first: date, *, now: datetime, zone: ZoneInfo) -> Iterator[Period]:
    """Two hours each, in the days from the `first` on."""
    for day in range(9):
        for hour in range(9, 16):
            start = at_minute(first + day * DAY, hour * 60, zone)
            span = period(start, start + 2 * HOUR)
            if verdict_on(space, span, now=now) == "free":
                yield span


def space_of(slug: str) -> Space:
    return Space.objects.for_listing().get(slug=slug)
