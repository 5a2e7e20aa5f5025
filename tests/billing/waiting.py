"""A line of people who wait, for the tests of it."""

from datetime import datetime, timedelta

from accounts.models import User
from billing import operations as billing
from bookings import operations
from bookings.models import Booking, Queue, Waiting
from spaces.models import Space
from spaces.periods import Period, period
from tests.factories import NOW, make_booking, make_user

START = NOW + timedelta(days=2)
SPAN = period(START, START + timedelta(hours=2))
MINUTE = timedelta(minutes=1)


def wait(space: Space, by: User | None = None, span: Period = SPAN, **fields) -> Waiting:
    at = fields.pop("at", NOW)
    return operations.join(space=space, span=span, by=by or make_user(), now=at, **fields)


def taken(space: Space, span: Period = SPAN, **fields) -> Booking:
    return make_booking(space, span.lower, span.upper, **fields)


def free(booking: Booking, now: datetime = NOW) -> None:
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=now)


def state(entry: Waiting) -> Queue:
    entry.refresh_from_db()
    return Queue(entry.state)


def offered_to_first(space: Space, waiting: int = 1, *, all_of_them: bool = False):
    """Some wait in turn, and the first is offered what was taken."""
    booking = taken(space)
    entries = [wait(space, at=NOW + timedelta(seconds=n)) for n in range(waiting)]
    free(booking)
    billing.offer_due(now=NOW)
    assert state(entries[0]) == Queue.OFFERED
    entries[0].booking.refresh_from_db()
    return entries if all_of_them else entries[0]
