"""Money at Stripe and bookings here come to agree, whatever happens on the way.

The stand-in answers the real `stripe` package over a real line; webhooks are held back
until a test delivers them.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import stripe
from django.db import transaction
from django.db.models import Sum
from django.test import Client

from accounts.models import User
from billing import ledger, operations
from billing.models import Code, Order, OrderStatus, Refund, RefundStatus, StripeEvent
from billing.operations import fulfilling
from billing.operations.cancelling import PaymentUnderWay
from billing.operations.changing import GRACE
from bookings.availability import verdict_on
from bookings.models import Booking, Kind, Status
from bookings.operations.holding import HOLD
from bookings.refusals import SlotTaken
from spaces.models import Space
from spaces.periods import Period
from tests.billing.conftest import SECRET, receive
from tests.factories import make_space, make_user
from tools.stripe_standin import ApiError, StandIn
from tools.stripe_standin.webhooks import sign

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DECLINED = "4000000000000002"
PRICE = 64_000  # two hours


@pytest.fixture
def space() -> Space:
    return make_space(price=32_000, cancellation=[[24 * 60, 100], [0, 25]])


@pytest.fixture
def on_request() -> Space:
    return make_space(price=32_000, is_instant=False)


@pytest.fixture
def student() -> User:
    return make_user()


@pytest.fixture
def owner() -> User:
    return make_user()


def book(space: Space, span: Period, by: User, now: datetime) -> tuple[Booking, Order]:
    booking = operations.book(space=space, span=span, by=by, now=now)
    return booking, Order.objects.get(lines__booking=booking)


def work(standin: StandIn, now: datetime, rounds: int = 1) -> None:
    """What Stripe says arrives and a worker does what waits; and again, later and later, so
    that what failed is due anew."""
    for minutes in (1, 3, 7, 15, 31)[:rounds]:
        standin.webhooks.deliver()
        operations.settle(now=now + minutes * MINUTE)


def stripe_balance(standin: StandIn) -> int:
    client: Any = stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})
    balance = client.v1.balance.retrieve()
    return sum(int(part.amount) for part in (*balance.available, *balance.pending))


def intents(standin: StandIn) -> list[str]:
    client = stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})
    return [intent.status for intent in client.v1.payment_intents.list().data]


def sessions(standin: StandIn) -> list[str | None]:
    client = stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})
    return [session.status for session in client.v1.checkout.sessions.list().data]


def agree(standin: StandIn) -> None:
    """Stripe, ledger, orders and bookings tell the same story, and nothing is left to do."""
    books = ledger.trial_balance()
    assert sum(books.values()) == 0
    assert books.get((Code.STRIPE_BALANCE, "NOK"), 0) == stripe_balance(standin)
    assert books.get((Code.REFUNDS_DUE, "NOK"), 0) == 0
    assert not StripeEvent.objects.filter(handled_at=None).exists()
    for order in Order.objects.all():
        booking = Booking.objects.get(order_lines__order=order)
        back = order.refunds.aggregate(total=Sum("amount"))["total"] or 0
        assert set(order.refunds.values_list("status", flat=True)) <= {RefundStatus.SUCCEEDED}
        assert order.status in (OrderStatus.PAID, OrderStatus.VOID)
        paid = order.amount if order.status == OrderStatus.PAID else 0
        assert ledger.held_for(order).amount == paid - back
        if booking.status == Status.CONFIRMED:
            assert (paid, back) == (order.amount, 0)
        elif booking.status != Status.CANCELLED:
            assert paid == back
    assert "requires_capture" not in intents(standin)
    assert "open" not in sessions(standin)


def state(booking: Booking) -> tuple[str, str]:
    booking.refresh_from_db()
    return booking.status, booking.order_lines.get().order.status


# --- Paid -------------------------------------------------------------------------------


def test_paid_is_confirmed_and_in_the_ledger(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(space, span, student, now)
    standin.pay(order.session_id)

    work(standin, now)

    assert state(booking) == ("confirmed", "paid")
    books = ledger.trial_balance()
    assert books[Code.HELD, "NOK"] == -PRICE
    assert books[Code.PSP_FEE, "NOK"] > 0
    agree(standin)


def test_declined_and_then_paid_is_paid_once(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(space, span, student, now)
    with pytest.raises(ApiError):
        standin.pay(order.session_id, DECLINED)
    work(standin, now)
    assert state(booking) == ("held", "open")

    standin.pay(order.session_id)
    work(standin, now)

    assert state(booking) == ("confirmed", "paid")
    agree(standin)


@pytest.mark.parametrize("declined_first", [False, True])
def test_abandoned_frees_the_time_although_no_worker_runs(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime, declined_first: bool
) -> None:
    booking, order = book(space, span, student, now)
    if declined_first:
        with pytest.raises(ApiError):
            standin.pay(order.session_id, DECLINED)
        operations.settle_order(order, now=now)

    other, its_order = book(space, span, make_user(), now + HOLD)
    assert other.status == Status.HELD

    operations.expire_holds(now=now + HOLD)  # and when one does, the page is closed
    work(standin, now + HOLD)
    assert state(booking) == ("expired", "void")
    with pytest.raises(ApiError):
        standin.pay(order.session_id)
    standin.pay(its_order.session_id)
    work(standin, now + HOLD)
    assert state(other) == ("confirmed", "paid")
    agree(standin)


def test_cancelling_a_hold_closes_its_page(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(space, span, student, now)
    with pytest.raises(ApiError):
        standin.pay(order.session_id, DECLINED)
    operations.settle_order(order, now=now)

    operations.cancel(booking=booking, by=student, as_owner=False, now=now)
    work(standin, now)

    assert state(booking) == ("cancelled", "void")
    agree(standin)


def test_paid_while_it_is_cancelled_comes_back_in_full(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(space, span, student, now)
    standin.pay(order.session_id)
    operations.cancel(booking=booking, by=student, as_owner=False, now=now)

    work(standin, now, rounds=3)

    assert state(booking) == ("cancelled", "paid")
    assert Refund.objects.get().amount == PRICE
    agree(standin)


# --- Webhooks ---------------------------------------------------------------------------


def test_each_webhook_twice_changes_nothing(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(space, span, student, now)
    standin.pay(order.session_id)
    work(standin, now)
    before = ledger.trial_balance()

    for event in standin.events:
        standin.resend(event["id"])
    work(standin, now, rounds=2)

    assert {delivered.status for delivered in standin.delivered} == {200}
    assert StripeEvent.objects.count() == len(standin.events)
    assert ledger.trial_balance() == before
    assert booking.events.filter(kind=Kind.CONFIRMED).count() == 1
    agree(standin)


def test_webhooks_in_reverse_and_late_end_the_same(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(space, span, student, now)
    standin.pay(order.session_id)
    operations.settle_order(order, now=now)  # the person came back before any webhook
    operations.cancel(booking=booking, by=student, as_owner=False, now=now)
    operations.settle(now=now)

    standin.webhooks.deliver(reverse=True)
    operations.settle(now=now + DAY)

    assert state(booking) == ("cancelled", "paid")
    agree(standin)


@pytest.mark.parametrize("forge", ["secret", "body", "age", "none", "rubbish"])
def test_a_forged_webhook_is_a_400_and_leaves_nothing(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime, forge: str
) -> None:
    _booking, order = book(space, span, student, now)
    standin.pay(order.session_id)
    standin.webhooks.deliver()
    body = standin.delivered[0].body.replace(b"evt_", b"evt_forged")
    StripeEvent.objects.all().delete()
    at = int(now.timestamp())
    signature = {
        "secret": sign(body, "whsec_other", at),
        "body": sign(body + b" ", SECRET, at),
        "age": sign(body, SECRET, at - 3600),
        "none": "",
        "rubbish": "t=x,v1=ø",
    }[forge]

    assert receive(body, signature) == 400
    assert not StripeEvent.objects.exists()
    assert receive(body, sign(body, SECRET, at)) == 200
    assert StripeEvent.objects.count() == 1


def test_a_webhook_that_is_asked_for_is_a_405() -> None:
    assert Client().get("/webhooks/stripe/").status_code == 405


def test_an_order_stripe_does_not_know_keeps_no_other_back(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    lost, lost_order = book(space, span, student, now)
    Order.objects.filter(pk=lost_order.pk).update(session_id="cs_test_from_elsewhere")
    operations.cancel(booking=lost, by=student, as_owner=False, now=now)
    booking, order = book(space, span, student, now)
    standin.pay(order.session_id)

    work(standin, now)

    assert state(booking) == ("confirmed", "paid")
    assert state(lost) == ("cancelled", "voiding")


def test_a_bug_with_one_order_keeps_no_other_back(
    standin: StandIn,
    on_request: Space,
    space: Space,
    span: Period,
    student: User,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is due once something is reserved breaks, in a way that nobody foresaw."""
    monkeypatch.setattr(fulfilling, "reserve", None)
    booking, broken = book(on_request, span, student, now)
    paid, order = book(space, span, student, now)
    standin.pay(broken.session_id)
    standin.pay(order.session_id)

    work(standin, now)

    booking.refresh_from_db()
    paid.refresh_from_db()
    assert (booking.status, paid.status) == (Status.HELD, Status.CONFIRMED)
    assert "a step failed" in caplog.text
    assert StripeEvent.objects.filter(handled_at=None).exists()


