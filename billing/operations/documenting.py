"""Issuing receipts, invoices and credit notes.

Each is issued in the transaction of what it is about, by whatever causes that: a receipt for
each owner when an order is captured, a credit note with each refund. Its number is taken
last, so that nobody waits for it longer than they must. Documents of one owner are numbered
one at a time; owners are locked in id order.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refused, refused_by
from accounts.models import Organisation, User
from accounts.transactions import operation
from billing import stripe_gateway
from billing.documents.lines import (
    Texts,
    documented,
    fee_line,
    in_all,
    lines_of_booking,
    lines_of_mix,
    mix_of_lines,
    mix_sold,
    pass_line,
)
from billing.documents.mixes import Mix, less, mix_of_sold, scaled, total
from billing.models import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentSeries,
    LineKind,
    Order,
    OrderLine,
    Party,
    Refund,
    RefundStatus,
)
from bookings.forms import district_zone
from bookings.models import Booking
from spaces.prices import Line

Common = TypeVar("Common", Organisation, str)


class MoreThanDocumented(Refused):
    code = "more_than_documented"
    message = gettext_lazy("That is more than is left of what was sold.")


@operation
def issue_receipts(*, order: Order, now: datetime) -> list[Document]:
    """The receipts of an order that is paid: one for each owner, over all they have sold on
    it, in id order of owners. Asked again, the same ones."""
    lines = list(
        order.lines.select_related(
            "booking__space__place", "change__space__place", "sold_pass__type", "owner"
        ).order_by("owner", "pk")
    )
    by_owner: dict[Organisation, list[OrderLine]] = {}
    for line in lines:
        by_owner.setdefault(line.owner, []).append(line)
    found = {one.source: one for one in order.documents.filter(kind=DocumentKind.RECEIPT)}
    receipts = []
    for owner, theirs in by_owner.items():
        source = f"receipt:{order.pk}:{owner.pk}"
        receipts.append(found.get(source) or _issue_receipt(order, owner, theirs, source, now))
    return receipts


@operation
def issue_credit_note(*, refund: Refund, now: datetime) -> Document | None:
    """The credit note of what a refund gives back, naming the receipt it corrects; None when
    what it gives back was credited before, for a refund that failed.

    What remains of the booking's price is taxed as the booking now is: of one that was made
    less, what it is less of is credited. Raises `MoreThanDocumented`.
    """
    source = f"credit:{refund.pk}"
    if known := Document.objects.filter(source=source).first():
        return known
    booking = None
    if refund.booking_id is not None:
        booking = Booking.objects.select_related("space__place").get(pk=refund.booking_id)
    receipts = issue_receipts(order=refund.order, now=now)
    receipt = next(one for one in receipts if one.series.owner_id == refund.line.owner_id)
    amount = min(refund.amount, _not_yet_credited(refund, receipt))
    if amount <= 0:
        return None
    text = in_all(lambda: _("Paid back"))
    if booking is not None and receipt.lines.filter(booking=booking, is_stay=True).exists():
        lines = _toward(booking, mix_sold(booking, amount), -amount, text)
    else:  # a fee beside the price, or what is no booking
        sold = receipt.lines.filter(booking=booking)
        credited = DocumentLine.objects.filter(document__credits=receipt, booking=booking)
        left = less(mix_of_lines(sold), mix_of_lines(credited))
        kept = scaled(left, total(left) - amount) if total(left) > amount else {}
        lines = lines_of_mix(less(left, kept), text, booking, is_stay=False)
    return _credit(receipt, lines, source, refund=refund, now=now)


@operation
def issue_correction(*, booking: Booking, now: datetime) -> Document | None:
    """When a booking has become another that is taxed otherwise at the same price, a receipt
    over nothing that moves the price from the one VAT to the other. None where the documents
    say already what the booking is."""
    booking = Booking.objects.select_related("space__place").get(pk=booking.pk)
    latest = Document.objects.about(booking).exclude(kind=DocumentKind.CREDIT_NOTE).last()
    if latest is None:
        return None
    text = in_all(lambda: _("Changed"))
    lines = _toward(booking, mix_sold(booking, booking.amount), 0, text)
    if not lines:
        return None
    return _issue(
        series=_locked(latest.series.owner, is_test=latest.is_test),
        kind=DocumentKind.RECEIPT,
        source=f"correction:{booking.pk}:{booking.sequence}",
        lines=lines,
        order=latest.order,
        buyer=latest.buyer,
        organisation=latest.organisation,
        reference=latest.reference,
        cost_centre=latest.cost_centre,
        currency=latest.currency,
        now=now,
    )


@operation
def issue_invoice(
    *,
    owner: Organisation,
    organisation: Organisation,
    lines: Sequence[DocumentLine],
    due: date,
    now: datetime,
    reference: str = "",
    cost_centre: str = "",
    currency: str = "NOK",
    source: str = "",
) -> Document:
    """An invoice from an owner to an organisation, to be paid on `due` at the latest. Lines
    are those of `lines_of_booking` and `sold_line`. Asked again with the same `source`, the
    same invoice."""
    if source and (known := Document.objects.filter(source=f"invoice:{source}").first()):
        return known
    series = _locked(owner, is_test=stripe_gateway.is_test_money())
    return _issue(
        series=series,
        kind=DocumentKind.INVOICE,
        source=f"invoice:{source or f'{series.pk}:{series.last + 1}'}",
        lines=lines,
        organisation=organisation,
        reference=reference,
        cost_centre=cost_centre,
        currency=currency,
        due_on=due,
        now=now,
    )


@operation
def credit_invoice(
    *, invoice: Document, lines: Sequence[DocumentLine], source: str, now: datetime
) -> Document:
    """Credit an invoice by these lines, at most what is left of it; asked again with the same
    `source`, the same credit note. Raises `MoreThanDocumented`."""
    source = f"credit:{source}"
    return Document.objects.filter(source=source).first() or _credit(
        invoice, lines, source, now=now
    )


@operation
def credit_booking(
    *, document: Document, booking: Booking, amount: int, source: str, now: datetime
) -> Document:
    """Credit so much of what a booking was invoiced at, as it was taxed. Raises
    `MoreThanDocumented`."""
    text = in_all(lambda: _("Credited"))
    lines = _toward(booking, mix_sold(booking, amount), -amount, text)
    return credit_invoice(invoice=document, lines=lines, source=source, now=now)


# --- The steps ------------------------------------------------------------------------------


def _issue_receipt(
    order: Order, owner: Organisation, sold: Sequence[OrderLine], source: str, now: datetime
) -> Document:
    bookings = [line.booking for line in sold if line.booking is not None]
    buyers = [one.organisation for one in bookings]
    buyers += [line.sold_pass.organisation for line in sold if line.sold_pass is not None]
    return _issue(
        series=_locked(owner, is_test=stripe_gateway.is_test_money()),
        kind=DocumentKind.RECEIPT,
        source=source,
        lines=[line for one in sold for line in _lines_of(one)],
        order=order,
        buyer=order.buyer,
        organisation=_same(buyers),
        reference=_same(booking.reference for booking in bookings) or "",
        cost_centre=_same(booking.cost_centre for booking in bookings) or "",
        currency=order.currency,
        now=now,
    )


def _lines_of(line: OrderLine) -> list[DocumentLine]:
    """What an order's line is for; together they come to its amount. Of a change, what it
    makes of the price that stands documented. A fee is taxed as the space it is about."""
    match line.kind:
        case LineKind.BOOKING:
            return lines_of_booking(line.booked, line.amount)
        case LineKind.CHANGE if line.change is not None:
            target = mix_of_sold(Line.from_json(one) for one in line.change.lines)
            text = in_all(lambda: _("Changed"))
            return _toward(line.booked, target, line.amount, text, line)
        case LineKind.PASS if line.sold_pass is not None:
            return [pass_line(line.sold_pass)]
    return [fee_line(line)]


def _toward(
    booking: Booking, target: Mix, amount: int, text: Texts, line: OrderLine | None = None
) -> list[DocumentLine]:
    """The lines that bring what is documented of a booking `amount` further, so that it is
    taxed as `target` is. Of a credit, the lines are what it takes away."""
    stands = documented(booking)
    whole = total(stands) + amount
    wanted = scaled(target if total(target) else stands, whole) if whole else {}
    moved = less(wanted, stands) if amount >= 0 else less(stands, wanted)
    about = line.change if line is not None and line.change is not None else booking
    return lines_of_mix(moved, text, about)


def _credit(
    document: Document,
    lines: Sequence[DocumentLine],
    source: str,
    *,
    now: datetime,
    refund: Refund | None = None,
) -> Document:
    series = _locked(document.series.owner, is_test=document.is_test)
    left = document.gross - _credited(document)
    if sum(line.gross for line in lines) > left:
        raise MoreThanDocumented
    with refused_by("document_credited_within", MoreThanDocumented):
        return _issue(
            series=series,
            kind=DocumentKind.CREDIT_NOTE,
            source=source,
            lines=lines,
            order=document.order,
            refund=refund,
            corrects=document,
            buyer=document.buyer,
            organisation=document.organisation,
            reference=document.reference,
            cost_centre=document.cost_centre,
            currency=document.currency,
            now=now,
        )


def _credited(document: Document) -> int:
    return int(document.credit_notes.aggregate(sum=Sum("gross", default=0))["sum"])


def _not_yet_credited(refund: Refund, receipt: Document) -> int:
    """Promised back of a booking on an order, and in no credit note yet."""
    promised = Refund.objects.filter(order=refund.order_id, booking=refund.booking_id)
    promised = promised.exclude(status__in=(RefundStatus.FAILED, RefundStatus.DROPPED))
    credited = DocumentLine.objects.filter(document__credits=receipt, booking=refund.booking_id)
    return int(promised.aggregate(sum=Sum("amount", default=0))["sum"]) - int(
        credited.aggregate(sum=Sum("gross", default=0))["sum"]
    )


def _locked(owner: Organisation, *, is_test: bool) -> DocumentSeries:
    """The owner's series, made if need be; who comes next waits."""
    DocumentSeries.objects.get_or_create(owner=owner, is_test=is_test)
    rows = DocumentSeries.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("owner").get(owner=owner, is_test=is_test)


