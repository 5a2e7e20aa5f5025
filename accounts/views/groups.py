"""Groups of an organisation, kept by those who keep its spaces."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations
from accounts.access import organisation_of, person
from accounts.errors import Refused
from accounts.forms import GroupForm, sent
from accounts.models import RUNS_SPACES, Group, Organisation


@login_required
@require_safe
def groups(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    found = organisation.groups.annotate(people=Count("members"))
    context = {"organisation": organisation, "groups": found}
    return render(request, "accounts/groups.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_group(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    return _page(request, organisation, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    return _page(request, organisation, get_object_or_404(organisation.groups, pk=pk))


def _page(request: HttpRequest, organisation: Organisation, found: Group | None) -> HttpResponse:
    emails = found.members.values_list("email", flat=True) if found else ()
    initial = {"name": found.name, "emails": "\n".join(emails)} if found else None
    form = GroupForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_group(organisation=organisation, group=found, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("groups", slug=organisation.slug)
    context = {"organisation": organisation, "group": found, "form": form}
    return render(request, "accounts/group.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def drop_group(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = organisation_of(person(request), slug, RUNS_SPACES)
    operations.drop_group(group=get_object_or_404(organisation.groups, pk=pk))
    messages.success(request, _("The group is gone."))
    return redirect("groups", slug=slug)
