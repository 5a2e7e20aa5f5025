"""A buyer's bank takes a payment back: the books follow Stripe, and operators see it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.test import Client
from django.utils import timezone

from billing import ledger, operations
from billing.models import Code, Dispute, Order, StripeEvent, Transaction
from spaces.periods import Period, period
from tests.billing.test_settling import book, stripe_balance, work
from tests.cast import Cast
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

PRICE, FEE = 64_000, 15_000
Fixture = tuple[Order, str]


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def paid(standin: StandIn, now: datetime) -> Order:
    start = (now + timedelta(days=5)).replace(minute=0, second=0, microsecond=0)
    span: Period = period(start, start + timedelta(hours=2))
    _booking, order = book(make_space(price=32_000), span, make_user(), now)
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
    ("evidence", "loss"), [("winning_evidence", 0), ("losing_evidence", PRICE)]
)
def test_what_comes_of_it(
    standin: StandIn, paid: Order, now: datetime, evidence: str, loss: int
) -> None:
    stripe_id = standin.dispute(paid.charge_id)
    work(standin, now)
    v1(standin).disputes.update(stripe_id, {"evidence": {"uncategorized_text": evidence}})
    work(standin, now, rounds=3)

    assert not Dispute.objects.get().is_open
    after = books()
    assert after[Code.DISPUTED] == 0
    assert after.get(Code.DISPUTE_LOSS, 0) == loss
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

    assert books()[Code.DISPUTE_LOSS] == PRICE
    posted = Transaction.objects.filter(source__startswith="dispute")
    assert posted.count() == 2  # what was taken, and that it is lost
    assert Dispute.objects.get().status == "lost"


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
