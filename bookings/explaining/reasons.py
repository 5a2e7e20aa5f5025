"""The reasons themselves: what each fact says of one time, and what would help."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import opening
from bookings.explaining.facts import LOOKS_AHEAD, Asked
from bookings.grounds import Grounds
from bookings.models import Booking, BusyTime
from bookings.quotas import QuotaUse, QuotaUsed, Share
from bookings.refusals import AddOnTaken, NotListed
from bookings.strikes import TooManyStrikes, require_standing
from spaces import formats
from spaces.access import Access, NeedsTraining, NoAccess, only_for, training_needed
from spaces.holidays import public_holidays
from spaces.limits import above, tightest
from spaces.models import AddOn, Listing, OnHolidays, Space
from spaces.periods import Period, day_span
from spaces.prices import Buyer, NotForSale, quote


@dataclass(frozen=True, slots=True)
class Reason:
    code: str  # as of the refusal
    sentence: str
    until: datetime | None = None  # from when on it is no longer so, where that is known
    booking: Booking | None = None  # the asker's own, where that is what has it


def in_the_way(asked: Asked) -> list[Reason]:
    """Of the space itself, whoever asks."""
    return [*by_rules(asked), *by_size(asked), *by_hours(asked), *by_others(asked)]


# --- What the rules say -----------------------------------------------------------------


def by_rules(asked: Asked) -> Iterator[Reason]:
    space, span, rules = asked.space, asked.span, asked.space.in_force
    if space.listing != Listing.PUBLISHED:
        yield Reason(NotListed.code, str(NotListed.message))
    minutes = (span.upper - span.lower) / timedelta(minutes=1)
    if minutes < rules.min_length:
        told = _("It is booked for %(time)s at least.")
        yield ruled(asked, "too_short", "min_length", told, rules.min_length)
    if minutes > rules.max_length:
        told = _("It is booked for %(time)s at most.")
        yield ruled(asked, "too_long", "max_length", told, rules.max_length)
    if span.lower < asked.now:
        yield Reason("too_soon", _("That time has passed."))
    elif span.lower < asked.now + timedelta(minutes=rules.lead_time):
        told = _("It has to be booked %(time)s before.")
        yield ruled(asked, "too_soon", "lead_time", told, rules.lead_time)
    if span.lower > asked.now + timedelta(days=rules.horizon_days):
        opens = span.lower - timedelta(days=rules.horizon_days)
        told = _("That can be booked from %(day)s on.") % {
            "day": formats.day_name(opens, space.place.zone)
        }
        sentence = with_origin(asked, "horizon_days", rules.horizon_days, told)
        yield Reason("too_far_ahead", sentence, opens)
    if any(past_step(asked, moment) for moment in (span.lower, span.upper)):
        told = _("Bookings here start and end every %(time)s, counted from midnight.")
        yield Reason("off_step", told % {"time": formats.duration(space.step)})


def ruled(asked: Asked, code: str, name: str, told: str, minutes: int) -> Reason:
    sentence = told % {"time": formats.duration(minutes)}
    return Reason(code, with_origin(asked, name, minutes, sentence))


def with_origin(asked: Asked, name: str, value: int, sentence: str) -> str:
    """Also who says so, when it is not the space itself."""
    if getattr(asked.space, name) == value:
        return sentence
    found = tightest(above(asked.space.organisation), name)
    return sentence if found is None else f"{sentence} ({found[0]})"


def past_step(asked: Asked, moment: datetime) -> bool:
    wall = moment.astimezone(asked.space.place.zone)
    seconds = (wall.hour * 60 + wall.minute) * 60 + wall.second
    return bool(seconds % (asked.space.step * 60) or wall.microsecond)


def by_size(asked: Asked) -> Iterator[Reason]:
    space, units = asked.space, asked.facts.units
    if asked.people is not None and asked.people > space.capacity:
        told = ngettext("It holds %(n)d person.", "It holds %(n)d people.", space.capacity)
        yield Reason("too_many_people", told % {"n": space.capacity})
    if space.is_pool and asked.quantity > units:
        told = ngettext("There is %(n)d here.", "There are %(n)d here.", units)
        yield Reason("too_many", told % {"n": units})


# --- What the clock says ----------------------------------------------------------------


def by_hours(asked: Asked) -> Iterator[Reason]:
    space, zone = asked.space, asked.space.place.zone
    if asked.facts.opening(asked.span) == (asked.span,):
        return
    day = formats.as_date(asked.span.lower, zone)
    coming = asked.facts.opening(day_span(day, zone, days=LOOKS_AHEAD))
    until = next((one.lower for one in coming if one.lower > asked.span.lower), None)
    midnight = day_span(day, zone).upper
    opened = [
        formats.time_range(one.lower, min(one.upper, midnight), zone)
        for one in coming
        if one.lower < midnight
    ]
    told = {"day": asked.day, "times": ", ".join(opened)}
    holidays = opening.on_holidays(space) if public_holidays(day, day) else None
    choice = holidays.choice if holidays else OnHolidays.OPEN
    if opened and choice == OnHolidays.SHORT:
        said = _("On %(day)s, a public holiday, it is open %(times)s.")
        yield Reason("closed", said % told, until)
    elif opened:
        yield Reason("closed", _("On %(day)s it is open %(times)s.") % told, until)
    elif choice == OnHolidays.CLOSED:
        yield Reason("closed", _("It is closed on %(day)s, a public holiday.") % told, until)
    else:
        yield Reason("closed", _("It is closed all of %(day)s.") % told, until)


def by_others(asked: Asked) -> Iterator[Reason]:
    """What has its units then: at most three, the first to end first."""
    space, span = asked.space, asked.span
    rows, busy = asked.facts.taken(span), asked.facts.busy(span)
    if space.is_pool:
        taken = [(row.unit_id, row.during) for row in rows]
        yield from by_the_rest(asked, taken + [(one.unit_id, one.during) for one in busy])
        return
    # What a booking is to become has rows of its own, at another time.
    causes = {row.change or row.booking or row.closure: row for row in rows}
    for cause, row in list(causes.items())[:3]:
        assert cause is not None  # the database holds it
        own = asked.facts.own(row)
        told = {
            "from": asked.clock(cause.period.lower),
            "to": asked.clock(cause.period.upper),
            "space": cause.space or "",
        }
        if row.booking is None:
            sentence = _("It is closed from %(from)s to %(to)s.")
        elif cause.period.upper <= span.lower:
            told["to"] = asked.clock(row.during.upper + before(asked))
            sentence = _("It is being tidied until %(to)s, after a booking.")
            if cause.space_id != space.pk:
                sentence = _("It is being tidied until %(to)s, after a booking of %(space)s.")
        elif cause.period.lower >= span.upper:
            told["from"] = asked.clock(row.during.lower - after(asked))
            sentence = _("It has to be empty from %(from)s, before the next booking.")
        elif cause.space_id != space.pk and own:
            sentence = _("You have %(space)s, which shares it, from %(from)s to %(to)s.")
        elif own:
            sentence = _("You have it yourself from %(from)s to %(to)s.")
        elif row.held_until is not None:
            told["until"] = asked.clock(row.held_until)
            sentence = _("It is held from %(from)s to %(to)s; by %(until)s it is booked or free.")
        elif cause.space_id != space.pk:
            sentence = _("%(space)s, which shares it, is booked from %(from)s to %(to)s.")
        else:
            sentence = _("It is booked from %(from)s to %(to)s.")
        yield Reason("slot_taken", sentence % told, row.during.upper + before(asked), own)
    known = [cause.period for cause in causes if cause is not None]
    told_by = [one for one in busy if not is_said(one, known, asked)]
    for one in list({(one.source_id, one.during): one for one in told_by}.values())[:3]:
        yield Reason("slot_taken", by_calendar(asked, one), one.during.upper + before(asked))


def is_said(busy: BusyTime, known: Sequence[Period], asked: Asked) -> bool:
    """Whether it would only repeat what has the time anyway: often the same meeting, which
    who answers for the space is told to be in both."""
    if busy.source.space_id in asked.facts.run:
        return False
    during = busy.during
    return any(one.lower <= during.lower and during.upper <= one.upper for one in known)


def by_calendar(asked: Asked, busy: BusyTime) -> str:
    """Who answers for the space is told which calendar says so; others only that it is."""
    told = {"from": asked.clock(busy.during.lower), "to": asked.clock(busy.during.upper)}
    source = busy.source
    if source.space_id not in asked.facts.run:
        return _("It is taken from %(from)s to %(to)s.") % told
    told |= {"calendar": source.name, "at": asked.clock(source.read_at)}
    if source.is_file:
        return _("It is busy from %(from)s to %(to)s in another calendar (%(calendar)s).") % told
    return (
        _("It is busy from %(from)s to %(to)s in another calendar (%(calendar)s, read %(at)s).")
        % told
    )


def before(asked: Asked) -> timedelta:
    return timedelta(minutes=asked.space.in_force.buffer_before)


def after(asked: Asked) -> timedelta:
    return timedelta(minutes=asked.space.in_force.buffer_after)


def by_the_rest(asked: Asked, taken: Sequence[tuple[int, Period]]) -> Iterator[Reason]:
    """Of a pool: how many nobody has for any part of the time, and when as many more as are
    wanted have been given back."""
    back: dict[int, datetime] = {}
    for unit, during in taken:
        back[unit] = max(during.upper, back.get(unit, during.upper))
    left = asked.facts.units - len(back)
    if left < asked.quantity:
        told = ngettext(
            "%(n)d is left for the whole of that time.",
            "%(n)d are left for the whole of that time.",
            left,
        )
        ends = sorted(back.values())[: asked.quantity - left]
        is_ever = asked.quantity <= asked.facts.units
        until = ends[-1] + before(asked) if is_ever else None
        yield Reason("slot_taken", told % {"n": left}, until)


def by_along(add_ons: Mapping[AddOn, int], left: Mapping[int, int]) -> Iterator[Reason]:
    """What is wanted along and others have; `left` by the id of what is counted."""
    for add_on, count in add_ons.items():
        if add_on.is_counted and left[add_on.pk] < count:
            n = left[add_on.pk]
            told = ngettext("%(name)s: %(n)d is left.", "%(name)s: %(n)d are left.", n)
            yield Reason(AddOnTaken.code, told % {"name": add_on, "n": n})


# --- What the person may ----------------------------------------------------------------


def by_person(
    asked: Asked,
    access: Access,
    quotas: tuple[QuotaUse, Sequence[Share]],
    strikes: Reason | None,
    *,
    takes: bool,
) -> Iterator[Reason]:
    """Also their quota, of which this time then `takes` its part."""
    space, span = asked.space, asked.span
    if access.number is None:
        return
    is_barred = False
    if not access.may_book(space):
        is_barred = True
        yield Reason(NoAccess.code, only_for(space))
    if lacking := access.lacks(space, span.upper):
        is_barred = True
        yield Reason(NeedsTraining.code, training_needed(lacking))
    try:
        used, shares = quotas
        used.require(shares, span, takes=takes and not is_barred)
    except QuotaUsed as no:
        yield Reason(no.code, no.sentence, no.details.get("free_again"))
    if strikes is not None:
        yield strikes


def by_strikes(space: Space, grounds: Grounds, now: datetime) -> Reason | None:
    """Whatever the time."""
    try:
        require_standing(space, grounds, now=now)
    except TooManyStrikes as no:
        return Reason(no.code, no.sentence)
    return None


def by_price(asked: Asked, buyer: Buyer) -> Iterator[Reason]:
    space, quantity = asked.space, asked.quantity if asked.space.is_pool else 1
    try:
        quote(space, asked.span, quantity=quantity, people=asked.people, buyer=buyer)
    except NotForSale as no:
        yield Reason(no.code, no.sentence)
