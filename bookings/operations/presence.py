"""Whether they came: checking in, and what becomes of a time that nobody uses."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.transactions import operation
from bookings.models import Actor, Booking, Kind, Status
from bookings.operations.moves import locked, move, record
from bookings.refusals import MayStillCome, NotOver, NotYet, WrongState
from spaces.models import Space
from spaces.periods import Period

SWEEP = 200  # bookings a round, each in a transaction of its own
CAME = (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)


def check_in_by(space: Space, span: Period, now: datetime) -> datetime | None:
    """When the rest of a booking made at `now` is for others unless somebody has checked in;
    None where the space asks nobody to."""
    minutes = space.in_force.release_after
    if minutes is None:
        return None
    return min(max(span.lower, now) + timedelta(minutes=minutes), span.upper)


@operation
def check_in(*, booking: Booking, by: User, as_owner: bool, now: datetime) -> Booking:
    """They are here. Checking in twice is checking in once; also after `check_in_by`, as
    long as nobody has been given the rest. Raises `NotYet` and `WrongState`."""
    booking = locked(booking)
    if booking.status == Status.CHECKED_IN:
        return booking
    if booking.status != Status.CONFIRMED or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    if now < booking.check_in_opens:
        raise NotYet(opens=booking.check_in_opens.isoformat())
    actor = Actor.OWNER if as_owner else Actor.BOOKER
    move(booking, Status.CHECKED_IN, actor=actor, by=by, now=now)
    return booking


@operation
def release_missed(*, booking: Booking, now: datetime) -> Booking | None:
    """Give the rest of a missed booking to others. Returns None when they came meanwhile."""
    booking = locked(booking)
    if not booking.is_missed(now):
        return None
    move(booking, Status.NO_SHOW, actor=Actor.LEDIG, by=None, now=now)
    return booking


def release_due(*, now: datetime) -> list[Booking]:
    """Release what nobody has come to, oldest first, at most `SWEEP` of them."""
    due = Booking.objects.filter(status=Status.CONFIRMED, check_in_by__lte=now)
    oldest = due.order_by("check_in_by")[:SWEEP]
    return [missed for booking in oldest if (missed := release_missed(booking=booking, now=now))]


@operation
def miss(*, booking: Booking, by: User, now: datetime) -> Booking:
    """A host says that nobody came: the rest is for others, and the booker gets a strike.
    Saying it twice is saying it once. Raises `MayStillCome` and `WrongState`."""
    booking = locked(booking)
    if booking.status == Status.NO_SHOW:
        return booking
    if booking.status != Status.CONFIRMED or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    if now < booking.may_come_until:
        raise MayStillCome(until=booking.may_come_until.isoformat())
    move(booking, Status.NO_SHOW, actor=Actor.OWNER, by=by, now=now)
    return booking


@operation
def leave_late(*, booking: Booking, by: User, now: datetime) -> Booking:
    """A host says that they are still there after the end: the booker is told, and gets a
    strike, once. Raises `NotOver`, and `WrongState` when it was never used or is long over."""
    booking = locked(booking)
    if booking.status not in CAME or now >= booking.may_linger_until:
        raise WrongState(booking_status=booking.status_at(now))
    if now < booking.end:
        raise NotOver(end=booking.end.isoformat())
    if not booking.events.filter(kind=Kind.LEFT_LATE).exists():
        record(booking, Kind.LEFT_LATE, by=by, now=now)
    return booking
