"""What has come in, for those who look after an organisation's money."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import person
from accounts.models import RUNS_BOOKINGS, SEES_MONEY, Organisation
from billing import takings
from bookings.forms import district_zone
from spaces.money import Money

PER_PAGE = 50


@login_required
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """The months of one organisation, `?organisation=` when there are several."""
    user = person(request)
    theirs = user.memberships.filter(role__in=SEES_MONEY)
    organisations = Organisation.objects.filter(memberships__in=theirs).order_by("name")
    asked = request.GET.get("organisation")
    if not organisations:
        raise Http404
    shown = get_object_or_404(organisations, slug=asked) if asked else organisations[0]
    months = takings.months(shown, district_zone())
    page = Paginator(takings.payments(shown), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "organisations": organisations,
        "organisation": shown,
        "months": months,
        "kept": takings.total(months),
        "payments": page,
        "rows": [
            (line, Money(line.amount, line.order.currency), Money(line.back, line.order.currency))
            for line in page
        ],
        "sees_bookings": theirs.filter(organisation=shown, role__in=RUNS_BOOKINGS).exists(),
    }
    return render(request, "billing/money.html", context)
