"""The owner's places: the list, a new one, and what is said about each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import person
from accounts.forms import sent
from spaces import operations
from spaces.forms.places import NewPlaceForm, PlaceForm
from spaces.models import Place
from spaces.views.access import organisations_kept_by, place_kept_by


@login_required
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    user = person(request)
    found = Place.objects.kept_by(user).select_related("organisation")
    context = {
        "places": found.with_space_counts(),
        "has_organisation": organisations_kept_by(user).exists(),
        "is_one_owner": organisations_kept_by(user).count() == 1,
    }
    return render(request, "spaces/places.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_place(request: HttpRequest) -> HttpResponse:
    organisations = organisations_kept_by(person(request))
    if not organisations.exists():
        raise Http404
    form = NewPlaceForm(sent(request), organisations=organisations)
    if request.method == "POST" and form.is_valid():
        place = operations.add_place(**form.cleaned_data)
        messages.success(request, _("%(place)s is added.") % {"place": place})
        return redirect("place_hours", slug=place.slug)
    context = {"form": form}
    return render(request, "spaces/place_new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_place(request: HttpRequest, slug: str) -> HttpResponse:
    place = place_kept_by(person(request), slug)
    form = PlaceForm(sent(request), instance=place)
    if request.method == "POST" and form.is_valid():
        operations.change_place(place=place, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("place_edit", slug=slug)
    context = {"form": form, "place": place}
    return render(request, "spaces/place_edit.html", context, status=422 if form.errors else 200)
