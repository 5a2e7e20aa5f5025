"""A buyer's bank takes a payment back: the books follow Stripe, and operators see it."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import stripe
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from billing import ledger, operations, purses
from billing.models import (
    Code,
    Dispute,
    Order,
    OrderLine,
    RefundStatus,
    SendStatus,
    StripeEvent,
    Transaction,
    Transfer,
    TransferReversal,
)
from billing.operations import disputing, sending
from billing.operations.refunding import left_to_give
from billing.stripe_gateway import DisputeState, Movement
from bookings.models import Booking
from spaces.periods import Period, period
from tests.billing.owners import AFTER, agree_fee, make_paid, make_ready, send_all
from tests.billing.test_settling import book, stripe_balance, work
from tests.cast import Cast
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

PRICE, FEE = 64_000, 15_000
Fixture = tuple[Order, str]


@pytest.fixture
def paid(standin: StandIn, now: datetime) -> Order:
    start = (now + timedelta(days=5)).replace(minute=0, second=0, microsecond=0)
    span: Period = period(start, start + timedelta(hours=2))
    space = make_space(price=32_000)
    agree_fee(space.organisation, 1_000)
    _booking, order = book(space, span, make_user(), now)
    standin.pay(order.session_id)
    work(standin, now)
    order.refresh_from_db()
    return order


def books() -> dict[str, int]:
    found = {code: amount for (code, _currency), amount in ledger.trial_balance().items()}
    assert sum(found.values()) == 0
    return found


def v1(standin: StandIn) -> Any:
    return stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url}).v1


def test_what_a_bank_takes_back_leaves_the_balance(
    standin: StandIn, paid: Order, now: datetime
) -> None:
    before = books()
    stripe_id = standin.dispute(paid.charge_id)
    work(standin, now, rounds=3)

    dispute = Dispute.objects.get()
    assert (dispute.stripe_id, dispute.order, dispute.amount) == (stripe_id, paid, PRICE)
    assert (dispute.status, dispute.reason, dispute.is_open) == (
        "needs_response",
        "fraudulent",
        True,
    )
    assert dispute.answer_by
    assert dispute.answer_by > dispute.opened_at
    after = books()
    assert after[Code.STRIPE_BALANCE] == stripe_balance(standin)
    assert after[Code.STRIPE_BALANCE] == before[Code.STRIPE_BALANCE] - PRICE - FEE
    assert after[Code.DISPUTED] == PRICE
    assert after[Code.HELD] == before[Code.HELD]  # the order still holds what was paid


@pytest.mark.parametrize(
    ("evidence", "held"), [("winning_evidence", PRICE), ("losing_evidence", 0)]
)
def test_what_comes_of_it(
    standin: StandIn, paid: Order, now: datetime, evidence: str, held: int
) -> None:
    stripe_id = standin.dispute(paid.charge_id)
    work(standin, now)
    v1(standin).disputes.update(stripe_id, {"evidence": {"uncategorized_text": evidence}})
    work(standin, now, rounds=3)

    assert not Dispute.objects.get().is_open
    after = books()
    assert after[Code.DISPUTED] == 0
    assert -after[Code.HELD] == held  # lost, it is the owner's to bear
    assert Code.DISPUTE_LOSS not in after
    assert after[Code.STRIPE_BALANCE] == stripe_balance(standin)


def test_told_twice_late_and_in_disorder_it_is_posted_once(
    standin: StandIn, paid: Order, now: datetime
) -> None:
    stripe_id = standin.dispute(paid.charge_id)
    v1(standin).disputes.close(stripe_id)
    standin.webhooks.deliver()
    events = list(StripeEvent.objects.filter(type__startswith="charge.dispute."))
    assert len(events) >= 3
    for event in [*reversed(events), *events]:
        operations.settling.handle_event(event, now=now)

    assert books()[Code.HELD] == 0
    posted = Transaction.objects.filter(source__startswith="dispute")
    assert posted.count() == 2  # what was taken, and that it is lost
    assert Dispute.objects.get().status == "lost"


@pytest.fixture
def sent(paid: Order, now: datetime) -> tuple[Order, datetime]:
    """The stay is over, and its owner has been sent 90 % of it."""
    line = paid.lines.get()
    make_ready(line.owner)
    Booking.objects.filter(pk=line.booked.pk).update(status="completed")
    over = now + timedelta(days=9)
    operations.earn_due(now=over)
    operations.send_due(now=over)
    send_all(over)
    return paid, over


def note(order: Order, status: str, movements: tuple[Movement, ...], at: datetime) -> None:
    state = DisputeState(
        stripe_id="du_1",
        order_id=order.pk,
        amount=PRICE,
        reason="fraudulent",
        status=status,
        answer_by=None,
        opened_at=at,
        movements=movements,
    )
    disputing._apply(order.pk, state, now=at)


TAKEN, RETURNED = Movement("txn_1", -PRICE, FEE), Movement("txn_2", PRICE, 0)


def test_what_was_sent_is_fetched_back_while_the_bank_asks_and_sent_again_when_won(
    sent: tuple[Order, datetime],
) -> None:
    order, at = sent
    share = Transfer.objects.get().amount
    note(order, "needs_response", (TAKEN,), at)
    send_all(at)

    assert purses.payable(order.lines.get().owner, order) == share
    assert operations.send_due(now=at) == 0  # frozen
    note(order, "won", (TAKEN, RETURNED), at)
    assert operations.send_due(now=at) == 1
    send_all(at)
    assert sum(books().values()) == 0
    assert books()[Code.DISPUTED] == 0
    assert not Transfer.objects.order_by("-pk")[0].is_of_charge  # the charge is used up


def test_what_is_lost_is_the_owners_and_our_fee_is_given_back(
    sent: tuple[Order, datetime],
) -> None:
    order, at = sent
    note(order, "needs_response", (TAKEN,), at)
    send_all(at)
    note(order, "lost", (TAKEN,), at)
    note(order, "lost", (TAKEN,), at)

    found = books()
    for code in (Code.OWNER_PAYABLE, Code.PLATFORM_FEE, Code.PLATFORM_VAT, Code.DISPUTED):
        assert found[code] == 0
    assert found.get(Code.OWNER_DEBT, 0) == 0
    assert left_to_give(order.lines.get().booked).amount == 0


def test_what_is_lost_and_cannot_be_fetched_back_is_owed(sent: tuple[Order, datetime]) -> None:
    order, at = sent
    share = Transfer.objects.get().amount
    note(order, "needs_response", (TAKEN,), at)
    for reversal in TransferReversal.objects.all():
        sending._reversal_came_to(reversal.pk, SendStatus.FAILED, "", "empty", now=at)
    note(order, "lost", (TAKEN,), at)

    assert books()[Code.OWNER_DEBT] == share
    assert TransferReversal.objects.filter(status=SendStatus.INTENDED).get().amount == share


def test_a_refund_waits_while_the_bank_asks_and_is_dropped_when_it_has_paid(
    standin: StandIn, paid: Order, now: datetime
) -> None:
    stripe_id = standin.dispute(paid.charge_id)
    work(standin, now)
    refund = operations.refund(line=paid.lines.get(), amount=10_000, now=now)
    work(standin, now, rounds=3)
    refund.refresh_from_db()
    assert refund.status == RefundStatus.INTENDED

    v1(standin).disputes.close(stripe_id)
    work(standin, now, rounds=3)

    refund.refresh_from_db()
    assert refund.status == RefundStatus.DROPPED
    assert (books()[Code.HELD], books()[Code.REFUNDS_DUE], books()[Code.DISPUTED]) == (0, 0, 0)
    assert books()[Code.STRIPE_BALANCE] == stripe_balance(standin)


@given(left=st.lists(st.integers(0, 10**6), min_size=1, max_size=8), amount=st.integers(0, 10**7))
def test_a_disputed_amount_falls_on_its_lines_to_the_ore(left: list[int], amount: int) -> None:
    lines = [OrderLine(amount=part) for part in left]
    with patch.object(disputing, "left_of", lambda line: line.amount):
        parts = disputing._parts(lines, amount)
    assert sum(part for _line, part in parts) == min(amount, sum(left))
    assert all(0 < part <= line.amount for line, part in parts)


def test_a_dispute_about_no_order_of_ours_is_left_alone(
    standin: StandIn, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    intent = v1(standin).payment_intents.create(
        {
            "amount": 9_000,
            "currency": "nok",
            "confirm": True,
            "payment_method": "pm_card_createDispute",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    assert intent.status == "succeeded"
    work(standin, now)
    assert not Dispute.objects.exists()
    assert "no order of ours" in caplog.text
    assert not StripeEvent.objects.filter(handled_at=None).exists()


def test_operators_see_it_and_change_nothing(
    standin: StandIn, paid: Order, now: datetime, client: Client
) -> None:
    standin.dispute(paid.charge_id)
    work(standin, now)
    Cast().sign_in(client, "operator")
    page = client.get("/operator/billing/dispute/").content.decode()
    assert Dispute.objects.get().stripe_id in page
    assert "needs_response" in page
    one = f"/operator/billing/dispute/{Dispute.objects.get().pk}/change/"
    assert client.get(one).status_code == 200
    assert client.post(one, {"status": "won"}).status_code == 403


def test_a_bank_that_takes_all_back_takes_what_we_could_not_give_back_too(
    standin: StandIn, now: datetime
) -> None:
    start = (now + timedelta(days=5)).replace(minute=0, second=0, microsecond=0)
    booking, order = book(
        make_space(price=32_000), period(start, start + timedelta(hours=2)), make_user(), now
    )
    standin.pay(order.session_id, "4000000000005126")  # refunds to it fail an hour later
    work(standin, now)
    operations.refund(line=order.lines.get(), amount=20_000, now=now)
    work(standin, now)
    standin.advance(3_600)
    work(standin, now + timedelta(hours=1))
    assert order.refunds.open_cases().count() == 1
    order.refresh_from_db()

    dispute = standin.dispute(order.charge_id)
    work(standin, now)
    v1(standin).disputes.update(dispute, {"evidence": {"uncategorized_text": "losing_evidence"}})
    work(standin, now, rounds=3)

    assert order.refunds.get().status == RefundStatus.DROPPED
    assert left_to_give(booking).amount == 0
    found = books()
    assert found[Code.DISPUTED] == found[Code.HELD] == 0
    assert Code.DISPUTE_LOSS not in found
    assert found[Code.STRIPE_BALANCE] == stripe_balance(standin)


def test_what_was_on_its_way_when_the_bank_asked_is_fetched_back() -> None:
    space = make_space(price=32_000)
    agree_fee(space.organisation, 1_000)
    make_ready(space.organisation)
    order = make_paid(space)
    assert (operations.earn_due(now=AFTER), operations.send_due(now=AFTER)) == (1, 1)
    taken = Movement("txn_1", -order.amount, FEE)
    asked = DisputeState(
        "dp_1", order.pk, order.amount, "fraudulent", "needs_response", None, AFTER, (taken,)
    )
    disputing._apply(order.pk, asked, now=AFTER)
    assert not TransferReversal.objects.exists()

    send_all()

    assert TransferReversal.objects.get().amount == Transfer.objects.get().amount == 90_000
    assert ledger.balance_of(Code.OWNER_DEBT) == 0
    assert operations.send_due(now=AFTER) == 0
