"""Payouts from a Stripe balance to a bank, and the schedule they follow."""

import stripe

from tools.stripe_standin import money
from tools.stripe_standin.errors import Doc, invalid
from tools.stripe_standin.scope import DAY, Scope, check_metadata, merge_metadata
from tools.stripe_standin.shapes import shape
from tools.stripe_standin.store import PLATFORM, new_id

TAKES = 2 * DAY


def create(scope: Scope, params: Doc) -> Doc:
    amount, currency = params["amount"], params["currency"].lower()
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    if amount > money.available(scope, currency):
        message = (
            "You have insufficient funds in your Stripe account for this transfer. Your card "
            "balance is too low."
        )
        raise invalid(message, code="balance_insufficient")
    payout = shape(
        stripe.Payout,
        new_id("po"),
        scope.now,
        amount=amount,
        arrival_date=scope.now + TAKES,
        automatic=False,
        currency=currency,
        description=params.get("description"),
        destination=new_id("ba"),
        metadata=check_metadata(params.get("metadata")),
        method=params.get("method", "standard"),
        reconciliation_status="not_applicable",
        source_type="card",
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        type="bank_account",
    )
    txn = money.record(scope, "payout", -amount, source=payout["id"], currency=currency)
    payout["balance_transaction"] = txn["id"]
    scope.add(payout)
    scope.store.remind(payout["arrival_date"], payout["id"])
    scope.emit("payout.created", payout)
    return payout


def by_schedule(scope: Scope, account: Doc) -> None:
    """Pay out what an owner has available, unless their schedule is to do it by hand."""
    if not account["payouts_enabled"]:
        return
    if account["settings"]["payouts"]["schedule"]["interval"] == "manual":
        return
    ready = money.available(scope, account["default_currency"])
    if ready > 0:
        payout = create(scope, {"amount": ready, "currency": account["default_currency"]})
        payout["automatic"] = True
        scope.save(payout)


def update(scope: Scope, payout: Doc, params: Doc) -> Doc:
    merge_metadata(payout, params.get("metadata"))
    scope.save(payout)
    scope.emit("payout.updated", payout)
    return payout


def cancel(scope: Scope, payout: Doc, params: Doc) -> Doc:
    if payout["status"] != "pending":
        message = f"Payouts can only be canceled while pending; this one is {payout['status']}."
        raise invalid(message, code="payout_not_cancelable")
    money.record(
        scope,
        "payout_cancel",
        payout["amount"],
        source=payout["id"],
        currency=payout["currency"],
    )
    payout["status"] = "canceled"
    scope.save(payout)
    scope.emit("payout.canceled", payout)
    return payout


def arrive(scope: Scope, payout: Doc) -> None:
    if payout["status"] == "pending":
        payout["status"] = "paid"
        scope.save(payout)
        scope.emit("payout.paid", payout)


# -- settings (of connected accounts: the platform's own are not kept)


def settings(scope: Scope, params: Doc) -> Doc:
    schedule = {"interval": "daily", "delay_days": 7}
    if scope.account != PLATFORM:
        account = scope.get("account", scope.account)
        schedule = account["settings"]["payouts"]["schedule"]
    payouts = {
        "minimum_balance_by_currency": None,
        "schedule": schedule,
        "statement_descriptor": None,
        "status": "enabled",
    }
    payments = {
        "debit_negative_balances": False,
        "payouts": payouts,
        "settlement_timing": {"delay_days": 7},
    }
    return {"object": "balance_settings", "payments": payments}


def update_settings(scope: Scope, params: Doc) -> Doc:
    if scope.account != PLATFORM:
        account = scope.get("account", scope.account)
        given = ((params.get("payments") or {}).get("payouts") or {}).get("schedule") or {}
        account["settings"]["payouts"]["schedule"] |= given
        scope.save(account)
    return settings(scope, params)
