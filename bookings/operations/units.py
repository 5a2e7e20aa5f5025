"""Taking a space's units, keeping them, and giving them back.

Whoever writes a row of `Occupancy` holds the locks of the space's units first.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction
from django.db.models import Q

from accounts.errors import refused_by
from accounts.rows import insert
from bookings import availability
from bookings.models import OPEN, Booking, Change, Occupancy
from bookings.operations.queueing import nudge
from bookings.refusals import AddOnTaken, SlotTaken
from spaces.models import AddOn, Space
from spaces.periods import Period, beyond, widened
from spaces.prices.quoting import NO_ADD_ONS

LOCK = """
SELECT unit.id, unit.add_on_id FROM spaces_unit AS unit
WHERE unit.id IN (SELECT has.unit_id FROM spaces_space_units AS has
                  WHERE has.space_id = ANY (%(spaces)s)
                  UNION SELECT along.id FROM spaces_unit AS along
                  WHERE along.add_on_id = ANY (%(add_ons)s))
ORDER BY unit.id FOR NO KEY UPDATE
"""


def lock_units(spaces: Iterable[Space], add_ons: Iterable[AddOn] = ()) -> list[int]:
    """Lock every unit these spaces and add-ons may take, in one statement and in id order;
    the ids of those of the spaces."""
    asked = {"spaces": [one.pk for one in spaces], "add_ons": [one.pk for one in add_ons]}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, asked)
        return [unit for unit, add_on in cursor.fetchall() if add_on is None]


class UnitFinder:
    """The units of several times that are booked together.

    Made, it has locked whatever any of them may choose from and looked what is free of it:
    bookers take turns per unit, in id order, since without this lock PostgreSQL now and then
    ends simultaneous inserts with a deadlock instead of the constraint. Rows of holds that
    have run out are deleted under the lock, before anything is chosen.
    """

    def __init__(self, wanted: Sequence["Wanting"], *, now: datetime) -> None:
        self._wanted, self._now = wanted, now
        self._counted = {
            one
            for item in wanted
            for one, count in item.add_ons.items()
            if one.is_counted and count
        }
        self._taken: dict[int, list[Period]] = {}  # by those before, which are not stored yet
        units = lock_units([item.space for item in wanted], self._counted)
        self._looks = availability.look(wanted, now=now)
        for look in self._looks:
            if look.has_leftovers or self._counted:
                _sweep(units, self._counted, look.during, now=now)

    def take(self, number: int, booking: Booking) -> list[Occupancy]:
        """Choose for the time with this number, of what those before it have left: the lowest
        free ones of the space, and of each add-on. Raises `SlotTaken` and `AddOnTaken`."""
        item, look = self._wanted[number], self._looks[number]
        needed = item.quantity if item.space.is_pool else look.all
        chosen = self._left(look.units, look.during)[:needed]
        if not chosen or len(chosen) < needed:
            raise SlotTaken(space=item.space.pk)
        for add_on, count in item.add_ons.items():
            if add_on in self._counted:
                free = availability.free_units_of(add_on, look.during, now=self._now)
                of_it = self._left(free, look.during)[:count]
                if len(of_it) < count:
                    raise AddOnTaken(add_on=add_on.pk)
                chosen += of_it
        for unit in chosen:
            self._taken.setdefault(unit, []).append(look.during)
        return occupying(booking, chosen, look.during, held_until=booking.expires_at)

    def _left(self, units: Iterable[int], during: Period) -> list[int]:
        return [
            unit
            for unit in units
            if not any(
                other.lower < during.upper and during.lower < other.upper
                for other in self._taken.get(unit, ())
            )
        ]


class Wanting(availability.Wanted, Protocol):
    @property
    def add_ons(self) -> Mapping[AddOn, int]: ...


def _sweep(
    units: Iterable[int], add_ons: Iterable[AddOn], during: Period, *, now: datetime
) -> None:
    """Delete what holds that have run out left on locked units."""
    theirs = Q(unit__in=units) | Q(unit__add_on__in=add_ons)
    left = Occupancy.objects.filter(theirs, during__overlap=during, held_until__lte=now)
    if left.delete()[0]:
        close_behind()


def close_behind() -> None:
    """What is closed around what has just been given up is closed at once, and not only when
    the transaction ends: else somebody could take it before."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS bookings_close_behind IMMEDIATE")
        cursor.execute("SET CONSTRAINTS bookings_close_behind DEFERRED")


