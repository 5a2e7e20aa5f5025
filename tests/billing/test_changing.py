"""Changing a booking, and the money that goes either way."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.errors import Refused
from accounts.models import User
from billing import ledger, operations
from billing.models import Order, OrderStatus, Refund
from bookings.models import Booking, Change, ChangeStatus, Kind, Status
from bookings.operations.holding import HOLD
from spaces.models import Space
from spaces.periods import Period, period
from tests.billing.test_settling import work
from tests.factories import make_booking, make_member, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def space() -> Space:
    return make_space(price=10_000, cancellation=[[24 * 60, 100]])


@pytest.fixture
def student() -> User:
    return make_user()


def longer(span: Period, by: timedelta = HOUR) -> Period:
    return period(span.lower, span.upper + by)


def bought(standin: StandIn, space: Space, span: Period, by: User, now: datetime) -> Booking:
    booking = operations.book(space=space, span=span, by=by, now=now)
    standin.pay(Order.objects.get(lines__booking=booking).session_id)
    work(standin, now)
    booking.refresh_from_db()
    return booking


def order_of(change: Change) -> Order:
    return Order.objects.get(lines__change=change)


def held(booking: Booking) -> int:
    """What the ledger holds for a booking, over all its orders."""
    return sum(ledger.held_for(line.order).amount for line in booking.order_lines.all())


def test_less_is_paid_back_at_once(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)

    shorter = period(span.lower, span.lower + HOUR)
    operations.reschedule(booking=booking, by=student, now=now, span=shorter)
    work(standin, now)

    booking.refresh_from_db()
    assert Refund.objects.get().amount == 10_000
    assert booking.amount == held(booking) == 10_000


def test_more_is_paid_for_by_an_order_of_its_own(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)

    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    assert order_of(change).amount == 10_000
    booking.refresh_from_db()
    assert booking.end == span.upper
    standin.pay(order_of(change).session_id)
    work(standin, now)

    booking.refresh_from_db()
    assert (booking.end, booking.status) == (span.upper + HOUR, Status.CONFIRMED)
    assert booking.amount == held(booking) == 30_000


def test_all_that_was_paid_comes_back_when_it_is_cancelled(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    standin.pay(order_of(change).session_id)
    work(standin, now)

    operations.cancel(booking=booking, by=student, as_owner=False, now=now)

    assert sorted(Refund.objects.values_list("amount", flat=True)) == [10_000, 20_000]
    assert held(booking) == 0


def test_a_change_not_paid_in_time_is_closed_and_the_booking_stands(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))

    operations.expire_holds(now=now + HOLD)
    work(standin, now + HOLD)

    booking.refresh_from_db()
    assert order_of(change).status == OrderStatus.VOID
    assert (booking.status, booking.end) == (Status.CONFIRMED, span.upper)


def test_a_change_paid_too_late_is_paid_back_and_the_booking_stands(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    make_booking(space, span.upper + 2 * HOUR, by=student)
    operations.book(
        space=space, span=period(span.upper, span.upper + HOUR), by=make_user(), now=now + HOLD
    )
    standin.pay(order_of(change).session_id)

    work(standin, now + HOLD, rounds=2)

    booking.refresh_from_db()
    assert (booking.end, booking.amount) == (span.upper, 20_000)
    assert Refund.objects.get().amount == 10_000
    assert held(booking) == 20_000
    assert booking.events.filter(kind=Kind.CHANGE_ENDED, data__why="too_late").exists()


def test_cancelling_while_a_change_is_to_be_paid_closes_its_page(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))

    operations.cancel(booking=booking, by=student, as_owner=False, now=now)
    work(standin, now)

    assert order_of(change).status == OrderStatus.VOID
    assert Refund.objects.get().amount == 20_000


def test_paid_while_it_is_taken_back_comes_back_and_nothing_is_changed(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking = bought(standin, space, span, student, now)
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    standin.pay(order_of(change).session_id)
    operations.withdraw(booking=booking, by=student, now=now)

    work(standin, now, rounds=3)

    booking.refresh_from_db()
    assert (booking.end, booking.amount, held(booking)) == (span.upper, 20_000, 20_000)
    assert Refund.objects.get().amount == 10_000


def test_more_by_approval_is_reserved_and_then_drawn_at_the_owners_yes(
    standin: StandIn, span: Period, student: User, now: datetime
) -> None:
    space = make_space(price=10_000, is_instant=False)
    owner = make_member(space.organisation)
    booking = bought(standin, space, span, student, now)
    operations.approve(booking=booking, by=owner, now=now)
    booking.refresh_from_db()
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    standin.pay(order_of(change).session_id)
    work(standin, now)
    change.refresh_from_db()
    assert change.status == ChangeStatus.REQUESTED

    operations.approve(booking=booking, by=owner, now=now)

    booking.refresh_from_db()
    assert (booking.end, booking.amount, held(booking)) == (span.upper + HOUR, 30_000, 30_000)


def test_a_declined_change_lets_go_of_what_was_reserved(
    standin: StandIn, span: Period, student: User, now: datetime
) -> None:
    space = make_space(price=10_000, is_instant=False)
    owner = make_member(space.organisation)
    booking = bought(standin, space, span, student, now)
    operations.approve(booking=booking, by=owner, now=now)
    booking.refresh_from_db()
    change = operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    standin.pay(order_of(change).session_id)
    work(standin, now)

    operations.decline(booking=booking, by=owner, now=now)
    work(standin, now)

    booking.refresh_from_db()
    assert (booking.status, booking.end) == (Status.CONFIRMED, span.upper)
    assert order_of(change).status == OrderStatus.VOID


def test_a_request_that_becomes_shorter_is_drawn_only_so_far(
    standin: StandIn, span: Period, student: User, now: datetime
) -> None:
    space = make_space(price=10_000, is_instant=False)
    owner = make_member(space.organisation)
    booking = bought(standin, space, span, student, now)

    with pytest.raises(Refused) as no, transaction.atomic():
        operations.reschedule(booking=booking, by=student, now=now, span=longer(span))
    shorter = period(span.lower, span.lower + HOUR)
    operations.reschedule(booking=booking, by=student, now=now, span=shorter)
    operations.approve(booking=booking, by=owner, now=now)

    booking.refresh_from_db()
    assert no.value.code == "only_reserved"
    assert (booking.status, booking.amount, held(booking)) == (Status.CONFIRMED, 10_000, 10_000)


# --- For programs -----------------------------------------------------------------------


def test_the_api_reschedules_and_says_where_to_pay(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime, client: Client
) -> None:
    booking = bought(standin, space, span, student, now)
    client.force_login(student)
    url = f"/api/v1/bookings/{booking.pk}/reschedule/"
    end = {"end": (span.upper + HOUR).isoformat()}

    answer = client.post(url, end, content_type="application/json")

    assert answer.status_code == 200
    shown = answer.json()
    assert shown["change"]["status"] == "held"
    assert shown["change"]["due"] == {"amount": 10_000, "currency": "NOK"}
    assert shown["checkout_url"] == shown["change"]["checkout_url"] != ""
    again = client.post(url, end, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "change_waits")


@pytest.mark.parametrize("body", [{}, {"end": "2026-11-24T10:00:00"}, {"quantity": 0}])
def test_the_api_says_400_to_what_it_does_not_understand(
    span: Period, student: User, client: Client, body: dict[str, object]
) -> None:
    booking = make_booking(make_space(), span.lower, span.upper, by=student)
    client.force_login(student)

    answer = client.post(
        f"/api/v1/bookings/{booking.pk}/reschedule/", body, content_type="application/json"
    )

    assert answer.status_code == 400


def test_the_refund_quote_is_what_a_cancellation_gives(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime, client: Client
) -> None:
    booking = bought(standin, space, span, student, now)
    client.force_login(student)

    quoted = client.get(f"/api/v1/bookings/{booking.pk}/refund-quote/").json()
    client.post(f"/api/v1/bookings/{booking.pk}/cancel/", {}, content_type="application/json")

    assert quoted["can_cancel"]
    assert quoted["refund"]["amount"] == Refund.objects.get().amount == 20_000
    assert [(tier["percent"], tier["back"]["amount"]) for tier in quoted["tiers"]] == [
        (100, 20_000)
    ]


def test_the_api_books_a_cart(
    standin: StandIn, space: Space, span: Period, student: User, client: Client
) -> None:
    client.force_login(student)
    times = {"start": span.lower.isoformat(), "end": span.upper.isoformat()}
    wanted = [{"space": one.pk, **times, "title": "Kurs"} for one in (space, make_space())]

    answer = client.post("/api/v1/orders/", {"bookings": wanted}, content_type="application/json")

    assert answer.status_code == 201
    order = answer.json()
    assert [one["status"] for one in order["bookings"]] == ["held", "confirmed"]
    assert order["total"]["amount"] == 20_000
    assert order["checkout_url"]
    shown = client.get(f"/api/v1/orders/{order['id']}/").json()
    assert [one["id"] for one in shown["bookings"]] == [order["bookings"][0]["id"]]
    taken = client.post("/api/v1/orders/", {"bookings": wanted}, content_type="application/json")
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    assert taken.json()["item"] == 0
