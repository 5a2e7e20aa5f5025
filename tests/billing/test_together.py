"""Several times booked and paid together: all or none when they are booked, and each by
itself once the money comes too late for some."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from accounts.errors import Refused
from accounts.models import User
from billing import ledger, operations
from billing.models import Order, OrderStatus, Refund
from billing.operations import Item
from bookings.models import Booking, Occupancy, Status
from bookings.operations.holding import HOLD
from spaces.models import Allocation, Space
from spaces.periods import Period, period
from spaces.reading import published
from tests.billing.test_settling import work
from tests.factories import make_booking, make_member, make_organisation, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def rooms() -> list[Space]:
    """Of two owners."""
    return [make_space(price=32_000), make_space(price=20_000)]


@pytest.fixture
def student() -> User:
    return make_user()


def items(rooms: list[Space], span: Period) -> list[Item]:
    return [Item(room, span, title=f"Del {n}") for n, room in enumerate(rooms, 1)]


def statuses(booked: list[Booking]) -> list[str]:
    return [Booking.objects.get(pk=one.pk).status for one in booked]


def test_many_times_ask_as_often_as_one(
    span: Period, student: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    free = [make_space() for _n in range(4)]

    for rooms in (free[:1], free[1:]):
        wanted = [Item(published(room.pk) or room, span) for room in rooms]
        with django_assert_num_queries(7):
            operations.book_together(items=wanted, by=student, now=now)

    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 4


def test_what_one_takes_the_next_cannot(span: Period, student: User, now: datetime) -> None:
    """The second is refused by what the first of the same cart has taken, and neither stands."""
    room, desks = make_space(), make_space(allocation=Allocation.ANY, units=3)
    touching = period(span.upper, span.upper + HOUR)

    operations.book_together(
        items=[Item(desks, span, 2), Item(desks, span), Item(room, span), Item(room, touching)],
        by=student,
        now=now,
    )
    with pytest.raises(Refused) as no:
        operations.book_together(
            items=[Item(desks, touching, 2), Item(desks, touching, 2)], by=student, now=now
        )

    assert (no.value.code, no.value.details["item"]) == ("slot_taken", 1)
    assert Booking.objects.count() == 4
    assert Occupancy.objects.filter(booking__space=desks).count() == 3


def test_book_together_holds_all_on_one_order(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    booked = operations.book_together(items=items(rooms, span), by=student, now=now)

    assert [(one.space, one.title, one.status) for one in booked] == [
        (rooms[0], "Del 1", Status.HELD),
        (rooms[1], "Del 2", Status.HELD),
    ]
    order = Order.objects.get()
    assert order.amount == 64_000 + 40_000
    assert [(line.booking, line.owner, line.amount) for line in order.lines.order_by("pk")] == [
        (one, one.space.organisation, one.amount) for one in booked
    ]
    assert order.checkout_url


def test_book_together_paid_confirms_all(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    booked = operations.book_together(items=items(rooms, span), by=student, now=now)
    standin.pay(Order.objects.get().session_id)

    work(standin, now)

    assert statuses(booked) == [Status.CONFIRMED] * 2
    assert ledger.held_for(Order.objects.get()).amount == 104_000


def test_book_together_takes_nothing_when_one_cannot_be_had(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    make_booking(rooms[1], span.lower, span.upper)

    with pytest.raises(Refused) as refused, transaction.atomic():
        operations.book_together(items=items(rooms, span), by=student, now=now)

    assert (refused.value.code, refused.value.details["item"]) == ("slot_taken", 1)
    assert Booking.objects.filter(booker=student).count() == Order.objects.count() == 0
    assert Occupancy.objects.count() == 1


def test_book_together_refuses_the_same_time_twice(
    rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    with pytest.raises(Refused) as refused:
        operations.book_together(items=items([make_space()] * 2, span), by=student, now=now)

    assert refused.value.code == "slot_taken"


def test_book_together_with_the_same_key_is_the_same_bookings(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    wanted = items([*rooms, make_space()], span)

    first = operations.book_together(items=wanted, by=student, now=now, key="k")
    again = operations.book_together(items=wanted, by=student, now=now, key="k")

    assert first == again
    assert Booking.objects.count() == 3


def test_book_together_confirms_what_is_free_and_holds_what_is_not(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    asked = make_space(is_instant=False)

    booked = operations.book_together(
        items=items([rooms[0], make_space(), asked], span), by=student, now=now
    )

    assert statuses(booked) == [Status.HELD, Status.CONFIRMED, Status.REQUESTED]
    assert Order.objects.get().amount == 64_000


def test_book_together_keeps_each_currency_apart(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    rooms[1].prices.update(currency="EUR")

    with pytest.raises(operations.PaidApart), transaction.atomic():
        operations.book_together(items=items(rooms, span), by=student, now=now)

    assert not Booking.objects.exists()


def test_book_together_paid_too_late_for_one_pays_that_one_back(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    booked = operations.book_together(items=items(rooms, span), by=student, now=now)
    rival = operations.book(space=rooms[0], span=span, by=make_user(), now=now + HOLD)
    standin.pay(Order.objects.get(buyer=student).session_id)

    work(standin, now + HOLD, rounds=2)

    assert statuses(booked) == [Status.HELD, Status.CONFIRMED]
    assert Refund.objects.get().amount == 64_000
    assert ledger.held_for(Order.objects.get(buyer=student)).amount == 40_000
    assert statuses([rival]) == [Status.HELD]


def test_letting_one_of_several_go_keeps_the_page_where_the_others_are_paid(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    booked = operations.book_together(items=items(rooms, span), by=student, now=now)
    operations.cancel(booking=booked[0], by=student, as_owner=False, now=now)
    work(standin, now)
    standin.pay(Order.objects.get().session_id)

    work(standin, now, rounds=3)

    assert statuses(booked) == [Status.CANCELLED, Status.CONFIRMED]
    assert Refund.objects.get().amount == 64_000


def test_letting_all_of_them_go_closes_the_page(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    booked = operations.book_together(items=items(rooms, span), by=student, now=now)

    for one in booked:
        operations.cancel(booking=one, by=student, as_owner=False, now=now)
    work(standin, now)

    assert Order.objects.get().status == OrderStatus.VOID


def test_cancelling_one_that_is_paid_pays_back_its_own_line(
    standin: StandIn, rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    booked = operations.book_together(items=items(rooms, span), by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    work(standin, now)

    operations.cancel(booking=booked[1], by=student, as_owner=True, now=now)

    assert Refund.objects.get().amount == 40_000
    assert statuses(booked) == [Status.CONFIRMED, Status.CANCELLED]


def test_book_together_on_behalf_of_an_organisation_of_ones_own(
    rooms: list[Space], span: Period, student: User, now: datetime
) -> None:
    company = make_organisation()
    free = items([make_space()], span)
    behalf = {"organisation": company, "cost_centre": "4711", "reference": "Kari Lie"}

    with pytest.raises(Refused) as refused:
        operations.book_together(items=free, by=student, now=now, **behalf)
    make_member(company, user=student)
    (booking,) = operations.book_together(items=free, by=student, now=now, **behalf)

    assert refused.value.code == "not_a_member"
    assert (booking.organisation, booking.cost_centre) == (company, "4711")
    assert booking.reference == "Kari Lie"
