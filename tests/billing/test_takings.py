"""What an organisation has taken in: exact to the øre, by month, for those who may see it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from billing import ledger, takings
from billing.models import LineKind, Order, OrderLine, OrderStatus, Refund
from bookings.models import Booking
from spaces.models import Space
from spaces.money import Money
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # January in Trondheim


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), name="Nidelva", price=10_000)


def pay(*bookings: Booking, at: datetime = NOW) -> Order:
    """One payment for all of them, with what the ledger says of it."""
    total = sum(booking.amount for booking in bookings)
    order = Order.objects.create(
        buyer=bookings[0].booker,
        amount=total,
        status=OrderStatus.PAID,
        charge_id=f"ch_{bookings[0].pk}",
        created_at=at,
        not_before=at,
        session_expires_at=at,
    )
    for booking in bookings:
        OrderLine.objects.create(
            order=order,
            kind=LineKind.BOOKING,
            booking=booking,
            owner=booking.space.organisation,
            amount=booking.amount,
        )
    ledger.captured(order, charge_id=order.charge_id, gross=total, now=at)
    return order


def give_back(booking: Booking, order: Order, amount: int, at: datetime = NOW) -> Refund:
    refund = Refund.objects.create(
        order=order,
        booking=booking,
        line=order.lines.get(booking=booking),
        amount=amount,
        created_at=at,
        not_before=at,
    )
    ledger.refund_promised(refund, now=at)
    return refund


def book(space: Space, amount: int, hours: int = 24) -> Booking:
    return make_booking(space, NOW + timedelta(hours=hours), amount=amount)


def test_months_are_those_of_the_place(cast: Cast, space: Space) -> None:
    first = book(space, 10_001)
    order = pay(first)
    pay(book(space, 20_002, 48), at=NEW_YEAR)
    give_back(first, order, 5_000, at=NEW_YEAR)

    january, november = takings.months(cast.organisation, OSLO)

    assert (january.first.month, january.sold, january.refunded) == (1, Money(20_002), Money(5_000))
    assert (november.first.month, november.sold, november.payments) == (11, Money(10_001), 1)
    assert takings.total([january, november]) == Money(25_003)


def test_of_a_payment_to_several_owners_each_has_its_own(cast: Cast, space: Space) -> None:
    other = make_space(price=10_000)
    pay(book(space, 30_000), book(other, 7_000))

    assert takings.months(cast.organisation, OSLO)[0].sold == Money(30_000)
    assert takings.months(other.organisation, OSLO)[0].sold == Money(7_000)


def test_two_bookings_in_one_payment_are_one_payment_of_both(cast: Cast, space: Space) -> None:
    pay(book(space, 30_000), book(space, 7_000, 48))

    (month,) = takings.months(cast.organisation, OSLO)

    assert (month.sold, month.payments) == (Money(37_000), 1)


def test_a_refund_that_failed_is_not_given_back(cast: Cast, space: Space) -> None:
    booking = book(space, 10_000)
    refund = give_back(booking, pay(booking), 4_000)
    refund.status = "failed"
    refund.save()
    ledger.refund_failed(refund, now=NOW)

    assert takings.months(cast.organisation, OSLO)[0].kept == Money(10_000)
    assert takings.payments(cast.organisation).get().back == 0


def test_what_was_never_paid_is_nothing(cast: Cast, space: Space) -> None:
    book(space, 10_000)

    assert takings.months(cast.organisation, OSLO) == []
    assert takings.total([]) is None
    assert not takings.payments(cast.organisation)


@pytest.mark.parametrize("who", ["owner", "finance"])
def test_those_who_may_see_it(client: Client, cast: Cast, space: Space, who: str) -> None:
    booking = book(space, 10_050)
    give_back(booking, pay(booking), 50)
    cast.sign_in(client, who)

    shown = client.get("/owner/money/").content.decode()

    assert "100.50\xa0kr" in shown or "100,50\xa0kr" in shown
    assert (f'"{booking.get_absolute_url()}"' in shown) == (who == "owner")


def test_anothers_money_is_not_there(client: Client, cast: Cast, space: Space) -> None:
    pay(book(space, 10_000))
    cast.sign_in(client, "foreign")

    assert "Nidelva" not in client.get("/owner/money/").content.decode()
    asked = f"/owner/money/?organisation={cast.organisation.slug}"
    assert client.get(asked).status_code == 404
