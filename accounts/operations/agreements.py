"""Paying on account: asked for by a customer, agreed by an owner."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import CreditAgreement, CreditStatus, Organisation, User
from accounts.transactions import operation


class CreditAsked(Refused):
    code = "credit_asked"
    message = _("You have asked for this already, or have it.")


class NotAsked(Refused):
    code = "credit_not_asked"
    message = _("This has been answered already.")


@operation
def ask_for_credit(
    *,
    owner: Organisation,
    customer: Organisation,
    by: User,
    now: datetime,
    invoice_email: str = "",
    ehf_address: str = "",
    cost_centres: Collection[str] = (),
    needs_reference: bool = False,
) -> CreditAgreement:
    """Ask an owner to send one invoice a month. One who has declined or ended it can be asked
    again. Raises `CreditAsked`."""
    Organisation.objects.select_for_update(no_key=True).get(pk=customer.pk)
    agreement = CreditAgreement.objects.filter(owner=owner, customer=customer).first()
    if agreement is not None and agreement.status in (CreditStatus.ASKED, CreditStatus.AGREED):
        raise CreditAsked
    agreement = agreement or CreditAgreement(owner=owner, customer=customer)
    agreement.status = CreditStatus.ASKED
    agreement.invoice_email, agreement.ehf_address = invoice_email, ehf_address
    agreement.cost_centres, agreement.needs_reference = list(cost_centres), needs_reference
    agreement.asked_by, agreement.asked_at = by, now
    agreement.answered_by = agreement.answered_at = None
    agreement.save()
    return agreement


@operation
def agree_to_credit(
    *, agreement: CreditAgreement, by: User, now: datetime, limit: int, due_days: int
) -> CreditAgreement:
    """Say yes, or set another limit. What is booked already stands."""
    return _answer(agreement, CreditStatus.AGREED, by=by, now=now, limit=limit, due_days=due_days)


@operation
def end_credit(*, agreement: CreditAgreement, by: User, now: datetime) -> CreditAgreement:
    """Say no, or no longer. What is booked is still invoiced."""
    asked = agreement.status == CreditStatus.ASKED
    status = CreditStatus.DECLINED if asked else CreditStatus.ENDED
    return _answer(agreement, status, by=by, now=now)


def _answer(
    agreement: CreditAgreement, status: CreditStatus, *, by: User, now: datetime, **terms: int
) -> CreditAgreement:
    rows = CreditAgreement.objects.select_for_update(no_key=True, of=("self",))
    agreement = rows.select_related("owner", "customer").get(pk=agreement.pk)
    if agreement.status not in (CreditStatus.ASKED, CreditStatus.AGREED):
        raise NotAsked
    agreement.status, agreement.answered_by, agreement.answered_at = status, by, now
    for name, value in terms.items():
        setattr(agreement, name, value)
    agreement.save()
    return agreement