# --- Paid too late ----------------------------------------------------------------------


@pytest.mark.parametrize("swept", [False, True])
def test_paid_after_the_hold_ran_out_stands_while_free(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime, swept: bool
) -> None:
    booking, order = book(space, span, student, now)
    if swept:
        operations.expire_holds(now=now + HOLD)
    standin.pay(order.session_id)

    work(standin, now + HOLD, rounds=2)

    assert state(booking) == ("confirmed", "paid")
    assert booking.occupancies.get().held_until is None
    agree(standin)


@pytest.mark.parametrize("swept", [False, True])
def test_paid_after_somebody_else_took_the_time_comes_back_in_full(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime, swept: bool
) -> None:
    booking, order = book(space, span, student, now)
    if swept:
        operations.expire_holds(now=now + HOLD)
    other, its_order = book(space, span, make_user(), now + HOLD)
    standin.pay(order.session_id)
    standin.pay(its_order.session_id)

    work(standin, now + HOLD, rounds=2)
    operations.expire_holds(now=now + HOLD)

    assert state(booking) == ("expired", "paid")
    assert state(other) == ("confirmed", "paid")
    assert booking.refunds.get().amount == PRICE
    assert booking.events.filter(kind=Kind.PAID_TOO_LATE).count() == 1
    agree(standin)


