"""One's organisations: signing one up, and what it says about itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations
from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import LogoForm, OrganisationForm, RegisterForm, sent
from accounts.models import Role

OWNERS = frozenset({Role.OWNER})


@login_required
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    memberships = person(request).memberships.select_related("organisation")
    context = {"memberships": memberships.order_by("organisation__name")}
    return render(request, "accounts/organisations.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            organisation = operations.register(
                by=person(request), now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("number", refusal.sentence)
        else:
            messages.success(request, _("%(name)s is here.") % {"name": organisation})
            return redirect("organisation", slug=organisation.slug)
    status = 422 if form.errors else 200
    return render(request, "accounts/register.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Its profile, which its owners change and all who work there see."""
    found = organisation_of(person(request), slug, OWNERS if request.method == "POST" else Role)
    form = OrganisationForm(sent(request), instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            operations.describe(organisation=found, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("number", refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation", slug=slug)
    return _page(request, slug, form=form)


@login_required
@require_POST
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    """Show another logo, or, with `drop`, none."""
    found = organisation_of(person(request), slug, OWNERS)
    if "drop" in request.POST:
        operations.change_logo(organisation=found, picture=None)
        messages.success(request, _("The logo is gone."))
        return redirect("organisation", slug=slug)
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, slug, logo_form=form)
    operations.change_logo(organisation=found, picture=form.cleaned_data["logo"])
    messages.success(request, _("The logo is here."))
    return redirect("organisation", slug=slug)


def _page(
    request: HttpRequest,
    slug: str,
    *,
    form: OrganisationForm | None = None,
    logo_form: LogoForm | None = None,
) -> HttpResponse:
    """The profile as it stands, with what is wrong in one of its forms."""
    found = organisation_of(person(request), slug)  # a refused form has changed its instance
    context = {
        "organisation": found,
        "is_owner": found.memberships.filter(user=person(request), role=Role.OWNER).exists(),
        "form": form or OrganisationForm(instance=found),
        "logo_form": logo_form or LogoForm(),
    }
    is_bad = any(bad and bad.errors for bad in (form, logo_form))
    return render(request, "accounts/organisation.html", context, status=422 if is_bad else 200)
