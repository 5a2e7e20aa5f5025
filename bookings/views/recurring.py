"""The same time again and again: the page of spaces with most of its days."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bookings.forms import RECURRING_SORTS, RecurringForm
from bookings.forms.repeats import ON_WEEKDAYS, REPEATS
from bookings.occurrences import MOST
from bookings.queries.candidates import Candidates
from bookings.queries.facets import facets_of
from bookings.queries.obtaining import Asker
from bookings.queries.recurring import reason_of, wish_of
from bookings.queries.recurring import recurring as find
from bookings.unmet import Sought, note_search
from bookings.views.search import HtmxRequest, active, page_or_part, sieve, times
from spaces import formats


@gzip_page
@require_safe
def recurring(request: HtmxRequest) -> HttpResponse:
    now = timezone.now()
    wanted = RecurringForm(request.GET, now=now).recurring
    user = request.user if request.user.is_authenticated else None
    asked = Candidates(wanted, Asker.at(now, user))
    wish = wish_of(asked, wanted)
    found = find(wish, user=user, now=now)
    if request.GET:
        note_search(request, Sought.of(wanted), reason_of(wish, found))
    facets = facets_of(asked)
    days = wanted.days
    return page_or_part(
        request,
        wanted,
        route="recurring",
        templates=("bookings/recurring.html", "bookings/_recurring_results.html"),
        context={
            "rows": found.rows,
            "passed": found.passed,
            "compared": found.compared,
            "may_wait": wanted.page == 1
            and (found.rows[0].free if found.rows else 0) < len(wanted.ahead(now)),
            "days": days,
            "last_day": days[-1],
            **times(wanted),
            **sieve(wanted, facets),
            "active": active(asked, facets),
            "repeats": REPEATS,
            "has_weekdays": wanted.repeat in ON_WEEKDAYS,
            "weekdays": [(n, formats.weekdays([n]), n in wanted.on) for n in range(1, 8)],
            "most": MOST,
            "sorts": RECURRING_SORTS,
            "previous_query": wanted.query(page=wanted.page - 1) if wanted.page > 1 else "",
            "next_query": wanted.query(page=wanted.page + 1) if found.has_more else "",
            "centre": list(settings.DISTRICT_CENTRE),
        },
    )
