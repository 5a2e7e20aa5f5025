"""An owner's statement of a month and report of a year: pages, papers and tables."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.documents import paper
from billing.documents.reports import Report
from billing.documents.statements import Statement
from billing.views.documents import asked, file_named, month_asked
from bookings.forms import district_zone
from spaces.bulk.escaping import escaped
from spaces.money import Money


@login_required
@require_safe
def owner_statement(request: HttpRequest) -> HttpResponse:
    """`?month=2026-11`, else this month; `&as=pdf` or `&as=csv` to take it home."""
    organisations, owner = asked(request)
    today = timezone.now().astimezone(district_zone()).date()
    statement = Statement(owner, month_asked(request) or today.replace(day=1))
    context = {
        "statement": statement,
        "organisation": owner,
        "organisations": organisations,
        "can_write": paper.can_write(),
    }
    name = f"{owner.slug}-{statement.first:%Y-%m}"
    if request.GET.get("as") == "csv":
        return table(name, _statement_rows(statement))
    page = f"{reverse('owner_statement')}?organisation={owner.slug}&month={statement.first:%Y-%m}"
    return _page_or_paper(request, "statement", context, name, page)


@login_required
@require_safe
def owner_report(request: HttpRequest) -> HttpResponse:
    """`?year=2026`, else this year; `&as=pdf` or `&as=csv` to take it home."""
    organisations, owner = asked(request)
    now = timezone.now().astimezone(district_zone())
    said = request.GET.get("year", str(now.year))
    if not said.isdecimal() or not 2000 <= int(said) <= now.year:
        raise Http404
    report = Report(owner, int(said))
    context = {
        "report": report,
        "organisation": owner,
        "organisations": organisations,
        "years": range(now.year, now.year - 3, -1),
        "can_write": paper.can_write(),
    }
    name = f"{owner.slug}-{report.year}"
    if request.GET.get("as") == "csv":
        return table(name, _report_rows(report))
    page = f"{reverse('owner_report')}?organisation={owner.slug}&year={report.year}"
    return _page_or_paper(request, "report", context, name, page)


def table(name: str, rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A table that a spreadsheet opens: semicolons, decimal commas, UTF-8."""
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    content = f"\ufeff{written.getvalue()}".encode()
    return file_named(content, "text/csv; charset=utf-8", f"{name}.csv")


def _page_or_paper(
    request: HttpRequest, what: str, context: dict[str, object], name: str, page: str
) -> HttpResponse:
    if request.GET.get("as") != "pdf":
        return render(request, f"billing/documents/owner_{what}.html", context)
    try:
        content = paper.render(f"billing/documents/{what}_paper.html", context)
    except paper.NoPaper:
        return redirect(page)
    return file_named(content, "application/pdf", f"{name}.pdf")


def _amount(money: Money) -> str:
    return f"{Decimal(money.amount) / 100:.2f}".replace(".", ",")


def _statement_rows(statement: Statement) -> Iterable[Iterable[object]]:
    yield [_("Seller"), escaped(statement.owner.name)]
    yield [_("Month"), f"{statement.first:%Y-%m}"]
    if statement.is_test:
        yield ["TEST"]
    yield []
    yield [_("VAT"), _("Without VAT"), _("VAT"), _("With VAT")]
    for one in statement.taxed:
        sums = (one.net, one.vat, one.gross)
        yield [one.treatment.label, *(_amount(money) for money in sums)]
    yield []
    yield [_("Sold"), _amount(statement.sold)]
    yield [_("Credited"), _amount(statement.given_back)]
    yield [_("Fee of the platform"), _amount(statement.kept_back)]
    yield [_("Left"), _amount(statement.left)]
    yield []
    yield [_("Number"), _("Kind"), _("Date"), _("Buyer"), _("Amount")]
    for document in statement.documents:
        yield [
            document.name,
            document.get_kind_display(),
            document.issued_on,
            escaped(document.buyer_party.name),
            _amount(document.signed.gross),
        ]


def _report_rows(report: Report) -> Iterable[Iterable[object]]:
    yield [_("Seller"), escaped(report.owner.name)]
    yield [_("Organisation number"), report.owner.number]
    yield [_("Account number"), report.owner.account_number]
    yield [_("Year"), report.year]
    if report.is_test:
        yield ["TEST"]
    yield []
    yield [_("Place"), _("Address"), _("Quarter"), _("Lettings"), _("Days let"), _("Paid")]
    for one in report.properties:
        place = [escaped(one.place.name), escaped(one.place.full_address)]
        for quarter in one.quarters:
            of_it = [quarter.number, quarter.lettings, quarter.days, _amount(quarter.paid)]
            yield [*place, *of_it]
    yield []
    yield [_("Quarter"), _("Fee of the platform")]
    for number, fee in enumerate(report.fees, 1):
        yield [number, _amount(fee)]
