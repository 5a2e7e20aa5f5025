"""What holds for all spaces of an organisation, and quotas."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import RUNS_SPACES, Organisation
from spaces import operations, quotas
from spaces.forms.limits import OrganisationRulesForm, QuotaForm
from spaces.limits import impossible
from spaces.models import Quota, Space
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_rules(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    form = OrganisationRulesForm(sent(request), organisation=organisation)
    if request.method == "POST" and form.is_valid():
        operations.set_organisation_rules(organisation=organisation, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("organisation_rules", slug=slug)
    return _organisation_page(request, organisation, form=form)


@login_required
@require_POST
def add_organisation_quota(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    form = QuotaForm(request.POST)
    if form.is_valid():
        try:
            operations.add_quota(owner=organisation, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The quota holds from now on."))
            return redirect("organisation_rules", slug=slug)
    return _organisation_page(request, organisation, quota_form=form)


@login_required
@require_POST
def drop_organisation_quota(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    operations.drop_quota(quota=get_object_or_404(organisation.quotas, pk=pk))
    messages.success(request, _("The quota is gone."))
    return redirect("organisation_rules", slug=slug)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_quotas(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = QuotaForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_quota(space=space, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The quota holds from now on."))
            return redirect("space_quotas", slug=slug)
    context = {"space": space, "quota_form": form, **quota_context(space=space)}
    return render(request, "spaces/quotas.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def drop_space_quota(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    operations.drop_quota(quota=get_object_or_404(space.quotas, pk=pk))
    messages.success(request, _("The quota is gone."))
    return redirect("space_quotas", slug=slug)


def quota_context(*, space: Space | None = None, owner: Organisation | None = None) -> Any:
    """The quotas that are set here, in words, and those of the levels above."""
    here = Quota.objects.filter(space=space, owner=owner, rulebook=None)
    above = Quota.objects.bearing_on(space) if space else Quota.objects.of_district()
    return {
        "quotas": [(quota, quotas.in_words(quota)) for quota in here],
        "quotas_above": [
            quotas.in_words(quota) for quota in above.exclude(pk__in=here.values("pk"))
        ],
    }


def _organisation_page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    form: OrganisationRulesForm | None = None,
    quota_form: QuotaForm | None = None,
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "form": form or OrganisationRulesForm(organisation=organisation),
        "quota_form": quota_form or QuotaForm(),
        "impossible": impossible(organisation),
        **quota_context(owner=organisation),
    }
    is_bad = any(bad and bad.errors for bad in (form, quota_form))
    return render(request, "spaces/organisation_rules.html", context, status=422 if is_bad else 200)
