"""Posting to the ledger: the few transactions that the product knows.

The rules (sums to zero, append-only, limits of accounts) are triggers in the database.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import CreditAgreement, Organisation
from billing.models import (
    Account,
    AccountCredit,
    AccountInvoice,
    Balance,
    Code,
    Dispute,
    Entry,
    Order,
    Refund,
    Transaction,
)
from billing.stripe_gateway import Movement
from spaces.money import Money

# A credit account may not turn into a debit: nothing is given back that was not paid.
CREDIT_ONLY = {
    Code.HELD,
    Code.REFUNDS_DUE,
    Code.OWNER_PAYABLE,
    Code.TRANSFERRING,
    Code.ON_ACCOUNT,
}
DEBIT_ONLY = {Code.OWNER_DEBT}


@dataclass(frozen=True, slots=True)
class Leg:
    """So much on the account of a code: of an order, of an organisation, or the platform's."""

    code: Code
    amount: int
    order: Order | None = None
    organisation: Organisation | None = None


class MoreThanPaid(Refused):
    code = "more_than_paid"
    message = _("That is more than is left of what was paid.")


def captured(order: Order, *, charge_id: str, gross: int, now: datetime) -> bool:
    """The buyer has paid: Stripe holds it, and we owe each owner's part to the order."""
    parts: Counter[Organisation] = Counter()
    for line in order.lines.select_related("owner"):
        parts[line.owner] += line.amount
    beside = gross - parts.total()  # for nobody in particular: a case to be looked into
    return post(
        f"capture:{charge_id}",
        now,
        order.currency,
        Leg(Code.STRIPE_BALANCE, gross),
        *([Leg(Code.HELD, -beside, order=order)] if beside else []),
        *(Leg(Code.HELD, -part, order=order, organisation=owner) for owner, part in parts.items()),
    )


def fee_charged(order: Order, *, charge_id: str, fee: int, now: datetime) -> bool:
    """Stripe has taken its fee, which it may tell only some time after the capture."""
    return post(
        f"fee:{charge_id}",
        now,
        order.currency,
        Leg(Code.STRIPE_BALANCE, -fee),
        Leg(Code.PSP_FEE, fee),
    )


def refund_promised(refund: Refund, *, now: datetime) -> bool:
    """Set aside from what the order holds. Raises `MoreThanPaid` when it holds less."""
    with refused_by("ledger_account_limits", MoreThanPaid):
        return post(
            f"refund:{refund.pk}",
            now,
            refund.order.currency,
            of_refund(refund, Code.HELD, refund.amount),
            of_refund(refund, Code.REFUNDS_DUE, -refund.amount),
        )


def refund_sent(refund: Refund, *, now: datetime) -> bool:
    return post(
        f"refund-sent:{refund.pk}",
        now,
        refund.order.currency,
        of_refund(refund, Code.REFUNDS_DUE, refund.amount),
        Leg(Code.STRIPE_BALANCE, -refund.amount),
    )


def refund_failed(refund: Refund, *, now: datetime) -> bool:
    """Stripe could not return it: the order holds it again."""
    return post(
        f"refund-failed:{refund.pk}",
        now,
        refund.order.currency,
        of_refund(refund, Code.REFUNDS_DUE, refund.amount),
        of_refund(refund, Code.HELD, -refund.amount),
    )


def refund_returned(refund: Refund, *, now: datetime) -> bool:
    """It was sent, and has come back: the account it went to is closed, say."""
    return post(
        f"refund-returned:{refund.pk}",
        now,
        refund.order.currency,
        Leg(Code.STRIPE_BALANCE, refund.amount),
        of_refund(refund, Code.HELD, -refund.amount),
    )


def disputed(order: Order, movement: Movement, *, now: datetime) -> bool:
    """A bank has taken money back from what Stripe holds for us, or given it back again."""
    return post(
        f"dispute:{movement.stripe_id}",
        now,
        order.currency,
        Leg(Code.STRIPE_BALANCE, movement.amount - movement.fee),
        Leg(Code.PSP_FEE, movement.fee),
        Leg(Code.DISPUTED, -movement.amount, order=order),
    )


