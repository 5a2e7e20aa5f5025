"""Which units nobody has."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from spaces.models import AddOn, Space
from spaces.periods import Period, widened

UNITS = """
(SELECT count(*) FROM spaces_space_units AS has WHERE has.space_id = spaces_space.id)
"""

# How many of its units a booking of `quantity` needs.
NEEDED = f"(CASE spaces_space.allocation WHEN 'all' THEN {UNITS} ELSE %(quantity)s END)"

# No outside calendar says that the unit is busy then. Where the booking `ignoring` stands
# already, in spite of one, it may stay. With OFFSET it is looked up unit by unit; else
# PostgreSQL may take all that is busy then, anywhere, and join it.
NOT_BUSY = """
NOT EXISTS (
    SELECT FROM bookings_busytime AS busy
    WHERE busy.unit_id = has.unit_id AND busy.during && {during}
      AND NOT EXISTS (
          SELECT FROM bookings_occupancy AS own
          WHERE own.unit_id = busy.unit_id AND own.booking_id = %(ignoring)s
            AND own.during @> busy.during * {during})
    OFFSET 0)
"""

WIDENED = """tstzrange(
           lower(%(span)s) - make_interval(mins => rules.buffer_before),
           upper(%(span)s) + make_interval(mins => rules.buffer_after))"""

# How many units of the space nobody has during any part of the widened %(span)s; counted no
# further than to what is needed. Rows of a unit never overlap: of those that end after it
# begins, the first to end also begins first. So one row of the index on (unit, end) decides,
# at a third of what `during &&` costs.
UNTAKEN = f"""
(SELECT count(*) FROM (
     SELECT FROM spaces_space_units AS has
     WHERE has.space_id = spaces_space.id AND NOT coalesce((
         SELECT lower(taken.during) < upper(%(span)s) + make_interval(mins => rules.buffer_after)
         FROM bookings_occupancy AS taken
         WHERE taken.unit_id = has.unit_id
           AND upper(taken.during) > lower(%(span)s) - make_interval(mins => rules.buffer_before)
           AND (taken.held_until IS NULL OR taken.held_until > %(now)s)
           AND (taken.booking_id IS NULL OR taken.booking_id IS DISTINCT FROM %(ignoring)s)
         ORDER BY upper(taken.during) LIMIT 1), false)
       AND {NOT_BUSY.format(during=WIDENED)}
     LIMIT greatest(0, {NEEDED})) AS enough)
"""

FREE_UNITS = f"""
SELECT has.unit_id FROM spaces_space_units AS has
WHERE has.space_id = %(space)s AND NOT EXISTS (
    SELECT FROM bookings_occupancy AS taken
    WHERE taken.unit_id = has.unit_id AND taken.during && %(during)s
      AND (taken.held_until IS NULL OR taken.held_until > %(now)s)
      AND (taken.booking_id IS NULL OR taken.booking_id IS DISTINCT FROM %(ignoring)s))
  AND {NOT_BUSY.format(during="%(during)s")}
ORDER BY EXISTS (
    SELECT FROM bookings_occupancy AS own
    WHERE own.unit_id = has.unit_id AND own.booking_id = %(ignoring)s) DESC, has.unit_id
LIMIT %(quantity)s
"""

FREE_UNITS_OF_ADD_ONS = """
SELECT unit.add_on_id, unit.id FROM spaces_unit AS unit
WHERE unit.add_on_id = ANY (%(add_ons)s) AND NOT EXISTS (
    SELECT FROM bookings_occupancy AS taken
    WHERE taken.unit_id = unit.id AND taken.during && %(during)s
      AND (taken.held_until IS NULL OR taken.held_until > %(now)s)
      AND (taken.booking_id IS NULL OR taken.booking_id IS DISTINCT FROM %(ignoring)s))
ORDER BY EXISTS (
    SELECT FROM bookings_occupancy AS own
    WHERE own.unit_id = unit.id AND own.booking_id = %(ignoring)s) DESC, unit.id
"""


def free_units(
    space: Space, during: Period, *, quantity: int, now: datetime, ignoring: UUID | None = None
) -> list[int]:
    """The lowest ids of units that nobody has at that time, at most `quantity`. Those of the
    booking `ignoring` count as free, and come first."""
    parameters: dict[str, Any] = {
        "space": space.pk,
        "during": during,
        "quantity": quantity,
        "now": now,
        "ignoring": ignoring,
    }
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNITS, parameters)
        return [unit for (unit,) in cursor.fetchall()]


def free_units_of(
    add_on: AddOn, during: Period, *, now: datetime, ignoring: UUID | None = None
) -> list[int]:
    """The ids of an add-on's units that nobody has at that time, as `free_units`."""
    return _free_by_add_on([add_on.pk], during, now, ignoring)[add_on.pk]


def add_ons_left(space: Space, span: Period, *, now: datetime) -> dict[int, int]:
    """How many of each counted add-on nobody has then, by its id."""
    counted = [one.pk for one in space.add_ons.all() if one.is_offered and one.is_counted]
    if not counted:
        return {}
    rules = space.in_force
    during = widened(span, rules.buffer_before, rules.buffer_after)
    return {pk: len(units) for pk, units in _free_by_add_on(counted, during, now).items()}


def _free_by_add_on(
    add_ons: list[int], during: Period, now: datetime, ignoring: UUID | None = None
) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {pk: [] for pk in add_ons}
    parameters: dict[str, Any] = {
        "add_ons": add_ons,
        "during": during,
        "now": now,
        "ignoring": ignoring,
    }
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNITS_OF_ADD_ONS, parameters)
        for add_on, unit in cursor.fetchall():
            found[add_on].append(unit)
    return found
