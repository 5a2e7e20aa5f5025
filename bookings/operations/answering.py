"""An owner's answer to a request."""

from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from bookings.models import Actor, Booking, Status
from bookings.operations.jointly import end_jointly
from bookings.operations.late import lock_quotas, require_quotas
from bookings.operations.moves import locked, locked_jointly, move, require_time_left
from bookings.operations.units import keep_units
from bookings.refusals import WrongState


@operation
def approve(*, booking: Booking, by: User | None, now: datetime, is_told: bool = True) -> Booking:
    """Say yes to a request. Who answers must run the space's bookings; the caller checks. `by` is
    None where nobody had to, and the others that it was asked for with have their yes."""
    lock_quotas([booking], now=now)
    booking = locked(booking)
    _require_waiting(booking, now)
    require_time_left(booking.period, now=now)
    require_quotas(booking, now=now)
    keep_units(booking, held_until=None, now=now)
    actor = Actor.OWNER if by else Actor.LEDIG
    move(booking, Status.CONFIRMED, actor=actor, by=by, now=now, is_told=is_told)
    return booking


@operation
def decline(
    *,
    booking: Booking,
    by: User | None,
    now: datetime,
    reason: str = "",
    is_told: bool = True,
) -> Booking:
    """Say no to a request, and so to all that is asked for with it; `by` is None when it can no
    longer be had."""
    booking, others = locked_jointly(booking)
    actor = Actor.OWNER if by else Actor.LEDIG
    end_jointly(
        booking,
        others,
        Status.DECLINED,
        actor=actor,
        by=by,
        now=now,
        is_told=is_told,
        reason=reason,
    )
    return booking


def _require_waiting(booking: Booking, now: datetime) -> None:
    if booking.status != Status.REQUESTED or booking.has_run_out(now):
        raise WrongState(booking_status=booking.status_at(now))