# --- On request -------------------------------------------------------------------------


@pytest.fixture
def reserved(
    standin: StandIn, on_request: Space, span: Period, student: User, now: datetime
) -> Booking:
    """A request whose price is reserved on the booker's card."""
    booking, order = book(on_request, span, student, now)
    standin.pay(order.session_id)
    work(standin, now)
    assert state(booking) == ("requested", "authorised")
    return booking


def test_approve_draws_the_money_and_confirms(
    standin: StandIn, reserved: Booking, owner: User, now: datetime
) -> None:
    operations.approve(booking=reserved, by=owner, now=now)

    assert state(reserved) == ("confirmed", "paid")
    assert reserved.events.get(kind=Kind.CONFIRMED).by == owner
    work(standin, now)
    agree(standin)


def test_decline_lets_the_money_go(
    standin: StandIn, reserved: Booking, owner: User, now: datetime
) -> None:
    operations.decline(booking=reserved, by=owner, now=now)
    work(standin, now, rounds=2)

    assert state(reserved) == ("declined", "void")
    assert intents(standin) == ["canceled"]
    agree(standin)


def test_nobody_answers_and_the_money_is_let_go(
    standin: StandIn, reserved: Booking, now: datetime
) -> None:
    operations.expire_holds(now=now + 3 * DAY)
    work(standin, now + 3 * DAY, rounds=2)

    assert state(reserved) == ("declined", "void")
    agree(standin)


