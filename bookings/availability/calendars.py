"""When spaces are open, taken and free within a window."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from bookings.availability.hours import OPEN, PLACE_CLOSED, PLACE_OPEN, holidays
from bookings.availability.units import NEEDED, UNITS, WIDENED
from spaces.models import Place, Space
from spaces.periods import Period

WIDENED_WINDOW = WIDENED.replace("%(span)s", "%(window)s")

# The times in %(window)s when a booking of the space would find too few of its units: the
# depth of all units' taken and busy times, widened by the gaps the space itself needs.
TAKEN = f"""
(WITH needed AS (SELECT {NEEDED} AS units, {UNITS} AS there),
 per_unit AS (
     SELECT unnest(range_agg(tstzrange(
         lower(taken.during) - make_interval(mins => rules.buffer_after),
         upper(taken.during) + make_interval(mins => rules.buffer_before)))) AS during
     FROM spaces_space_units AS has
     CROSS JOIN LATERAL (
         SELECT during FROM bookings_occupancy
         WHERE unit_id = has.unit_id AND during && {WIDENED_WINDOW}
           AND (held_until IS NULL OR held_until > %(now)s)
         UNION ALL
         SELECT during FROM bookings_busytime
         WHERE unit_id = has.unit_id AND during && {WIDENED_WINDOW}) AS taken
     WHERE has.space_id = spaces_space.id
     GROUP BY has.unit_id),
 edge AS (
     SELECT at, lead(at) OVER (ORDER BY at) AS until, sum(change) OVER (ORDER BY at) AS depth
     FROM (SELECT lower(during) AS at, 1 AS change FROM per_unit
           UNION ALL SELECT upper(during), -1 FROM per_unit) AS changes)
 SELECT CASE WHEN needed.units > needed.there OR needed.units < 1
             THEN tstzmultirange(%(window)s)
        ELSE coalesce(range_agg(tstzrange(at, until)) FILTER (
                 WHERE until > at AND depth > needed.there - needed.units),
             '{{}}'::tstzmultirange) * tstzmultirange(%(window)s) END
 FROM needed LEFT JOIN edge ON true GROUP BY needed.units, needed.there)
"""

CALENDAR = f"""
SELECT id, open, taken, (open - taken) * bookable FROM (
    SELECT spaces_space.id, {OPEN} * tstzmultirange(%(window)s) AS open, {TAKEN} AS taken,
           tstzmultirange(tstzrange(
               %(now)s + make_interval(mins => rules.lead_time),
               %(now)s + make_interval(days => rules.horizon_days, mins => rules.max_length)
           )) AS bookable
    FROM spaces_space JOIN spaces_rulesinforce AS rules ON rules.space_id = spaces_space.id
    WHERE spaces_space.id = ANY (%(spaces)s)
    OFFSET 0  -- else PostgreSQL takes the two apart and works each out again where it is used
) AS answer
"""

PLACE_CALENDAR = f"""
SELECT {PLACE_OPEN} * tstzmultirange(%(window)s) - {PLACE_CLOSED}
FROM spaces_place AS place
CROSS JOIN (SELECT true AS hours) AS space_has
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM spaces_openinghours AS one WHERE one.place_id = place.id) AS hours) AS place_has
WHERE place.id = %(place)s
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One space over a window: disjoint ranges in order of time, UTC."""

    open: tuple[Period, ...]
    taken: tuple[Period, ...]
    free: tuple[Period, ...]  # open, not taken, and neither too soon nor too far ahead


NOTHING = Calendar((), (), ())


def calendars(
    spaces: Iterable[int], window: Period, *, now: datetime, quantity: int = 1
) -> dict[int, Calendar]:
    """For each space id: when it is open, taken and free within `window`. One query."""
    ids = list(spaces)
    if not ids:
        return {}
    parameters: dict[str, Any] = {
        "spaces": ids,
        "window": window,
        "now": now,
        "quantity": quantity,
        "holidays": holidays(window),
    }
    with connection.cursor() as cursor:
        cursor.execute(CALENDAR, parameters)
        return {
            space: Calendar(*(in_utc(times) for times in answer))
            for space, *answer in cursor.fetchall()
        }


def opening(keeper: Space | Place, window: Period) -> tuple[Period, ...]:
    """When a space is open within `window`, or a place: what spaces of it may be at most."""
    if isinstance(keeper, Space):
        return calendars([keeper.pk], window, now=window.lower)[keeper.pk].open
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"place": keeper.pk, "window": window}
        cursor.execute(PLACE_CALENDAR, {**parameters, "holidays": holidays(window)})
        return in_utc(cursor.fetchone()[0])


def in_utc(multirange: Collection[Period]) -> tuple[Period, ...]:
    """The ranges as PostgreSQL answers them, as we write them."""
    return tuple(
        Period(times.lower.astimezone(UTC), times.upper.astimezone(UTC), "[)")
        for times in multirange
    )
