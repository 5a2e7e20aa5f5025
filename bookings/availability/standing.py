"""Bookings that stand, held against the hours and the other spaces there are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from bookings.availability.hours import FARTHEST, OPEN
from bookings.availability.verdicts import FREE, VERDICT
from bookings.models import OCCUPYING
from spaces.holidays import public_holidays

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
