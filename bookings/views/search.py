"""The front page: find a space that is free."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from bookings.filters import ACCESSIBILITY, SEVERAL
from bookings.forms import HALF_HOUR, SORTS, SearchForm, Wanted, soonest, usual_time
from bookings.forms.times import times_said
from bookings.models import Unmet
from bookings.queries import Results, suggestions
from bookings.queries import search as find
from bookings.queries.candidates import Candidates
from bookings.queries.facets import CHIPS, Facets
from bookings.unmet import Sought, note_search
from spaces import formats
from spaces.forms.clock import DAY, clock_choices
from spaces.models import Kind
from spaces.money import Money
from spaces.prices import Buyer

KIND_ICONS = {
    Kind.MEETING_ROOM: "presentation",
    Kind.DESK_AREA: "armchair",
    Kind.LAB: "flask-conical",
    Kind.WORKSHOP: "wrench",
    Kind.EVENT_HALL: "users",
    Kind.STUDIO: "mic",
    Kind.OUTDOOR: "trees",
}
RADII = [(300, 5), (600, 10), (900, 15)]  # metres, and the minutes that it takes to walk them


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


@gzip_page
@require_safe
def search(request: HtmxRequest) -> HttpResponse:
    now = timezone.now()
    wanted = SearchForm(request.GET, now=now).wanted
    user = request.user if request.user.is_authenticated else None
    results = find(wanted, user=user, buyer=Buyer.of(user, now), now=now)
    if request.GET:
        note_search(request, Sought.of(wanted), reason_of(results))
    return page_or_part(
        request,
        wanted,
        route="search",
        templates=("bookings/search.html", "bookings/_results.html"),
        context={
            "results": results,
            "span": wanted.span,
            **times(wanted),
            "centre": list(settings.DISTRICT_CENTRE),
            "map_view": map_view(results.asked),
            "previous_query": page_query(results, -1),
            "next_query": page_query(results, +1),
            **sieve(wanted, results.facets),
            "active": active(results.asked, results.facets),
            "sorts": SORTS,
            "other_times": other_times(wanted, now),
        },
    )


def page_or_part(
    request: HtmxRequest,
    wanted: Wanted,
    *,
    route: str,
    templates: tuple[str, str],
    context: dict[str, Any],
) -> HttpResponse:
    """A search: the first template is the page, the second what script swaps of it, with the
    address that says the same search."""
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    context |= {"wanted": wanted, "is_part": is_part}
    answer = render(request, templates[is_part], context)
    patch_vary_headers(answer, ["HX-Request"])
    if is_part:
        answer["HX-Push-Url"] = f"{reverse(route)}?{wanted.query(page=wanted.page)}"
    return answer


def reason_of(results: Results) -> Unmet | None:
    """Why a search is in vain; None where it is not."""
    if results.free_count or results.wanted.page > 1:
        return None
    return Unmet.NONE_FREE if results.rows else Unmet.NONE_AT_ALL


@cache_control(private=True, max_age=60)
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What somebody may be about to search for: the options of the search field's list."""
    found = suggestions(request.GET.get("q", ""))
    return render(request, "bookings/_suggestions.html", {"found": found})


def map_view(asked: Candidates) -> dict[str, Any]:
    """What the map is to show beside the pins: the spot that is asked near, and the part of
    the map that is asked for."""
    spot = asked.spot
    return {"spot": spot and list(spot.point), "box": asked.wanted.bbox}


def sieve(wanted: Wanted, facets: Facets) -> dict[str, Any]:
    """What the filters of a search page offer."""
    return {
        "facets": replace(facets, is_counted=wanted.max_price is None),
        "kinds": [(one, KIND_ICONS[Kind(one.value)]) for one in facets.kinds],
        "accessibility": [
            (name, words, getattr(wanted, name), facets.facts[name])
            for name, words in ACCESSIBILITY.items()
            if name not in CHIPS
        ],
        "radii": RADII,
    }


def times(wanted: Wanted) -> dict[str, Any]:
    """What the two lists of times offer: half hours, and what is chosen already; and the last
    day of several."""
    said = times_said(wanted.day, wanted.start, wanted.end)
    end = wanted.end - (wanted.end - 1) // DAY * DAY
    return {
        "starts": clock_choices([*range(0, DAY, HALF_HOUR), wanted.start]),
        "ends": clock_choices([*range(HALF_HOUR, DAY + 1, HALF_HOUR), end]),
        "start": said["from"],
        "end": said["to"],
        "last": said.get("last", ""),
    }


def active(asked: Candidates, facets: Facets) -> list[tuple[str, str]]:
    """Each filter that is on, in words, and the address of the search without it."""
    wanted, names = asked.wanted, facets.names
    words: dict[str, Any] = {
        "instant": _("Instant"),
        **ACCESSIBILITY,
        "free": pgettext("price", "Free"),
    }
    found = [
        (names.get((name, value), value), wanted.without(name, value))
        for name in SEVERAL
        for value in getattr(wanted, name)
    ]
    found += [
        (str(label), wanted.without(name)) for name, label in words.items() if getattr(wanted, name)
    ]
    if wanted.outdoor is not None:
        label = _("Outdoors") if wanted.outdoor else _("Indoors")
        found.append((label, wanted.without("outdoor")))
    if wanted.max_price is not None:
        label = _("At most %(price)s") % {"price": formats.price(Money(wanted.max_price * 100))}
        found.append((label, wanted.without("max_price")))
    if wanted.near:
        found.append((near_label(asked), wanted.without("near")))
    if wanted.bbox:
        found.append((_("This part of the map"), wanted.without("bbox")))
    return found


def near_label(asked: Candidates) -> str:
    """What distances are measured from, and how far from there one looks."""
    wanted, spot = asked.wanted, asked.spot
    if spot is None:
        return _("“%(near)s” is not a place here") % {"near": wanted.near}
    label = _("Near %(place)s") % {"place": spot.name or _("a point on the map")}
    minutes = dict(RADII).get(wanted.radius or 0)
    if wanted.radius is None:
        return label
    far = _("%(n)s min walk") % {"n": minutes} if minutes else f"{wanted.radius} m"
    return f"{label}, {far}"


def page_query(results: Results, step: int) -> str:
    number = results.page.number + step
    is_there = 1 <= number <= results.page.paginator.num_pages
    return results.wanted.query(page=number) if is_there else ""


def other_times(wanted: Wanted, now: datetime) -> list[tuple[str, str]]:
    """Times one tap away, as label and address: from now on, and the usual one."""
    today = now.astimezone(wanted.zone).date()
    usual = usual_time(now, wanted.zone)
    usual_label = _("Today %(time)s") if usual[0] == today else _("Tomorrow %(time)s")
    found: dict[tuple[date, int, int], str] = {
        soonest(now, wanted.zone): _("Now %(time)s"),
        usual: usual_label,
    }
    found.pop((wanted.day, wanted.start, wanted.end), None)
    return [
        (
            label % {"time": formats.minute_range(start, end if end <= DAY else end - DAY)},
            wanted.query(day=day, start=start, end=end),
        )
        for (day, start, end), label in found.items()
    ]
