"""Any time will do: the page of free times of a length, wherever they fit."""

from itertools import groupby

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bookings.forms import ANYTIME_SORTS, AnyTime, AnyTimeForm
from bookings.forms.anytime import LENGTHS
from bookings.models import Unmet
from bookings.queries.anytime import Found, wish_of
from bookings.queries.anytime import anytime as find
from bookings.queries.candidates import Candidates
from bookings.queries.facets import Facets, facets_of
from bookings.queries.obtaining import Asker
from bookings.unmet import Sought, note_search
from bookings.views.search import HtmxRequest, active, map_view, page_or_part, sieve, times
from spaces import formats


@gzip_page
@require_safe
def anytime(request: HtmxRequest) -> HttpResponse:
    now = timezone.now()
    wanted = AnyTimeForm(request.GET, now=now).anytime
    user = request.user if request.user.is_authenticated else None
    asked = Candidates(wanted, Asker.at(now, user))
    found = find(wish_of(wanted, asked, now=now), user=user, now=now)
    facets = facets_of(asked)
    if request.GET:
        note_search(request, Sought.of(wanted), reason_of(found, wanted, facets))
    return page_or_part(
        request,
        wanted,
        route="anytime",
        templates=("bookings/anytime.html", "bookings/_anytime_results.html"),
        context={
            "spaces": [
                (slots[0].space, slots)
                for _pk, group in groupby(found.slots, key=lambda slot: slot.space.pk)
                if (slots := list(group))
            ],
            "compared": found.compared,
            "misses": [(slot.space, [slot]) for slot in found.misses],
            **times(wanted),
            **sieve(wanted, facets),
            "active": active(asked, facets),
            "lengths": [(n, formats.duration(n)) for n in sorted({*LENGTHS, wanted.length})],
            "weekdays": [(n, formats.weekdays([n]), n in wanted.weekdays) for n in range(1, 8)],
            "sorts": ANYTIME_SORTS,
            "previous_query": wanted.query(page=wanted.page - 1) if wanted.page > 1 else "",
            "next_query": wanted.query(page=wanted.page + 1) if found.has_more else "",
            "map_view": map_view(asked),
            "centre": list(settings.DISTRICT_CENTRE),
        },
    )


def reason_of(found: Found, wanted: AnyTime, facets: Facets) -> Unmet | None:
    """Why a search is in vain; None where it is not. What only comes close is in vain too."""
    if found.slots or wanted.page > 1:
        return None
    asked = [one for one in facets.kinds if one.is_chosen] or facets.kinds
    return Unmet.NONE_FREE if any(one.count for one in asked) else Unmet.NONE_AT_ALL
