"""The cast of a cart that owners are to answer: one card, three rooms, two to ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from billing import operations
from billing.models import Order
from billing.operations import Item
from bookings.models import Booking
from spaces.models import Space
from spaces.periods import Period
from tests.billing.test_settling import work
from tests.factories import make_member, make_space, make_user
from tools.stripe_standin import StandIn

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOTAL = 2 * (20_000 + 30_000 + 10_000)


@dataclass
class Cart:
    """Two hours in three rooms: two that their owners let after a yes, and one at once."""

    booked: list[Booking]
    student: User
    owners: list[User]
    now: datetime

    @property
    def order(self) -> Order:
        return Order.objects.get(lines__booking=self.booked[0])

    @property
    def state(self) -> tuple[set[str], str]:
        found = Booking.objects.filter(pk__in=[one.pk for one in self.booked])
        return set(found.values_list("status", flat=True)), self.order.status

    def approve(self, number: int) -> Booking:
        booking = Booking.objects.get(pk=self.booked[number].pk)
        return operations.approve(booking=booking, by=self.owners[number], now=self.now)

    def decline(self, number: int, reason: str = "") -> Booking:
        booking = Booking.objects.get(pk=self.booked[number].pk)
        return operations.decline(
            booking=booking, by=self.owners[number], now=self.now, reason=reason
        )


@pytest.fixture
def rooms() -> list[Space]:
    return [
        make_space(name="Nidelva", price=20_000, is_instant=False, answer_within=24 * 60),
        make_space(name="Laben", price=30_000, is_instant=False, answer_within=48 * 60),
        make_space(name="Kanalen", price=10_000),
    ]


@pytest.fixture
def held(standin: StandIn, rooms: list[Space], span: Period, now: datetime) -> Cart:
    student = make_user(name="Ingrid Aune", language="en")
    booked = operations.book_together(
        items=[Item(room, span) for room in rooms], by=student, now=now
    )
    owners = [make_member(one.organisation, user=make_user(language="en")) for one in rooms]
    return Cart(booked, student, owners, now)


@pytest.fixture
def asked(held: Cart, standin: StandIn) -> Cart:
    """The card is given: all of it waits for two owners."""
    standin.pay(held.order.session_id)
    work(standin, held.now)
    return held
