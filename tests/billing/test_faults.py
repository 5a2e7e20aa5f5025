"""Every call to Stripe in every kind of trouble ends with money and bookings agreeing.

The calls are read out of the gateway files: one without a row here fails. Each row is a
journey on which the call is made, with the real `stripe` package over a real line.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.utils import timezone

import billing
from billing import audit, ledger, operations
from billing.models import (
    Card,
    CardStatus,
    Case,
    Code,
    Dispute,
    Order,
    OrderStatus,
    Payout,
    PayoutAccount,
    Refund,
    RefundStatus,
    SendStatus,
    StripeEvent,
    Transfer,
    TransferReversal,
)
from billing.models.payout import PayoutState
from billing.operations.depositing import TO_CLAIM
from billing.stripe_gateway import PaymentsUnavailable
from bookings import audit as promises
from bookings import operations as bookings
from bookings.models import Booking
from bookings.operations.holding import HOLD
from spaces.models import Space
from spaces.periods import period
from tests.billing.conftest import receive
from tests.billing.owners import agree_fee
from tests.billing.test_settling import intents, sessions, state, stripe_balance
from tests.factories import make_booking, make_member, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REFUNDED_LATER = "4000000000007726"
BACK = 30 * DAY  # so much of Stripe's books is read in the end
PRICE = 64_000  # two hours
ON_THE_LINE = ("fail", "drop_before", "drop_after")
OF_WEBHOOKS = ("twice", "backwards", "lost")


@dataclass
class World:
    """People who try again when they are told to, a worker who comes by again and again, and
    webhooks that come as the trouble has it."""

    standin: StandIn
    now: datetime
    trouble: str = ""

    @property
    def api(self) -> Any:
        return stripe.StripeClient("sk_test_ledig", base_addresses={"api": self.standin.url}).v1

    def book(self, space: Space) -> tuple[Booking, Order]:
        start = (self.now + 5 * DAY).replace(minute=0, second=0, microsecond=0)
        span = period(start, start + 2 * HOUR)
        booking = operations.book(space=space, span=span, by=make_user(), now=self.now)
        order = self.until_done(lambda: operations.open_checkout(booking=booking, now=self.now))
        return booking, order

    def pay(self, order: Order, card: str = "4242424242424242") -> None:
        """And come back from the page."""
        self.standin.pay(order.session_id, card)
        self.until_done(lambda: operations.settle_order(order, now=self.now))
        self.work()
        order.refresh_from_db()

    def until_done(self, step: Callable[[], Any]) -> Any:
        for _try in range(4):
            try:
                return step()
            except PaymentsUnavailable:
                self.work()
        return step()

    def work(self, at: datetime | None = None) -> None:
        """Until nothing waits; what failed is due anew ever later."""
        at = at or self.now
        for minutes in (1, 3, 7):
            self.hear()
            operations.settle(now=at + minutes * MINUTE)
        self.hear()

    def hear(self) -> None:
        seen = len(self.standin.delivered)
        if self.trouble != "lost":
            self.standin.webhooks.deliver(reverse=self.trouble == "backwards")
        if self.trouble == "twice":
            for told in self.standin.delivered[seen:]:
                assert receive(told.body, told.signature) == 200

    def agrees(self, at: datetime) -> None:
        """Stripe, ledger, orders and bookings tell one story, and nothing is left to do."""
        first = self.until_done(lambda: operations.reconcile(now=at, back=BACK))
        assert first.lost == 0 or self.trouble == "lost"
        self.work(at)
        again = operations.reconcile(now=at + HOUR, back=BACK)
        assert (again.lost, again.opened, again.closed) == (0, 0, 0)
        assert not Case.objects.exists()

        assert [one for one in promises.audit(audit.CHECKS, now=at) if one.count] == []
        books = ledger.trial_balance()
        assert sum(books.values()) == 0
        assert books.get((Code.STRIPE_BALANCE, "NOK"), 0) == stripe_balance(self.standin)
        for nothing in (Code.REFUNDS_DUE, Code.TRANSFERRING, Code.OWNER_PAYABLE, Code.OWNER_DEBT):
            assert books.get((nothing, "NOK"), 0) == 0
        assert not StripeEvent.objects.filter(handled_at=None).exists()
        assert set(Order.objects.values_list("status", flat=True)) <= {"paid", "void"}
        assert set(Refund.objects.values_list("status", flat=True)) <= {RefundStatus.SUCCEEDED}
        assert "requires_capture" not in intents(self.standin)
        assert "open" not in sessions(self.standin)


# --- Journeys ---------------------------------------------------------------------------


def buys_and_cancels(world: World) -> datetime:
    booking, order = world.book(make_space(price=32_000))
    world.pay(order, REFUNDED_LATER)
    assert state(booking) == ("confirmed", "paid")
    operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=world.now)
    world.work()
    assert Refund.objects.get().status == RefundStatus.PENDING

    world.standin.advance(3_601)
    world.work(world.now + HOUR)
    assert state(booking) == ("cancelled", "paid")
    assert Refund.objects.get().amount == PRICE
    assert ledger.held_for(order).amount == 0
    return world.now + 2 * HOUR


def walks_away(world: World) -> datetime:
    booking, _order = world.book(make_space(price=32_000))
    operations.expire_holds(now=world.now + HOLD)
    world.work(world.now + HOLD)
    assert state(booking) == ("expired", "void")
    return world.now + 2 * HOUR


def is_let_in(world: World) -> datetime:
    booking, order = world.book(make_space(price=32_000, is_instant=False))
    world.pay(order)
    assert state(booking) == ("requested", "authorised")
    operations.approve(booking=booking, by=make_user(), now=world.now)
    world.work()
    assert state(booking) == ("confirmed", "paid")
    assert ledger.held_for(order).amount == PRICE
    return world.now + 2 * HOUR


def is_let_in_by_two(world: World) -> datetime:
    """A cart of two owners on one card: the first yes waits, and the second draws all of it."""
    start = (world.now + 5 * DAY).replace(minute=0, second=0, microsecond=0)
    span = period(start, start + 2 * HOUR)
    wanted = [operations.Item(make_space(price=32_000, is_instant=False), span) for _n in range(2)]
    booked = operations.book_together(items=wanted, by=make_user(), now=world.now)
    order = world.until_done(lambda: operations.open_checkout(booking=booked[0], now=world.now))
    world.pay(order)
    assert {state(one) for one in booked} == {("requested", "authorised")}
    for one in booked:
        operations.approve(booking=one, by=make_user(), now=world.now)
    world.work()
    assert {state(one) for one in booked} == {("confirmed", "paid")}
    assert ledger.held_for(order).amount == 2 * PRICE
    return world.now + 2 * HOUR


def is_turned_down(world: World) -> datetime:
    booking, order = world.book(make_space(price=32_000, is_instant=False))
    world.pay(order)
    operations.decline(booking=booking, by=make_user(), now=world.now)
    world.work()
    assert state(booking) == ("declined", "void")
    assert intents(world.standin) == ["canceled"]
    return world.now + 2 * HOUR


def leaves_a_deposit(world: World) -> datetime:
    """On a saved card, which is removed in the end; part of it is claimed."""
    by = make_user()
    setup = world.until_done(lambda: operations.open_setup(by=by, now=world.now, cap=200_000))
    world.standin.pay(setup.session_id)
    world.until_done(lambda: operations.settle_setup(setup, now=world.now))
    space = make_space(deposit=100_000)
    booking = make_booking(space, world.now + DAY, by=by, deposit=100_000)
    operations.tend_deposits(now=world.now)
    world.work()
    order = Order.objects.get()
    assert order.status == OrderStatus.AUTHORISED

    owner = make_member(space.organisation)
    bookings.finish_due(now=booking.end)
    told = {"reason": "Projektoren er knust", "by": owner, "now": booking.end}
    operations.claim_deposit(booking=booking, amount=25_000, **told)
    operations.remove_card(card=Card.objects.get(), by=by, now=booking.end)
    world.work(booking.end)
    operations.tend_deposits(now=booking.end + TO_CLAIM)
    order.refresh_from_db()
    assert (order.status, order.amount) == (OrderStatus.PAID, 25_000)
    assert Card.objects.get().status == CardStatus.REMOVED
    assert ledger.held_for(order).amount == 25_000
    operations.refund(line=order.lines.get(), amount=25_000, now=booking.end)
    world.work(booking.end + HOUR)
    return booking.end + 3 * HOUR


def earns(world: World) -> datetime:
    """To the bank, and some of it back."""
    space = make_space(price=32_000)
    owner = make_member(space.organisation)
    agree_fee(space.organisation, points=1_000)
    told = {"organisation": space.organisation, "by": owner, "now": world.now}
    world.until_done(lambda: operations.begin_payouts(**told))
    account = PayoutAccount.objects.get()
    world.standin.onboard(account.stripe_id)
    world.work()
    world.until_done(lambda: operations.check_waiting_accounts(now=world.now + 2 * HOUR))
    account.refresh_from_db()
    assert account.state == PayoutState.READY

    booking, order = world.book(space)
    world.pay(order)
    over = booking.end + DAY
    bookings.finish_due(now=over)
    assert (operations.earn_due(now=over), operations.send_due(now=over)) == (1, 1)
    world.work(over)
    operations.refund(line=order.lines.get(), amount=10_000, now=over)
    world.work(over + HOUR)
    (transfer,) = Transfer.objects.all()
    (back,) = TransferReversal.objects.all()
    assert (transfer.status, transfer.amount) == (SendStatus.SENT, PRICE * 9 // 10)
    assert (back.status, back.amount) == (SendStatus.SENT, 9_000)

    world.standin.advance(10 * 86_400)
    world.standin.advance(3 * 86_400)
    world.work(over + 2 * HOUR)
    end = world.now + 14 * DAY
    if world.trouble == "lost":
        operations.hear_again(now=end, back=BACK)
        world.work(end)
    payouts = Payout.objects.all()
    assert {payout.status for payout in payouts} == {"paid"}
    assert sum(payout.amount for payout in payouts) == PRICE * 9 // 10 - 9_000
    return end


def is_asked_for_back(world: World) -> datetime:
    booking, order = world.book(make_space(price=32_000))
    world.pay(order)
    dispute = world.standin.dispute(order.charge_id)
    world.work()
    evidence = {"evidence": {"uncategorized_text": "winning_evidence"}}
    world.api.disputes.update(dispute, evidence)
    world.work(world.now + HOUR)
    if world.trouble == "lost":
        operations.hear_again(now=world.now + HOUR)
        world.work(world.now + 2 * HOUR)
    assert state(booking) == ("confirmed", "paid")
    assert Dispute.objects.get().status == "won"
    assert ledger.held_for(order).amount == PRICE
    return world.now + 3 * HOUR


Journey = Callable[[World], datetime]
JOURNEYS: tuple[Journey, ...] = (
    buys_and_cancels,
    walks_away,
    is_let_in,
    is_let_in_by_two,
    is_turned_down,
    leaves_a_deposit,
    earns,
    is_asked_for_back,
)

# --- The matrix -------------------------------------------------------------------------

ROWS: dict[str, tuple[str, str, Journey]] = {
    "account_state v2.core.accounts.retrieve": ("GET", "/v2/core/accounts/*", earns),
    "balance v1.balance.retrieve": ("GET", "/v1/balance", walks_away),
    "capture v1.payment_intents.capture": (
        "POST",
        "/v1/payment_intents/*/capture",
        is_let_in_by_two,
    ),
    "card_state v1.payment_methods.retrieve": (
        "GET",
        "/v1/payment_methods/*",
        leaves_a_deposit,
    ),
    "charge v1.payment_intents.create": ("POST", "/v1/payment_intents", leaves_a_deposit),
    "charge v1.payment_intents.list": ("GET", "/v1/payment_intents", leaves_a_deposit),
    "dispute_state v1.disputes.retrieve": ("GET", "/v1/disputes/*", is_asked_for_back),
    "fetch_back v1.transfers.reversals.create": ("POST", "/v1/transfers/*/reversals", earns),
    "movements v1.balance_transactions.list": ("GET", "/v1/balance_transactions", is_let_in),
    "notices v1.events.list": ("GET", "/v1/events", is_turned_down),
    "onboarding_link v2.core.account_links.create": ("POST", "/v2/core/account_links", earns),
    "open_account v2.core.accounts.create": ("POST", "/v2/core/accounts", earns),
    "open_checkout v1.checkout.sessions.create": (
        "POST",
        "/v1/checkout/sessions",
        buys_and_cancels,
    ),
    "open_customer v1.customers.create": ("POST", "/v1/customers", leaves_a_deposit),
    "open_setup v1.checkout.sessions.create": (
        "POST",
        "/v1/checkout/sessions",
        leaves_a_deposit,
    ),
    "payment_state v1.checkout.sessions.retrieve": (
        "GET",
        "/v1/checkout/sessions/*",
        buys_and_cancels,
    ),
    "payment_state v1.payment_intents.retrieve": (
        "GET",
        "/v1/payment_intents/*",
        leaves_a_deposit,
    ),
    "payout_state v1.payouts.retrieve": ("GET", "/v1/payouts/*", earns),
    "refund_state v1.refunds.retrieve": ("GET", "/v1/refunds/*", buys_and_cancels),
    "release v1.checkout.sessions.expire": (
        "POST",
        "/v1/checkout/sessions/*/expire",
        walks_away,
    ),
    "release v1.payment_intents.cancel": (
        "POST",
        "/v1/payment_intents/*/cancel",
        is_turned_down,
    ),
    "remove v1.payment_methods.detach": (
        "POST",
        "/v1/payment_methods/*/detach",
        leaves_a_deposit,
    ),
    "send_refund v1.refunds.create": ("POST", "/v1/refunds", buys_and_cancels),
    "send_transfer v1.transfers.create": ("POST", "/v1/transfers", earns),
    "setup_state v1.checkout.sessions.retrieve": (
        "GET",
        "/v1/checkout/sessions/*",
        leaves_a_deposit,
    ),
}


def calls() -> Iterator[str]:
    """Function and call of everything the gateway asks of Stripe."""
    for file in Path(billing.__file__).parent.glob("stripe_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                for call in re.findall(r"_client\(\)\.(v\d[\w.]+)", ast.unparse(node)):
                    yield f"{node.name} {call}"


def test_every_call_to_stripe_has_its_row() -> None:
    assert sorted(calls()) == sorted(ROWS)
    assert {journey for *_call, journey in ROWS.values()} == set(JOURNEYS)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client tries again without its usual wait."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)


@pytest.mark.parametrize("fault", ON_THE_LINE)
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_calls_that_fail_are_made_up_for(standin: StandIn, journey: Journey, fault: str) -> None:
    """The first time that each of the journey's calls is made, its answer never comes."""
    world = World(standin, timezone.now())
    for method, path, of in ROWS.values():
        if of is journey:
            getattr(standin.faults, fault)(method, path, times=2)  # the client tries twice itself

    end = journey(world)
    world.agrees(end)

    assert len(standin.faults) == 0, "each trouble was met"


@pytest.mark.parametrize("trouble", OF_WEBHOOKS)
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_webhooks_however_they_come_end_the_same(
    standin: StandIn, journey: Journey, trouble: str
) -> None:
    world = World(standin, timezone.now(), trouble)

    end = journey(world)

    world.agrees(end)
