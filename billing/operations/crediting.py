"""Goodwill on what was sold on account: taken off what is owed, with a credit note once it is
invoiced."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import purses
from billing.fees import fee_on
from billing.models import AccountCredit, AccountInvoice, OrderLine
from billing.operations.dispatching import post_invoice
from billing.operations.documenting import credit_booking
from billing.operations.on_account import credit, owed_for


class InvoicePaid(Refused):
    code = "invoice_paid"
    message = _(
        "The invoice is paid already. Pay it back from your bank, or wait for the next one."
    )


@operation
def credit_some(
    *, line: OrderLine, amount: int, by: User, reason: str, now: datetime
) -> AccountCredit:
    """Take so much off a line that is on account. Of one that is invoiced it is a credit note,
    sent as the invoice was, and our fee of it is given back. Raises `MoreThanPaid` and
    `InvoicePaid`."""
    line = (
        OrderLine.objects.select_for_update(no_key=True, of=("self",))
        .select_related("order__agreement", "owner", "booking__space__place")
        .get(pk=line.pk)
    )
    invoice = None
    if line.invoice_id is not None:
        rows = AccountInvoice.objects.select_for_update(no_key=True, of=("self",))
        invoice = rows.select_related("document__series__owner").get(pk=line.invoice_id)
        if invoice.paid_on is not None:
            raise InvoicePaid
    taken = credit(line, amount, by=by, reason=reason, now=now)
    if invoice is None or invoice.document is None or line.order.agreement is None:
        return taken
    back = fee_on(line, line.earned) - fee_on(line, line.earned - amount)
    purses.fee_returned(line, f"account-fee-back:{taken.pk}:{line.pk}", back, now=now)
    line.earned -= amount
    line.save(update_fields=["earned"])
    taken.document = credit_booking(
        document=invoice.document,
        booking=line.booked,
        amount=amount,
        source=f"account:{taken.pk}",
        now=now,
    )
    taken.save(update_fields=["document"])
    post_invoice(taken.document, line.order.agreement, now=now)
    return taken


def left_on_account(line: OrderLine) -> int:
    """What may still be taken off it: nothing once its invoice is paid."""
    if line.invoice is not None and line.invoice.paid_on is not None:
        return 0
    return owed_for(line)
