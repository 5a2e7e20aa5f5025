"""Which spaces somebody who waits could have now, and when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from bookings import availability
from bookings.forms import AnyTime, Recurring, Wanted, search_of
from bookings.models import Waiting
from bookings.queries.anytime import anytime, wish_of
from bookings.queries.candidates import Candidates
from bookings.queries.obtaining import Asker, first_obtainable, quantity_of
from bookings.queries.recurring import recurring
from bookings.queries.recurring import wish_of as wish_again
from spaces.models import Space
from spaces.periods import Period, next_on_clock, period

AT_LEAST = timedelta(minutes=5)  # to answer in; else it is not worth telling
TRIED = 8  # of those that are free, in the order of the search


@dataclass(frozen=True, slots=True)
class Fit:
    """A space, when, and for how many units and people to book it."""

    space: Space
    span: Period
    quantity: int
    people: int | None


def wanted_of(entry: Waiting) -> Wanted:
    """The search they made, as it was understood then."""
    return search_of(entry.asked, now=entry.created_at)


def wish_for(wanted: Wanted) -> dict[str, Any]:
    """What `join` is told, to wait for what a search finds."""
    if isinstance(wanted, Recurring):  # the last day is the same when the first have passed
        wanted = replace(wanted, until=wanted.days[-1], count=None)
    minutes = wanted.length if isinstance(wanted, AnyTime) else None
    return {"search": wanted.query(), "span": wanted.whole, "minutes": minutes}


def fitting(entry: Waiting, *, now: datetime) -> Sequence[Fit]:
    """What is free for them, the best first. Whether they may have it the booking operation
    decides."""
    if entry.space is not None:
        return _in_space(entry, entry.space, now)
    wanted, asker = wanted_of(entry), Asker.at(now, entry.person)
    if isinstance(wanted, AnyTime):
        return _at_any_time(wanted, entry.person, now)
    theirs = Candidates(wanted, asker).narrowed.filter(asker.may_book(entry.period))
    found, _is_more = first_obtainable(theirs, wanted, asker, limit=TRIED)
    spaces = Space.objects.for_listing().in_bulk(found)
    return [
        Fit(spaces[pk], entry.period, quantity_of(spaces[pk], wanted), wanted.people)
        for pk in found
    ]


def most_times(wanted: Recurring, person: User, *, now: datetime) -> int:
    """How many of its times they can have in the space with most of them, as its page says."""
    asked = Candidates(wanted, Asker.at(now, person))
    rows = recurring(wish_again(asked, wanted), user=person, now=now).rows
    return rows[0].free if rows else 0


def _in_space(entry: Waiting, space: Space, now: datetime) -> list[Fit]:
    """The time that is waited for. Once it has begun, what is left of it from the next step on
    before which they can still answer: at least as much as the space is booked for."""
    span = entry.period
    if entry.start <= now:
        start = next_on_clock(now + AT_LEAST, space.step, space.place.zone)
        if start >= entry.end:
            return []
        span = period(start, entry.end)
    verdict = availability.verdict_on(
        space, span, now=now, quantity=entry.quantity, people=entry.people
    )
    is_free = verdict == availability.FREE
    return [Fit(space, span, entry.quantity, entry.people)] if is_free else []


def _at_any_time(wanted: AnyTime, person: User, now: datetime) -> list[Fit]:
    """The first times of the first spaces, as the page of the search lists them."""
    if wanted.whole.upper <= now:
        return []
    wish = wish_of(wanted, Candidates(wanted, Asker.at(now, person)), now=now)
    tried = anytime(wish, user=person, now=now, with_misses=False).slots[:TRIED]
    spaces = Space.objects.for_listing().in_bulk({slot.space.pk for slot in tried})
    return [Fit(spaces[slot.space.pk], slot.span, slot.quantity, wanted.people) for slot in tried]
