"""The pages of the actor directory, open to everyone."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import OrganisationKind
from district import actors as directory

ACTORS_A_PAGE = 48
SPACES_A_PAGE = 24


@require_safe
def actors(request: HttpRequest) -> HttpResponse:
    text, kind = request.GET.get("q", "").strip()[:100], request.GET.get("kind", "")
    kind = kind if kind in OrganisationKind else ""
    here = set(directory.actors().values_list("kind", flat=True))
    context = {
        "page": Paginator(directory.actors(text=text, kind=kind), ACTORS_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "text": text,
        "kind": kind,
        "kinds": [(value, name) for value, name in OrganisationKind.choices if value in here],
    }
    return render(request, "district/actors.html", context)


@require_safe
def actor(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(directory.seen_by(request.user), slug=slug)
    spaces = Paginator(directory.shared_spaces(found), SPACES_A_PAGE)
    context = {
        "actor": found,
        "is_listed": directory.is_listed(found),
        "places": directory.shared_places(found),
        "page": spaces.get_page(request.GET.get("page")),
    }
    return render(request, "district/actor.html", context)
