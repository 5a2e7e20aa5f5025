"""What else there is when a time cannot be had: this space later, and others then."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bookings import availability
from bookings.availability import Slots
from bookings.models import Booking
from bookings.queries.nearest import distance
from bookings.queries.obtaining import Asker, Wished, first_obtainable
from bookings.queries.offers import Slot, offers
from bookings.queries.openings import Wish, openings
from spaces.listed import listed
from spaces.models import Space
from spaces.periods import Period, day_span, minutes_in, period

AHEAD = timedelta(days=28)  # is looked at first
MOST = 3


def next_free(
    space: Space,
    span: Period,
    *,
    asker: Asker,
    quantity: int = 1,
    people: int | None = None,
) -> Period | None:
    """The first time here from `span` on that this person can book and has a price for: as
    long, or as near to that as this space is booked for. None where nothing here will do, as
    far ahead as it can be booked."""
    if availability.unfit(space, quantity, people):
        return None
    start = max(span.lower, asker.now)
    farthest = asker.now + timedelta(days=space.in_force.horizon_days)
    if start > farthest:
        return None
    ahead = Slots(period(start, farthest + AHEAD), length_here(space, span))
    for bar in asker.bars(space, ahead):
        if bar.lower <= start < bar.upper:
            start = bar.upper
    if start > farthest:
        return None
    wish = wish_for(space, quantity, people, ahead)
    soon = min(start + AHEAD, ahead.window.upper)
    for window in (period(start, soon), ahead.window):  # mostly it is soon, and that is quick
        asked = replace(ahead, window=window)
        found = openings(replace(wish, asked=asked), wish.spaces, asker, limit=1, each=1)
        if found:
            return found[0][0].span
    return None


def nearest_free(
    space: Space,
    span: Period,
    *,
    asker: Asker,
    quantity: int = 1,
    people: int | None = None,
) -> Period | None:
    """The same, but the time of that day which is nearest, before or after, where there is
    one; the later of two as near."""
    if availability.unfit(space, quantity, people):
        return None
    minutes = length_here(space, span)
    zone = space.place.zone
    day = day_span(span.lower.astimezone(zone).date(), zone)
    if day.upper > asker.now:
        window = period(max(day.lower, asker.now), day.upper + timedelta(minutes=minutes))
        starts = tuple(range(0, availability.ALL_DAY, space.step))
        asked = Slots(window, minutes, starts=starts)
        wish = wish_for(space, quantity, people, asked)
        found = openings(wish, wish.spaces, asker, limit=1, each=len(starts) + 1)
        times = (slot.span for slots in found for slot in slots if slot.span.lower < day.upper)
        nearest = min(times, key=partial(distance, span), default=None)
        if nearest is not None:
            return nearest
    return next_free(space, span, asker=asker, quantity=quantity, people=people)


def length_here(space: Space, span: Period) -> int:
    """Minutes: as long as `span`, but in whole steps, and no shorter or longer than can be."""
    steps = -(-minutes_in(span) // space.step) * space.step
    return min(max(steps, space.in_force.min_length), space.in_force.max_length)


def wish_for(space: Space, quantity: int, people: int | None, asked: Slots) -> Wish:
    """For such a time in this space alone."""
    return Wish(
        spaces=Space.objects.filter(pk=space.pk).published().order_by("pk"),
        asked=asked,
        near=(space.place.latitude, space.place.longitude),
        people=people or quantity,
        units=quantity,
    )


def instead(booking: Booking, *, now: datetime) -> list[Slot]:
    """What its booker can book for the same time, when the owner could not keep to it."""
    return alternatives(
        booking.space,
        booking.period,
        asker=Asker.at(now, booking.booker),
        quantity=booking.quantity,
        people=booking.people,
    )


def alternatives(
    space: Space,
    span: Period,
    *,
    asker: Asker,
    quantity: int = 1,
    people: int | None = None,
) -> list[Slot]:
    """The nearest other spaces of its kind that this person can book for the same time and
    as many, with what they cost; `walk` is from here. At most `MOST`."""
    number = max(quantity, people or 1)
    here = space.place.latitude, space.place.longitude
    others = Space.objects.visible_to(asker.user).published().exclude(pk=space.pk)
    others = others.filter(kind=space.kind, capacity__gte=number)
    if space.is_step_free:
        others = others.filter(is_step_free=True)
    theirs = others.by_distance(*here).filter(asker.may_book(span))
    found, _is_more = first_obtainable(theirs, Wished(span, number), asker, limit=MOST)
    known = listed(found)
    return [
        slot
        for pk in found
        if pk in known
        for slot in offers(known[pk], [span], asker=asker, people=number, near=here)
    ]