def take_units(
    space: Space,
    span: Period,
    *,
    quantity: int,
    add_ons: Mapping[AddOn, int] = NO_ADD_ONS,
    now: datetime,
    again: Booking | None = None,
) -> list[int]:
    """Lock the units the space and the add-ons may choose from, and choose: the lowest free
    ones of each. `again` for a booking that has some: those are not in its way, and are
    chosen first.

    Bookers take turns per unit, in id order: without this lock PostgreSQL now and then
    ends simultaneous inserts with a deadlock instead of the constraint. Rows of holds that
    have run out are deleted here, under the lock, before anything is chosen. Raises
    `SlotTaken` and `AddOnTaken`.
    """
    counted = {one: count for one, count in add_ons.items() if one.is_counted and count}
    units = lock_units([space], counted)
    during = widened(span, space.in_force.buffer_before, space.in_force.buffer_after)
    _sweep(units, counted, during, now=now)
    needed = quantity if space.is_pool else len(units)
    its = again.pk if again else None
    chosen = availability.free_units(space, during, quantity=needed, now=now, ignoring=its)
    if not chosen or len(chosen) < needed:
        raise SlotTaken(space=space.pk)
    for add_on, count in counted.items():
        free = availability.free_units_of(add_on, during, now=now, ignoring=its)[:count]
        if len(free) < count:
            raise AddOnTaken(add_on=add_on.pk)
        chosen += free
    return chosen


def occupying(
    booking: Booking, units: Iterable[int], during: Period, *, held_until: datetime | None
) -> list[Occupancy]:
    """The rows that say so, not stored yet."""
    return [
        Occupancy(
            place_id=booking.place_id,
            unit_id=unit,
            during=during,
            booking=booking,
            held_until=held_until,
        )
        for unit in units
    ]


def occupy(booking: Booking, units: list[int], *, held_until: datetime | None) -> None:
    rules = booking.space.in_force
    during = widened(booking.period, rules.buffer_before, rules.buffer_after)
    with refused_by("occupancy_no_overlap", SlotTaken):
        insert(occupying(booking, units, during, held_until=held_until))


def occupy_beyond(booking: Booking, change: Change, units: list[int]) -> None:
    """Keep for a change what it needs of these units and the booking does not have."""
    rules = change.space.in_force
    during = widened(change.period, rules.buffer_before, rules.buffer_after)
    its: dict[int, Period] = dict(
        Occupancy.objects.filter(booking=booking, change=None).values_list("unit", "during")
    )
    with refused_by("occupancy_no_overlap", SlotTaken):
        Occupancy.objects.bulk_create(
            Occupancy(
                place_id=change.place_id,
                unit_id=unit,
                during=part,
                booking=booking,
                change=change,
                held_until=change.expires_at,
            )
            for unit in units
            for part in (beyond(during, its[unit]) if unit in its else [during])
        )


def keep_units(booking: Booking, *, held_until: datetime | None, now: datetime) -> None:
    """Make the rows of a hold or request stand until then, or for good.

    An impatient neighbour, or one whose clock is ahead, may have deleted some since they
    ran out: then the whole is taken anew, and `SlotTaken` raised when that cannot be.
    """
    space, along = booking.space, booked_along(booking)
    units = lock_units([space], along)
    kept = Occupancy.objects.filter(booking=booking).update(held_until=held_until)
    needed = booking.quantity if space.is_pool else len(units)
    if kept != needed + sum(count for one, count in along.items() if one.is_counted):
        Occupancy.objects.filter(booking=booking).delete()
        chosen = take_units(
            space, booking.period, quantity=booking.quantity, add_ons=along, now=now
        )
        occupy(booking, chosen, held_until=held_until)


def give_back_units(booking: Booking) -> None:
    """Those who wait for them hear of it as soon as this has committed."""
    waiting = booking.changes.filter(status__in=OPEN).select_related("space")
    lock_units([booking.space, *(change.space for change in waiting)], booked_along(booking))
    Occupancy.objects.filter(booking=booking).delete()
    transaction.on_commit(nudge)


def booked_along(booking: Booking) -> dict[AddOn, int]:
    """The add-ons of a booking, and how many of each."""
    return {row.add_on: row.count for row in booking.add_ons.select_related("add_on")}
