"""A cart or a series that is paid with one card and answered by its owners: all of it or none."""

from datetime import datetime, timedelta

import pytest
import stripe
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing import ledger, operations
from billing.models import Document, Order, OrderStatus
from billing.operations import Item
from billing.operations.cancelling import PaymentUnderWay
from billing.operations.changing import GRACE
from bookings.deliveries import send_due
from bookings.models import Booking, Delivery, Kind, Status
from bookings.operations.holding import HOLD
from bookings.operations.offering import Wish, preview
from bookings.refusals import AskedTogether, WrongState
from spaces.models import Space
from spaces.periods import Period, period
from tests.billing.asked_together import TOTAL, Cart, asked, held, rooms
from tests.billing.test_paid_series import weekly
from tests.billing.test_settling import intents, work
from tests.factories import make_member, make_space, make_user
from tools.stripe_standin import StandIn

__all__ = ["asked", "held", "rooms"]  # fixtures

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def told(kind: Kind) -> list[tuple[User | None, Booking | None]]:
    found = Delivery.objects.filter(kind=kind).select_related("recipient", "booking")
    return [(one.recipient, one.booking) for one in found.order_by("pk")]


def at_stripe(standin: StandIn) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})


# --- The card is given ------------------------------------------------------------------------


def test_book_together_asks_for_all_that_is_to_be_paid_with_one_card(held: Cart) -> None:
    assert held.state == ({"held"}, OrderStatus.OPEN)
    assert (held.order.amount, held.order.is_captured_later) == (TOTAL, True)
    assert len({one.asked_with for one in held.booked}) == 1
    assert [one.agreed_at is not None for one in held.booked] == [False, False, True]


def test_reserved_waits_for_the_owners_and_charges_nothing(asked: Cart, standin: StandIn) -> None:
    assert asked.state == ({"requested"}, OrderStatus.AUTHORISED)
    assert intents(standin) == ["requires_capture"]
    ends = set(Booking.objects.values_list("expires_at", flat=True))
    (until,) = ends  # the shortest of their times
    assert until is not None
    assert HOUR * 24 <= until - asked.now < HOUR * 25
    assert told(Kind.REQUESTED) == [
        (asked.student, asked.booked[0]),
        (asked.owners[0], asked.booked[0]),
        (asked.owners[1], asked.booked[1]),
    ]


def test_what_is_free_of_charge_is_booked_by_itself(
    standin: StandIn, rooms: list[Space], span: Period, now: datetime
) -> None:
    items = [Item(room, span) for room in (*rooms, make_space(), make_space(is_instant=False))]
    booked = operations.book_together(items=items, by=make_user(), now=now)
    assert [one.status for one in booked] == ["held"] * 3 + ["confirmed", "requested"]
    assert [one.asked_with is None for one in booked[3:]] == [True, True]


def test_reserved_too_late_for_one_of_them_lets_all_of_it_go(
    held: Cart, standin: StandIn, rooms: list[Space], span: Period
) -> None:
    late = held.now + HOLD
    operations.book(space=rooms[2], span=span, by=make_user(), now=late)
    standin.pay(held.order.session_id)

    work(standin, late, rounds=2)
    operations.expire_holds(now=late)

    assert held.state == ({"expired"}, OrderStatus.VOID)
    assert intents(standin) == ["canceled"]
    assert told(Kind.PAID_TOO_LATE) == [(held.student, held.booked[0])]


# --- Yes ----------------------------------------------------------------------------------------


def test_the_first_yes_waits_and_the_last_draws_all_of_it_once(
    asked: Cart, standin: StandIn
) -> None:
    first = asked.approve(0)
    assert (first.status, first.agreed_by) == (Status.REQUESTED, asked.owners[0])
    assert asked.state == ({"requested"}, OrderStatus.AUTHORISED)
    assert first.events.get(kind=Kind.AGREED).by == asked.owners[0]

    asked.now += timedelta(minutes=1)
    last = asked.approve(1)

    assert last.status == Status.CONFIRMED
    told_so = {who for who, _about in told(Kind.CONFIRMED)}
    assert told_so == {asked.student, asked.owners[0], asked.owners[2]}  # the last knows
    assert asked.state == ({"confirmed"}, OrderStatus.PAID)
    by = [one.events.get(kind=Kind.CONFIRMED).by for one in asked.booked]
    assert by == [asked.owners[0], asked.owners[1], None]
    work(standin, asked.now)
    assert ledger.held_for(asked.order).amount == TOTAL
    receipts = Document.objects.order_by("gross").values_list("series__owner", "gross")
    owners = [one.space.organisation_id for one in asked.booked]
    assert list(receipts) == [(owners[2], 20_000), (owners[0], 40_000), (owners[1], 60_000)]


