"""Booked now, and paid by a monthly invoice: what an owner has agreed with an organisation.

Nothing of it is at Stripe. What is booked is owed at once (`receivable`, of the order and the
customer), a cancellation takes off it, and so does the payment that the owner's own people
note. docs/adr/0028.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import CreditAgreement, CreditStatus, Organisation, User
from accounts.transactions import operation
from billing import ledger, purses
from billing.documents.lines import (
    in_all,
    lines_of_booking,
    lines_of_mix,
    mix_sold,
    pass_line,
)
from billing.documents.mixes import scaled
from billing.fees import fee_on
from billing.models import (
    AccountCredit,
    AccountInvoice,
    DocumentLine,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
)
from billing.operations.dispatching import post_invoice
from billing.operations.documenting import issue_invoice
from billing.returns import with_left
from bookings import operations as bookings
from bookings.forms import district_zone
from bookings.models import Booking, Change, ChangeStatus, Status
from bookings.operations.holding import require_member
from spaces.formats import price
from spaces.models import Space
from spaces.money import Money
from spaces.periods import day_span

CAME_TO_NOTHING = (Status.EXPIRED, Status.DECLINED)


class NoCredit(Refused):
    code = "no_credit"
    message = _("This cannot be paid on account: the owner has no agreement with you.")


class OverLimit(Refused):
    code = "over_credit_limit"
    message = _("That is more than you may have on account. Pay by card, or ask the owner.")


class ReferenceMissing(Refused):
    code = "reference_missing"
    message = _("A reference is required on the invoice. Fill it in.")


class UnknownCostCentre(Refused):
    code = "unknown_cost_centre"
    message = _("Choose one of your organisation’s cost centres.")


def agreements_for(
    spaces: Iterable[Space],
    *,
    organisation: Organisation | None,
    cost_centre: str,
    reference: str,
) -> list[CreditAgreement]:
    """The agreements by which an organisation may book all of these on account, locked in id
    order until the transaction ends, so that two bookings cannot both have the last of a
    limit. Raises the `Refused` that says why not."""
    owners = {space.organisation_id for space in spaces}
    rows = CreditAgreement.objects.agreed().filter(customer=organisation, owner__in=owners)
    found = list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)))
    if organisation is None or len(found) < len(owners):
        raise NoCredit
    for one in found:
        if one.needs_reference and not reference.strip():
            raise ReferenceMissing
        if one.cost_centres and cost_centre not in one.cost_centres:
            known = ", ".join(one.cost_centres)
            raise UnknownCostCentre(_("Choose a cost centre: %(known)s.") % {"known": known})
    return found


def may_owe(spaces: Iterable[Space], organisation: Organisation | None) -> bool:
    """Whether every owner of these has such an agreement with the organisation."""
    owners = {space.organisation_id for space in spaces}
    if organisation is None or not owners:
        return False
    agreed = CreditAgreement.objects.agreed().filter(customer=organisation, owner__in=owners)
    return agreed.values("owner").distinct().count() == len(owners)


def put_on_account(
    booked: Sequence[Booking], agreements: Sequence[CreditAgreement], *, by: User, now: datetime
) -> list[Order]:
    """What these cost is owed: an order for each owner. Call it in the transaction that books,
    with the agreements locked. Raises `OverLimit`."""
    orders = []
    for agreement in agreements:
        theirs = [one for one in booked if one.space.organisation_id == agreement.owner_id]
        costs = [one for one in theirs if one.amount]
        if costs:
            lines = [
                OrderLine(
                    kind=LineKind.BOOKING,
                    booking=one,
                    owner_id=agreement.owner_id,
                    amount=one.amount,
                )
                for one in costs
            ]
            orders.append(owe(agreement, lines, currency=costs[0].currency, by=by, now=now))
    return orders


def owe(
    agreement: CreditAgreement,
    lines: Sequence[OrderLine],
    *,
    currency: str,
    by: User,
    now: datetime,
) -> Order:
    """An order by an agreement that is locked. Raises `NoCredit` and `OverLimit`."""
    amount = sum(line.amount for line in lines)
    if currency != agreement.currency:
        raise NoCredit
    left = left_of(agreement)
    if amount > left.amount:
        raise OverLimit(
            _("That is more than the %(left)s that you may still have on account.")
            % {"left": price(left)},
            left=left.as_json(),
        )
    order = Order.objects.create(
        buyer=by,
        agreement=agreement,
        status=OrderStatus.ACCOUNT,
        amount=amount,
        currency=currency,
        created_at=now,
        session_expires_at=now,
        not_before=now,
    )
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    ledger.owed(order, now=now)
    return order


def left_of(agreement: CreditAgreement) -> Money:
    """How much more may be on account: the limit less all that is not paid."""
    owed = ledger.owed_by(agreement)
    return Money(max(0, agreement.limit - owed), agreement.currency)


def agreement_of(booking: Booking) -> CreditAgreement | None:
    """The agreement that a booking was put on account by, while it holds."""
    line = booking.order_lines.filter(
        kind=LineKind.BOOKING,
        order__status=OrderStatus.ACCOUNT,
        order__agreement__status=CreditStatus.AGREED,
    ).select_related("order__agreement__owner")
    found = line.first()
    return found.order.agreement if found else None


# --- Changes and cancellations ---------------------------------------------------------------


def owe_more(
    change: Change, agreement: CreditAgreement, *, now: datetime, is_told: bool = True
) -> Change:
    """What a change costs more is owed, and it is made, or asked for where the owner answers
    first: of a series once all of it is owed, by the caller. Raises `OverLimit`, and
    `NotAMember` when who wants it has left the organisation that would owe it."""
    require_member(change.by, change.booking.organisation)
    rows = CreditAgreement.objects.select_for_update(no_key=True, of=("self",))
    agreement = rows.get(pk=agreement.pk)
    line = OrderLine(
        kind=LineKind.CHANGE,
        booking=change.booking,
        change=change,
        owner_id=change.space.organisation_id,
        amount=change.due,
    )
    owe(agreement, [line], currency=change.booking.currency, by=change.by, now=now)
    if change.series_change_id is not None:
        return change
    if change.space.in_force.is_instant:
        return bookings.make_change(change=change, now=now, is_told=is_told)
    bookings.ask_changes(changes=[change], now=now)
    change.refresh_from_db()
    return change


def credit(
    line: OrderLine, amount: int, *, now: datetime, by: User | None = None, reason: str = ""
) -> AccountCredit:
    """Take so much off what a line is owed. Raises `MoreThanPaid` when it is owed less."""
    taken = AccountCredit.objects.create(
        line=line, amount=amount, created_at=now, by=by, reason=reason
    )
    ledger.credited(taken, now=now)
    return taken


def owed_for(line: OrderLine) -> int:
    """What a line comes to after what was taken off it."""
    taken = line.credits.aggregate(sum=Sum("amount", default=0))["sum"]
    return line.amount - int(taken)


def credit_what_came_to_nothing(*, now: datetime) -> None:
    """Requests that were declined or not answered, and changes that came to nothing."""
    lines = OrderLine.objects.filter(
        Q(kind=LineKind.BOOKING, booking__status__in=CAME_TO_NOTHING)
        | Q(kind=LineKind.CHANGE, change__status__in=(ChangeStatus.ENDED, ChangeStatus.EXPIRED)),
        order__status=OrderStatus.ACCOUNT,
    )
    for pk in with_left(lines).filter(left__gt=0).values_list("pk", flat=True):
        _credit_rest(pk, now=now)


@operation
def _credit_rest(pk: int, *, now: datetime) -> None:
    line = OrderLine.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    if rest := owed_for(line):
        credit(line, rest, now=now)


# --- Once a month ------------------------------------------------------------------------------


def invoice_month(*, now: datetime) -> list[AccountInvoice]:
    """One invoice for each agreement and cost centre over what was delivered or cancelled
    before this month began, in the district's zone, and is not invoiced yet. Run again, it
    issues nothing twice: what has come since waits for the next month."""
    credit_what_came_to_nothing(now=now)
    today = now.astimezone(district_zone()).date()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    due = _delivered(before=today.replace(day=1)).values_list("order__agreement", "cost_centre")
    issued = []
    for agreement, cost_centre in sorted(set(due)):
        invoice = _invoice(agreement, cost_centre, month=month, now=now)
        if invoice is not None:
            issued.append(invoice)
    return issued


def _delivered(*, before: date) -> "QuerySet[Any]":
    midnight = day_span(before, district_zone()).lower
    lines = OrderLine.objects.annotate(cost_centre=Coalesce("booking__cost_centre", Value("")))
    return lines.filter(
        Q(booking__period__endswith__lte=midnight)
        | Q(booking__status__in=(Status.CANCELLED, *CAME_TO_NOTHING))
        | Q(kind=LineKind.PASS),
        order__status=OrderStatus.ACCOUNT,
        order__created_at__lt=midnight,
        invoice=None,
    )


@operation
def _invoice(pk: int, cost_centre: str, *, month: date, now: datetime) -> AccountInvoice | None:
    """None when that month is invoiced already, or another worker has just done it."""
    rows = CreditAgreement.objects.select_for_update(no_key=True, of=("self",))
    agreement = rows.select_related("owner", "customer").get(pk=pk)
    if agreement.invoices.filter(cost_centre=cost_centre, month=month).exists():
        return None
    after = (month + timedelta(days=31)).replace(day=1)
    lines = _delivered(before=after).filter(order__agreement=agreement)
    found = list(
        lines.filter(cost_centre=cost_centre)
        .select_related("booking__space__place", "sold_pass__type", "order", "owner")
        .order_by("booking", "pk")
    )
    if not found:
        return None
    invoice = AccountInvoice.objects.create(
        agreement=agreement,
        cost_centre=cost_centre,
        month=month,
        amount=sum(owed_for(line) for line in found),
        due_on=now.astimezone(district_zone()).date() + timedelta(days=agreement.due_days),
        issued_at=now,
    )
    for line in found:
        _bill_fee(line, invoice, now=now)
    if invoice.amount:
        invoice.document = issue_invoice(
            owner=agreement.owner,
            organisation=agreement.customer,
            lines=_document_lines(found),
            due=invoice.due_on,
            now=now,
            reference=_reference_of(found),
            cost_centre=cost_centre,
            currency=agreement.currency,
            source=invoice.source,
        )
        invoice.save(update_fields=["document"])
        post_invoice(invoice.document, agreement, now=now)
    return invoice


def _bill_fee(line: OrderLine, invoice: AccountInvoice, *, now: datetime) -> None:
    """It is the owner's now, who owes us our fee of it. None of it is ours to keep back."""
    line.invoice, line.earned, line.earned_at = invoice, owed_for(line), now
    line.save(update_fields=["invoice", "earned", "earned_at"])
    purses.fee_owed(line, fee_on(line, line.earned), now=now)


