"""Bookings that stand, held against the hours and the other spaces there are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from bookings.availability.hours import FARTHEST, OPEN
from bookings.availability.verdicts import FREE, VERDICT
from bookings.models import OCCUPYING
from spaces.holidays import public_holidays
from spaces.periods import Period

# Standing bookings of these spaces, not yet over, that are not wholly within the hours.
OUTSIDE = f"""
SELECT booking.id FROM bookings_booking AS booking
JOIN spaces_space ON spaces_space.id = booking.space_id
WHERE spaces_space.id = ANY (%(spaces)s) AND booking.status = ANY (%(standing)s)
  AND upper(booking.period) > %(now)s
  AND (booking.expires_at IS NULL OR booking.expires_at > %(now)s)
  AND NOT booking.period <@ {OPEN.replace("%(window)s", "booking.period")}
"""

# The other spaces of the owner, as many units at a time, that would take these bookings as
# they are. Units that a booking has itself are not in its way.
ELSEWHERE = f"""
SELECT booking.id, spaces_space.id FROM bookings_booking AS booking
JOIN spaces_space AS here ON here.id = booking.space_id
JOIN spaces_space ON spaces_space.organisation_id = here.organisation_id
  AND spaces_space.allocation = here.allocation AND spaces_space.id <> here.id
  AND spaces_space.listing = 'published'
  AND spaces_space.capacity >= coalesce(booking.people, 1)
WHERE booking.id = ANY (%(bookings)s) AND '{FREE}' = {VERDICT}
""" % {
    "span": "booking.period",
    "window": "booking.period",
    "quantity": "booking.quantity",
    "ignoring": "booking.id",
    **{name: f"%({name})s" for name in ("bookings", "now", "holidays")},
}

# Bookings that stand at a time at which an outside calendar says that what they have is busy.
# Only what has begun after now: the rest is too late to do anything about.
CLASHING = """
SELECT DISTINCT booking.id, busy.source_id, busy.during
FROM bookings_booking AS booking
JOIN bookings_occupancy AS taken ON taken.booking_id = booking.id AND taken.change_id IS NULL
JOIN bookings_busytime AS busy ON busy.unit_id = taken.unit_id AND busy.during && booking.period
WHERE booking.space_id = ANY (%(spaces)s) AND booking.status = ANY (%(standing)s)
  AND lower(booking.period) > %(now)s
  AND (booking.expires_at IS NULL OR booking.expires_at > %(now)s)
ORDER BY busy.during, busy.source_id
"""


@dataclass(frozen=True, slots=True)
class Clash:
    """What a calendar says against a booking that stands."""

    source: int
    during: Period

    @property
    def key(self) -> str:
        """The same for the same event at the same time, and no other."""
        lower, upper = (at.astimezone(UTC) for at in (self.during.lower, self.during.upper))
        return f"busy:{self.source}:{lower:%Y%m%dT%H%M%SZ}/{upper:%Y%m%dT%H%M%SZ}"


def clashing(spaces: Iterable[int], *, now: datetime) -> dict[UUID, tuple[Clash, ...]]:
    """The bookings to come of these spaces that outside calendars clash with, and what with."""
    parameters: dict[str, Any] = {
        "spaces": list(spaces),
        "standing": [status.value for status in OCCUPYING],
        "now": now,
    }
    found: dict[UUID, tuple[Clash, ...]] = defaultdict(tuple)
    with connection.cursor() as cursor:
        cursor.execute(CLASHING, parameters)
        for booking, source, during in cursor.fetchall():
            found[booking] += (Clash(source, during),)
    return dict(found)


def standing_outside(spaces: Iterable[int], *, now: datetime) -> set[UUID]:
    """The ids of these spaces' bookings, not yet over, that stand outside their hours."""
    parameters: dict[str, Any] = {
        "spaces": list(spaces),
        "standing": [status.value for status in OCCUPYING],
        "now": now,
        "holidays": public_holidays(now.date() - timedelta(days=2), (now + FARTHEST).date()),
    }
    with connection.cursor() as cursor:
        cursor.execute(OUTSIDE, parameters)
        return {booking for (booking,) in cursor.fetchall()}


def elsewhere(bookings: Iterable[UUID], *, now: datetime) -> dict[UUID, set[int]]:
    """For each booking the ids of its owner's other spaces that it could be moved to."""
    parameters: dict[str, Any] = {
        "bookings": list(bookings),
        "now": now,
        "holidays": public_holidays(now.date() - timedelta(days=2), (now + FARTHEST).date()),
    }
    found: dict[UUID, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE, parameters)
        for booking, space in cursor.fetchall():
            found[booking].add(space)
    return found
