"""Money that comes when its booker has used their quota elsewhere: it goes back, with a word."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from billing import operations
from billing.models import Order
from bookings.emails import mail_for
from bookings.models import Booking, ChangeStatus, Delivery, Kind, Status
from bookings.operations.holding import HOLD
from spaces.models import Quota, Space
from spaces.periods import Period, period
from tests.billing.test_settling import DAY, HOUR, agree, work
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def span(now: datetime) -> Period:
    start = (now + 5 * DAY).replace(hour=8, minute=0, second=0, microsecond=0)
    return period(start, start + 2 * HOUR)


@pytest.fixture
def person() -> User:
    return make_user(language="en")


@pytest.fixture
def space() -> Space:
    """Four hours a day of it."""
    space = make_space(price=32_000)
    Quota.objects.create(space=space, counts="minutes", amount=240, window="day")
    return space


def later(span: Period, hours: int) -> Period:
    return period(span.lower + hours * HOUR, span.upper + hours * HOUR)


def pay(standin: StandIn, booking: Booking) -> None:
    order = Order.objects.filter(lines__booking=booking).latest("created_at")
    standin.pay(order.session_id)


def told(kind: Kind, person: User) -> str:
    return str(mail_for(Delivery.objects.get(kind=kind, recipient=person)).body)


def test_what_is_paid_late_beyond_the_quota_comes_back_with_an_apology(
    standin: StandIn, space: Space, span: Period, person: User, now: datetime
) -> None:
    first = operations.book(space=space, span=span, by=person, now=now)
    others = [
        operations.book(space=space, span=later(span, hours), by=person, now=now + HOLD)
        for hours in (2, 4)
    ]
    for booking in (*others, first):
        pay(standin, booking)

    work(standin, now + HOLD, rounds=2)
    operations.expire_holds(now=now + HOLD)

    statuses = dict(Booking.objects.values_list("pk", "status"))
    assert statuses[first.pk] == Status.EXPIRED
    assert {statuses[one.pk] for one in others} == {Status.CONFIRMED}
    assert first.refunds.get().amount == first.amount
    assert "you had used your quota here" in told(Kind.PAID_TOO_LATE, person)
    assert "We are sorry" in told(Kind.PAID_TOO_LATE, person)
    agree(standin)


def test_what_is_paid_late_within_the_quota_stands(
    standin: StandIn, space: Space, span: Period, person: User, now: datetime
) -> None:
    first = operations.book(space=space, span=span, by=person, now=now)
    other = operations.book(space=space, span=later(span, 2), by=person, now=now + HOLD)
    for booking in (other, first):
        pay(standin, booking)

    work(standin, now + HOLD, rounds=2)

    assert set(Booking.objects.values_list("status", flat=True)) == {Status.CONFIRMED}
    agree(standin)


def test_a_change_that_is_paid_when_the_quota_is_used_comes_back(
    standin: StandIn, space: Space, span: Period, person: User, now: datetime
) -> None:
    """It waits, and counts in no quota, while its booker takes the rest for something else."""
    booking = operations.book(space=space, span=span, by=person, now=now)
    pay(standin, booking)
    work(standin, now)
    booking.refresh_from_db()
    longer = period(span.lower, span.upper + HOUR)
    change = operations.reschedule(booking=booking, span=longer, by=person, now=now)
    assert change.status == ChangeStatus.HELD
    operations.book(space=space, span=later(span, 4), by=person, now=now)
    standin.pay(Order.objects.get(lines__change=change).session_id)

    work(standin, now, rounds=2)

    change.refresh_from_db()
    booking.refresh_from_db()
    assert (change.status, booking.end) == (ChangeStatus.ENDED, span.upper)
    assert booking.refunds.get().amount == change.due
    assert "you had used your quota here" in told(Kind.CHANGE_ENDED, person)
    assert booking.occupancies.count() == 1


def test_the_quota_may_shrink_while_one_pays(
    standin: StandIn, space: Space, span: Period, person: User, now: datetime
) -> None:
    """Who pays in time has had their part since they booked."""
    booking = operations.book(space=space, span=span, by=person, now=now)
    Quota.objects.update(amount=60)
    pay(standin, booking)

    work(standin, now + HOLD - timedelta(minutes=3))

    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
