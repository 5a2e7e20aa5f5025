"""Any time will do: so long, on these days, between these hours, wherever it fits.

Ranked slots over all owners, several of each space; and where few fit, near misses: what
would fit if one thing were otherwise. Never less accessible than asked for.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations, groupby

from accounts.models import User
from bookings import availability
from bookings.availability import Slots
from bookings.forms import AnyTime, Sort
from bookings.queries.candidates import Candidates
from bookings.queries.nearest import past_step
from bookings.queries.obtaining import Asker
from bookings.queries.offers import Difference, Slot, What, offers
from spaces.listed import listed
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period, wall_minute
from spaces.walking import Point, metres_between

EACH = 3  # slots of a space
PER_PAGE = 24  # spaces
LOOKED_AT = 100  # spaces with slots, when they are still to be ordered or some left out
FEW = 6  # spaces: then near misses help
MISSES = 3  # spaces of each sort
BESIDE = 120  # minutes outside the hours that were asked for
ROOMS = 40  # looked at for two that are big enough together


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `spaces` are candidates in their order, whatever they hold; `near` is
    what the walk is measured from."""

    spaces: SpaceQuerySet
    asked: Slots
    near: Point
    people: int = 1
    max_price: int | None = None  # minor units
    sort: str = Sort.DISTANCE
    page: int = 1
    farther: SpaceQuerySet | None = None  # where `spaces` are within a radius: beyond it
    radius: int = 0  # metres

    @property
    def big_enough(self) -> SpaceQuerySet:
        return self.spaces.filter(capacity__gte=self.people)


