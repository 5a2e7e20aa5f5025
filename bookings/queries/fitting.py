"""Which spaces somebody who waits could have now."""

from collections.abc import Sequence
from datetime import datetime

from bookings import availability
from bookings.forms import SearchForm, Wanted
from bookings.models import Waiting
from bookings.queries.candidates import Candidates
from bookings.queries.obtaining import Asker, first_obtainable, quantity_of
from spaces.models import Space

TRIED = 8  # of those that are free, in the order of the search


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
    wanted, asker = wanted_of(entry), Asker.at(now, entry.person)
    theirs = Candidates(wanted, asker).narrowed.filter(asker.may_book(entry.period))
    found, _is_more = first_obtainable(theirs, wanted, asker, limit=TRIED)
    spaces = Space.objects.for_listing().in_bulk(found)
    return [(spaces[pk], quantity_of(spaces[pk], wanted), wanted.people) for pk in found]
