"""Refunds: never more than was captured and not yet given back."""

import stripe

from tools.stripe_standin import money
from tools.stripe_standin.customers import card_of
from tools.stripe_standin.errors import Doc, invalid, missing_param
from tools.stripe_standin.scope import Scope, check_metadata, merge_metadata
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import new_id

LATER = 3600  # seconds after which some cards say what came of a refund


def create(scope: Scope, params: Doc) -> Doc:
    for name in ("reverse_transfer", "refund_application_fee"):
        if params.get(name):
            message = f"The stand-in does not do {name}: reverse the transfer by its own call."
            raise invalid(message, param=name)
    charge = _charge(scope, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(charge, amount, left)
    card = card_of(scope.get("payment_method", charge["payment_method"]))
    refund = shape(
        stripe.Refund,
        new_id("re"),
        scope.now,
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        destination_details={
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        metadata=check_metadata(params.get("metadata")),
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=params.get("reason"),
        status="pending" if card.refunds == "later" else "succeeded",
    )
    del refund["livemode"]
    # Stripe leaves a refund pending when the balance is short; here the balance goes below zero.
    txn = money.record(scope, "refund", -amount, source=refund["id"], currency=charge["currency"])
    refund["balance_transaction"] = txn["id"]
    scope.add(refund)
    if card.refunds != "at once":
        scope.store.remind(scope.now + LATER, refund["id"])
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    scope.save(charge)
    scope.emit("refund.created", refund)
    scope.emit("charge.refunded", charge, amount_refunded=charge["amount_refunded"] - amount)
    return refund


def arrive(scope: Scope, refund: Doc) -> None:
    """What the bank says of a refund some time after it was made."""
    if card_of(scope.get("payment_method", refund["payment_method"])).refunds == "later":
        refund["status"] = "succeeded"
        scope.save(refund)
        scope.emit("refund.updated", refund)
        return
    charge = scope.get("charge", refund["charge"])
    back = money.record(
        scope,
        "refund_failure",
        refund["amount"],
        source=refund["id"],
        currency=refund["currency"],
    )
    refund |= {
        "failure_balance_transaction": back["id"],
        "failure_reason": "expired_or_canceled_card",
        "status": "failed",
    }
    scope.save(refund)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    scope.save(charge)
    scope.emit("refund.failed", refund)


def _charge(scope: Scope, params: Doc) -> Doc:
    if params.get("charge"):
        return scope.get("charge", params["charge"], param="charge")
    if not params.get("payment_intent"):
        raise missing_param("payment_intent")
    intent = scope.get("payment_intent", params["payment_intent"], param="payment_intent")
    charge = scope.get("charge", intent["latest_charge"]) if intent["latest_charge"] else None
    if charge is None or not charge["captured"]:
        message = (
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        )
        raise invalid(message, param="payment_intent")
    return charge


def _check(charge: Doc, amount: int, left: int) -> None:
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid(message, code="charge_disputed")
    if not charge["captured"] or left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise invalid(message, code="charge_already_refunded")
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    if amount > left:
        # Stripe gives this one no code: tell it by its param.
        of = "unrefunded amount on charge" if charge["amount_refunded"] else "charge amount"
        message = (
            f"Refund amount ({money.in_words(amount, charge['currency'])}) is greater than {of} "
            f"({money.in_words(left, charge['currency'])})"
        )
        raise invalid(message, param="amount")


def update(scope: Scope, refund: Doc, params: Doc) -> Doc:
    merge_metadata(refund, params.get("metadata"))
    scope.save(refund)
    scope.emit("refund.updated", refund)
    return refund