def _issue(
    *,
    series: DocumentSeries,
    kind: DocumentKind,
    source: str,
    lines: Sequence[DocumentLine],
    currency: str,
    now: datetime,
    buyer: User | None = None,
    organisation: Organisation | None = None,
    order: Order | None = None,
    refund: Refund | None = None,
    corrects: Document | None = None,
    reference: str = "",
    cost_centre: str = "",
    due_on: date | None = None,
) -> Document:
    """Store a document with the next number of its series, which is locked."""
    seller = Party.of(series.owner)
    mix = mix_of_lines(lines)
    vat = sum(part.vat for part in mix.values())
    billed_to = Party.of_buyer(organisation or buyer)
    DocumentSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    series.last += 1
    document = Document.objects.create(
        series=series,
        number=series.last,
        kind=kind,
        source=source,
        order=order,
        refund=refund,
        credits=corrects,
        issued_at=now,
        issued_on=now.astimezone(district_zone()).date(),
        due_on=due_on,
        language=buyer.language if buyer else settings.LANGUAGE_CODE[:2],
        seller=seller.as_json(),
        buyer=buyer,
        organisation=organisation,
        billed_to=billed_to.as_json(),
        reference=reference,
        cost_centre=cost_centre,
        currency=currency,
        net=sum(line.net for line in lines),
        vat=vat,
        gross=sum(line.gross for line in lines),
        vat_nok=vat if currency == "NOK" else None,
        line_count=len(lines),
    )
    for position, line in enumerate(lines, 1):
        line.document, line.position = document, position
    DocumentLine.objects.bulk_create(lines)
    return document


def _same(values: Iterable[Common | None]) -> Common | None:
    """What they all have in common, if anything."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
