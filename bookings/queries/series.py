"""What came of a series, day by day."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from bookings.models import OCCUPYING, Attendee, Booking, Series, Status
from bookings.occurrences import Occurrence, occurrences
from spaces.access import Access
from spaces.models import Space

MOST_SPACES = 20  # to choose another from


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the rule, with the booking that stands for it, else the last there was."""

    day: date
    booking: Booking | None
    status: Status | None
    is_coming: bool = False  # it stands and has not begun
    is_elsewhere: bool = False  # in another space than the series
    can_add: bool = False


def days_of(series: Series, *, now: datetime) -> list[Day]:
    """All of them in order. As many queries for many as for one."""
    by_day: dict[date | None, Booking] = {}
    for booking in series.bookings.for_listing().order_by("created_at", "pk"):
        known = by_day.get(booking.recurrence_date)
        if known is None or not known.occupies(now):
            by_day[booking.recurrence_date] = booking
    return [day_of(one, series, by_day.get(one.day), now) for one in occurrences(series)]


def invited_to(series: Series) -> list[tuple[Attendee, int]]:
    """Who is invited along to what stands of it, each with to how many of its days."""
    found: dict[str, tuple[Attendee, int]] = {}
    theirs = Attendee.objects.invited().filter(
        booking__series=series, booking__status__in=OCCUPYING
    )
    for one in theirs.order_by("pk"):
        known, count = found.get(one.email, (one, 0))
        found[one.email] = known, count + 1
    return list(found.values())


def spaces_for(series: Series, *, user: User, now: datetime) -> list[Space]:
    """Where else the rest of a series may go: what its owner has of the same kind, on the same
    clock and large enough, that this person may book. The nearest first."""
    space = series.space
    place = space.place
    found = (
        Space.objects.visible_to(user)
        .published()
        .filter(organisation=space.organisation_id, kind=space.kind, allocation=space.allocation)
        .filter(capacity__gte=series.people or 1, place__time_zone=place.time_zone)
        .exclude(pk=space.pk)
        .by_distance(place.latitude, place.longitude)
    )
    access = Access(user, now)
    return [one for one in found.for_listing()[:MOST_SPACES] if access.may_book(one)]


def day_of(one: Occurrence, series: Series, booking: Booking | None, now: datetime) -> Day:
    if booking is None or not booking.occupies(now):
        status = booking.status_at(now) if booking else None
        can_add = one.span is not None and one.span.lower > now
        return Day(one.day, booking, status, can_add=can_add)
    return Day(
        one.day,
        booking,
        booking.status_at(now),
        is_coming=booking.start > now,
        is_elsewhere=booking.space_id != series.space_id,
    )
