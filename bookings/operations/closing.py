"""An owner's own blocks on a space."""

from datetime import datetime

from accounts.errors import refused_by
from accounts.models import User
from accounts.transactions import operation
from bookings.models import Closure, Occupancy
from bookings.operations.units import lock_units
from bookings.refusals import AlreadyClosed, BookingsInTheWay
from spaces.models import Space
from spaces.periods import Period


@operation
def close(*, space: Space, span: Period, by: User, now: datetime, reason: str = "") -> Closure:
    """Close a space for a period: all its units are taken, and so are the spaces that
    share them. Refused while bookings stand in that time."""
    units = lock_units([space])
    overlapping = Occupancy.objects.filter(unit__in=units, during__overlap=span)
    overlapping.filter(held_until__lte=now).delete()
    in_the_way = overlapping.exclude(booking=None).values("booking").distinct()
    if found := in_the_way.count():
        raise BookingsInTheWay(bookings=found)
    if overlapping.exclude(closure=None).exists():
        raise AlreadyClosed(space=space.pk)
    closure = Closure.objects.create(
        place_id=space.place_id,
        space=space,
        period=span,
        reason=reason,
        made_by=by,
        created_at=now,
    )
    with refused_by("occupancy_no_overlap", BookingsInTheWay):
        Occupancy.objects.bulk_create(
            Occupancy(place_id=space.place_id, unit_id=unit, during=span, closure=closure)
            for unit in units
        )
    return closure


@operation
def reopen(*, closure: Closure) -> None:
    """Take a closure back; its occupancies go with it."""
    closure.delete()
