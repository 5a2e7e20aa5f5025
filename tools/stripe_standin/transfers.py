"""Transfers of an owner's share from the platform, and their reversals."""

import stripe

from tools.stripe_standin import connect, money
from tools.stripe_standin.errors import Doc, invalid
from tools.stripe_standin.scope import DAY, Scope, check_metadata, merge_metadata
from tools.stripe_standin.shapes import list_of, shape
from tools.stripe_standin.store import new_id


def create(scope: Scope, params: Doc) -> Doc:
    currency, destination = params["currency"].lower(), params["destination"]
    connect.require_transfers(scope, destination)
    amount = params.get("amount")
    group, available_on = params.get("transfer_group"), None
    if params.get("source_transaction"):
        charge = scope.platform.get("charge", params["source_transaction"])
        amount = amount or charge["amount_captured"]
        available_on = _check_source(scope, charge, amount)
        group = group or charge["transfer_group"] or f"group_{charge['payment_intent']}"
    elif amount and amount > money.available(scope.platform, currency):
        message = (
            "You have insufficient available funds in your Stripe account. Try adding funds "
            "directly to your available balance by creating Charges using the 4000000000000077 "
            "test card."
        )
        raise invalid(message, code="balance_insufficient")
    if not amount or amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    id_ = new_id("tr")
    transfer = shape(
        stripe.Transfer,
        id_,
        scope.now,
        amount=amount,
        amount_reversed=0,
        currency=currency,
        description=params.get("description"),
        destination=destination,
        destination_payment=new_id("py"),
        metadata=check_metadata(params.get("metadata")),
        reversals=list_of(f"/v1/transfers/{id_}/reversals", []),
        reversed=False,
        source_transaction=params.get("source_transaction"),
        source_type="card",
        transfer_group=group,
    )
    txn = money.record(
        scope.platform,
        "transfer",
        -amount,
        source=id_,
        currency=currency,
        available_on=available_on,
    )
    money.record(
        scope.on(destination),
        "payment",
        amount,
        source=transfer["destination_payment"],
        currency=currency,
        available_on=available_on,
    )
    transfer["balance_transaction"] = txn["id"]
    there = max(available_on or 0, scope.now)
    scope.store.remind(there + DAY - there % DAY, destination)  # paid out the morning after
    scope.add(transfer)
    scope.platform.emit("transfer.created", transfer)
    return transfer


def _check_source(scope: Scope, charge: Doc, amount: int) -> int:
    """A charge can fund transfers up to its own amount, once its money is there."""
    used = sum(
        transfer["amount"] for transfer in scope.where("transfer", source_transaction=charge["id"])
    )
    if not charge["captured"] or used + amount > charge["amount_captured"]:
        message = (
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{money.in_words(charge['amount_captured'], charge['currency'])}."
        )
        raise invalid(message)
    txn = scope.platform.get("balance_transaction", charge["balance_transaction"])
    available_on: int = txn["available_on"]
    return available_on


def update(scope: Scope, transfer: Doc, params: Doc) -> Doc:
    merge_metadata(transfer, params.get("metadata"))
    if "description" in params:
        transfer["description"] = params["description"]
    scope.save(transfer)
    scope.platform.emit("transfer.updated", transfer)
    return transfer


def reverse(scope: Scope, transfer: Doc, params: Doc) -> Doc:
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if amount > left or amount < 1:
        currency = transfer["currency"]
        message = (
            f"Reversal amount ({money.in_words(amount, currency)}) is greater than unreversed "
            f"amount on transfer ({money.in_words(left, currency)})"
        )
        raise invalid(message, param="amount")
    reversal = shape(
        stripe.TransferReversal,
        new_id("trr"),
        scope.now,
        amount=amount,
        currency=transfer["currency"],
        destination_payment_refund=new_id("pyr"),
        metadata=check_metadata(params.get("metadata")),
        transfer=transfer["id"],
    )
    del reversal["livemode"]
    txn = money.record(
        scope.platform,
        "transfer_refund",
        amount,
        source=reversal["id"],
        currency=transfer["currency"],
    )
    money.record(
        scope.on(transfer["destination"]),
        "payment_refund",
        -amount,
        source=reversal["destination_payment_refund"],
        currency=transfer["currency"],
    )
    reversal["balance_transaction"] = txn["id"]
    scope.platform.add(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    scope.save(transfer)
    scope.platform.emit("transfer.reversed", transfer)
    return reversal


def reversals(scope: Scope, transfer: Doc, params: Doc) -> Doc:
    found: Doc = transfer["reversals"]
    return found
