"""Receipts, invoices and credit notes: one's own, and those of an owner."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import person
from accounts.models import SEES_MONEY, Organisation, User
from billing.documents import ehf, paper
from billing.models import Document
from billing.models.document import DocumentQuerySet
from billing.money_access import organisations_of
from bookings.forms import district_zone
from spaces.bulk.escaping import escaped
from spaces.bulk.exporting import Echo

PER_PAGE = 50


@login_required
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """What somebody has bought, the latest first."""
    bought = _rows(Document.objects.filter(buyer=person(request)))
    page = Paginator(bought, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "billing/documents/documents.html", {"page": page})


@login_required
@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One document, as it would be printed."""
    user = person(request)
    shown = document_seen_by(user, pk)
    related = [*shown.credit_notes.select_related("series")]
    is_ours = organisations_of(user).filter(pk=shown.owner.pk).exists()
    context = {
        "document": shown,
        "paper": paper.Paper(shown),
        "related": [shown.credits, *related] if shown.credits else related,
        "can_write": paper.can_write(),
        "sent": shown.dispatches.order_by("pk") if is_ours else (),
        "zone": district_zone(),
    }
    return render(request, "billing/documents/document.html", context)


@login_required
@require_safe
def document_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The PDF, in the language one reads; where none can be made, the page to print."""
    shown = document_seen_by(person(request), pk)
    try:
        content = paper.pdf(shown, (get_language() or "")[:2])
    except paper.NoPaper:
        return redirect(shown)
    return file_named(content, "application/pdf", f"{shown}.pdf")


@login_required
@require_safe
def document_ehf(request: HttpRequest, pk: UUID) -> HttpResponse:
    shown = document_seen_by(person(request), pk)
    try:
        content = ehf.write(shown)
    except ehf.NoInvoice as no:
        raise Http404 from no
    return file_named(content, "application/xml", f"{shown}.xml")


@login_required
@require_safe
def owner_documents(request: HttpRequest) -> HttpResponse:
    """What an organisation has sold: all, or of one month (`?month=2026-11`)."""
    (organisations, shown), month = asked(request), month_asked(request)
    sold = Document.objects.sold_by(shown)
    months = sold.annotate(month=TruncMonth("issued_on")).values_list("month", flat=True)
    page = Paginator(_of_month(sold, month), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "organisations": organisations,
        "organisation": shown,
        "months": months.distinct().order_by("-month"),
        "month": month,
        "all_series": shown.document_series.order_by("is_test"),
        "page": page,
        "keep": f"organisation={shown.slug}&" + (f"month={month:%Y-%m}&" if month else ""),
    }
    return render(request, "billing/documents/owner_documents.html", context)


@login_required
@require_safe
def owner_documents_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table that a spreadsheet opens: semicolons, decimal commas, UTF-8."""
    (_organisations, shown), month = asked(request), month_asked(request)
    rows = _of_month(Document.objects.sold_by(shown), month).order_by("series__is_test", "number")
    answer = StreamingHttpResponse(_table(rows), content_type="text/csv; charset=utf-8")
    name = "-".join(filter(None, [shown.slug, f"{month:%Y-%m}" if month else ""]))
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def document_seen_by(user: User, pk: UUID) -> Document:
    """Raises `Http404` for what is not theirs to see."""
    return get_object_or_404(_rows(Document.objects.visible_to(user)), pk=pk)


def file_named(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be kept, under a plain name."""
    stem, _dot, ending = name.rpartition(".")
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{slugify(stem)}.{ending}"'
    return answer


def _rows(found: DocumentQuerySet) -> DocumentQuerySet:
    return found.select_related("series__owner", "credits__series")


def _of_month(sold: DocumentQuerySet, month: date | None) -> "QuerySet[Document]":
    if month is not None:
        sold = sold.filter(issued_on__year=month.year, issued_on__month=month.month)
    return _rows(sold)


def asked(request: HttpRequest) -> tuple["QuerySet[Organisation]", Organisation]:
    """Whose money one looks after, and which of them is asked for. Raises `Http404`."""
    theirs = person(request).memberships.filter(role__in=SEES_MONEY)
    organisations = Organisation.objects.filter(memberships__in=theirs).order_by("name")
    named = request.GET.get("organisation")
    shown = get_object_or_404(organisations, slug=named) if named else organisations.first()
    if shown is None:
        raise Http404
    return organisations, shown


def month_asked(request: HttpRequest) -> date | None:
    """The first day of `?month=2026-11`. Raises `Http404` for what is no month."""
    said = request.GET.get("month")
    if not said:
        return None
    try:
        return datetime.strptime(said, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as no:
        raise Http404 from no


def _table(rows: "QuerySet[Document]") -> Iterator[str]:
    writer = csv.writer(Echo(), delimiter=";")
    heads = [_("Number"), _("Kind"), _("Date"), _("Due"), _("Buyer"), _("Organisation number")]
    sums = [_("Without VAT"), _("VAT"), _("Amount"), _("Currency")]
    more = [_("Corrects"), _("Your reference"), _("Cost centre")]
    yield "\ufeff" + writer.writerow([*heads, *sums, *more])
    for one in rows.iterator(chunk_size=500):
        money = (one.signed.net, one.signed.vat, one.signed.gross)
        yield writer.writerow(
            [
                one.name,
                one.get_kind_display(),
                one.issued_on,
                one.due_on or "",
                escaped(one.buyer_party.name),
                one.buyer_party.number,
                *(f"{Decimal(part.amount) / 100:.2f}".replace(".", ",") for part in money),
                one.currency,
                one.credits.name if one.credits else "",
                escaped(one.reference),
                escaped(one.cost_centre),
            ]
        )
