"""Charges: what the bank answered, and the money that followed."""

from tools.stripe_standin import disputes, money, shapes
from tools.stripe_standin.customers import card_of
from tools.stripe_standin.errors import Doc
from tools.stripe_standin.money import SETTLES_AFTER
from tools.stripe_standin.scope import DAY, HERE, Scope, merge_metadata


def authorise(scope: Scope, intent: Doc, method: Doc) -> Doc:
    charge = _new(scope, intent, method)
    charge |= {"paid": True, "status": "succeeded"}
    charge["outcome"] = _outcome("approved_by_network", None, "Payment complete.", "authorized")
    return scope.add(charge)


def fail(scope: Scope, intent: Doc, method: Doc, error: Doc) -> Doc:
    charge = _new(scope, intent, method)
    charge |= {
        "failure_code": error["code"],
        "failure_message": error["message"],
        "outcome": _outcome(
            "declined_by_network",
            error["decline_code"],
            "The bank did not return any further details with this decline.",
            "issuer_declined",
        ),
        "status": "failed",
    }
    return scope.add(charge)


def _outcome(status: str, reason: str | None, message: str, type_: str) -> Doc:
    return {
        "network_status": status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": type_,
    }


def _new(scope: Scope, intent: Doc, method: Doc) -> Doc:
    shown = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    card = {name: method["card"][name] for name in shown}
    card |= {"network": card["brand"], "three_d_secure": None, "wallet": None}
    if intent["capture_method"] == "manual":
        card["capture_before"] = scope.now + 7 * DAY
    if intent["_authenticated"]:
        card["three_d_secure"] = {
            "authentication_flow": "challenge",
            "result": "authenticated",
            "version": "2.2.0",
        }
    charge = shapes.charge(
        scope.now,
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="TESTBETALING",
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        paid=False,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"card": card, "type": "card"},
        receipt_email=intent["receipt_email"],
        refunded=False,
        transfer_group=intent["transfer_group"],
    )
    del charge["transfer"]  # only on destination charges
    return charge | {"receipt_url": f"{HERE}/receipts/{charge['id']}"}


def settle(scope: Scope, intent: Doc, charge: Doc, amount: int) -> Doc:
    """Take the money. The balance follows a moment later, as Stripe's does: the first event
    still has no balance transaction, `charge.updated` brings it."""
    manual = intent["capture_method"] == "manual"
    charge |= {"amount_captured": amount, "captured": True}
    scope.emit("charge.captured" if manual else "charge.succeeded", charge)
    intent |= {"amount_capturable": 0, "amount_received": amount, "status": "succeeded"}
    scope.save(intent)
    scope.emit("payment_intent.succeeded", intent)

    card = card_of(scope.get("payment_method", charge["payment_method"]))
    txn = money.record(
        scope,
        "charge",
        amount,
        source=charge["id"],
        currency=charge["currency"],
        fee=money.fee_for(amount),
        available_on=scope.now + (0 if card.settles_at_once else SETTLES_AFTER),
    )
    charge["balance_transaction"] = txn["id"]
    scope.save(charge)
    scope.emit("charge.updated", charge, balance_transaction=None)
    if card.disputes:
        disputes.open_dispute(scope, charge)
    return intent


def release(scope: Scope, charge: Doc) -> None:
    """Let go of money that was only on hold."""
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    scope.save(charge)


def update(scope: Scope, charge: Doc, params: Doc) -> Doc:
    merge_metadata(charge, params.get("metadata"))
    fields = ("customer", "description", "receipt_email", "transfer_group")
    charge |= {name: params[name] or None for name in fields if name in params}
    scope.save(charge)
    scope.emit("charge.updated", charge)
    return charge
