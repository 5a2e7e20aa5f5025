"""Whom a space is for."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from spaces import operations
from spaces.forms.access import AccessForm, TrainingsForm
from spaces.views.access import space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_access(request: HttpRequest, slug: str) -> HttpResponse:
    """The list; a POST opens it to some more."""
    space = space_kept_by(person(request), slug)
    form = AccessForm(sent(request), space=space)
    if request.method == "POST" and form.is_valid():
        try:
            operations.open_to(space=space, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect("space_access", slug=slug)
    context = {
        "space": space,
        "form": form,
        "rules": space.access_rules.select_related("organisation", "group__organisation"),
        "trainings_form": TrainingsForm(space=space),
        "has_trainings": space.organisation.trainings.exists(),
    }
    return render(request, "spaces/access.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def close_access(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    operations.close_to(rule=get_object_or_404(space.access_rules, pk=pk))
    messages.success(request, _("Saved."))
    return redirect("space_access", slug=slug)


@login_required
@require_POST
def space_trainings(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = TrainingsForm(request.POST, space=space)
    if form.is_valid():
        operations.set_trainings(space=space, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose among your own trainings."))
    return redirect("space_access", slug=slug)
