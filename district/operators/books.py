"""The ledger for operators: the trial balance, the accounts behind each line, their entries,
and from an entry to what caused it."""

import csv
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import trial
from billing.models import Code
from billing.statements import kroner
from bookings.forms import district_zone
from spaces.periods import midnight

PER_PAGE = 100
SOURCES = {  # what stands behind an entry, by the first part of its source
    "refund": "billing_refund",
    "refund-sent": "billing_refund",
    "refund-failed": "billing_refund",
    "refund-returned": "billing_refund",
    "transfer": "billing_transfer",
    "transfer-sent": "billing_transfer",
    "transfer-failed": "billing_transfer",
}
MEANING = {
    Code.STRIPE_BALANCE: _("What Stripe holds for us"),
    Code.PSP_FEE: _("Stripe’s fees"),
    Code.HELD: _("Paid, not yet earned or given back"),
    Code.REFUNDS_DUE: _("Promised back, not yet sent"),
    Code.DISPUTED: _("Taken back by banks, not yet decided"),
    Code.DISPUTE_LOSS: _("Lost to banks"),
    Code.RECEIVABLE: _("On account: owed by customers"),
    Code.ON_ACCOUNT: _("On account: owed to owners, by their customers"),
    Code.OWNER_PAYABLE: _("Earned by owners, not yet sent"),
    Code.TRANSFERRING: _("On its way to owners"),
    Code.OWNER_DEBT: _("Owed by owners"),
    Code.PLATFORM_FEE: _("Our fees, without VAT"),
    Code.PLATFORM_VAT: _("VAT of our fees"),
}


class Days(forms.Form):
    """Whole days of the district's zone, both counted."""

    first = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


def asked(request: HttpRequest) -> tuple[Days, datetime | None, datetime]:
    form = Days(request.GET)
    first: date | None = None
    last: date | None = None
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    zone, now = district_zone(), timezone.now()
    begins = midnight(first, zone) if first else None
    ends = midnight(last + timedelta(days=1), zone) if last else now + timedelta(days=1)
    return form, begins, ends


def trial_balance(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form, begins, ends = asked(request)
    rows = trial.trial_balance(begins, ends)
    if request.GET.get("as") == "csv":
        return as_csv(rows)
    shown = [(row, MEANING[Code(row.code)]) for row in rows]
    told = {"form": form, "rows": shown, "sums": trial.sums(rows), "query": query(request)}
    return render(request, "operators/trial_balance.html", {**context, **told})


def accounts(request: HttpRequest, code: str, context: dict[str, Any]) -> HttpResponse:
    """The accounts of one code, as they stand at the end of the last day asked for."""
    if code not in Code.values:
        raise Http404
    _form, _begins, ends = asked(request)
    page = Paginator(trial.accounts_of(code, ends), PER_PAGE).get_page(request.GET.get("page"))
    told = {"meaning": MEANING[Code(code)], "page": page, "query": query(request)}
    return render(request, "operators/accounts.html", {**context, **told})


def query(request: HttpRequest) -> str:
    """The days asked for, to be kept in links."""
    kept = request.GET.copy()
    for name in [*kept]:
        if name not in ("first", "last"):
            del kept[name]
    return kept.urlencode()


def as_csv(rows: list[trial.Row]) -> HttpResponse:
    answer = HttpResponse("\ufeff", content_type="text/csv")
    answer["Content-Disposition"] = 'attachment; filename="saldobalanse.csv"'
    write = csv.writer(answer, delimiter=";")
    write.writerow(("Konto", "Betydning", "Valuta", "Inngående", "Debet", "Kredit", "Utgående"))
    for row in [*rows, *trial.sums(rows)]:
        meaning = MEANING[Code(row.code)] if row.code else "Sum"
        amounts = (row.opening, row.debit, row.credit, row.closing)
        write.writerow((row.code, meaning, row.closing.currency, *map(kroner, amounts)))
    return answer


def cause(source: str) -> str:
    """The address of what caused a transaction; nothing where it is no row of its own."""
    kind, _colon, rest = source.partition(":")
    try:
        return reverse(f"operator:{SOURCES[kind]}_change", args=[UUID(rest)])
    except (KeyError, ValueError, NoReverseMatch):
        return ""
