"""What else there is when a time cannot be had: this space later, and others then."""

from datetime import datetime, timedelta

from bookings import availability
from bookings.availability import Slots
from bookings.models import Booking
from bookings.queries.obtaining import Asker, Wished, first_obtainable
from bookings.queries.offers import Slot, offers
from bookings.queries.openings import Wish, openings
from spaces.listed import listed
from spaces.models import Space
from spaces.periods import Period, minutes_in, period

AHEAD = timedelta(days=28)
MOST = 3


def next_free(
    space: Space,
    span: Period,
    *,
    asker: Asker,
    quantity: int = 1,
    people: int | None = None,
) -> Period | None:
    """The first time here from `span` on, as long, that this person can book and has a price
    for; within `AHEAD`, from when their quota is a new one. None where nothing here will do."""
    if availability.unfit(space, quantity, people):
        return None
    start = max(span.lower, asker.now)
    farthest = asker.now + timedelta(days=space.in_force.horizon_days)
    if start > farthest:
        return None
    ahead = Slots(period(start, farthest + AHEAD), minutes_in(span))
    for bar in asker.bars(space, ahead):
        if bar.lower <= start < bar.upper:
            start = bar.upper
    if start > farthest:
        return None
    wish = Wish(
        spaces=Space.objects.filter(pk=space.pk).published().order_by("pk"),
        asked=Slots(period(start, start + AHEAD), ahead.minutes),
        near=(space.place.latitude, space.place.longitude),
        people=people or quantity,
        units=quantity,
    )
    found = openings(wish, wish.spaces, asker, limit=1, each=1)
    return found[0][0].span if found else None


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
