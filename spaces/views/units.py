"""What a space is made of."""

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
from spaces.forms.spaces import UnitForm, UnitsForm
from spaces.models import Unit
from spaces.views.access import place_kept_by, space_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def units(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = UnitsForm(sent(request), space=space)
    if request.method == "POST" and form.is_valid():
        operations.compose(space=space, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("space_units", slug=slug)
    context = {
        "space": space,
        "form": form,
        "units": space.place.units.filter(add_on=None).prefetch_related("spaces"),
        "new": UnitForm(auto_id="new-%s"),
    }
    return render(request, "spaces/units.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def add_unit(request: HttpRequest, slug: str) -> HttpResponse:
    """A new unit at the space's place; the owner then says which spaces it is part of."""
    space = space_kept_by(person(request), slug)
    form = UnitForm(request.POST)
    if form.is_valid():
        unit = operations.add_unit(place=space.place, name=form.cleaned_data["name"])
        messages.success(request, _("%(unit)s is added.") % {"unit": unit})
    else:
        messages.error(request, _("Give the unit a name."))
    return redirect("space_units", slug=slug)


@login_required
@require_POST
def change_unit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Rename it, or with `drop` delete it."""
    space = space_kept_by(person(request), slug)
    place = place_kept_by(person(request), space.place.slug)
    unit = get_object_or_404(Unit, place=place, add_on=None, pk=pk)
    form = UnitForm(request.POST)
    if "drop" in request.POST:
        try:
            operations.drop_unit(unit=unit)
            messages.success(request, _("%(unit)s is gone.") % {"unit": unit})
        except Refused as refusal:
            messages.error(request, refusal.sentence)
    elif form.is_valid():
        operations.rename_unit(unit=unit, name=form.cleaned_data["name"])
        messages.success(request, _("Saved."))
    return redirect("space_units", slug=slug)
