"""Refunds and disputes: money that goes back."""

import threading
from typing import Any

import pytest
import stripe

from tests.standin.cast import Make, client_for
from tools.stripe_standin import StandIn


def test_refund_a_part_then_the_rest(v1: Any, paid: Make) -> None:
    made = paid()

    first = v1.refunds.create({"payment_intent": made.id, "amount": 5_000})
    rest = v1.refunds.create({"payment_intent": made.id})

    assert (first.amount, first.status, rest.amount) == (5_000, "succeeded", 5_000)
    charge = v1.charges.retrieve(made.latest_charge, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (10_000, True)
    assert [one.id for one in charge.refunds.data] == [rest.id, first.id]
    assert len(v1.refunds.list({"payment_intent": made.id}).data) == 2


def test_refund_moves_the_balance(v1: Any, paid: Make) -> None:
    v1.refunds.create({"charge": paid().latest_charge, "amount": 4_000})

    found = v1.balance_transactions.list().data
    assert [(txn.type, txn.amount, txn.fee) for txn in found] == [
        ("refund", -4_000, 0),
        ("charge", 10_000, 440),
    ]
    balance = v1.balance.retrieve()
    total = balance.available[0].amount + balance.pending[0].amount
    assert total == 10_000 - 440 - 4_000


def test_refund_above_what_is_left_is_refused(v1: Any, paid: Make) -> None:
    made = paid()
    v1.refunds.create({"payment_intent": made.id, "amount": 5_000})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.refunds.create({"payment_intent": made.id, "amount": 5_001})

    assert refusal.value.user_message == (
        "Refund amount (kr50.01) is greater than unrefunded amount on charge (kr50.00)"
    )
    assert (refusal.value.param, refusal.value.code) == ("amount", None)


def test_refund_above_the_charge_is_refused(v1: Any, paid: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount"):
        v1.refunds.create({"payment_intent": paid().id, "amount": 10_001})


def test_refund_twice_in_full_is_refused(v1: Any, paid: Make) -> None:
    made = paid()
    v1.refunds.create({"payment_intent": made.id})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.refunds.create({"payment_intent": made.id})

    assert refusal.value.code == "charge_already_refunded"
    assert refusal.value.user_message == f"Charge {made.latest_charge} has already been refunded."


def test_refund_a_partial_capture_up_to_what_was_taken(v1: Any, paid: Make) -> None:
    held = paid(capture_method="manual")
    v1.payment_intents.capture(held.id, {"amount_to_capture": 6_000})

    with pytest.raises(stripe.InvalidRequestError):
        v1.refunds.create({"payment_intent": held.id, "amount": 6_001})
    assert v1.refunds.create({"payment_intent": held.id}).amount == 6_000


@pytest.mark.parametrize("params", [{}, {"capture_method": "manual"}])
def test_refund_what_is_not_paid_is_refused(v1: Any, intent: Make, params: dict[str, Any]) -> None:
    method = {"payment_method": "pm_card_visa", "confirm": True} if params else {}
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        v1.refunds.create({"payment_intent": intent(**params, **method).id})


def test_refund_many_at_once_never_above_the_charge(standin: StandIn, v1: Any, paid: Make) -> None:
    made = paid()
    outcomes = []

    def refund() -> None:
        try:
            client_for(standin.url).v1.refunds.create({"payment_intent": made.id, "amount": 6_000})
            outcomes.append("yes")
        except stripe.InvalidRequestError:
            outcomes.append("no")

    threads = [threading.Thread(target=refund) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["no"] * 7 + ["yes"]


def test_dispute_debits_the_platform_and_stops_refunds(v1: Any, paid: Make) -> None:
    made = paid()
    other = v1.payment_intents.create(
        {
            "amount": 9_000,
            "currency": "nok",
            "payment_method": "pm_card_createDispute",
            "confirm": True,
        }
    )

    (dispute,) = v1.disputes.list().data

    assert (dispute.status, dispute.amount) == ("needs_response", 9_000)
    assert dispute.balance_transactions[0].net == -9_000 - 15_000
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.refunds.create({"payment_intent": other.id})
    assert refusal.value.code == "charge_disputed"
    assert v1.refunds.create({"payment_intent": made.id}).status == "succeeded"


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        ("winning_evidence", "won"),
        ("losing_evidence", "lost"),
        ("Hun var der.", "under_review"),
    ],
)
def test_dispute_is_answered(
    standin: StandIn, v1: Any, paid: Make, evidence: str, status: str
) -> None:
    dispute = standin.dispute(paid().latest_charge)

    answered = v1.disputes.update(dispute, {"evidence": {"uncategorized_text": evidence}})

    assert answered.status == status
    types = [event["type"] for event in standin.events]
    assert "charge.dispute.created" in types
    assert ("charge.dispute.funds_reinstated" in types) == (status == "won")
    assert ("charge.dispute.closed" in types) == (status != "under_review")


def test_dispute_accepted_is_lost(standin: StandIn, v1: Any, paid: Make) -> None:
    assert v1.disputes.close(standin.dispute(paid().latest_charge)).status == "lost"


@pytest.mark.parametrize(
    ("card", "before", "after", "why", "told", "total"),
    [
        ("pm_card_pendingRefund", "pending", "succeeded", None, "refund.updated", 5_560),
        (
            "pm_card_refundFail",
            "succeeded",
            "failed",
            "expired_or_canceled_card",
            "refund.failed",
            9_560,
        ),
    ],
)
def test_some_banks_say_an_hour_later_what_came_of_a_refund(
    standin: StandIn,
    v1: Any,
    intent: Make,
    card: str,
    before: str,
    after: str,
    why: str | None,
    told: str,
    total: int,
) -> None:
    made = intent(payment_method=card, confirm=True)
    refund = v1.refunds.create({"payment_intent": made.id, "amount": 4_000})
    assert refund.status == before

    standin.advance(3_600)
    standin.advance(3_600)

    found = v1.refunds.retrieve(refund.id)
    assert (found.status, getattr(found, "failure_reason", None)) == (after, why)
    assert [event["type"] for event in standin.events].count(told) == 1
    balance = v1.balance.retrieve()
    assert balance.available[0].amount + balance.pending[0].amount == total
    charge = v1.charges.retrieve(made.latest_charge)
    assert charge.amount_refunded == (4_000 if after == "succeeded" else 0)


def test_what_a_failed_refund_gave_back_can_be_refunded_again(
    standin: StandIn, v1: Any, intent: Make
) -> None:
    made = intent(payment_method="pm_card_refundFail", confirm=True)
    v1.refunds.create({"payment_intent": made.id})
    standin.advance(3_600)

    assert v1.refunds.create({"payment_intent": made.id}).amount == 10_000