def test_the_same_yes_twice_is_one(asked: Cart) -> None:
    asked.approve(0)
    asked.approve(0)
    assert asked.state == ({"requested"}, OrderStatus.AUTHORISED)
    assert asked.booked[0].events.filter(kind=Kind.AGREED).count() == 1


def test_a_worker_killed_after_the_money_was_drawn_finds_it_drawn(
    asked: Cart, standin: StandIn
) -> None:
    """The answer to the capture was never written down."""
    standin.faults.drop_after("POST", "/v1/payment_intents/*/capture", times=2)
    asked.approve(0)
    asked.approve(1)
    assert asked.state == ({"requested"}, OrderStatus.CAPTURING)
    with pytest.raises(PaymentUnderWay), transaction.atomic():
        operations.cancel(booking=asked.booked[2], by=asked.student, as_owner=False, now=asked.now)
    with pytest.raises(PaymentUnderWay), transaction.atomic():
        asked.decline(0)

    work(standin, asked.now, rounds=3)

    assert asked.state == ({"confirmed"}, OrderStatus.PAID)
    assert intents(standin) == ["succeeded"]
    assert ledger.held_for(asked.order).amount == TOTAL


def test_drawn_after_their_time_ran_out_all_of_it_comes_back(asked: Cart, standin: StandIn) -> None:
    standin.faults.drop_after("POST", "/v1/payment_intents/*/capture", times=2)
    Booking.objects.update(expires_at=asked.now + MINUTE)
    asked.approve(0)
    asked.approve(1)
    late = asked.now + GRACE
    operations.expire_holds(now=late)

    work(standin, late, rounds=2)

    assert asked.state == ({"declined"}, OrderStatus.PAID)
    assert sum(one.amount for one in asked.order.refunds.all()) == TOTAL


def test_a_cancellation_afterwards_gives_back_by_the_terms_of_that_one(
    asked: Cart, standin: StandIn
) -> None:
    asked.approve(0)
    asked.approve(1)
    booking = Booking.objects.get(pk=asked.booked[2].pk)
    operations.cancel(booking=booking, by=asked.student, as_owner=False, now=asked.now)
    assert [one.status for one in Booking.objects.order_by("pk")] == [
        "confirmed",
        "confirmed",
        "cancelled",
    ]
    assert asked.order.refunds.get().amount == 20_000


# --- No -----------------------------------------------------------------------------------------


def test_the_first_no_ends_all_of_it_and_tells_everybody_once(
    asked: Cart, standin: StandIn
) -> None:
    asked.approve(0)

    asked.decline(1, reason="Laben vaskes")
    work(standin, asked.now, rounds=2)

    assert asked.state == ({"declined"}, OrderStatus.VOID)
    assert intents(standin) == ["canceled"]
    assert told(Kind.DECLINED) == [
        (asked.student, asked.booked[1]),
        (asked.owners[0], asked.booked[0]),
    ]
    with pytest.raises(WrongState), transaction.atomic():
        asked.approve(0)


@pytest.mark.parametrize("number", [0, 2])
def test_who_said_yes_or_was_not_asked_may_still_say_no(
    asked: Cart, standin: StandIn, client: Client, number: int
) -> None:
    """Until the last yes: a pipe may burst meanwhile."""
    asked.approve(0)
    client.force_login(asked.owners[number])
    page = client.get(asked.booked[number].get_absolute_url()).content.decode()
    assert "Decline after all" in page
    address = reverse("decline", args=[asked.booked[number].pk])

    client.post(address, {"reason": "Vannlekkasje"})
    work(standin, asked.now, rounds=2)

    assert asked.state == ({"declined"}, OrderStatus.VOID)
    assert [who for who, _about in told(Kind.DECLINED)].count(asked.student) == 1


def test_who_said_no_while_the_card_is_charged_is_told_to_cancel_it(
    asked: Cart, standin: StandIn, client: Client
) -> None:
    standin.faults.drop_after("POST", "/v1/payment_intents/*/capture", times=2)
    asked.approve(0)
    asked.approve(1)
    client.force_login(asked.owners[0])

    page = client.get(asked.booked[0].get_absolute_url()).content.decode()

    assert "cancel it then: everything comes back" in page
    assert "Decline after all" not in page
    work(standin, asked.now + HOUR)
    booking = Booking.objects.get(pk=asked.booked[0].pk)
    operations.cancel(booking=booking, by=asked.owners[0], as_owner=True, now=asked.now)
    assert asked.order.refunds.get().amount == booking.amount


def test_no_answer_in_time_ends_all_of_it(asked: Cart, standin: StandIn) -> None:
    asked.approve(0)
    late = asked.now + 25 * HOUR

    operations.expire_holds(now=late)
    work(standin, late, rounds=2)

    assert asked.state == ({"declined"}, OrderStatus.VOID)
    assert {who for who, _about in told(Kind.DECLINED)} == {asked.student, *asked.owners[:2]}
    assert len(told(Kind.DECLINED)) == 3