def _reference_of(lines: Iterable[OrderLine]) -> str:
    """The buyer's reference, where it is the same for all."""
    found = {line.booking.reference for line in lines if line.booking is not None}
    return found.pop() if len(found) == 1 else ""


def _document_lines(lines: Iterable[OrderLine]) -> list[DocumentLine]:
    """Each booking as it was sold, or what is left of its price: of one that was given up too
    late, or when the owner has taken something off it."""
    owed_of: dict[Booking, int] = {}
    shown = []
    for line in lines:
        if line.booking is not None:
            owed_of[line.booking] = owed_of.get(line.booking, 0) + owed_for(line)
        elif line.sold_pass is not None:
            shown.append(pass_line(line.sold_pass))
    for booking, owed in owed_of.items():
        if owed == booking.amount:
            shown += lines_of_booking(booking, owed)
        elif owed:
            mix = scaled(mix_sold(booking, booking.amount), owed)
            text = in_all(partial(_said_of_rest, booking))
            shown += lines_of_mix(mix, text, booking)
    return shown


def _said_of_rest(booking: Booking) -> str:
    if booking.status == Status.CANCELLED:
        return gettext("Given up too late to be paid back")
    return gettext("After what the owner has taken off")


class PaidAlready(Refused):
    code = "paid_already"
    message = _("This invoice is paid already.")


@operation
def note_paid(*, invoice: AccountInvoice, by: User, paid_on: date, now: datetime) -> AccountInvoice:
    """The owner's own people have seen the money on their account: nothing of it is owed any
    more. Raises `PaidAlready`."""
    invoice = AccountInvoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.paid_on is not None or not invoice.left:
        raise PaidAlready
    by_order: dict[Order, int] = {}
    lines = invoice.lines.select_related("order__agreement__owner", "order__agreement__customer")
    for line in lines.order_by("order", "pk"):
        by_order[line.order] = by_order.get(line.order, 0) + owed_for(line)
    for order, amount in by_order.items():
        if amount:
            ledger.settled(order, amount, invoice=invoice, now=now)
    invoice.paid_on, invoice.paid_by = paid_on, by
    invoice.save(update_fields=["paid_on", "paid_by"])
    return invoice
