"""The owner's spaces: the list, a new one, a copy, and what is said about each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.forms import sent
from spaces import facts, operations
from spaces.forms.spaces import (
    AmenitiesForm,
    LayoutsForm,
    NewSpaceForm,
    SpaceForm,
    UnitForm,
)
from spaces.models import Kind, Listing, Place, Space
from spaces.views.access import space_kept_by

A_PAGE = 60


@login_required
@require_safe
def spaces(request: HttpRequest) -> HttpResponse:
    """All but the archived ones, or with `?archived` those, by place; with `?q=` those with
    these words in the name of the space or its place."""
    kept = Space.objects.kept_by(person(request)).select_related("place", "organisation")
    archived = kept.filter(listing=Listing.ARCHIVED)
    is_archive = "archived" in request.GET
    shown = archived if is_archive else kept.exclude(listing=Listing.ARCHIVED)
    is_many = shown.count() > A_PAGE // 2
    text = request.GET.get("q", "").strip()[:100]
    for word in text.split()[:8]:
        shown = shown.filter(Q(name__icontains=word) | Q(place__name__icontains=word))
    shown = shown.prefetch_related("photos", "units").order_by("place__name", "name", "pk")
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "spaces": page.object_list,
        "text": text,
        "is_many": is_many,
        "is_archive": is_archive,
        "archived": archived.count(),
        "has_place": Place.objects.kept_by(person(request)).exists(),
    }
    return render(request, "spaces/spaces.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_space(request: HttpRequest) -> HttpResponse:
    places = Place.objects.kept_by(person(request))
    if not places.exists():
        raise Http404
    initial = {"place": places.filter(slug=request.GET.get("place", "")).first() or places.first()}
    form = NewSpaceForm(sent(request), places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        space = operations.add_space(**form.cleaned_data)
        messages.success(request, _("%(space)s is a draft that only you see.") % {"space": space})
        return redirect("space_edit", slug=space.slug)
    context = {"form": form}
    return render(request, "spaces/space_new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_space(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    data = sent(request)
    form = SpaceForm(data, instance=space)
    kind = request.POST.get("kind", space.kind)
    of_kind = facts.form_for(kind if kind in Kind.values else space.kind, data, space.facts)
    amenities = AmenitiesForm(data, space=space)
    layouts = LayoutsForm(data, space=space)
    forms = (form, of_kind, amenities, layouts)
    are_valid = [one.is_valid() for one in forms]  # each says what is wrong with it
    if request.method == "POST" and all(are_valid):
        operations.describe_space(
            space=space,
            **form.cleaned_data,
            facts=of_kind.as_json(),
            amenities=amenities.chosen(),
            layouts=layouts.chosen() if form.cleaned_data["kind"] == Kind.EVENT_HALL else {},
        )
        messages.success(request, _("Saved."))
        return redirect("space_edit", slug=slug)
    context = {
        "space": space,
        "form": form,
        "of_kind": of_kind,
        "amenities": amenities,
        "layouts": layouts if kind == Kind.EVENT_HALL else None,
    }
    status = 422 if any(one.errors for one in forms) else 200
    return render(request, "spaces/space_edit.html", context, status=status)


@login_required
@require_POST
def copy_space(request: HttpRequest, slug: str) -> HttpResponse:
    space = space_kept_by(person(request), slug)
    form = UnitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the copy a name."))
        return redirect("space_publishing", slug=slug)
    twin = operations.copy_space(space=space, name=form.cleaned_data["name"])
    messages.success(request, _("%(space)s is a draft that only you see.") % {"space": twin})
    return redirect("space_edit", slug=twin.slug)
