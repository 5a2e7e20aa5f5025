"""When spaces are open, taken and free within a window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from bookings.availability.hours import OPEN, PLACE_CLOSED, PLACE_OPEN, holidays
from bookings.availability.units import NEEDED, UNITS
from spaces.models import Place, Space
from spaces.periods import Period, periods_in

BEGINS = "lower(%(window)s) - make_interval(mins => rules.buffer_before)"
ENDS = "upper(%(window)s) + make_interval(mins => rules.buffer_after)"

# What is in the way of a unit in the widened window. Rows of a unit never overlap: of those
# that end after the window, only the first to end can begin within it. So all are found along
# the index on (unit, end), at half of what `during &&` costs.
IN_THE_WAY = f"""
(SELECT during, held_until FROM bookings_occupancy
 WHERE unit_id = has.unit_id AND upper(during) > {BEGINS} AND upper(during) <= {ENDS}
 UNION ALL
 SELECT during, held_until FROM (
     SELECT during, held_until FROM bookings_occupancy
     WHERE unit_id = has.unit_id AND upper(during) > {ENDS}
     ORDER BY upper(during) LIMIT 1) AS last
 WHERE lower(during) < {ENDS}
 UNION ALL
 SELECT during, NULL FROM bookings_busytime
 WHERE unit_id = has.unit_id AND during && tstzrange({BEGINS}, {ENDS}))
"""

# When rows `taken` keep a unit from a booking: widened by the gaps the space itself needs.
KEPT_FROM_IT = """range_agg(tstzrange(
         lower(taken.during) - make_interval(mins => rules.buffer_after),
         upper(taken.during) + make_interval(mins => rules.buffer_before)))"""

# The times in %(window)s when a booking of the space would find too few of its units: the
# depth of all units' taken and busy times, widened by the gaps the space itself needs.
TAKEN = f"""
(WITH needed AS (SELECT {NEEDED} AS units, {UNITS} AS there),
 per_unit AS (
     SELECT unnest({KEPT_FROM_IT}) AS during
     FROM spaces_space_units AS has CROSS JOIN LATERAL {IN_THE_WAY} AS taken
     WHERE has.space_id = spaces_space.id
       AND (taken.held_until IS NULL OR taken.held_until > %(now)s)
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
SELECT id, open::text, taken::text, ((open - taken) * bookable)::text FROM (
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

TAKEN_BY_UNIT = f"""
SELECT spaces_space.id, coalesce({KEPT_FROM_IT}::text, '')
FROM spaces_space
JOIN spaces_rulesinforce AS rules ON rules.space_id = spaces_space.id
JOIN spaces_space_units AS has ON has.space_id = spaces_space.id
LEFT JOIN LATERAL {IN_THE_WAY} AS taken ON taken.held_until IS NULL OR taken.held_until > %(now)s
WHERE spaces_space.id = ANY (%(spaces)s)
GROUP BY spaces_space.id, has.unit_id
"""

PLACE_CALENDAR = f"""
SELECT ({PLACE_OPEN} * tstzmultirange(%(window)s) - {PLACE_CLOSED})::text
FROM spaces_place AS place
CROSS JOIN (SELECT true AS hours) AS space_has
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM spaces_openinghours AS one WHERE one.place_id = place.id) AS hours) AS place_has
WHERE place.id = %(place)s
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One space over a window: disjoint ranges in order of time, UTC.

    Of a pool, `free` is when enough units are free at each moment: over a while, they need
    not be the same ones. Whether a time can be booked, a verdict says, or `taken_by_unit`.
    """

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
        return {space: Calendar(*map(periods_in, answer)) for space, *answer in cursor.fetchall()}


def taken_by_unit(
    spaces: Iterable[int], window: Period, *, now: datetime
) -> dict[int, list[tuple[Period, ...]]]:
    """For each space id: when each of its units is taken, for a booking of that space within
    `window`, which meets nothing else. One query."""
    found: dict[int, list[tuple[Period, ...]]] = {pk: [] for pk in spaces}
    if not found:
        return {}
    parameters: dict[str, Any] = {"spaces": list(found), "window": window, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_BY_UNIT, parameters)
        for space, taken in cursor.fetchall():
            found[space].append(periods_in(taken))
    return found


def opening(keeper: Space | Place, window: Period) -> tuple[Period, ...]:
    """When a space is open within `window`, or a place: what spaces of it may be at most."""
    if isinstance(keeper, Space):
        return calendars([keeper.pk], window, now=window.lower)[keeper.pk].open
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"place": keeper.pk, "window": window}
        cursor.execute(PLACE_CALENDAR, {**parameters, "holidays": holidays(window)})
        return periods_in(cursor.fetchone()[0])
