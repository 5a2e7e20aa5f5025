"""What the door of a space says: free or not, until when, and what can be booked now.

Anybody may read it, so nothing is told of who has booked, or what for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings

from bookings import availability
from bookings.availability import FREE, NOTHING, Calendar
from bookings.forms.times import chosen_time
from bookings.models import COMES, Booking, Visibility
from bookings.queries.diary import without
from bookings.queries.week import spans_of
from spaces.dayline import DayLine, axis_for
from spaces.models import Listing, Space
from spaces.periods import (
    Period,
    at_minute,
    day_span,
    minutes_in,
    next_on_clock,
    period,
    wall_minute,
)

LENGTHS = (15, 30, 60)  # minutes to book for, there and then
AHEAD = 8  # days that are looked at, so that neither a night nor a holiday is the end

State = Literal["free", "busy", "closed"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that can be booked here, from now or the next step on."""

    span: Period
    address: str  # of the space's page, with the time chosen

    @property
    def minutes(self) -> int:
        return minutes_in(self.span)


@dataclass(frozen=True, slots=True)
class DoorView:
    space: Space
    at: datetime
    today: date
    state: State
    until: datetime | None  # None: for longer than is looked ahead
    next_taken: Period | None  # the next booking here, today
    next_title: str  # when it is an activity for everyone
    title: str  # the same of what is going on now
    left: int  # units of a pool that nobody has now
    line: DayLine
    offers: list[Offer]

    @property
    def is_until_midnight(self) -> bool:
        """Or longer: for today's purposes, the rest of the day."""
        midnight = day_span(self.today, self.space.place.zone).upper
        return self.until is None or (self.state == "free" and self.until >= midnight)

    @property
    def is_another_day(self) -> bool:
        zone = self.space.place.zone
        return self.until is not None and self.until.astimezone(zone).date() != self.today

    @property
    def starts_now(self) -> bool:
        return bool(self.offers) and self.offers[0].span.lower <= self.at


def door_view(space: Space, *, now: datetime) -> DoorView:
    zone = space.place.zone
    at = now.replace(second=0, microsecond=0)
    today = at.astimezone(zone).date()
    window = day_span(today, zone, days=AHEAD)
    found = availability.calendars([space.pk], window, now=now).get(space.pk, NOTHING)
    state, until = state_at(found, at)
    coming = next_booking(space, at, today)
    return DoorView(
        space=space,
        at=at,
        today=today,
        state=state,
        until=until if until is None or until < window.upper else None,
        next_taken=coming.period if coming else None,
        next_title=public_title(coming),
        title=public_title(going_on(space, at)),
        left=units_left(space, at, now) if space.is_pool else 0,
        line=line_of(found, space, today, at),
        offers=list(offers(space, at, now)) if state == "free" else [],
    )


def state_at(found: Calendar, at: datetime) -> tuple[State, datetime | None]:
    """Free, taken or closed, and until when."""
    if taken := around(found.taken, at):
        return "busy", taken.upper
    if opened := around(found.open, at):
        begins = (one.lower for one in found.taken if one.lower > at)
        return "free", min([opened.upper, *begins])
    return "closed", min((one.lower for one in found.open if one.lower > at), default=None)


def around(periods: tuple[Period, ...], at: datetime) -> Period | None:
    return next((one for one in periods if one.lower <= at < one.upper), None)


def next_booking(space: Space, at: datetime, today: date) -> Booking | None:
    """Of a room: the next booking of it that begins today. A pool always has room for more."""
    if space.is_pool:
        return None
    rest = period(at, max(day_span(today, space.place.zone).upper, at + timedelta(minutes=1)))
    coming = Booking.objects.filter(space=space, period__overlap=rest, period__startswith__gt=at)
    return coming.occupying(at).order_by("period").first()


def going_on(space: Space, at: datetime) -> Booking | None:
    """Of a room: the booking of it that is now."""
    now = Booking.objects.filter(space=space, period__contains=at)
    return None if space.is_pool else now.occupying(at).first()


def public_title(booking: Booking | None) -> str:
    """What everyone may know of it; else it is only taken. What its owner has not said yes to,
    or nobody has paid, is not told at the door."""
    stands = booking is not None and booking.status in COMES
    if booking is None or not stands or booking.visibility != Visibility.PUBLIC:
        return ""
    return booking.public_title


def units_left(space: Space, at: datetime, now: datetime) -> int:
    moment = period(at, at + timedelta(minutes=1))
    return len(availability.free_units(space, moment, quantity=space.capacity, now=now))


def line_of(found: Calendar, space: Space, today: date, at: datetime) -> DayLine:
    opens, taken = spans_of(found.open, today, space), spans_of(found.taken, today, space)
    first, last = axis_for(opens)
    return DayLine(
        opens_at=first,
        closes_at=last,
        free=without(opens, taken),
        open=opens,
        now=wall_minute(at, today, space.place.zone),
    )


def offers(space: Space, at: datetime, now: datetime) -> list[Offer]:
    """What can be booked from the next step on, at most as many as there are `LENGTHS`: of
    these, what this space takes, or else the shortest that it does."""
    if space.listing != Listing.PUBLISHED:
        return []
    start = next_on_clock(now, space.step, space.place.zone)
    shortest = -(-space.in_force.min_length // space.step) * space.step
    found = [offer for minutes in LENGTHS if (offer := offer_of(space, start, minutes, now))]
    if not found and (offer := offer_of(space, start, shortest, now)):
        found = [offer]
    return found


def offer_of(space: Space, start: datetime, minutes: int, now: datetime) -> Offer | None:
    span, zone = period(start, start + timedelta(minutes=minutes)), space.place.zone
    if not is_said(span, zone) or availability.verdict_on(space, span, now=now) != FREE:
        return None
    query = chosen_time(span, zone)
    return Offer(
        span, f"{settings.PUBLIC_URL}{space.get_absolute_url()}?{urlencode(query, safe=':')}"
    )


def is_said(span: Period, zone: ZoneInfo) -> bool:
    """Whether its address means this time: of the hour that comes twice it means the second."""
    day = span.lower.astimezone(zone).date()
    return all(
        at_minute(day, wall_minute(moment, day, zone), zone) == moment
        for moment in (span.lower, span.upper)
    )