def wish_of(wanted: AnyTime, asked: Candidates, *, now: datetime) -> Wish:
    """What an address asks for, of whom it may be had from."""
    radius = wanted.radius if asked.spot else None
    return Wish(
        spaces=asked.of_any_size,
        asked=wanted.slots(now),
        near=asked.origin.point,
        people=wanted.people,
        max_price=wanted.most,
        sort=wanted.sort,
        page=wanted.page,
        farther=asked.of_any_size_within(radius * 3 // 2) if radius else None,
        radius=radius or 0,
    )


@dataclass(frozen=True, slots=True)
class Found:
    slots: list[Slot]  # of the page's spaces, a space's together unless the soonest come first
    misses: list[Slot]
    has_more: bool


def anytime(wish: Wish, *, user: User | None, now: datetime, with_misses: bool = True) -> Found:
    """The page of slots, and near misses where there are few."""
    asker = Asker.at(now, user)
    is_bounded = wish.sort not in (Sort.PRICE, Sort.START) and wish.max_price is None
    limit = wish.page * PER_PAGE + 1 if is_bounded else LOOKED_AT
    found = list(_slots(wish, wish.big_enough, asker, limit=limit))
    by_space = [list(slots) for _pk, slots in groupby(found, key=lambda slot: slot.space.pk)]
    if wish.sort == Sort.PRICE:
        by_space.sort(key=lambda slots: min(slot.price.amount for slot in slots))
    if wish.sort == Sort.START:
        by_space.sort(key=lambda slots: slots[0].span.lower)
    first = (wish.page - 1) * PER_PAGE
    shown = by_space[first : first + PER_PAGE]
    misses = []
    if with_misses and wish.page == 1 and len(by_space) < FEW:
        misses = list(_misses(wish, asker, {slots[0].space.pk for slots in by_space}))
    return Found(
        slots=[slot for slots in shown for slot in slots],
        misses=misses,
        has_more=len(by_space) > first + PER_PAGE,
    )


def _slots(
    wish: Wish, spaces: SpaceQuerySet, asker: Asker, *, limit: int, each: int = EACH
) -> Iterator[Slot]:
    """What this person can book and pay of what is free, by space in the spaces' order."""
    free = availability.free_slots(
        spaces, wish.asked, now=asker.now, quantity=wish.people, each=each, limit=limit
    )
    known = listed(free)
    for pk, spans in free.items():
        if pk in known:
            yield from _of_one(wish, known[pk], spans, asker)


def _of_one(wish: Wish, space: Space, spans: Iterable[Period], asker: Asker) -> Iterator[Slot]:
    for slot in offers(space, spans, asker=asker, people=wish.people, near=wish.near):
        if wish.max_price is None or slot.price.amount <= wish.max_price:
            yield slot


# --- Near misses ------------------------------------------------------------------------


def _misses(wish: Wish, asker: Asker, found: set[int]) -> Iterator[Slot]:
    """A few of each sort; a space once, with the first that is otherwise about it."""
    told = set(found)
    for misses in (_at_another_time, _farther, _dearer, _shorter, _smaller, _two_rooms):
        number = 0
        for miss in misses(wish, asker):
            if miss.space.pk not in told and number < MISSES:
                told.add(miss.space.pk)
                number += 1
                yield miss


def _at_another_time(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Up to two hours earlier or later than between the hours that were asked for."""
    if wish.asked.between is None:
        return
    opens, closes = wish.asked.between
    wider = max(0, opens - BESIDE), min(closes + BESIDE, 2 * availability.ALL_DAY)
    other = replace(wish, asked=replace(wish.asked, between=wider))
    for slot in _slots(other, other.big_enough, asker, limit=LOOKED_AT, each=1):
        day = slot.span.lower.astimezone(slot.space.place.zone).date()
        lies = tuple(
            wall_minute(moment, day, slot.space.place.zone)
            for moment in (slot.span.lower, slot.span.upper)
        )
        yield replace(slot, differs=(Difference(What.TIME, (opens, closes), lies),))


def _farther(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """A little beyond the radius, which is measured in a straight line."""
    if wish.farther is None:
        return
    enough = wish.farther.filter(capacity__gte=wish.people)
    for slot in _slots(wish, enough, asker, limit=MISSES + FEW, each=1):
        metres = round(metres_between(slot.space.place, wish.near))
        yield replace(slot, differs=(Difference(What.DISTANCE, wish.radius, metres),))


def _dearer(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Up to a half more than was to be paid, the cheapest first."""
    if wish.max_price is None:
        return
    other = replace(wish, max_price=wish.max_price * 3 // 2)
    found = _slots(other, other.big_enough, asker, limit=LOOKED_AT, each=1)
    for slot in sorted(found, key=lambda slot: slot.price.amount):
        differs = (Difference(What.PRICE, wish.max_price, slot.price.amount),)
        yield replace(slot, differs=differs)


def _shorter(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Three quarters of the time, in whole half hours; of days, one less."""
    days = wish.asked.minutes // availability.ALL_DAY
    minutes = wish.asked.minutes * 3 // 4 // 30 * 30
    if days > 1:
        minutes = (days - 1) * availability.ALL_DAY
    if minutes:
        other = replace(wish, asked=replace(wish.asked, minutes=minutes))
        for slot in _slots(other, other.big_enough, asker, limit=LOOKED_AT, each=1):
            differs = (Difference(What.MINUTES, wish.asked.minutes, minutes),)
            yield replace(slot, differs=differs)


def _smaller(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Rooms for at least three quarters of those who come."""
    least = max(1, math.ceil(wish.people * 3 / 4))
    smaller = wish.spaces.filter(capacity__gte=least, capacity__lt=wish.people, allocation="all")
    for slot in _slots(wish, smaller, asker, limit=MISSES, each=1):
        differs = (Difference(What.PEOPLE, wish.people, slot.space.capacity),)
        yield replace(slot, differs=differs)


def _two_rooms(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Two rooms of one place at the same time, that share nothing and together hold all."""
    if wish.people < 4:
        return
    small = wish.spaces.filter(
        capacity__gte=wish.people // 4, capacity__lt=wish.people, allocation="all"
    )
    cheap = replace(wish, people=1)  # each holds a part of them
    found = _slots(cheap, small, asker, limit=ROOMS, each=9)
    rooms = [list(slots) for _pk, slots in groupby(found, key=lambda slot: slot.space.pk)]
    calendars = availability.calendars(
        [slots[0].space.pk for slots in rooms], wish.asked.window, now=asker.now
    )
    units = _units_of(slots[0].space.pk for slots in rooms)
    for slots, others in combinations(rooms, 2):
        one, other = slots[0].space, others[0].space
        are_enough = one.capacity + other.capacity >= wish.people
        if one.place_id == other.place_id and are_enough and not units[one.pk] & units[other.pk]:
            spans = sorted((slot.span for slot in (*slots, *others)), key=lambda span: span.lower)
            both = (
                span
                for span in spans
                if all(
                    _fits(span, calendars[room.pk].free, room, asker.now) for room in (one, other)
                )
            )
            if (span := next(both, None)) and (pair := _pair(cheap, one, other, span, asker)):
                yield pair


def _pair(wish: Wish, one: Space, other: Space, span: Period, asker: Asker) -> Slot | None:
    """The two as one offer, unless one is not for this person or both cost too much."""
    first, second = (next(iter(_of_one(wish, room, [span], asker)), None) for room in (one, other))
    if first is None or second is None:
        return None
    price = first.price + second.price
    if wish.max_price is not None and price.amount > wish.max_price:
        return None
    return replace(first, price=price, beside=other, differs=(Difference(What.ROOMS, 1, 2),))


def _units_of(spaces: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {pk: set() for pk in spaces}
    has = Space.units.through.objects.filter(space__in=found)
    for space, unit in has.values_list("space", "unit"):
        found[space].add(unit)
    return found


def _fits(span: Period, free: Iterable[Period], space: Space, now: datetime) -> bool:
    """Whether a time that is another's slot can be booked here too."""
    minutes = (span.upper - span.lower) / timedelta(minutes=1)
    rules = space.in_force
    return (
        any(one.lower <= span.lower and span.upper <= one.upper for one in free)
        and rules.min_length <= minutes <= rules.max_length
        and span.lower <= now + timedelta(days=rules.horizon_days)
        and not (past_step(span.lower, space) or past_step(span.upper, space))
    )
