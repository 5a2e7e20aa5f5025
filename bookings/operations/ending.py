"""How bookings end: cancelled, expired, completed."""

from datetime import datetime
from fractions import Fraction

from accounts.models import User
from accounts.transactions import operation
from bookings.means import let_go_means
from bookings.models import UNSETTLED, Actor, Booking, Status
from bookings.operations.jointly import end_jointly
from bookings.operations.moves import locked, locked_jointly, move
from bookings.refusals import TooLate, WrongState
from spaces.cancellation import percent_back
from spaces.money import Money

SWEEP = 200  # bookings a round, each in a transaction of its own


@operation
def cancel(
    *,
    booking: Booking,
    by: User,
    as_owner: bool,
    now: datetime,
    reason: str = "",
    is_told: bool = True,
    back: int = 0,
) -> Booking:
    """End a booking before it has begun, by its booker or its owner; by its booker not later than
    the notice it was sold with: else `TooLate`. While it waits, all that is asked for with it
    ends too. What is returned of what was paid, `back` as its letter says, is the caller's to
    arrange, in the same transaction."""
    booking, others = locked_jointly(booking)
    if booking.start <= now or booking.has_run_out(now):
        raise WrongState(booking_status=booking.status_at(now))
    if not as_owner and booking.is_fixed(now):
        raise TooLate(until=booking.fixed_from.isoformat())
    is_whole = is_returned_whole(booking, as_owner=as_owner)
    let_go_means(booking, percent=100 if is_whole else percent_of(booking, now=now))
    actor = Actor.OWNER if as_owner else Actor.BOOKER
    end_jointly(
        booking,
        others if booking.status in UNSETTLED else (),
        Status.CANCELLED,
        actor=actor,
        by=by,
        now=now,
        is_told=is_told,
        reason=reason,
        as_owner=as_owner,
        back=back,
    )
    return booking


@operation
def expire(*, booking: Booking, now: datetime) -> Booking | None:
    """End a hold that was not paid, or a request that was not answered, in time, and all that is
    asked for with it. Returns None when it was settled meanwhile."""
    booking, others = locked_jointly(booking)
    if not booking.has_run_out(now):
        return None
    ended = Status.EXPIRED if booking.status == Status.HELD else Status.DECLINED
    end_jointly(booking, others, ended, actor=Actor.LEDIG, by=None, now=now)
    return booking


def expire_due(*, now: datetime) -> list[Booking]:
    """Expire what has run out, oldest first, at most `SWEEP` of them."""
    due = Booking.objects.filter(status__in=UNSETTLED, expires_at__lte=now).order_by("expires_at")[
        :SWEEP
    ]
    return [ended for booking in due if (ended := expire(booking=booking, now=now))]


@operation
def _finish(booking: Booking, now: datetime) -> None:
    booking = locked(booking)
    if booking.changes.open(now).exists():  # perhaps it is about to last longer
        return
    if booking.status in (Status.CONFIRMED, Status.CHECKED_IN) and booking.end <= now:
        ended = Status.NO_SHOW if booking.is_missed(now) else Status.COMPLETED
        move(booking, ended, actor=Actor.LEDIG, by=None, now=now)


def finish_due(*, now: datetime) -> int:
    """Mark bookings whose time has passed as completed, or as missed where nobody checked in
    who had to, at most `SWEEP` of them."""
    due = list(
        Booking.objects.filter(
            status__in=(Status.CONFIRMED, Status.CHECKED_IN), period__endswith__lte=now
        )[:SWEEP]
    )
    for booking in due:
        _finish(booking, now)
    return len(due)


def refund_on_cancel(booking: Booking, *, as_owner: bool, now: datetime) -> Money:
    """What comes back of the price if the booking is cancelled at `now`: everything when
    the owner cancels or has not answered yet, else what the tiers it was sold with say, but
    nothing of what was bound when it was changed."""
    if is_returned_whole(booking, as_owner=as_owner):
        return booking.price
    return refund_at(booking, percent_of(booking, now=now))


def is_returned_whole(booking: Booking, *, as_owner: bool) -> bool:
    """Whether no tiers are asked: nobody has said yes to it yet, or its owner cancels it."""
    return as_owner or booking.status in UNSETTLED


def refund_at(booking: Booking, percent: int) -> Money:
    """What a tier of so many percent gives back of it."""
    back = booking.price.times(Fraction(percent, 100))
    return min(back, Money(booking.amount - booking.bound, booking.currency))


def percent_of(booking: Booking, *, now: datetime) -> int:
    """How much of a price its tiers give back at `now`, in percent."""
    return percent_back(booking.tiers, (booking.start - now).total_seconds() / 60)
