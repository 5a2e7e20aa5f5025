"""The one engine that answers when a space is free.

Search, space page, API, quotes and the booking operation all ask here, and PostgreSQL
answers for all spaces at once from the tables that are the truth: opening hours,
exceptions, holidays and occupancies. Nothing is kept that could go stale.

What a booking of a space takes is its period widened by the space's buffers. So a period
is free when it lies within the opening hours and its widened range meets no occupancy on
enough of the space's units: all of them (`ALL`), or `quantity` of them, each for the whole
period (`ANY`). Rows of holds that have run out count for nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import RawSQL

from bookings.models import OCCUPYING
from spaces.holidays import public_holidays
from spaces.models import AddOn, Place, Space
from spaces.periods import Period, widened

FREE = "free"
LONGEST = timedelta(days=400)  # no period to be booked or shown is longer
FARTHEST = timedelta(days=1100) + LONGEST  # and none ends later than this from now

# When a space, or a place, is open by itself: a multirange over the local days that touch
# %(window)s and the day before, for hours that run past midnight; the one before that too
# when midnight comes twice and the window begins between the two. On a day there holds an
# exception, or what public holidays do, or the season it lies in, or the ordinary week.
# Without weekly rules it leaves all days but its exceptions to the other. A clock change can
# turn a rule around: it then opens for no time at all.
KEPT_OPEN = """
(SELECT coalesce(range_agg(tstzrange(hours.opens, hours.closes)), '{{}}'::tstzmultirange)
 FROM generate_series(
     date_trunc('day', lower(%(window)s) AT TIME ZONE place.time_zone) - CASE
         WHEN date_trunc('day', lower(%(window)s) AT TIME ZONE place.time_zone)
              AT TIME ZONE place.time_zone > lower(%(window)s)
         THEN interval '2 days' ELSE interval '1 day' END,
     date_trunc('day', upper(%(window)s) AT TIME ZONE place.time_zone),
     interval '1 day') AS day
 CROSS JOIN LATERAL (
     SELECT (day + make_interval(mins => rule.opens)) AT TIME ZONE place.time_zone AS opens,
            (day + make_interval(mins => rule.closes)) AT TIME ZONE place.time_zone AS closes
     FROM (
         SELECT exception.opens, exception.closes
         FROM spaces_hoursexception AS exception
         WHERE exception.{keeper}_id = {row}.id AND exception.date = day::date
           AND exception.opens IS NOT NULL
         UNION ALL
         SELECT usual.opens, usual.closes FROM (
             SELECT weekly.opens, weekly.closes
             FROM spaces_openinghours AS weekly
             WHERE weekly.{keeper}_id = {row}.id
               AND weekly.weekday = extract(isodow FROM day)
               AND weekly.season_id IS NOT DISTINCT FROM (
                   SELECT season.id
                   FROM spaces_season AS season,
                        CAST(to_char(day, 'MMDD') AS integer) AS today
                   WHERE season.{keeper}_id = {row}.id AND CASE
                       WHEN season.first_month * 100 + season.first_day
                         <= season.last_month * 100 + season.last_day
                       THEN today BETWEEN season.first_month * 100 + season.first_day
                                      AND season.last_month * 100 + season.last_day
                       ELSE today >= season.first_month * 100 + season.first_day
                         OR today <= season.last_month * 100 + season.last_day END
                   ORDER BY season.id LIMIT 1)
               AND NOT ({row}.on_holidays <> 'open' AND day::date = ANY (%(holidays)s))
             UNION ALL
             SELECT {row}.holiday_opens, {row}.holiday_closes
             WHERE {row}.on_holidays = 'short' AND day::date = ANY (%(holidays)s)
               AND {keeper}_has.hours
             UNION ALL
             SELECT 0, 1440 WHERE NOT {keeper}_has.hours AND {other}_has.hours
         ) AS usual
         WHERE NOT EXISTS (
             SELECT FROM spaces_hoursexception AS exception
             WHERE exception.{keeper}_id = {row}.id AND exception.date = day::date)
     ) AS rule
 ) AS hours
 WHERE hours.opens < hours.closes)
"""

SPACE_OPEN = KEPT_OPEN.format(keeper="space", other="place", row="spaces_space")
PLACE_OPEN = KEPT_OPEN.format(keeper="place", other="space", row="place")

# When the place is closed as a whole, whatever its hours say.
PLACE_CLOSED = """
coalesce((SELECT range_agg(closure.period) FROM bookings_closure AS closure
          WHERE closure.place_id = place.id AND closure.space_id IS NULL
            AND closure.period && %(window)s), '{}'::tstzmultirange)
