"""Free times of a wanted length, at any time within a window: so-called slots."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

from bookings.availability.calendars import TAKEN
from bookings.availability.finding import InOrder, in_order
from bookings.availability.hours import OPEN, holidays
from bookings.availability.units import NEEDED, UNTAKEN
from bookings.availability.verdicts import expression, unseen
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period, periods_in

EVERY_DAY = frozenset(range(1, 8))
ALL_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Slots:
    """What times are wanted: `minutes` long, within `window`, on days of the week as ISO
    numbers them, in each place's own zone.

    With `between`, minutes from that day's midnight, the whole slot lies between the two; the
    second may pass 1440. What lasts whole days begins between them, and ends between those of
    as many days later. Without, it only begins on such a day. Another first of a day is looked
    for from each of `starts` on, which are minutes from midnight too.
    """

    window: Period
    minutes: int
    between: tuple[int, int] | None = None
    weekdays: Collection[int] = EVERY_DAY
    starts: tuple[int, ...] = ()

    @property
    def edges(self) -> tuple[int, int] | None:
        """Between which minutes from a day's midnight the whole slot lies, however long."""
        if self.between is None:
            return None
        first, last = self.between
        return first, last + self.minutes // ALL_DAY * ALL_DAY


@dataclass(frozen=True, slots=True)
class Barred:
    """When nothing may begin: in one space, in all of an owner, or in all (of neither), where
    the clock is that of this zone."""

    during: Period
    zone: str
    space: int | None
    owner: int | None

    def bears_on(self, space: Space) -> bool:
        is_there = self.space in (None, space.pk) and self.owner in (None, space.organisation_id)
        return is_there and self.zone == space.place.time_zone


SHOWN = "({wall}) AT TIME ZONE zone.name"
# Of a clock that shows it twice, the first time: a day later by the clock from a day before is
# a day later in fact, unless the clocks change in between.
FIRST_SHOWN = """
(SELECT CASE WHEN sooner AT TIME ZONE zone.name = {wall} THEN least(sooner, later)
        ELSE later END
 FROM (SELECT ({wall} - interval '1 day') AT TIME ZONE zone.name + interval '24 hours',
              ({wall}) AT TIME ZONE zone.name) AS shown (sooner, later))
"""

# The days asked for, once for each zone there is a place in and each start. Hours begin, as
# all hours here, when the clock shows them for the last time; whole days with their first
# moment. What has to begin on a day may end after it.
DAYS = """
WITH asked AS MATERIALIZED (
    SELECT zone.name,
           greatest(lower(%(window)s), {begins}) AS begins,
           least(upper(%(window)s), {ends} + make_interval(secs => %(beyond)s)) AS ends
    FROM (SELECT DISTINCT time_zone AS name FROM spaces_place) AS zone
    CROSS JOIN generate_series(
        date_trunc('day', lower(%(window)s) AT TIME ZONE zone.name) - interval '1 day',
        date_trunc('day', upper(%(window)s) AT TIME ZONE zone.name), interval '1 day') AS day
    CROSS JOIN unnest(%(starts)s) AS start
    WHERE extract(isodow FROM day) = ANY (%(weekdays)s))
"""
BEGINS, ENDS = "day + make_interval(mins => start)", "day + make_interval(mins => %(last)s)"
HOURS, WHOLE_DAYS = (
    unseen(DAYS.format(begins=shown.format(wall=BEGINS), ends=shown.format(wall=ENDS)))
    for shown in (SHOWN, FIRST_SHOWN)
)

# What somebody may begin nothing in, who is bound wherever they do not run the space.
BARRED = unseen("""
, barred AS MATERIALIZED (
    SELECT * FROM unnest(%(durings)s, %(zones)s, %(spaces)s, %(owners)s)
        AS _ (during, zone, space, owner))
""")
BARRED_THERE = unseen("""
(SELECT range_agg(barred.during) FROM barred
 WHERE barred.zone = place.time_zone AND coalesce(barred.space = spaces_space.id, true)
   AND coalesce(barred.owner = spaces_space.organisation_id, true)
   AND spaces_space.organisation_id <> ALL (%(unbound)s))
""")

LENGTH = "make_interval(mins => %(minutes)s)"
# Of two equal hours an address names the later: what begins or ends in the first is left out.
ON_STEP = """
mod(extract(epoch FROM ({moment} AT TIME ZONE place.time_zone)::time), 60 * spaces_space.step) = 0
AND ({moment} AT TIME ZONE place.time_zone) AT TIME ZONE place.time_zone = {moment}
"""

