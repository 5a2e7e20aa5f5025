"""Settling what the reconciliation found: each kind of difference has its way."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import ledger
from billing.ledger import Leg, MoreThanPaid
from billing.models import Case, CaseKind, Code, OrderLine, OrderStatus, RefundStatus
from billing.operations.earning import left_of
from billing.operations.reconciling import SETTLED
from billing.operations.refunding import note_refund, refund


class CaseSettled(Refused):
    code = "case_settled"
    message = _("This is settled already.")


class NotSaidHow(Refused):
    code = "not_said_how"
    message = _("Write down how it was settled.")


class NoSuchPayment(Refused):
    code = "no_such_payment"
    message = _("No line of a payment of ours has that much left. Post it as unexplained.")


WAYS = {
    CaseKind.REFUND: _("The refund is posted on its payment, as if it had been made here."),
    CaseKind.FEE: _("The difference is posted as Stripe’s fee."),
}
UNEXPLAINED = _("The difference is posted as unexplained, until somebody explains it.")


def way_of(case: Case) -> str:
    """What settling it will do, in a sentence."""
    return str(WAYS.get(CaseKind(case.kind), UNEXPLAINED))


@operation
def settle_case(
    *, case: Case, how: str, by: User, now: datetime, as_unexplained: bool = False
) -> Case:
    """Make our books say what Stripe's say, in the way of its kind. A refund that fits no
    payment can be posted `as_unexplained`.

    Raises `CaseSettled`, `NotSaidHow` and `NoSuchPayment`.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("order").get(pk=case.pk)
    if case.settled_at is not None:
        raise CaseSettled
    if not how.strip():
        raise NotSaidHow
    match case.kind:
        case CaseKind.REFUND if not as_unexplained:
            _take_over_refund(case, by, how, now)
        case CaseKind.FEE:
            _post(case, Code.PSP_FEE, now)
        case _:
            _post(case, Code.UNEXPLAINED, now)
    case.settled_at, case.settled_by, case.how = now, by, how.strip()[:300]
    case.save(update_fields=["settled_at", "settled_by", "how"])
    return case


def _post(case: Case, code: Code, now: datetime) -> None:
    difference = case.told - case.posted
    about = f"balance:{case.pk}" if case.kind == CaseKind.BALANCE else case.stripe_id
    legs = (Leg(Code.STRIPE_BALANCE, difference), Leg(code, -difference))
    ledger.post(SETTLED + about, now, case.currency, *legs)


def _take_over_refund(case: Case, by: User, how: str, now: datetime) -> None:
    """It has left Stripe already: promised and sent in one go, on the line that has most left."""
    amount = -case.told
    if case.order is None or case.order.status != OrderStatus.PAID:
        raise NoSuchPayment
    lines = sorted(OrderLine.objects.filter(order=case.order), key=left_of, reverse=True)
    if amount <= 0 or not lines:
        raise NoSuchPayment
    try:
        made = refund(line=lines[0], amount=amount, by=by, reason=how[:300], now=now)
    except MoreThanPaid as no:
        raise NoSuchPayment from no
    note_refund(made, RefundStatus.SUCCEEDED, now=now)
    made.status, made.stripe_id = RefundStatus.SUCCEEDED, case.source
    made.save(update_fields=["status", "stripe_id"])