"""

# The opening hours of the row "spaces_space": when both it and its place are open. Where
# neither says when, it is closed. One that says nothing lets the other decide; each stands
# here once, since PostgreSQL plans every copy.
OPEN = f"""
(SELECT CASE
     WHEN (place_has.hours OR place_has.exceptions)
      AND NOT (space_has.hours OR space_has.exceptions) THEN '{{(,)}}'::tstzmultirange
     ELSE {SPACE_OPEN} END
   * CASE
     WHEN NOT (place_has.hours OR place_has.exceptions) THEN '{{(,)}}'::tstzmultirange
     ELSE {PLACE_OPEN} END
   - {PLACE_CLOSED}
 FROM spaces_place AS place
 CROSS JOIN LATERAL (SELECT
     EXISTS (SELECT FROM spaces_openinghours AS one WHERE one.space_id = spaces_space.id)
         AS hours,
     EXISTS (SELECT FROM spaces_hoursexception AS one WHERE one.space_id = spaces_space.id)
         AS exceptions) AS space_has
 CROSS JOIN LATERAL (SELECT
     EXISTS (SELECT FROM spaces_openinghours AS one WHERE one.place_id = place.id) AS hours,
     EXISTS (SELECT FROM spaces_hoursexception AS one WHERE one.place_id = place.id)
         AS exceptions) AS place_has
 WHERE place.id = spaces_space.place_id)
"""

UNITS = """
(SELECT count(*) FROM spaces_space_units AS has WHERE has.space_id = spaces_space.id)
"""

# How many of its units a booking of `quantity` needs.
NEEDED = f"(CASE spaces_space.allocation WHEN 'all' THEN {UNITS} ELSE %(quantity)s END)"

# The units of the space that nobody has during any part of the widened %(span)s. The join
# is per unit, so that the index on (unit, during) is entered by both.
UNTAKEN = """
(SELECT count(*) FROM spaces_space_units AS has
 WHERE has.space_id = spaces_space.id AND NOT EXISTS (
     SELECT FROM bookings_occupancy AS taken
     WHERE taken.unit_id = has.unit_id
       AND taken.during && tstzrange(
           lower(%(span)s) - make_interval(mins => rules.buffer_before),
           upper(%(span)s) + make_interval(mins => rules.buffer_after))
       AND (taken.held_until IS NULL OR taken.held_until > %(now)s)
       AND (taken.booking_id IS NULL OR taken.booking_id IS DISTINCT FROM %(ignoring)s)))
"""

# Seconds after local midnight, to hold against the space's step.
SECONDS = """
(SELECT extract(epoch FROM ({moment} AT TIME ZONE place.time_zone)::time)
 FROM spaces_place AS place WHERE place.id = spaces_space.place_id)
