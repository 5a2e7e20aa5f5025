"""Payment intents, saved cards and setup intents, as the API is used without a page."""

from typing import Any

import pytest
import stripe

from tests.standin.cast import Browser, Make, detail
from tools.stripe_standin import StandIn


def card(v1: Any, number: str) -> Any:
    return v1.payment_methods.create(
        {
            "type": "card",
            "card": {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"},
        }
    )


def test_create_waits_for_a_card(intent: Make) -> None:
    made = intent(metadata={"booking": "1"})

    assert (made.amount, made.currency, made.status) == (10_000, "nok", "requires_payment_method")
    assert made.metadata["booking"] == "1"
    assert made.livemode is False


def test_create_accepts_automatic_payment_methods(intent: Make) -> None:
    assert intent(automatic_payment_methods={"enabled": True}).automatic_payment_methods.enabled


def test_confirm_takes_the_money(v1: Any, intent: Make) -> None:
    made = v1.payment_intents.confirm(intent().id, {"payment_method": "pm_card_visa"})

    assert (made.status, made.amount_received) == ("succeeded", 10_000)
    charge = v1.charges.retrieve(made.latest_charge, {"expand": ["balance_transaction"]})
    assert charge.balance_transaction.fee == 440
    assert charge.balance_transaction.net == 9_560


def test_create_and_confirm_in_one(paid: Make) -> None:
    assert paid().status == "succeeded"


def test_confirm_again_is_refused(v1: Any, paid: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.payment_intents.confirm(paid().id, {"payment_method": "pm_card_visa"})
    assert refusal.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000009987", "card_declined", "lost_card"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
    ],
)
def test_confirm_declined_leaves_a_failed_charge(
    v1: Any, intent: Make, number: str, code: str | None, reason: str
) -> None:
    with pytest.raises(stripe.CardError) as decline:
        intent(payment_method=card(v1, number).id, confirm=True)

    assert (decline.value.code, detail(decline.value).decline_code) == (code, reason)
    (made,) = v1.payment_intents.list().data
    assert (made.status, made.last_payment_error.code) == ("requires_payment_method", code)
    assert v1.charges.retrieve(made.latest_charge).status == "failed"
    assert v1.balance_transactions.list().data == []


def test_alias_of_a_declined_card_declines(intent: Make) -> None:
    with pytest.raises(stripe.CardError):
        intent(payment_method="pm_card_chargeDeclined", confirm=True)


@pytest.mark.parametrize("number", ["4000002500003155", "4000000000003220", "4000002760003184"])
def test_confirm_asks_the_person(v1: Any, intent: Make, browser: Browser, number: str) -> None:
    made = intent(
        payment_method=card(v1, number).id, confirm=True, return_url="http://127.0.0.1:8000/x?a=1"
    )
    assert (made.status, made.next_action.type) == ("requires_action", "redirect_to_url")

    answer = browser.post(made.next_action.redirect_to_url.url, answer="approve")

    assert answer.location.startswith(f"http://127.0.0.1:8000/x?a=1&payment_intent={made.id}")
    assert answer.location.endswith("redirect_status=succeeded")
    assert v1.payment_intents.retrieve(made.id).status == "succeeded"


def test_capture_later(v1: Any, paid: Make) -> None:
    held = paid(capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 10_000)

    taken = v1.payment_intents.capture(held.id)

    assert (taken.status, taken.amount_received, taken.amount_capturable) == (
        "succeeded",
        10_000,
        0,
    )


def test_capture_a_part(v1: Any, paid: Make) -> None:
    taken = v1.payment_intents.capture(
        paid(capture_method="manual").id, {"amount_to_capture": 6_000}
    )

    assert (taken.status, taken.amount_received) == ("succeeded", 6_000)
    (txn,) = v1.balance_transactions.list().data
    assert txn.amount == 6_000


