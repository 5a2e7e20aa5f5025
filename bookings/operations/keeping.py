"""An owner lets a booking stand that its space, as it is now, would not take."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from bookings.models import Booking, Kind
from bookings.operations.moves import locked, record
from bookings.refusals import WrongState


@operation
def keep(*, booking: Booking, despite: Iterable[str], by: User, now: datetime) -> Booking:
    """Remember that it stays as it is, despite these reasons: they are not asked about again
    while it is in this space. Nobody is told. Raises `WrongState` when it has ended."""
    booking = locked(booking)
    if not booking.occupies(now):
        raise WrongState(booking_status=booking.status_at(now))
    record(booking, Kind.KEPT, by=by, now=now, despite=[str(reason) for reason in despite])
    return booking
