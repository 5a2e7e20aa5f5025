"""The free times that somebody can have, of any that would do: space by space.

Who they are, trainings, quotas and strikes are conditions that PostgreSQL keeps to as it goes
through the spaces. Prices are quoted of what it finds. Where they leave some out it is looked
further: at more spaces, and of those that cost something else at other times, at more times.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from bookings import availability
from bookings.availability import CANDIDATES, InOrder, Slots, in_order
from bookings.forms import Sort
from bookings.queries.obtaining import Asker, further
from bookings.queries.offers import Slot, offers
from spaces.listed import listed
from spaces.models import Price, Space
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period
from spaces.prices import Buyer
from spaces.walking import Point

EACH = 3  # slots of a space
MOST_TIMES = 100  # of a space, when its prices are of some times only


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `spaces` are candidates in their order, whatever they hold; `near` is
    what the walk is measured from."""

    spaces: SpaceQuerySet
    asked: Slots
    near: Point
    people: int = 1
    units: int | None = None  # of a pool; None: as many as there are people
    free: bool = False  # of charge
    most: int | None = None  # minor units
    sort: str = Sort.DISTANCE
    page: int = 1
    farther: SpaceQuerySet | None = None  # where `spaces` are within a radius: beyond it
    radius: int = 0  # metres
    theirs: InOrder | None = None  # of the big enough ones those that this person may book

    @property
    def big_enough(self) -> SpaceQuerySet:
        return self.spaces.filter(capacity__gte=self.people)


def openings(
    wish: Wish,
    spaces: SpaceQuerySet | InOrder,
    asker: Asker,
    *,
    limit: int,
    each: int = EACH,
    times: int = 1,
    passed: int = CANDIDATES,
) -> list[list[Slot]]:
    """Of the first `limit` of these spaces that have any: what this person can book and wants
    to pay of what is free, at most `each`, in order of time. Where they are to book so many
    `times` at once, their quotas allow for all. Spaces that come `InOrder` are known to be
    theirs to book.

    Where many of those that are free have no price for this person or too high a one, it is
    looked further, until so many are `passed` over.
    """
    if not isinstance(spaces, InOrder):
        spaces = in_order(spaces.filter(asker.opens(wish.asked.window.lower)))
    without: set[int] = set()
    barred = asker.barred(wish.asked, times=times)
    for most in further(limit):
        free = availability.free_slots(
            spaces,
            wish.asked,
            now=asker.now,
            quantity=wish.units or wish.people,
            each=each,
            limit=most,
            besides=without,
            barred=barred,
            unbound=asker.access.runs,
        )
        known = listed(free)
        found = {
            pk: list(offered(wish, known[pk], spans, asker))
            for pk, spans in free.items()
            if pk in known
        }
        again = [
            known[pk]
            for pk, slots in found.items()
            if len(slots) < len(free[pk]) and differs_by_time(known[pk], asker.buyer)
        ]
        found |= _at_other_times(wish, again[:limit], asker, each=each, times=times)
        without |= {pk for pk in free if not found.get(pk)}
        is_enough = sum(map(bool, found.values())) >= limit
        if is_enough or len(free) < most or len(without) >= passed:
            break
    return [slots for slots in found.values() if slots][:limit]


def offered(wish: Wish, space: Space, spans: Iterable[Period], asker: Asker) -> Iterable[Slot]:
    """Those of some times, free and not barred, that they can have at a price they want."""
    return offers(
        space,
        spans,
        asker=asker,
        people=wish.people,
        units=wish.units,
        near=wish.near,
        means=wish,
    )


def _at_other_times(
    wish: Wish, spaces: Collection[Space], asker: Asker, *, each: int, times: int
) -> Mapping[int, list[Slot]]:
    """The same of a few spaces, from when each of their prices begins to hold on."""
    if not spaces:
        return {}
    begin = {
        price.opens
        for space in spaces
        for price in prices_for(space, asker.buyer)
        if price.opens is not None
    }
    free = availability.free_slots(
        Space.objects.filter(pk__in=[space.pk for space in spaces]).order_by("pk"),
        replace(wish.asked, starts=tuple(sorted({*begin, *wish.asked.starts}))),
        now=asker.now,
        quantity=wish.units or wish.people,
        each=max(each, MOST_TIMES),
        limit=len(spaces),
        barred=asker.barred(wish.asked, times=times),
        unbound=asker.access.runs,
    )
    return {
        space.pk: list(islice(offered(wish, space, free.get(space.pk, ()), asker), each))
        for space in spaces
    }


def differs_by_time(space: Space, buyer: Buyer) -> bool:
    """Whether it costs this buyer something else, or nothing at all, at other times."""
    return any(
        price.is_windowed or price.valid_from or price.valid_until
        for price in prices_for(space, buyer)
    )


def prices_for(space: Space, buyer: Buyer) -> Iterable[Price]:
    return (price for price in space.prices.all() if buyer.belongs_to(price, space))
