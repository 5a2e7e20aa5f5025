"""Near misses: what would fit if one thing were otherwise. Never less accessible than asked
for."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import Q

from bookings import availability
from bookings.forms import HALF_HOUR
from bookings.queries.nearest import past_step
from bookings.queries.obtaining import Asker
from bookings.queries.offers import Difference, Slot, What
from bookings.queries.openings import MOST_TIMES, Wish, offered, openings
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.money import sum_of
from spaces.periods import Period, wall_minute
from spaces.prices import are_paid_apart
from spaces.walking import metres_between

MISSES = 3  # spaces of each sort
PASSED = 250  # spaces that are free but not for sale, or too dear, before it is given up
BESIDE = 120  # minutes outside the hours that were asked for
COMPARED = 50  # spaces with slots, of which the cheapest are told
ROOMS = 40  # looked at for two that are big enough together


def near_misses(wish: Wish, asker: Asker, found: Collection[int]) -> Iterator[Slot]:
    """A few of each sort; a space once by itself, with the first that is otherwise about it,
    and none of those `found`."""
    told = set(found)
    for misses in (
        _at_another_time,
        _farther,
        _dearer,
        _two_rooms,
        _shorter,
        _smaller,
        _fewer,
    ):
        others = replace(wish, spaces=wish.spaces.exclude(pk__in=told))
        for miss in list(misses(others, asker))[:MISSES]:
            if not miss.rooms:
                told.add(miss.space.pk)
            yield miss


def firsts(
    wish: Wish, spaces: SpaceQuerySet, asker: Asker, *, limit: int = MISSES
) -> Iterator[Slot]:
    """The first slot of each space."""
    found = openings(wish, spaces, asker, limit=limit, each=1, passed=PASSED)
    return (slots[0] for slots in found)


def _at_another_time(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Up to two hours earlier or later than between the hours that were asked for."""
    if wish.asked.between is None:
        return
    opens, closes = wish.asked.between
    wider = max(0, opens - BESIDE), min(closes + BESIDE, 2 * availability.ALL_DAY)
    other = replace(wish, asked=replace(wish.asked, between=wider))
    spaces = [slot.space.pk for slot in firsts(other, other.big_enough, asker)]
    if not spaces:
        return
    # Of these few, all times: the first of a free stretch need not be the nearest of it.
    halves = tuple(range(wider[0], wider[1], HALF_HOUR))
    closer = replace(other, asked=replace(other.asked, starts=halves))
    among = other.big_enough.filter(pk__in=spaces)
    for slots in openings(closer, among, asker, limit=MISSES, each=MOST_TIMES):
        slot = min(slots, key=lambda slot: _beside(lies_of(slot), opens, closes))
        lies = Difference(What.TIME, (opens, closes), lies_of(slot))
        yield replace(slot, differs=(lies,))


def lies_of(slot: Slot) -> tuple[int, int]:
    """From when to when, in minutes from the midnight before it begins."""
    zone = slot.space.place.zone
    day = slot.span.lower.astimezone(zone).date()
    return wall_minute(slot.span.lower, day, zone), wall_minute(slot.span.upper, day, zone)


def _beside(lies: tuple[int, int], opens: int, closes: int) -> int:
    """How many minutes it lies outside these hours, which may be those of the night before."""
    start, end = lies
    days = (0, availability.ALL_DAY)
    return min(max(opens - start - day, end + day - closes) for day in days)


