"""Taking a space's units, keeping them, and giving them back.

Whoever writes a row of `Occupancy` holds the locks of the space's units first.
"""

from datetime import datetime

from accounts.errors import refused_by
from bookings import availability
from bookings.models import Booking, Occupancy
from bookings.refusals import SlotTaken
from spaces.models import Space, Unit
from spaces.periods import Period, widened


def lock_units(spaces: list[Space]) -> list[int]:
    """Lock every unit these spaces may take, in one statement and in id order."""
    return list(
        Unit.objects.filter(
            pk__in=Space.units.through.objects.filter(space__in=spaces).values("unit")
        )
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


def take_units(space: Space, span: Period, *, quantity: int, now: datetime) -> list[int]:
    """Lock the units the space may choose from, and choose: the lowest free ones.

    Bookers take turns per unit, in id order: without this lock PostgreSQL now and then
    ends simultaneous inserts with a deadlock instead of the constraint. Rows of holds that
    have run out are deleted here, under the lock, before anything is chosen.
    """
    units = lock_units([space])
    needed = quantity if space.is_pool else len(units)
    during = widened(span, space.buffer_before, space.buffer_after)
    Occupancy.objects.filter(unit__in=units, during__overlap=during, held_until__lte=now).delete()
    chosen = availability.free_units(space, during, quantity=needed, now=now)
    if not chosen or len(chosen) < needed:
        raise SlotTaken(space=space.pk)
    return chosen


def occupy(booking: Booking, units: list[int], *, held_until: datetime | None) -> None:
    space = booking.space
    during = widened(booking.period, space.buffer_before, space.buffer_after)
    with refused_by("occupancy_no_overlap", SlotTaken):
        Occupancy.objects.bulk_create(
            Occupancy(
                place_id=booking.place_id,
                unit_id=unit,
                during=during,
                booking=booking,
                held_until=held_until,
            )
            for unit in units
        )


def keep_units(booking: Booking, *, held_until: datetime | None, now: datetime) -> None:
    """Make the rows of a hold or request stand until then, or for good.

    An impatient neighbour, or one whose clock is ahead, may have deleted some since they
    ran out: then the whole is taken anew, and `SlotTaken` raised when that cannot be.
    """
    space = booking.space
    units = lock_units([space])
    kept = Occupancy.objects.filter(booking=booking).update(held_until=held_until)
    if kept != (booking.quantity if space.is_pool else len(units)):
        Occupancy.objects.filter(booking=booking).delete()
        chosen = take_units(space, booking.period, quantity=booking.quantity, now=now)
        occupy(booking, chosen, held_until=held_until)


def give_back_units(booking: Booking) -> None:
    lock_units([booking.space])
    Occupancy.objects.filter(booking=booking).delete()
