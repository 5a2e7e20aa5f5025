"""What a person keeps: favourite spaces, searches, and what they have looked at."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from bookings import operations
from bookings.forms import search_of
from bookings.models import Favourite, SavedSearch, Seen
from bookings.views.search import HtmxRequest
from spaces.models import Space

FAVOURITES_SHOWN = 100


class KeptSearchForm(forms.Form):
    """A search to keep: what its address asks for, and what it is to be called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)


@login_required
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    return page(request, KeptSearchForm())


def page(request: HttpRequest, form: KeptSearchForm, *, status: int = 200) -> HttpResponse:
    user = person(request)
    listed = {"space__in": Space.objects.visible_to(user).published()}
    shown = ("space__place", "space__organisation")
    favourites = Favourite.objects.filter(user=user, **listed).select_related(*shown)
    seen = Seen.objects.filter(user=user, **listed).select_related(*shown)
    context: dict[str, Any] = {
        "favourites": favourites.prefetch_related("space__photos")[:FAVOURITES_SHOWN],
        "searches": SavedSearch.objects.filter(user=user),
        "seen": seen.prefetch_related("space__photos"),
        "liked": set(Favourite.objects.filter(user=user).values_list("space", flat=True)),
        "form": form,
    }
    return render(request, "bookings/saved.html", context, status=status)


@login_required
@require_POST
def favourite(request: HtmxRequest, slug: str) -> HttpResponse:
    """Keep a space or let it go, as `to` says, and go back to where one was."""
    user = person(request)
    space = get_object_or_404(Space.objects.visible_to(user), slug=slug)
    match request.POST.get("to"):
        case "on":
            operations.like(space=space, by=user, now=timezone.now())
        case "off":
            operations.unlike(space=space, by=user)
        case _:
            raise Http404
    return HttpResponse(status=204) if request.htmx else redirect(way_back(request))


def way_back(request: HttpRequest) -> str:
    """The page of ours that was left, else what is saved."""
    way = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(way, allowed_hosts=None)
    return way if is_ours else reverse("saved")


@login_required
@require_POST
def save_search(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = KeptSearchForm(request.POST)
    if form.is_valid():
        asked = search_of(QueryDict(form.cleaned_data["query"]), now=now).kept()
        try:
            operations.save_search(
                name=form.cleaned_data["name"], asked=asked, by=person(request), now=now
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("The search is saved."))
            return redirect("saved")
    return page(request, form, status=422)


@login_required
@require_POST
def drop_search(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    search = get_object_or_404(SavedSearch.objects.filter(user=user), pk=pk)
    operations.drop_search(search=search)
    messages.success(request, _("The search is deleted."))
    return redirect("saved")