"""

# Why a period cannot be booked, or 'free'. The order is that of telling: what the asker
# can mend comes first, what only others can mend last.
VERDICT = f"""
(SELECT CASE
  WHEN spaces_space.listing <> 'published' THEN 'not_listed'
  WHEN upper(%(span)s) - lower(%(span)s) < make_interval(mins => rules.min_length)
    THEN 'too_short'
  WHEN upper(%(span)s) - lower(%(span)s) > make_interval(mins => rules.max_length)
    THEN 'too_long'
  WHEN lower(%(span)s) < %(now)s + make_interval(mins => rules.lead_time)
    THEN 'too_soon'
  WHEN lower(%(span)s) > %(now)s + make_interval(days => rules.horizon_days)
    THEN 'too_far_ahead'
  WHEN mod({SECONDS.format(moment="lower(%(span)s)")}, 60 * spaces_space.step) <> 0
    OR mod({SECONDS.format(moment="upper(%(span)s)")}, 60 * spaces_space.step) <> 0
    THEN 'off_step'
  WHEN {NEEDED} > {UNITS} OR {NEEDED} < 1 THEN 'too_many'
  WHEN NOT %(span)s <@ {OPEN} THEN 'closed'
  WHEN {UNTAKEN} < {NEEDED} THEN 'slot_taken'
  ELSE '{FREE}'
END
FROM spaces_rulesinforce AS rules WHERE rules.space_id = spaces_space.id)
"""

# The times in %(window)s when a booking of the space would find too few of its units: the
# depth of all units' taken times, widened by the gaps the space itself needs.
TAKEN = f"""
(WITH needed AS (SELECT {NEEDED} AS units, {UNITS} AS there),
 per_unit AS (
     SELECT unnest(range_agg(tstzrange(
         lower(taken.during) - make_interval(mins => rules.buffer_after),
         upper(taken.during) + make_interval(mins => rules.buffer_before)))) AS during
     FROM spaces_space_units AS has
     JOIN bookings_occupancy AS taken ON taken.unit_id = has.unit_id
     WHERE has.space_id = spaces_space.id
       AND taken.during && tstzrange(
           lower(%(window)s) - make_interval(mins => rules.buffer_before),
           upper(%(window)s) + make_interval(mins => rules.buffer_after))
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

FREE_UNITS = """
SELECT has.unit_id FROM spaces_space_units AS has
WHERE has.space_id = %(space)s AND NOT EXISTS (
    SELECT FROM bookings_occupancy AS taken
    WHERE taken.unit_id = has.unit_id AND taken.during && %(during)s
      AND (taken.held_until IS NULL OR taken.held_until > %(now)s))
ORDER BY has.unit_id LIMIT %(quantity)s
"""

FREE_UNITS_OF_ADD_ONS = """
SELECT unit.add_on_id, unit.id FROM spaces_unit AS unit
WHERE unit.add_on_id = ANY (%(add_ons)s) AND NOT EXISTS (
    SELECT FROM bookings_occupancy AS taken
    WHERE taken.unit_id = unit.id AND taken.during && %(during)s
      AND (taken.held_until IS NULL OR taken.held_until > %(now)s))
ORDER BY unit.id
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
        "holidays": _holidays(window),
    }
    with connection.cursor() as cursor:
        cursor.execute(CALENDAR, parameters)
        return {
            space: Calendar(*(_periods(times) for times in answer))
            for space, *answer in cursor.fetchall()
        }


def opening(keeper: Space | Place, window: Period) -> tuple[Period, ...]:
    """When a space is open within `window`, or a place: what spaces of it may be at most."""
    if isinstance(keeper, Space):
        return calendars([keeper.pk], window, now=window.lower)[keeper.pk].open
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"place": keeper.pk, "window": window}
        cursor.execute(PLACE_CALENDAR, {**parameters, "holidays": _holidays(window)})
        return _periods(cursor.fetchone()[0])


def verdict(span: Period, *, now: datetime, quantity: int = 1, ignoring: Any = None) -> RawSQL:
    """An annotation for spaces: 'free', or the code of the first rule that says no.

    `ignoring` is the id of a booking whose own occupancies do not count.
    """
    return _expression(
        VERDICT,
        models.CharField(),
        span=span,
        window=span,
        now=now,
        quantity=quantity,
        ignoring=ignoring,
        holidays=_holidays(span),
    )


def verdict_on(
    space: Space,
    span: Period,
    *,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
) -> str:
    """`verdict` for one space, asked afresh. What is let whole is let once: a search may
    ask every space for twelve, but nobody books, or pays for, a room twelve times."""
    if quantity != 1 and not space.is_pool:
        return "too_many"
    if people is not None and people > space.capacity:
        return "too_many_people"
    asked = verdict(span, now=now, quantity=quantity)
    answer: str = (
        Space.objects.annotate(verdict=asked).values_list("verdict", flat=True).get(pk=space.pk)
    )
    return answer


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


def free_units(space: Space, during: Period, *, quantity: int, now: datetime) -> list[int]:
    """The lowest ids of units that nobody has at that time, at most `quantity`."""
    parameters: dict[str, Any] = {
        "space": space.pk,
        "during": during,
        "quantity": quantity,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNITS, parameters)
        return [unit for (unit,) in cursor.fetchall()]


def free_units_of(add_on: AddOn, during: Period, *, now: datetime) -> list[int]:
    """The ids of an add-on's units that nobody has at that time."""
    return _free_by_add_on([add_on.pk], during, now)[add_on.pk]


def add_ons_left(space: Space, span: Period, *, now: datetime) -> dict[int, int]:
    """How many of each counted add-on nobody has then, by its id."""
    counted = [one.pk for one in space.add_ons.all() if one.is_offered and one.is_counted]
    if not counted:
        return {}
    during = widened(span, space.buffer_before, space.buffer_after)
    return {pk: len(units) for pk, units in _free_by_add_on(counted, during, now).items()}


def _free_by_add_on(add_ons: list[int], during: Period, now: datetime) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {pk: [] for pk in add_ons}
    parameters: dict[str, Any] = {"add_ons": add_ons, "during": during, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNITS_OF_ADD_ONS, parameters)
        for add_on, unit in cursor.fetchall():
            found[add_on].append(unit)
    return found


def _holidays(window: Period) -> list[Any]:
    margin = timedelta(days=2)  # whatever the zone, and for hours that run past midnight
    last = min(window.upper, window.lower + LONGEST)
    return public_holidays((window.lower - margin).date(), (last + margin).date())


def _periods(multirange: Collection[Period]) -> tuple[Period, ...]:
    return tuple(
        Period(times.lower.astimezone(UTC), times.upper.astimezone(UTC), "[)")
        for times in multirange
    )


def _expression(sql: str, field: "models.Field[Any, Any]", **parameters: Any) -> RawSQL:
    """`sql` with %(name)s parameters, as the positional ones that RawSQL takes."""
    order: list[Any] = []

    class Positions(dict[str, str]):
        def __missing__(self, name: str) -> str:
            order.append(parameters[name])
            return "%s"

    return RawSQL(sql % Positions(), order, output_field=field)
