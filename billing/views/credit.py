"""Paying on account: an organisation as customer, and as the owner who agrees."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import operations as accounts
from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import RUNS_SALES, SEES_MONEY, CreditAgreement, CreditStatus, Organisation
from billing import operations
from billing.credit_forms import AgreeForm, AskForm
from billing.models import AccountInvoice
from bookings.forms import district_zone

SHOWN_INVOICES = 60


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def credit(request: HttpRequest, slug: str) -> HttpResponse:
    """With whom we have an account, who has one with us, and the invoices. A POST asks an
    owner for one."""
    user = person(request)
    organisation = organisation_of(user, slug, RUNS_SALES)
    form = AskForm(sent(request), customer=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.ask_for_credit(
                customer=organisation, by=user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("owner", refusal.sentence)
        else:
            messages.success(request, _("The owner is asked."))
            return redirect("credit", slug=slug)
    context = {"organisation": organisation, "form": form, **_context(organisation)}
    is_finance = user.memberships.filter(organisation=organisation, role__in=SEES_MONEY).exists()
    context["answers"] = is_finance
    return render(request, "billing/credit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def agree(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The owner says yes, or sets another limit."""
    user, agreement = _to_answer(request, slug, pk)
    form = AgreeForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for some in form.errors.values() for one in some))
        return redirect("credit", slug=slug)
    try:
        accounts.agree_to_credit(
            agreement=agreement, by=user, now=timezone.now(), **form.cleaned_data
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("They may book on account."))
    return redirect("credit", slug=slug)


@login_required
@require_POST
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    user, agreement = _to_answer(request, slug, pk)
    try:
        accounts.end_credit(agreement=agreement, by=user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("They pay by card from now on."))
    return redirect("credit", slug=slug)


@login_required
@require_POST
def invoice_paid(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """The owner has seen the money."""
    user = person(request)
    owner = organisation_of(user, slug, SEES_MONEY)
    invoice = get_object_or_404(AccountInvoice, agreement__owner=owner, pk=pk)
    now = timezone.now()
    today = now.astimezone(district_zone()).date()
    try:
        operations.note_paid(invoice=invoice, by=user, paid_on=today, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Noted as paid."))
    return redirect("credit", slug=slug)


def _to_answer(request: HttpRequest, slug: str, pk: int) -> tuple[Any, CreditAgreement]:
    user = person(request)
    owner = organisation_of(user, slug, SEES_MONEY)
    return user, get_object_or_404(CreditAgreement, owner=owner, pk=pk)


def _context(organisation: Organisation) -> dict[str, Any]:
    today = timezone.now().astimezone(district_zone()).date()
    ours = CreditAgreement.objects.filter(customer=organisation).select_related("owner")
    theirs = CreditAgreement.objects.filter(owner=organisation).select_related("customer")
    invoices = AccountInvoice.objects.exclude(amount=0).select_related("document")
    invoices = invoices.prefetch_related("document__credit_notes", "document__dispatches")
    sold = invoices.filter(agreement__owner=organisation).select_related("agreement__customer")
    bought = invoices.filter(agreement__customer=organisation).select_related("agreement__owner")
    agreed = CreditStatus.AGREED
    return {
        "ours": [(one, operations.left_of(one) if one.status == agreed else None) for one in ours],
        "theirs": [
            (one, operations.left_of(one) if one.status == agreed else None, _form_of(one))
            for one in theirs
        ],
        "sold": [(one, one.is_overdue(today)) for one in sold[:SHOWN_INVOICES]],
        "bought": [(one, one.is_overdue(today)) for one in bought[:SHOWN_INVOICES]],
        "asked": CreditStatus.ASKED.value,
        "agreed": agreed.value,
    }


def _form_of(agreement: CreditAgreement) -> AgreeForm:
    initial = {"limit": agreement.limit or None, "due_days": agreement.due_days}
    return AgreeForm(initial=initial, auto_id=f"agree-{agreement.pk}-%s")