# For each candidate, in their order, its first slot of each free stretch of each day; of all
# these the first few. Starts are tried one after the other until one will do: of a room that
# is the first on its step, of a pool one from which on enough units are free to the end.
FOUND = unseen(f"""
JOIN spaces_place AS place ON place.id = spaces_space.place_id
JOIN spaces_rulesinforce AS rules ON rules.space_id = spaces_space.id
CROSS JOIN LATERAL (
    SELECT ({OPEN} - {TAKEN})
        * tstzmultirange(tstzrange(%(now)s + make_interval(mins => rules.lead_time), NULL)) AS free,
        {{barred}} AS barred
    OFFSET 0) AS calendar
CROSS JOIN LATERAL (
    SELECT array_agg(tstzrange(at, at + {LENGTH}) ORDER BY at) AS times FROM (
        SELECT DISTINCT start.at
        FROM unnest(calendar.free) AS stretch CROSS JOIN LATERAL (
            SELECT begins, ends FROM asked
            WHERE asked.name = place.time_zone
              AND asked.begins <= upper(stretch) - {LENGTH}
              AND asked.ends >= lower(stretch) + {LENGTH}
            OFFSET 0) AS day CROSS JOIN LATERAL (
            SELECT at FROM (
                SELECT generate_series(
                    to_timestamp(ceil(extract(epoch FROM
                        greatest(lower(stretch), day.begins)) / tick) * tick),
                    least(upper(stretch) - {LENGTH}, day.ends - {LENGTH},
                        %(now)s + make_interval(days => rules.horizon_days)),
                    make_interval(secs => tick)) AS at
                FROM (SELECT CASE mod(spaces_space.step, 5) WHEN 0 THEN 300 ELSE 60 END) AS _ (tick)
            ) AS tried
            WHERE (calendar.barred IS NULL OR NOT at <@ calendar.barred)
              AND {ON_STEP.format(moment="at")}
              AND {ON_STEP.format(moment=f"(at + {LENGTH})")}
              AND (spaces_space.allocation = 'all' OR
                   {UNTAKEN.replace("%(span)s", f"tstzrange(at, at + {LENGTH})")} >= {NEEDED})
            LIMIT 1) AS start
        ORDER BY start.at LIMIT %(each)s) AS first) AS found
WHERE %(minutes)s BETWEEN rules.min_length AND rules.max_length AND found.times IS NOT NULL
  AND spaces_space.id <> ALL (%(besides)s)
""")


def free_slots(
    candidates: SpaceQuerySet | InOrder,
    asked: Slots,
    *,
    now: datetime,
    quantity: int = 1,
    each: int = 3,
    limit: int,
    besides: Collection[int] = (),
    barred: Collection[Barred] = (),
    unbound: Collection[int] = (),
) -> dict[int, tuple[Period, ...]]:
    """For the first `limit` of the first `CANDIDATES` that have any: their first slots, at
    most `each` and in order of time, by space id in the candidates' order. Those `besides` are
    known already. One query.

    Like `first_free`, PostgreSQL stops at the limit. Every slot can be booked by somebody who
    may, for `quantity` units of a pool, as the rules, the hours and the others stand. None
    begins while it is `barred`, but in spaces of the organisations that are `unbound`.
    """
    known = in_order(candidates)
    first, last = asked.edges or (0, ALL_DAY)
    begin_until = asked.between[1] if asked.between else ALL_DAY
    others = (start + day for start in asked.starts for day in (0, ALL_DAY))
    told: dict[str, Any] = {
        "window": asked.window,
        "starts": sorted({first, *(at for at in others if first < at < begin_until)}),
        "last": last,
        "beyond": 0 if asked.between else asked.minutes * 60 - 1,
        "weekdays": sorted(asked.weekdays),
        "minutes": asked.minutes,
        "now": now,
        "quantity": quantity,
        "ignoring": None,
        "each": each,
        "besides": list(besides),
        "holidays": holidays(asked.window),
    }
    there = "NULL::tstzmultirange"
    if barred:
        there = BARRED_THERE
        told |= {
            "durings": [one.during for one in barred],
            "zones": [one.zone for one in barred],
            "spaces": [one.space for one in barred],
            "owners": [one.owner for one in barred],
            "unbound": sorted(unbound),
        }
    wanted = HOURS if asked.between else WHOLE_DAYS
    days = expression(wanted + BARRED if barred else wanted, models.TextField(), **told)
    found = expression(FOUND.replace("{barred}", there), models.TextField(), **told)
    sql = f"""
        {days.sql} SELECT spaces_space.id, found.times::text FROM ({known.sql}) AS spaces_space
        {found.sql} ORDER BY {known.by} LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [*days.params, *known.parameters, *found.params, limit])
        return {pk: periods_in(times) for pk, times in cursor.fetchall()}