def _farther(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """A little beyond the radius, which is measured in a straight line."""
    if wish.farther is None:
        return
    beyond = wish.farther.filter(Q(distance__gt=wish.radius), capacity__gte=wish.people)
    for slot in firsts(wish, beyond, asker):
        metres = round(metres_between(slot.space.place, wish.near))
        yield replace(slot, differs=(Difference(What.DISTANCE, wish.radius, metres),))


def _dearer(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Up to a half more than was to be paid, the cheapest first."""
    if wish.most is None:
        return
    other = replace(wish, most=wish.most * 3 // 2)
    found = firsts(other, other.big_enough, asker, limit=COMPARED)
    for slot in sorted(found, key=lambda slot: slot.price.amount):
        yield replace(slot, differs=(Difference(What.PRICE, wish.most, slot.price.amount),))


def _shorter(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Three quarters of the time, in whole half hours; of days, one less."""
    days = wish.asked.minutes // availability.ALL_DAY
    minutes = wish.asked.minutes * 3 // 4 // 30 * 30
    if days > 1:
        minutes = (days - 1) * availability.ALL_DAY
    if minutes:
        other = replace(wish, asked=replace(wish.asked, minutes=minutes))
        for slot in firsts(other, other.big_enough, asker):
            differs = (Difference(What.MINUTES, wish.asked.minutes, minutes),)
            yield replace(slot, differs=differs)


def _smaller(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Rooms for at least three quarters of those who come."""
    least = three_quarters(wish.people)
    smaller = wish.spaces.filter(capacity__gte=least, capacity__lt=wish.people, allocation="all")
    for slot in firsts(wish, smaller, asker):
        differs = (Difference(What.PEOPLE, wish.people, slot.space.capacity),)
        yield replace(slot, differs=differs)


def _fewer(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Desks for at least three quarters of them."""
    least = three_quarters(wish.people)
    if least == wish.people:
        return
    pools = wish.spaces.filter(capacity__gte=least, allocation="any")
    for slot in firsts(replace(wish, people=least), pools, asker):
        yield replace(slot, differs=(Difference(What.UNITS, wish.people, least),))


def three_quarters(people: int) -> int:
    return max(1, math.ceil(people * 3 / 4))


def _two_rooms(wish: Wish, asker: Asker) -> Iterator[Slot]:
    """Two rooms of one place at the same time, that share nothing and together hold all."""
    if wish.people < 4:
        return
    small = wish.spaces.filter(
        capacity__gte=wish.people // 4, capacity__lt=wish.people, allocation="all"
    )
    part = replace(wish, people=1)  # each holds a part of them
    rooms = openings(part, small, asker, limit=ROOMS, each=9, times=2)
    calendars = availability.calendars(
        [slots[0].space.pk for slots in rooms], wish.asked.window, now=asker.now
    )
    units = _units_of(slots[0].space.pk for slots in rooms)
    told: set[int] = set()
    for slots, others in combinations(rooms, 2):
        one, other = slots[0].space, others[0].space
        are_enough = one.capacity + other.capacity >= wish.people
        if one.place_id != other.place_id or not are_enough or units[one.pk] & units[other.pk]:
            continue
        spans = sorted((slot.span for slot in (*slots, *others)), key=lambda span: span.lower)
        both = (
            _both(wish, one, other, span, asker)
            for span in spans
            if not {one.pk, other.pk} & told
            and all(_fits(span, calendars[room.pk].free, room, asker.now) for room in (one, other))
        )
        if pair := next(filter(None, both), None):
            told |= {one.pk, other.pk}
            yield pair


def _both(wish: Wish, one: Space, other: Space, span: Period, asker: Asker) -> Slot | None:
    """The two as one offer for all who come, unless one is not for this person, both cost too
    much, or they cannot be paid in one go."""
    bars = (bar for room in (one, other) for bar in asker.bars(room, wish.asked))
    if any(bar.lower <= span.lower < bar.upper for bar in bars):
        return None
    one, other = sorted((one, other), key=lambda room: -room.capacity)
    parties = zip((one, other), divided(wish.people, one.capacity, other.capacity), strict=True)
    rooms = tuple(
        slot
        for room, people in parties
        for slot in offered(replace(wish, people=people), room, [span], asker)
    )
    if len(rooms) < 2 or are_paid_apart(slot.price for slot in rooms):
        return None
    prices = [slot.price for slot in rooms if slot.price] or [rooms[0].price]
    price = sum_of(prices)
    if wish.most is not None and price.amount > wish.most:
        return None
    differs = (Difference(What.ROOMS, 1, 2),)
    return replace(rooms[0], price=price, people=wish.people, rooms=rooms, differs=differs)


def divided(people: int, here: int, there: int) -> tuple[int, int]:
    """Those who come, over two rooms that hold so many: in proportion, none of them overfull
    or empty."""
    share = round(people * here / (here + there))
    share = min(max(share, people - there, 1), here, people - 1)
    return share, people - share


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
