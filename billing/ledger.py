"""Posting to the ledger: the few transactions that the product knows.

The rules (sums to zero, append-only, limits of accounts) are triggers in the database.
"""

from dataclasses import dataclass
from datetime import datetime

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
CREDIT_ONLY = {Code.HELD, Code.REFUNDS_DUE, Code.OWNER_PAYABLE, Code.ON_ACCOUNT}


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
    """The buyer has paid: Stripe holds it, and we owe it all to the order."""
    return _post(
        f"capture:{charge_id}",
        now,
        order.currency,
        Leg(Code.STRIPE_BALANCE, gross),
        Leg(Code.HELD, -gross, order=order),
    )


def fee_charged(order: Order, *, charge_id: str, fee: int, now: datetime) -> bool:
    """Stripe has taken its fee, which it may tell only some time after the capture."""
    return _post(
        f"fee:{charge_id}",
        now,
        order.currency,
        Leg(Code.STRIPE_BALANCE, -fee),
        Leg(Code.PSP_FEE, fee),
    )


def refund_promised(refund: Refund, *, now: datetime) -> bool:
    """Set aside from what the order holds. Raises `MoreThanPaid` when it holds less."""
    with refused_by("ledger_account_limits", MoreThanPaid):
        return _post(
            f"refund:{refund.pk}",
            now,
            refund.order.currency,
            Leg(Code.HELD, refund.amount, order=refund.order),
            Leg(Code.REFUNDS_DUE, -refund.amount, order=refund.order),
        )


def refund_sent(refund: Refund, *, now: datetime) -> bool:
    return _post(
        f"refund-sent:{refund.pk}",
        now,
        refund.order.currency,
        Leg(Code.REFUNDS_DUE, refund.amount, order=refund.order),
        Leg(Code.STRIPE_BALANCE, -refund.amount),
    )


def refund_failed(refund: Refund, *, now: datetime) -> bool:
    """Stripe could not return it: the order holds it again."""
    return _post(
        f"refund-failed:{refund.pk}",
        now,
        refund.order.currency,
        Leg(Code.REFUNDS_DUE, refund.amount, order=refund.order),
        Leg(Code.HELD, -refund.amount, order=refund.order),
    )


def disputed(order: Order, movement: Movement, *, now: datetime) -> bool:
    """A bank has taken money back from what Stripe holds for us, or given it back again."""
    return _post(
        f"dispute:{movement.stripe_id}",
        now,
        order.currency,
        Leg(Code.STRIPE_BALANCE, movement.amount - movement.fee),
        Leg(Code.PSP_FEE, movement.fee),
        Leg(Code.DISPUTED, -movement.amount, order=order),
    )


def dispute_lost(dispute: Dispute, *, now: datetime) -> bool:
    """It is decided for the buyer: what was taken does not come back."""
    return _post(
        f"dispute-lost:{dispute.stripe_id}",
        now,
        dispute.order.currency,
        Leg(Code.DISPUTED, -dispute.amount, order=dispute.order),
        Leg(Code.DISPUTE_LOSS, dispute.amount, order=dispute.order),
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
    return _post(
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


def held_for(order: Order) -> Money:
    """Paid, and neither given back nor promised back."""
    balance = Balance.objects.filter(account__code=Code.HELD, account__order=order).first()
    return Money(-balance.amount if balance else 0, order.currency)


def trial_balance() -> dict[tuple[str, str], int]:
    """The sum of all entries by account code and currency; all of them sum to zero."""
    rows = Entry.objects.values_list("account__code", "account__currency").annotate(
        total=Sum("amount")
    )
    return {(code, currency): total for code, currency, total in rows.order_by()}


def _post(source: str, at: datetime, currency: str, *legs: Leg) -> bool:
    """Post once for each source; False when it was posted before. Balance rows are locked
    in id order."""
    entry, is_new = Transaction.objects.get_or_create(source=source, defaults={"at": at})
    if not is_new:
        return False
    accounts = [
        (_account(leg.code, currency, order=leg.order, organisation=leg.organisation), leg.amount)
        for leg in legs
    ]
    for account, amount in sorted(accounts, key=lambda found: found[0].pk):
        if amount:
            Entry.objects.create(transaction=entry, account=account, amount=amount)
    return True


def _account(
    code: Code,
    currency: str,
    *,
    order: Order | None = None,
    organisation: Organisation | None = None,
) -> Account:
    ceiling = 0 if code in CREDIT_ONLY else None
    account, _made = Account.objects.get_or_create(
        code=code,
        order=order,
        organisation=organisation,
        currency=currency,
        defaults={"ceiling": ceiling},
    )
    return account
