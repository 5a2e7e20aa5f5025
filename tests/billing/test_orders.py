"""What a line of an order may be about, as the database holds it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.models import LineKind, Order, OrderLine
from bookings.models import Booking, Change
from tests.factories import NOW, make_booking, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    return make_booking(make_space(price=10_000), amount=20_000)


@pytest.fixture
def change(booking: Booking) -> Change:
    return Change.objects.create(
        booking=booking,
        by=booking.booker,
        space=booking.space,
        place=booking.space.place,
        period=booking.period,
        quantity=1,
        created_at=NOW,
        sequence=0,
        status="made",
    )


def sell(booking: Booking, kind: str, **fields: Any) -> OrderLine:
    order = Order.objects.create(
        buyer=booking.booker, amount=100, created_at=NOW, not_before=NOW, session_expires_at=NOW
    )
    values = {"booking": booking, "owner": booking.space.organisation, "amount": 100}
    return OrderLine.objects.create(order=order, kind=kind, **{**values, **fields})


def refuses(name: str, **line: Any) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        sell(**line)


@pytest.mark.parametrize("kind", ["booking", "no_show", "overstay"])
def test_a_booking_is_paid_for_once_by_each_kind(booking: Booking, kind: str) -> None:
    sell(booking, kind)
    refuses("order_line_once", booking=booking, kind=kind)


def test_a_booking_may_be_changed_for_money_more_than_once(
    booking: Booking, change: Change
) -> None:
    sell(booking, LineKind.BOOKING)
    sell(booking, LineKind.CHANGE, change=change)
    change.pk = None
    change.save()
    sell(booking, LineKind.CHANGE, change=change)


@pytest.mark.parametrize("kind", ["booking", "change", "no_show", "overstay"])
def test_these_kinds_are_about_a_booking(booking: Booking, change: Change, kind: str) -> None:
    about = change if kind == LineKind.CHANGE else None
    with pytest.raises(IntegrityError, match="order_line_booking"), transaction.atomic():
        OrderLine.objects.create(
            order=sell(booking, LineKind.BOOKING).order,
            kind=kind,
            change=about,
            owner=booking.space.organisation,
            amount=100,
        )


def test_a_change_is_named_by_its_own_kind_alone(booking: Booking, change: Change) -> None:
    refuses("order_line_change", booking=booking, kind=LineKind.CHANGE)
    refuses("order_line_change", booking=booking, kind=LineKind.NO_SHOW, change=change)