def test_withdrawing_a_request_lets_the_money_go(
    standin: StandIn, reserved: Booking, student: User, now: datetime
) -> None:
    operations.cancel(booking=reserved, by=student, as_owner=False, now=now)
    work(standin, now, rounds=2)

    assert state(reserved) == ("cancelled", "void")
    agree(standin)


def test_reserved_while_it_is_cancelled_is_let_go(
    standin: StandIn, on_request: Space, span: Period, student: User, now: datetime
) -> None:
    """The card was charged a moment before, and the webhook had not come."""
    booking, order = book(on_request, span, student, now)
    standin.pay(order.session_id)
    operations.cancel(booking=booking, by=student, as_owner=False, now=now)

    work(standin, now, rounds=2)

    assert state(booking) == ("cancelled", "void")
    assert intents(standin) == ["canceled"]
    agree(standin)


def test_reserved_on_a_page_thought_closed_is_let_go(
    standin: StandIn, on_request: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(on_request, span, student, now)
    Order.objects.filter(pk=order.pk).update(session_id="")  # not known here yet
    operations.cancel(booking=booking, by=student, as_owner=False, now=now)
    operations.settle(now=now)
    assert state(booking) == ("cancelled", "void")
    Order.objects.filter(pk=order.pk).update(session_id=order.session_id)
    standin.pay(order.session_id)

    work(standin, now, rounds=2)

    assert intents(standin) == ["canceled"]
    agree(standin)


def test_reserved_too_late_for_a_time_that_has_gone_is_let_go(
    standin: StandIn, on_request: Space, span: Period, student: User, now: datetime
) -> None:
    booking, order = book(on_request, span, student, now)
    Space.objects.update(is_instant=True)
    on_request.refresh_from_db()
    on_request.prices.update(amount=0)
    operations.book(space=on_request, span=span, by=make_user(), now=now + HOLD)
    standin.pay(order.session_id)

    work(standin, now + HOLD, rounds=2)
    operations.expire_holds(now=now + HOLD)

    assert state(booking) == ("expired", "void")
    assert booking.events.filter(kind=Kind.PAID_TOO_LATE).exists()
    agree(standin)


def test_a_capture_that_fails_declines(
    standin: StandIn, reserved: Booking, owner: User, now: datetime
) -> None:
    client = stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})
    client.v1.payment_intents.cancel(reserved.order_lines.get().order.intent_id)

    operations.approve(booking=reserved, by=owner, now=now)
    work(standin, now, rounds=2)

    assert state(reserved) == ("declined", "void")
    assert reserved.events.filter(kind=Kind.PAYMENT_FAILED).count() == 1
    assert not reserved.occupancies.exists()
    agree(standin)


def test_a_capture_that_somebody_made_by_hand_confirms(
    standin: StandIn, reserved: Booking, owner: User, now: datetime
) -> None:
    client = stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})
    client.v1.payment_intents.capture(reserved.order_lines.get().order.intent_id)

    operations.approve(booking=reserved, by=owner, now=now)

    assert state(reserved) == ("confirmed", "paid")
    work(standin, now)
    agree(standin)


def test_while_money_is_drawn_nothing_can_be_ended(
    standin: StandIn, reserved: Booking, owner: User, student: User, now: datetime
) -> None:
    standin.faults.drop_after("POST", "/v1/payment_intents/*/capture", times=2)
    operations.approve(booking=reserved, by=owner, now=now)
    assert state(reserved) == ("requested", "capturing")

    with pytest.raises(PaymentUnderWay), transaction.atomic():
        operations.cancel(booking=reserved, by=student, as_owner=False, now=now)
    work(standin, now, rounds=3)

    assert state(reserved) == ("confirmed", "paid")
    agree(standin)


def test_drawn_after_the_yes_has_run_out_comes_back_in_full(
    standin: StandIn, reserved: Booking, owner: User, now: datetime
) -> None:
    standin.faults.drop_after("POST", "/v1/payment_intents/*/capture", times=2)
    Booking.objects.filter(pk=reserved.pk).update(expires_at=now + MINUTE)
    operations.approve(booking=reserved, by=owner, now=now)
    late = now + GRACE
    operations.expire_holds(now=late)
    work(standin, late, rounds=3)

    assert state(reserved) == ("declined", "paid")
    agree(standin)


