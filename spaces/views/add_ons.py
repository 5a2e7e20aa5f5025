"""What can be booked along, place by place."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import person
from accounts.forms import sent
from spaces import operations
from spaces.forms.add_ons import AddOnForm
from spaces.views.access import place_kept_by


@login_required
@require_safe
def add_ons(request: HttpRequest, slug: str) -> HttpResponse:
    place = place_kept_by(person(request), slug)
    found = place.add_ons.annotate(unit_count=Count("units")).prefetch_related("spaces")
    return render(request, "spaces/add_ons.html", {"place": place, "add_ons": found})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_add_on(request: HttpRequest, slug: str) -> HttpResponse:
    place = place_kept_by(person(request), slug)
    form = AddOnForm(sent(request), place=place)
    if request.method == "POST" and form.is_valid():
        add_on = operations.add_add_on(place=place, **form.cleaned_data)
        messages.success(request, _("%(name)s is added.") % {"name": add_on})
        return redirect("place_add_ons", slug=slug)
    context = {"place": place, "form": form}
    return render(request, "spaces/add_on.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_on(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    place = place_kept_by(person(request), slug)
    found = get_object_or_404(place.add_ons, pk=pk)
    form = AddOnForm(sent(request), place=place, add_on=found)
    if request.method == "POST" and form.is_valid():
        operations.change_add_on(add_on=found, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("place_add_ons", slug=slug)
    context = {"place": place, "form": form, "add_on": found}
    return render(request, "spaces/add_on.html", context, status=422 if form.errors else 200)
