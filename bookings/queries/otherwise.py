"""What else there is when a time cannot be had: this space later, and others then."""

from datetime import datetime, timedelta
from itertools import islice

from accounts.models import User
from bookings import availability
from bookings.availability import Slots
from bookings.models import Booking
from bookings.queries.obtaining import Asker
from bookings.queries.offers import Slot, offers
from spaces.listed import listed
from spaces.models import Space
from spaces.periods import Period, minutes_in, period

AHEAD = timedelta(days=28)
MOST = 3
LOOKED_AT = 24  # spaces, among which so many that this person may book are looked for


def next_free(space: Space, span: Period, *, now: datetime, quantity: int = 1) -> Period | None:
    """The first time here from `span` on, as long, that nobody has; within `AHEAD`."""
    start = max(span.lower, now)
    asked = Slots(window=period(start, start + AHEAD), minutes=minutes_in(span))
    one = Space.objects.filter(pk=space.pk).published().order_by("pk")
    found = availability.free_slots(one, asked, now=now, quantity=quantity, each=1, limit=1)
    return next((slots[0] for slots in found.values()), None)


def instead(booking: Booking, *, now: datetime) -> list[Slot]:
    """What its booker can book for the same time, when the owner could not keep to it."""
    return alternatives(
        booking.space,
        booking.period,
        user=booking.booker,
        now=now,
        quantity=booking.quantity,
        people=booking.people,
    )


def alternatives(
    space: Space,
    span: Period,
    *,
    user: User | None,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
) -> list[Slot]:
    """The nearest other spaces of its kind that this person can book for the same time and
    as many, with what they cost; `walk` is from here. At most `MOST`."""
    number = max(quantity, people or 1)
    here = space.place.latitude, space.place.longitude
    others = Space.objects.visible_to(user).published().exclude(pk=space.pk)
    others = others.filter(kind=space.kind, capacity__gte=number)
    if space.is_step_free:
        others = others.filter(is_step_free=True)
    asker = Asker.at(now, user)
    others = others.by_distance(*here).filter(asker.may_book(span))
    free = availability.first_free(others, span, now=now, quantity=number, limit=LOOKED_AT)
    known = listed(free)
    found = (
        slot
        for pk in free
        if pk in known
        for slot in offers(known[pk], [span], asker=asker, people=number, near=here)
    )
    return list(islice(found, MOST))
