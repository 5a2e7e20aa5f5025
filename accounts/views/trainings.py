"""Trainings of an organisation, and who has them; and what oneself has."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations
from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import GrantForm, TrainingForm, sent
from accounts.models import RUNS_SPACES, Certificate


@login_required
@require_safe
def trainings(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    standing = Q(certificates__revoked_at=None) & (
        Q(certificates__expires_at=None) | Q(certificates__expires_at__gt=timezone.now())
    )
    found = organisation.trainings.annotate(
        people=Count("certificates__user", filter=standing, distinct=True)
    )
    context = {"organisation": organisation, "trainings": found}
    return render(request, "accounts/trainings.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_training(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    form = TrainingForm(sent(request))
    if request.method == "POST" and form.is_valid():
        made = operations.set_training(
            organisation=organisation, training=None, **form.cleaned_data
        )
        messages.success(request, _("Saved."))
        return redirect("training", slug=slug, pk=made.pk)
    context = {"organisation": organisation, "form": form}
    return render(request, "accounts/training.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def training(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Its words; who has it is beside them."""
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    found = get_object_or_404(organisation.trainings, pk=pk)
    form = TrainingForm(sent(request), training=found)
    if request.method == "POST" and form.is_valid():
        operations.set_training(organisation=organisation, training=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("training", slug=slug, pk=pk)
    return _page(request, slug, pk, form=form)


@login_required
@require_POST
def grant(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    found = get_object_or_404(organisation.trainings, pk=pk)
    now = timezone.now()
    form = GrantForm(request.POST, training=found, now=now)
    if form.is_valid():
        try:
            made = operations.grant(
                training=found,
                email=form.cleaned_data["email"],
                expires_at=form.cleaned_data["last_day"],
                by=person(request),
                now=now,
            )
        except Refused as refusal:
            form.add_error("email", refusal.sentence)
        else:
            messages.success(request, _("%(who)s has it now.") % {"who": made.user})
            return redirect("training", slug=slug, pk=pk)
    return _page(request, slug, pk, grant_form=form)


@login_required
@require_POST
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    theirs = Certificate.objects.filter(training__organisation=organisation)
    found = get_object_or_404(theirs.select_related("user"), pk=pk)
    try:
        operations.revoke(certificate=found, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(who)s has it no longer.") % {"who": found.user})
    return redirect("training", slug=slug, pk=found.training_id)


@login_required
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """What oneself has been taught."""
    mine = person(request).certificates.select_related("training__organisation")
    context = {"certificates": mine, "now": timezone.now()}
    return render(request, "accounts/certificates.html", context)


def _page(
    request: HttpRequest,
    slug: str,
    pk: int,
    *,
    form: TrainingForm | None = None,
    grant_form: GrantForm | None = None,
) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    found = get_object_or_404(organisation.trainings, pk=pk)
    now = timezone.now()
    context = {
        "organisation": organisation,
        "training": found,
        "form": form or TrainingForm(training=found),
        "grant_form": grant_form or GrantForm(training=found, now=now),
        "certificates": found.certificates.select_related("user", "granted_by"),
        "now": now,
    }
    is_bad = any(bad and bad.errors for bad in (form, grant_form))
    return render(request, "accounts/training.html", context, status=422 if is_bad else 200)
