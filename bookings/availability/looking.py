"""Which units nobody has, of several times that are booked together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from bookings.availability.units import NOT_BUSY
from bookings.availability.verdicts import Wanted
from spaces.periods import Period, widened


@dataclass(frozen=True, slots=True)
class Look:
    """`units` are those of the space that nobody has then and no outside calendar says is
    busy, the lowest ids first, of `all`. Where it
    `has_leftovers`, rows of holds that have run out lie in the way of an insert, though
    nobody has anything by them."""

    during: Period
    units: list[int]
    all: int
    has_leftovers: bool


LOOK = f"""
SELECT ARRAY(SELECT has.unit_id FROM spaces_space_units AS has
             WHERE has.space_id = asked.space AND NOT EXISTS (
                 SELECT FROM bookings_occupancy AS taken
                 WHERE taken.unit_id = has.unit_id AND taken.during && asked.during
                   AND (taken.held_until IS NULL OR taken.held_until > %(now)s))
               AND {NOT_BUSY.format(during="asked.during")}
             ORDER BY has.unit_id),
       (SELECT count(*) FROM spaces_space_units AS has WHERE has.space_id = asked.space),
       EXISTS (SELECT FROM spaces_space_units AS has
               JOIN bookings_occupancy AS taken ON taken.unit_id = has.unit_id
               WHERE has.space_id = asked.space AND taken.during && asked.during
                 AND taken.held_until <= %(now)s)
FROM unnest((SELECT %(spaces)s::bigint[]), (SELECT %(durings)s::tstzrange[])) WITH ORDINALITY
  AS asked (space, during, number)
ORDER BY asked.number
"""


def look(wanted: Sequence[Wanted], *, now: datetime) -> list[Look]:
    """Of each, as the database is at this moment: once the units are locked, it stays so. One
    statement. What one of them takes the next cannot have: that is the caller's to mind."""
    durings = [
        widened(one.span, one.space.in_force.buffer_before, one.space.in_force.buffer_after)
        for one in wanted
    ]
    parameters: dict[str, Any] = {
        "spaces": [one.space.pk for one in wanted],
        "durings": durings,
        "now": now,
        "ignoring": None,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOOK, parameters)
        rows = cursor.fetchall()
    return [Look(during, *row) for during, row in zip(durings, rows, strict=True)]