def test_withdrawing_one_withdraws_all(asked: Cart, standin: StandIn) -> None:
    asked.approve(0)
    operations.cancel(booking=asked.booked[2], by=asked.student, as_owner=False, now=asked.now)
    work(standin, asked.now, rounds=2)

    assert asked.state == ({"cancelled"}, OrderStatus.VOID)
    assert intents(standin) == ["canceled"]
    assert [who for who, _about in told(Kind.CANCELLED)] == [asked.student, *asked.owners[:2]]


def test_letting_one_hold_go_lets_all_go(held: Cart, standin: StandIn) -> None:
    operations.cancel(booking=held.booked[0], by=held.student, as_owner=False, now=held.now)
    work(standin, held.now, rounds=2)
    assert held.state == ({"cancelled"}, OrderStatus.VOID)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("is_first", [True, False])
def test_a_reservation_that_the_bank_lets_go_of_ends_all_of_it(
    asked: Cart, standin: StandIn, is_first: bool
) -> None:
    """Before the last yes, or when it is to be drawn."""
    asked.approve(0)
    at_stripe(standin).v1.payment_intents.cancel(asked.order.intent_id)
    if is_first:
        work(standin, asked.now)
    else:
        asked.approve(1)
        work(standin, asked.now, rounds=2)

    assert asked.state == ({"declined"}, OrderStatus.VOID)
    assert [who for who, _about in told(Kind.PAYMENT_FAILED)] == [
        asked.student,
        *asked.owners[:2],
    ]
    assert not told(Kind.DECLINED)


def test_the_answer_is_due_before_the_bank_lets_go(
    held: Cart, standin: StandIn, rooms: list[Space]
) -> None:
    order = held.order
    Space.objects.update(answer_within=5 * 24 * 60)
    standin.pay(order.session_id)
    work(standin, held.now + 4 * DAY)  # Stripe's word came late
    order.refresh_from_db()
    assert order.lapses_at is not None
    for booking in Booking.objects.all():
        assert booking.expires_at is None or booking.expires_at < order.lapses_at


def test_drawn_by_hand_before_all_have_said_yes_comes_back(asked: Cart, standin: StandIn) -> None:
    asked.approve(0)
    at_stripe(standin).v1.payment_intents.capture(asked.order.intent_id)

    work(standin, asked.now, rounds=2)

    assert asked.state == ({"declined"}, OrderStatus.PAID)
    assert sum(one.amount for one in asked.order.refunds.all()) == TOTAL


def test_what_is_asked_for_together_is_changed_once_it_is_answered(asked: Cart) -> None:
    booking = Booking.objects.get(pk=asked.booked[0].pk)
    wish = Wish.of(booking, span=period(booking.start, booking.end - HOUR))
    with pytest.raises(AskedTogether):
        preview(booking, wish, now=asked.now)