def dispute_lost(dispute: Dispute, beyond: int, *, now: datetime) -> bool:
    """Decided for the buyer, and so much of it is no owner's to bear: it is ours."""
    return post(
        f"dispute-lost:{dispute.stripe_id}",
        now,
        dispute.order.currency,
        Leg(Code.DISPUTED, -beyond, order=dispute.order),
        Leg(Code.DISPUTE_LOSS, beyond, order=dispute.order),
    )


def owed(order: Order, *, now: datetime) -> bool:
    """Booked on account: the customer owes it to the owner. None of it is at Stripe."""
    return _on_account(f"account:{order.pk}", order, order.amount, now=now)


def credited(credit: AccountCredit, *, now: datetime) -> bool:
    """Taken off what is owed. Raises `MoreThanPaid` when less is owed."""
    with refused_by("ledger_account_limits", MoreThanPaid):
        return _on_account(
            f"account-credit:{credit.pk}", credit.line.order, -credit.amount, now=now
        )


def settled(order: Order, amount: int, *, invoice: AccountInvoice, now: datetime) -> bool:
    """The owner has been paid so much of an order, on the invoice that it is in."""
    with refused_by("ledger_account_limits", MoreThanPaid):
        source = f"account-paid:{invoice.pk}:{order.pk}"
        return _on_account(source, order, -amount, now=now)


def _on_account(source: str, order: Order, amount: int, *, now: datetime) -> bool:
    assert order.agreement is not None
    agreement = order.agreement
    return post(
        source,
        now,
        order.currency,
        Leg(Code.RECEIVABLE, amount, order=order, organisation=agreement.customer),
        Leg(Code.ON_ACCOUNT, -amount, order=order, organisation=agreement.owner),
    )


def owed_by(agreement: CreditAgreement) -> int:
    """All that is on account by an agreement and not paid, minor units."""
    found = Balance.objects.filter(
        account__code=Code.RECEIVABLE, account__order__agreement=agreement
    )
    return int(found.aggregate(sum=Sum("amount", default=0))["sum"])


def of_refund(refund: Refund, code: Code, amount: int) -> Leg:
    """On the account of the order and the owner that a refund is of."""
    return Leg(code, amount, order=refund.order, organisation=refund.line.owner)


def held_for(order: Order) -> Money:
    """Paid, and neither earned nor given back nor promised back."""
    return Money(-balance_of(Code.HELD, order=order), order.currency)


def balance_of(code: Code, **whose: Any) -> int:
    """What stands on all accounts of a code together: of an `order`, of an `organisation`."""
    accounts = {f"account__{name}": value for name, value in whose.items()}
    found = Balance.objects.filter(account__code=code, **accounts)
    return int(found.aggregate(sum=Sum("amount", default=0))["sum"])


def trial_balance() -> dict[tuple[str, str], int]:
    """The sum of all entries by account code and currency; all of them sum to zero."""
    rows = Entry.objects.values_list("account__code", "account__currency").annotate(
        total=Sum("amount")
    )
    return {(code, currency): total for code, currency, total in rows.order_by()}


def post(source: str, at: datetime, currency: str, *legs: Leg) -> bool:
    """Post once for each source; False when it was posted before. Balance rows are locked
    in id order."""
    entry, is_new = Transaction.objects.get_or_create(source=source, defaults={"at": at})
    if not is_new:
        return False
    accounts = [
        (account_of(leg.code, currency, order=leg.order, organisation=leg.organisation), leg.amount)
        for leg in legs
    ]
    for account, amount in sorted(accounts, key=lambda found: found[0].pk):
        if amount:
            Entry.objects.create(transaction=entry, account=account, amount=amount)
    return True


def account_of(
    code: Code,
    currency: str,
    *,
    order: Order | None = None,
    organisation: Organisation | None = None,
) -> Account:
    """Made when it is first asked for, with the limits of its kind."""
    limits = {
        "ceiling": 0 if code in CREDIT_ONLY else None,
        "floor": 0 if code in DEBIT_ONLY else None,
    }
    account, _made = Account.objects.get_or_create(
        code=code,
        order=order,
        organisation=organisation,
        currency=currency,
        defaults=limits,
    )
    return account
