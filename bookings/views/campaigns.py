"""An owner's campaign codes: made, paused, and what became of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import RUNS_SALES, Organisation
from bookings import operations
from bookings.forms import district_zone
from bookings.forms.campaigns import CampaignForm
from bookings.models import Campaign, CampaignUse

SHOWN_USES = 50


@login_required
@require_safe
def campaigns(request: HttpRequest, slug: str) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    today = timezone.now().astimezone(district_zone()).date()
    ours = [(one, one.is_over(today)) for one in Campaign.objects.kept_by(owner)]
    joined = set(owner.joined_campaigns.values_list("pk", flat=True))
    district = [
        (one, one.pk in joined)
        for one in Campaign.objects.of_district()
        if not one.is_over(today) or one.pk in joined
    ]
    context = {"organisation": owner, "campaigns": ours, "district": district}
    return render(request, "bookings/campaigns.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_campaign(request: HttpRequest, slug: str) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    return _page(request, owner, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    return _page(request, owner, get_object_or_404(owner.campaigns, pk=pk))


def _page(request: HttpRequest, owner: Organisation, found: Campaign | None) -> HttpResponse:
    today = timezone.now().astimezone(district_zone()).date()
    form = CampaignForm(sent(request), owner=owner, today=today, campaign=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_campaign(owner=owner, campaign=found, **form.cleaned_data)
        except Refused as refusal:
            field = "limit" if refusal.code == "used_more" else "code"
            form.add_error(field, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("campaigns", slug=owner.slug)
    uses = CampaignUse.objects.filter(campaign=found).order_by("-used_at")
    context = {
        "organisation": owner,
        "campaign": found,
        "form": form,
        "uses": uses.select_related("booking__space__place", "person")[:SHOWN_USES],
    }
    return render(request, "bookings/campaign.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def pause_campaign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    found = get_object_or_404(owner.campaigns, pk=pk)
    is_paused = request.POST.get("to") == "paused"
    operations.pause_campaign(campaign=found, is_paused=is_paused)
    messages.success(
        request, _("The code is paused.") if is_paused else _("The code can be used again.")
    )
    return redirect("campaigns", slug=slug)


@login_required
@require_POST
def join_campaign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    owner = organisation_of(person(request), slug, RUNS_SALES)
    found = get_object_or_404(Campaign, owner=None, pk=pk)
    joins = request.POST.get("to") == "joined"
    operations.join_campaign(campaign=found, owner=owner, joins=joins)
    messages.success(
        request,
        _("The code holds in your spaces now.")
        if joins
        else _("The code holds in your spaces no longer."),
    )
    return redirect("campaigns", slug=slug)
