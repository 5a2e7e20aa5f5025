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
from spaces.forms.spaces import NewUnitsForm, UnitForm, UnitsForm
from spaces.models import Space, Unit
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
    return page(request, space, form=form)


def page(
    request: HttpRequest,
    space: Space,
    *,
    form: UnitsForm | None = None,
    new: NewUnitsForm | None = None,
) -> HttpResponse:
    form = form or UnitsForm(space=space)
    context = {
        "space": space,
        "form": form,
        "units": space.place.units.filter(add_on=None).prefetch_related("spaces"),
        "new": new or NewUnitsForm(auto_id="new-%s"),
    }
    status = 422 if form.errors or (new and new.errors) else 200
    return render(request, "spaces/units.html", context, status=status)


@login_required
@require_POST
def add_unit(request: HttpRequest, slug: str) -> HttpResponse:
    """New units at the space's place, and part of the space if that is said."""
    space = space_kept_by(person(request), slug)
    form = NewUnitsForm(request.POST, auto_id="new-%s")
    if not form.is_valid():
        return page(request, space, new=form)
    part_of = space if form.cleaned_data["is_part"] else None
    try:
        made = operations.add_units(place=space.place, names=form.names, part_of=part_of)
    except Refused as refusal:
        form.add_error("name", refusal.sentence)
        return page(request, space, new=form)
    names = f"{made[0]} – {made[-1]}" if len(made) > 1 else str(made[0])
    messages.success(request, _("%(unit)s is added.") % {"unit": names})
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
        try:
            operations.rename_unit(unit=unit, name=form.cleaned_data["name"])
            messages.success(request, _("Saved."))
        except Refused as refusal:
            messages.error(request, refusal.sentence)
    return redirect("space_units", slug=slug)