def test_capture_more_than_held_is_refused(v1: Any, paid: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.payment_intents.capture(paid(capture_method="manual").id, {"amount_to_capture": 10_001})
    assert refusal.value.code == "amount_too_large"


def test_capture_what_is_not_held_is_refused(v1: Any, paid: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.payment_intents.capture(paid().id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_authorisation_dies_after_seven_days(standin: StandIn, v1: Any, paid: Make) -> None:
    held = paid(capture_method="manual")

    standin.advance(7 * 86_400 + 1)

    found = v1.payment_intents.retrieve(held.id)
    assert (found.status, found.cancellation_reason) == ("canceled", "automatic")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.payment_intents.capture(held.id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_cancel_lets_go_of_held_money(v1: Any, paid: Make) -> None:
    held = paid(capture_method="manual")

    ended = v1.payment_intents.cancel(held.id, {"cancellation_reason": "abandoned"})

    assert (ended.status, ended.amount_capturable) == ("canceled", 0)
    assert v1.balance_transactions.list().data == []


def test_cancel_paid_is_refused(v1: Any, paid: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.payment_intents.cancel(paid().id)
    assert refusal.value.code == "payment_intent_unexpected_state"


def test_update_changes_the_amount_until_paid(v1: Any, intent: Make, paid: Make) -> None:
    assert v1.payment_intents.update(intent().id, {"amount": 500}).amount == 500
    done = paid()
    assert v1.payment_intents.update(done.id, {"metadata": {"a": "1"}}).metadata["a"] == "1"
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.update(done.id, {"amount": 500})


def test_metadata_is_merged_and_emptied(v1: Any, intent: Make) -> None:
    made = intent(metadata={"a": "1", "b": "2"})

    changed = v1.payment_intents.update(made.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}
    assert v1.payment_intents.update(made.id, {"metadata": ""}).metadata.to_dict() == {}


def test_amount_below_the_minimum_is_refused(intent: Make) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        intent(amount=299)
    assert refusal.value.code == "amount_too_small"


# -- customers and saved cards


def test_customer_lives_and_dies(v1: Any) -> None:
    ada = v1.customers.create({"email": "ada@example.no", "metadata": {"user": "1"}})
    v1.customers.update(ada.id, {"name": "Ada"})

    found = v1.customers.retrieve(ada.id)
    assert (found.name, found.email, found.metadata["user"]) == ("Ada", "ada@example.no", "1")
    assert v1.customers.delete(ada.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.customers.retrieve(ada.id)
    assert refusal.value.code == "resource_missing"


def test_attached_card_pays_for_its_customer_only(v1: Any, intent: Make) -> None:
    ada = v1.customers.create({"email": "ada@example.no"})
    saved = v1.payment_methods.attach(card(v1, "4242424242424242").id, {"customer": ada.id})

    assert [one.id for one in v1.customers.payment_methods.list(ada.id).data] == [saved.id]
    made = intent(customer=ada.id, payment_method=saved.id, confirm=True)
    assert made.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a Customer"):
        intent(payment_method=saved.id, confirm=True)
    v1.payment_methods.detach(saved.id)
    assert v1.customers.payment_methods.list(ada.id).data == []


def test_attach_a_declined_card_is_refused(v1: Any) -> None:
    ada = v1.customers.create({"email": "ada@example.no"})
    with pytest.raises(stripe.CardError):
        v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": ada.id})


def test_setup_intent_saves_a_card_for_later(v1: Any, intent: Make) -> None:
    ada = v1.customers.create({"email": "ada@example.no"})
    setup = v1.setup_intents.create({"customer": ada.id, "usage": "off_session"})
    saved = card(v1, "4000002500003155")

    done = v1.setup_intents.confirm(setup.id, {"payment_method": saved.id})

    assert done.status == "succeeded"
    charged = intent(customer=ada.id, payment_method=saved.id, off_session=True, confirm=True)
    assert charged.status == "succeeded"


def test_off_session_may_need_the_person(v1: Any, intent: Make) -> None:
    ada = v1.customers.create({"email": "ada@example.no"})
    saved = card(v1, "4000002760003184")
    setup = v1.setup_intents.create({"customer": ada.id})
    v1.setup_intents.confirm(setup.id, {"payment_method": saved.id})

    with pytest.raises(stripe.CardError) as decline:
        intent(customer=ada.id, payment_method=saved.id, off_session=True, confirm=True)

    assert decline.value.code == "authentication_required"
    assert detail(decline.value).payment_intent.status == "requires_payment_method"
