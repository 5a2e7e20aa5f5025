"""Which spaces somebody who waits could have now."""

from collections.abc import Sequence
from datetime import datetime

from bookings import availability
from bookings.forms import SearchForm, Wanted
from bookings.models import Waiting
from bookings.queries.search import by_cost, candidates, quantity_of
from spaces.access import Access
from spaces.models import Space
from spaces.prices import Buyer

LOOKED_AT = 24  # of those that are free, in the order of the search
TRIED = 8


def wanted_of(entry: Waiting) -> Wanted:
    """The search they made, as it was understood then."""
    return SearchForm(entry.asked, now=entry.created_at).wanted


def fitting(entry: Waiting, *, now: datetime) -> Sequence[tuple[Space, int, int | None]]:
    """Spaces that are free for them, the best first, each with how many units and people to
    book it for. Whether they may have it the booking operation decides."""
    if entry.space is not None:
        free = availability.verdict_on(
            entry.space, entry.period, now=now, quantity=entry.quantity, people=entry.people
        )
        is_free = free == availability.FREE
        return [(entry.space, entry.quantity, entry.people)] if is_free else []
    wanted, buyer = wanted_of(entry), Buyer.of(entry.person, now)
    asked = candidates(wanted, user=entry.person, buyer=buyer)
    found = availability.first_free(
        asked, entry.period, now=now, quantity=wanted.people, limit=LOOKED_AT
    )
    found = by_cost(found, wanted, buyer) if found else []
    access = Access(entry.person, now)
    spaces = Space.objects.for_listing().in_bulk(found)
    open_to_them = (
        spaces[pk]
        for pk in found
        if access.may_book(spaces[pk]) and not access.lacks(spaces[pk], entry.end)
    )
    return [(space, quantity_of(space, wanted), wanted.people) for space in open_to_them][:TRIED]
