"""What has come in, what is to come and what was sent, for those who look after an
organisation's money."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.models import RUNS_BOOKINGS, SEES_MONEY, Organisation
from billing import fees, operations, statements, takings
from billing.models import Dispute, PayoutAccount, PayoutState, Refund
from billing.money_access import organisations_of
from billing.stripe_gateway import PaymentRefused, PaymentsUnavailable
from billing.views.answers import see_other
from bookings.forms import district_zone
from spaces.money import Money

PER_PAGE = 50


@login_required
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """One organisation's, `?organisation=` when there are several."""
    user = person(request)
    organisations = organisations_of(user)
    asked = request.GET.get("organisation")
    if not organisations:
        raise Http404
    shown = get_object_or_404(organisations, slug=asked) if asked else organisations[0]
    zone = district_zone()
    months = takings.months(shown, zone)
    page = Paginator(takings.payments(shown), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **_frame(request, shown),
        "months": months,
        "kept": takings.total(months),
        "payments": page,
        "rows": [
            (line, Money(line.amount, line.order.currency), Money(line.back, line.order.currency))
            for line in page
        ],
        "overview": statements.overview(shown),
        "failed": Refund.objects.open_cases().filter(line__owner=shown).select_related("order"),
        "disputes": _disputes(shown),
        "sees_bookings": user.memberships.filter(
            organisation=shown, role__in=RUNS_BOOKINGS
        ).exists(),
    }
    return render(request, "billing/money.html", context)


@login_required
@require_safe
def payouts(request: HttpRequest, slug: str) -> HttpResponse:
    """What comes, what was sent, and whether the owner can be paid."""
    shown = organisation_of(person(request), slug, SEES_MONEY)
    account = _account(shown)
    context = {
        **_frame(request, shown),
        "account": account,
        "missing": [in_words(one) for one in account.missing] if account else [],
        "overview": statements.overview(shown),
        "zone": district_zone(),
        "coming": statements.coming(shown),
        "payouts": shown.payouts.order_by("-created_at")[:PER_PAGE],
        "terms": fees.terms_for(shown, timezone.now()),
        "vat_percent": fees.PERCENT,
        "months": statements.months_of(shown, district_zone()),
    }
    return render(request, "billing/payouts.html", context)


@login_required
@require_safe
def statement(request: HttpRequest, slug: str, year: int, month: int) -> HttpResponse:
    """A month: opening balance, each movement, closing balance. `?as=csv` is the same."""
    shown = organisation_of(person(request), slug, SEES_MONEY)
    zone = district_zone()
    try:
        first = date(year, month, 1)
    except ValueError as error:
        raise Http404 from error
    found = statements.statement(shown, first, zone)
    if request.GET.get("as") == "csv":
        answer = HttpResponse("\ufeff" + statements.as_csv(found, zone), content_type="text/csv")
        name = f"{shown.slug}-{first:%Y-%m}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    context = {**_frame(request, shown), "statement": found, "zone": zone}
    return render(request, "billing/statement.html", context)


@login_required
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """To Stripe's own page, and back."""
    return _to_stripe(request, slug)


@login_required
@require_safe
def refresh(request: HttpRequest, slug: str) -> HttpResponse:
    """Stripe sends people here whose link was too old: to a new one."""
    return _to_stripe(request, slug)


@login_required
@require_safe
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Stripe sends people here when they leave its page, finished or not."""
    shown = organisation_of(person(request), slug, SEES_MONEY)
    account = _account(shown)
    if account is not None and account.stripe_id:
        try:
            account = operations.check_account(account, now=timezone.now())
        except (PaymentsUnavailable, PaymentRefused):
            messages.error(request, _("Stripe does not answer now. Try again in a while."))
        else:
            if account.state == PayoutState.READY:
                messages.success(request, _("You can be paid now."))
    return redirect("payouts", shown.slug)


def _to_stripe(request: HttpRequest, slug: str) -> HttpResponse:
    user = person(request)
    shown = organisation_of(user, slug, SEES_MONEY)
    try:
        url = operations.begin_payouts(organisation=shown, by=user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    except (PaymentsUnavailable, PaymentRefused):
        messages.error(request, _("Stripe does not answer now. Try again in a while."))
    else:
        return see_other(request, url)
    return redirect("payouts", shown.slug)


def _frame(request: HttpRequest, shown: Organisation) -> dict[str, Any]:
    account = _account(shown)
    return {
        "organisations": organisations_of(person(request)),
        "organisation": shown,
        "state": account.state if account else PayoutState.NOT_BEGUN,
    }


def _account(shown: Organisation) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(organisation=shown).first()


def _disputes(shown: Organisation) -> "list[Dispute]":
    theirs = Dispute.objects.filter(order__lines__owner=shown).distinct()
    return list(theirs.select_related("order").order_by("-opened_at")[:20])


def in_words(missing: str) -> str:
    """What Stripe waits for, as one would say it."""
    words = {
        "external_account": _("the bank account that money is paid to"),
        "document": _("proof of identity of the one who signs"),
        "representative": _("who signs for the organisation"),
        "person": _("who signs for the organisation"),
        "tos_acceptance": _("a yes to Stripe’s terms"),
        "terms_of_service": _("a yes to Stripe’s terms"),
        "business_profile": _("the website, or what the organisation does"),
        "company": _("facts about the organisation"),
        "identity": _("facts about the organisation"),
    }
    found = next((said for name, said in words.items() if name in missing), None)
    return found or _("something else that Stripe’s page asks for")