# --- Cancelled --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "notice", "as_owner", "returned"),
    [
        (25, 24 * HOUR, False, PRICE),
        (25, 24 * HOUR - MINUTE, False, PRICE // 4),
        (0, 24 * HOUR - MINUTE, False, 0),
        (0, MINUTE, True, PRICE),
    ],
    ids=["in time", "late, in part", "late", "by the owner"],
)
def test_cancel_returns_what_was_agreed(
    standin: StandIn,
    span: Period,
    student: User,
    owner: User,
    now: datetime,
    percent: int,
    notice: timedelta,
    as_owner: bool,
    returned: int,
) -> None:
    space = make_space(price=32_000, cancellation=[[24 * 60, 100], [0, percent]])
    booking, order = book(space, span, student, now)
    standin.pay(order.session_id)
    work(standin, now)

    operations.cancel(
        booking=booking,
        by=owner if as_owner else student,
        as_owner=as_owner,
        now=span.lower - notice,
    )
    work(standin, span.lower, rounds=2)

    assert state(booking) == ("cancelled", "paid")
    amounts = list(Refund.objects.values_list("amount", "status"))
    assert amounts == ([(returned, RefundStatus.SUCCEEDED)] if returned else [])
    assert ledger.held_for(order).amount == PRICE - returned
    agree(standin)


def test_refund_of_more_than_is_left_is_refused(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    _booking, order = book(space, span, student, now)
    standin.pay(order.session_id)
    work(standin, now)
    operations.refund(line=order.lines.get(), amount=PRICE - 1, now=now)

    with pytest.raises(ledger.MoreThanPaid):
        operations.refund(line=order.lines.get(), amount=2, now=now)


# --- Stripe in trouble ------------------------------------------------------------------


def test_a_silent_stripe_leaves_the_hold_to_be_paid_later(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    standin.faults.fail("POST", "/v1/checkout/sessions", times=2)
    booking, order = book(space, span, student, now)
    assert (booking.status, order.checkout_url) == (Status.HELD, "")
    with pytest.raises(SlotTaken):
        book(space, span, make_user(), now)

    order = operations.open_checkout(booking=booking, now=now + MINUTE)

    assert order.checkout_url.startswith(standin.url)
    assert operations.open_checkout(booking=booking, now=now + MINUTE) == order
    assert len(sessions(standin)) == 1


def test_a_price_too_small_for_stripe_is_refused_in_words(
    standin: StandIn, span: Period, student: User, now: datetime
) -> None:
    space = make_space(price=10)
    with pytest.raises(operations.PaymentsClosed):
        operations.book(space=space, span=span, by=student, now=now, key="key")

    assert verdict_on(space, span, now=now) == "free"  # nobody is kept from it
    with pytest.raises(operations.PaymentsClosed):
        operations.book(space=space, span=span, by=student, now=now, key="key")


def test_without_keys_only_what_is_free_can_be_booked(
    settings, space: Space, span: Period, student: User, now: datetime
) -> None:
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(operations.PaymentsClosed), transaction.atomic():
        book(space, span, student, now)
    space.prices.update(amount=0)
    assert operations.book(space=space, span=span, by=student, now=now).status == "confirmed"


def test_leases_grow_so_that_trouble_is_met_ever_more_rarely(
    standin: StandIn, space: Space, span: Period, student: User, now: datetime
) -> None:
    booking, _order = book(space, span, student, now)
    operations.cancel(booking=booking, by=student, as_owner=False, now=now)
    standin.faults.fail("GET", "/v1/checkout/sessions/*", times=100)
    tried = [minute for minute in range(60) if operations.settle(now=now + minute * MINUTE)]

    assert tried == [0, 1, 3, 7, 15, 31]
    assert all(later > sooner for sooner, later in pairwise(tried))
