"""Owners and booker answer for the same cart at one moment: it stands whole, or not at all."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import User
from billing import ledger
from billing.models import LineKind, Order, OrderLine, OrderStatus, Transaction
from bookings.models import Booking, Kind, Status
from spaces.ids import uuid7
from spaces.models import Space
from tests.factories import NOW, make_booking, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)
CARTS = 10


def carts() -> list[tuple[Order, Booking, Booking]]:
    """Each of two owners, reserved on one card; nobody has answered."""
    rooms, student = [make_space(price=10_000, is_instant=False) for _n in range(2)], make_user()
    return [cart(n, rooms, student) for n in range(CARTS)]


def cart(n: int, rooms: list[Space], student: User) -> tuple[Order, Booking, Booking]:
    start, together = TOMORROW + HOUR * n, uuid7()
    one, other = (
        make_booking(
            room,
            start,
            start + HOUR,
            by=student,
            status=Status.REQUESTED,
            expires_at=NOW + HOUR,
            amount=10_000,
            asked_with=together,
        )
        for room in rooms
    )
    order = Order.objects.create(
        buyer=student,
        status=OrderStatus.AUTHORISED,
        amount=20_000,
        is_captured_later=True,
        created_at=NOW,
        not_before=NOW,
        session_id=f"cs_{n}",
        session_expires_at=NOW + HOUR,
    )
    for booking in (one, other):
        OrderLine.objects.create(
            order=order,
            kind=LineKind.BOOKING,
            booking=booking,
            owner=booking.space.organisation,
            amount=booking.amount,
        )
    return order, one, other


def statuses(*bookings: Booking) -> set[str]:
    found = Booking.objects.filter(pk__in=[one.pk for one in bookings])
    return set(found.values_list("status", flat=True))


def test_two_say_yes_at_one_moment_and_the_card_is_charged_once(race: Race) -> None:
    found, owner = carts(), make_user().pk
    yes = partial(bookers.say_yes, by=owner, now=NOW)

    result = race(
        [
            [partial(yes, booking=one.pk) for _order, one, _other in found],
            [partial(yes, booking=other.pk) for _order, _one, other in found],
        ]
    )

    assert (result.errors, result.refusals, result.deadlocks) == ([], [], 0)
    assert sorted(result.answers) == ["capturing"] * CARTS + ["waits"] * CARTS
    drawn = [partial(bookers.pay, order=order.pk, now=NOW) for order, _one, _other in found]
    result = race([drawn] * 3)
    assert (result.errors, result.deadlocks) == ([], 0)
    for order, one, other in found:
        assert statuses(one, other) == {Status.CONFIRMED}
        assert ledger.held_for(order).amount == 20_000
        assert one.events.filter(kind=Kind.CONFIRMED).count() == 1
    assert Transaction.objects.filter(source__startswith="capture:").count() == CARTS


def test_the_last_yes_against_a_no_and_a_withdrawal(race: Race) -> None:
    found, owner = carts(), make_user().pk
    for _order, one, _other in found:
        assert bookers.say_yes(booking=one.pk, by=owner, now=NOW) == "waits"

    result = race(
        [
            [partial(bookers.say_yes, booking=b.pk, by=owner, now=NOW) for _o, _a, b in found],
            [partial(bookers.say_no, booking=b.pk, by=owner, now=NOW) for _o, _a, b in found],
            [partial(bookers.withdraw_cart, booking=a.pk, now=NOW) for _o, a, _b in found],
        ]
    )

    assert (result.errors, result.deadlocks) == ([], 0)
    for order, one, other in found:
        order.refresh_from_db()
        (status,) = statuses(one, other)
        stands = status == Status.REQUESTED
        assert order.status == (OrderStatus.CAPTURING if stands else OrderStatus.VOIDING)
        assert (one.occupancies.count(), other.occupancies.count()) == (stands, stands)
