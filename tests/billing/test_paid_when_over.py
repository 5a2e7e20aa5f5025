"""What is paid for when the time is over is paid back, and nobody is blamed for not coming."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import User
from billing import audit, operations
from billing.models import Refund
from bookings import audit as bookings_audit
from bookings import operations as bookings
from bookings.emails import to_booker as letters
from bookings.models import Kind
from spaces.periods import Period, period
from tests.billing.test_settling import agree, book, state, work
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def student() -> User:
    return make_user(language="en")


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def span() -> Period:
    """Ten minutes, from the next five on."""
    now = timezone.now()
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=5 - now.minute % 5)
    return period(start, start + 10 * MINUTE)


@pytest.mark.parametrize("worker_is_down", [False, True])
def test_paid_in_time_but_heard_of_when_it_is_over_is_paid_back(
    standin: StandIn, span: Period, student: User, worker_is_down: bool
) -> None:
    space = make_space(price=32_000, release_after=10, no_show_fee=10_000, step=5, min_length=5)
    booking, order = book(space, span, student, span.lower)
    assert booking.expires_at == span.upper

    standin.pay(order.session_id)
    if not worker_is_down:
        operations.expire_holds(now=span.upper)
    work(standin, span.upper, rounds=2)
    operations.expire_holds(now=span.upper + 3 * MINUTE)
    bookings.finish_due(now=span.upper + 3 * MINUTE)
    bookings.release_due(now=span.upper + 3 * MINUTE)

    assert state(booking) == ("expired", "paid")
    assert Refund.objects.get().amount == order.amount
    event = booking.events.get(kind=Kind.PAID_TOO_LATE)
    assert event.data == {"code": "is_over"}
    with translation.override("en"):
        letter = letters.paid_too_late(booking)
    assert letter.paragraphs[0] == "When it came, the time you had booked was over."
    agree(standin)


def test_paid_when_little_is_left_of_it_nobody_has_to_check_in(
    standin: StandIn, span: Period, student: User
) -> None:
    space = make_space(price=32_000, release_after=10, step=5, min_length=5)
    booking, order = book(space, span, student, span.lower)

    standin.pay(order.session_id)
    work(standin, span.upper - 4 * MINUTE)
    bookings.release_due(now=span.upper)
    bookings.finish_due(now=span.upper)

    assert state(booking) == ("completed", "paid")


def test_drawn_when_it_is_over_is_paid_back(
    standin: StandIn, span: Period, student: User, owner: User
) -> None:
    space = make_space(price=32_000, is_instant=False, step=5, min_length=5)
    booking, order = book(space, span, student, span.lower)
    standin.pay(order.session_id)
    work(standin, span.lower)
    standin.faults.fail("POST", "/v1/payment_intents/*/capture", status=500, times=9)
    operations.approve(booking=booking, by=owner, now=span.upper - MINUTE)
    standin.faults.clear()

    work(standin, span.upper + MINUTE, rounds=3)

    assert state(booking) == ("declined", "paid")
    assert Refund.objects.get().amount == order.amount
    told = booking.deliveries.filter(recipient=student).values_list("kind", flat=True)
    assert Kind.PAID_TOO_LATE in told
    assert Kind.DECLINED not in told  # one letter says it
    asked = [*audit.CHECKS, *bookings_audit.CHECKS]
    assert not [one.promise for one in bookings_audit.audit(asked, now=span.upper) if one.count]
