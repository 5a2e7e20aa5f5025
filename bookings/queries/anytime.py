"""Any time will do: so long, on these days, between these hours, wherever it fits.

Ranked slots over all owners, several of each space; and where few fit, near misses.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from bookings.forms import AnyTime, Sort
from bookings.queries.candidates import Candidates
from bookings.queries.misses import near_misses
from bookings.queries.obtaining import Asker
from bookings.queries.offers import Slot
from bookings.queries.openings import Wish, openings

PER_PAGE = 24  # spaces
SORTED = 100  # spaces with slots, where they are still to be ordered by what is offered
FEW = 6  # spaces: then near misses help


def wish_of(wanted: AnyTime, asked: Candidates, *, now: datetime) -> Wish:
    """What an address asks for, of whom it may be had from."""
    radius, slots = wanted.radius if asked.spot else None, wanted.slots(now)
    return Wish(
        spaces=asked.of_any_size,
        asked=slots,
        near=asked.origin.point,
        people=wanted.people,
        free=wanted.free,
        most=wanted.most,
        sort=wanted.sort,
        page=wanted.page,
        farther=asked.of_any_size_within(radius * 3 // 2) if radius else None,
        radius=radius or 0,
        theirs=asked.in_order(asked.asker.opens(slots.window.lower)),
    )


@dataclass(frozen=True, slots=True)
class Found:
    slots: list[Slot]  # of the page's spaces, a space's together
    misses: list[Slot]
    has_more: bool
    compared: int = 0  # the nearest, where they are sorted by what is offered and more there are


def anytime(wish: Wish, *, user: User | None, now: datetime, with_misses: bool = True) -> Found:
    """The page of slots, and near misses where there are few."""
    asker = Asker.at(now, user)
    is_sorted = wish.sort in (Sort.PRICE, Sort.START)
    limit = SORTED if is_sorted else wish.page * PER_PAGE + 1
    by_space = openings(wish, wish.theirs or wish.big_enough, asker, limit=limit)
    if wish.sort == Sort.PRICE:
        by_space.sort(key=lambda slots: min(slot.price.amount for slot in slots))
    if wish.sort == Sort.START:
        by_space.sort(key=lambda slots: slots[0].span.lower)
    first = (wish.page - 1) * PER_PAGE
    shown = by_space[first : first + PER_PAGE]
    misses = []
    if with_misses and wish.page == 1 and len(by_space) < FEW:
        misses = list(near_misses(wish, asker, {slots[0].space.pk for slots in by_space}))
    return Found(
        slots=[slot for slots in shown for slot in slots],
        misses=misses,
        has_more=len(by_space) > first + PER_PAGE,
        compared=SORTED if is_sorted and len(by_space) == SORTED else 0,
    )