def test_the_database_keeps_them_together(asked: Cart) -> None:
    """Whatever the code does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for status in ("confirmed", "cancelled", "declined"):
        one = Booking.objects.filter(pk=asked.booked[2].pk)
        with pytest.raises(IntegrityError, match="all confirmed or none"), transaction.atomic():
            one.update(status=status)


# --- Series ---------------------------------------------------------------------------------------


def test_a_series_is_answered_as_one(standin: StandIn, now: datetime) -> None:
    room, student = make_space(price=20_000, is_instant=False), make_user()
    owner = make_member(room.organisation)
    series, picks = weekly(Space.objects.get(pk=room.pk))
    operations.book_series(series=series, picks=picks, by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    work(standin, now)
    assert set(series.bookings.values_list("status", flat=True)) == {"requested"}
    first = series.bookings.order_by("period").first()
    assert told(Kind.REQUESTED) == [(student, first), (owner, first)]

    assert len(operations.approve_series(series=series, by=owner, now=now)) == 3

    assert set(series.bookings.values_list("status", flat=True)) == {"confirmed"}
    assert Order.objects.get().status == OrderStatus.PAID
    assert told(Kind.SERIES_BOOKED) == [(student, first), (owner, first)]
    assert not told(Kind.CONFIRMED)


def test_a_series_that_its_owner_declines_in_part_is_declined(
    standin: StandIn, now: datetime
) -> None:
    room, student = make_space(price=20_000, is_instant=False), make_user()
    series, picks = weekly(Space.objects.get(pk=room.pk))
    operations.book_series(series=series, picks=picks, by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    work(standin, now)
    owner = make_member(room.organisation)
    one = series.bookings.order_by("period")[1]
    operations.approve(booking=one, by=owner, now=now)

    assert len(operations.decline_series(series=series, by=owner, now=now)) == 2

    work(standin, now, rounds=2)
    assert set(series.bookings.values_list("status", flat=True)) == {"declined"}
    assert Order.objects.get().status == OrderStatus.VOID


def test_withdrawing_a_series_from_a_day_on_withdraws_all_of_it(
    standin: StandIn, now: datetime
) -> None:
    student = make_user()
    room = make_space(price=20_000, is_instant=False)
    series, picks = weekly(Space.objects.get(pk=room.pk))
    operations.book_series(series=series, picks=picks, by=student, now=now)
    standin.pay(Order.objects.get().session_id)
    work(standin, now)

    ended = operations.cancel_series(series=series, by=student, now=now, first=picks[2].day)

    assert len(ended) == 3
    assert set(series.bookings.values_list("status", flat=True)) == {"cancelled"}
    assert [who for who, _about in told(Kind.SERIES_CANCELLED)] == [student]


# --- What people see --------------------------------------------------------------------------


def test_the_cart_says_who_answers_and_that_nothing_is_charged_before(
    client: Client, standin: StandIn, rooms: list[Space], span: Period, now: datetime
) -> None:
    student = make_user(language="en")
    client.force_login(student)
    for room in rooms[:2]:
        operations.add_to_cart(items=[Item(room, span)], by=student, now=now)
    page = client.get(reverse("cart")).content.decode()
    owners = ", ".join(sorted(str(one.organisation) for one in rooms[:2]))
    assert f"is reserved on your card, and charged only when all of {owners} have said yes" in page
    assert "Book all" in page


def test_the_pages_tell_booker_and_owners_who_has_said_yes(asked: Cart, client: Client) -> None:
    asked.approve(0)
    first, second = asked.booked[:2]
    client.force_login(asked.student)
    page = client.get(first.get_absolute_url()).content.decode()
    assert f"Approved by {first.space.organisation}" in page
    assert f"Waits for {second.space.organisation}" in page
    assert "Needs no answer" in page

    client.force_login(asked.owners[0])
    page = client.get(first.get_absolute_url()).content.decode()
    assert f"You said yes. It waits for {second.space.organisation}" in page
    assert "Decline after all" in page
    assert "Laben" not in page
    assert not client.get(reverse("owner_requests")).context["asked"]

    client.force_login(asked.owners[1])
    page = client.get(second.get_absolute_url()).content.decode()
    assert f"Approved by {first.space.organisation} already" in page
    assert "Nidelva" not in page
    client.post(reverse("approve", args=[second.pk]))
    assert asked.state == ({"confirmed"}, OrderStatus.PAID)


def test_the_page_before_withdrawing_says_that_all_goes(asked: Cart, client: Client) -> None:
    client.force_login(asked.student)
    page = client.get(reverse("cancel", args=[asked.booked[0].pk])).content.decode()
    assert "All 3 times are withdrawn" in page


def test_the_api_says_who_answers_and_until_when(
    client: Client, standin: StandIn, rooms: list[Space], span: Period
) -> None:
    client.force_login(make_user())
    wanted = [
        {"space": one.pk, "start": span.lower.isoformat(), "end": span.upper.isoformat()}
        for one in rooms
    ]
    made = client.post("/api/v1/orders/", {"bookings": wanted}, "application/json")
    assert made.status_code == 201
    order = made.json()
    assert order["asks"]["owners"] == sorted(one.organisation.slug for one in rooms[:2])
    assert len({one["asked_with"] for one in order["bookings"]}) == 1
    assert ["agreed_at" in one for one in order["bookings"]] == [False, False, True]

    series = {
        "space": rooms[0].pk,
        "date": (span.lower + DAY).date().isoformat(),
        "from": "10:00",
        "to": "12:00",
        "repeat": "weekly",
        "count": 2,
    }
    seen = client.post("/api/v1/series/?preview=1", series, "application/json").json()
    assert seen["asks"]["owners"] == [rooms[0].organisation.slug]


def test_the_letters_say_why(asked: Cart) -> None:
    send_due(now=asked.now + HOUR, limit=20)
    asked.approve(0)
    asked.decline(1, reason="Laben vaskes")
    send_due(now=asked.now + HOUR, limit=20)
    asked_for, no = (str(one.body) for one in mail.outbox if one.to == [asked.student.email])
    assert "kr is reserved on your card and not charged" in asked_for
    assert f"{asked.booked[1].space.organisation} could not say yes to Laben" in no
    assert "Laben vaskes" in no
    to_answer, nothing = (str(one.body) for one in mail.outbox if one.to == [asked.owners[0].email])
    assert "together with 2 times of others" in to_answer
    assert f"{asked.booked[1].space.organisation} could not say yes this time" in nothing
    assert "Laben" not in to_answer + nothing
