"""What becomes of a hold: confirmed once it is paid, requested once its price is reserved."""

from datetime import datetime

from accounts.transactions import operation
from bookings.means import keep_means
from bookings.models import Actor, Booking, Status
from bookings.operations.holding import answer_by
from bookings.operations.late import lock_quotas, require_quotas
from bookings.operations.moves import locked, move, require_time_left
from bookings.operations.units import keep_units
from bookings.refusals import WrongState


@operation
def confirm(*, booking: Booking, now: datetime, is_told: bool = True) -> Booking:
    """The booking is paid. Its time may have run out meanwhile: then it is taken anew, and
    `SlotTaken` (or another refusal) is raised when that cannot be: `IsOver` when it is over."""
    return _settle(booking, Status.CONFIRMED, expires_at=None, now=now, is_told=is_told)


@operation
def request(
    *, booking: Booking, now: datetime, until: datetime | None = None, is_told: bool = True
) -> Booking:
    """The price is reserved on the booker's card: now the owner is to answer, in the time they
    give themselves, and before `until`, when the card's bank lets it go."""
    last = answer_by(booking.space, booking.period, now)
    last = min(last, until) if until is not None else last
    return _settle(booking, Status.REQUESTED, expires_at=last, now=now, is_told=is_told)


def _settle(
    booking: Booking,
    status: Status,
    *,
    expires_at: datetime | None,
    now: datetime,
    is_told: bool,
) -> Booking:
    lock_quotas([booking], now=now)
    booking = locked(booking)
    if booking.status not in (Status.HELD, Status.EXPIRED):
        raise WrongState(booking_status=booking.status)
    require_time_left(booking.period, now=now)
    require_quotas(booking, now=now)
    keep_means(booking, now=now)
    keep_units(booking, held_until=expires_at, now=now)
    booking.expires_at = expires_at
    move(booking, status, actor=Actor.LEDIG, by=None, now=now, is_told=is_told)
    return booking
