"""Who waits is asked in turn, when time becomes free."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from billing import operations as billing
from bookings import operations
from bookings.models import (
    Booking,
    BookingEvent,
    Delivery,
    Freed,
    Kind,
    Occupancy,
    Queue,
    Status,
    Waiting,
)
from spaces.models import Space
from spaces.periods import Period, period
from tests.factories import NOW, make_booking, make_space, make_user

pytestmark = pytest.mark.django_db

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


def test_offer_due_asks_the_first_in_line_and_nobody_else():
    space = make_space()
    booking = taken(space)
    first, second = wait(space), wait(space, at=NOW + MINUTE)

    assert billing.offer_due(now=NOW) == []
    free(booking)
    offered = billing.offer_due(now=NOW + MINUTE)

    assert state(first) == Queue.OFFERED
    assert state(second) == Queue.WAITING
    assert offered == [first.booking]
    assert first.booking.status == Status.HELD
    assert first.booking.expires_at == NOW + 31 * MINUTE
    assert first.booking.period == SPAN
    assert first.booking.booker == first.person
    assert Occupancy.objects.get().held_until == first.booking.expires_at
    assert Delivery.objects.get(kind=Kind.OFFERED).recipient == first.person
    assert BookingEvent.objects.get(kind=Kind.OFFERED).by is None
    assert not Freed.objects.exists()
