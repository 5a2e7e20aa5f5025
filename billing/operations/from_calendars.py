"""What a calendar program does to an event, done to what is booked.

The same operations as from a page, put together so that each event is one step: it happens
whole, or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation, take_turns
from billing.operations.booking import hold_and_order, open_to_pay
from billing.operations.cancelling import cancel, cancel_all
from billing.operations.changing import change_and_order, open_change_to_pay
from billing.operations.event_words import keep_extras, name_all, name_days, rename
from billing.operations.moving_series import move_and_order
from billing.operations.repeating import cancel_series, hold_all, hold_one
from billing.returns import left_of_stay
from bookings import operations as bookings
from bookings.calendars.dav.booked import id_in
from bookings.calendars.dav.collections import Collection
from bookings.calendars.dav.objects import Booked, OneSeries
from bookings.calendars.dav.reading import Written
from bookings.deliveries import announce_together, tell
from bookings.models import (
    OCCUPYING,
    Booking,
    CalendarObject,
    Change,
    ChangeStatus,
    Kind,
    Series,
    Status,
)
from bookings.occurrences import MOST, occurrences, span_on
from bookings.operations import Item, Pick
from bookings.operations.holding import lock_for
from bookings.operations.repeating import locked_together
from bookings.operations.shapes import to_weekdays
from bookings.preconditions import Precondition, UidTaken
from bookings.refusals import NothingPicked, WrongState
from spaces.models import Space
from spaces.periods import Period
from spaces.prices.rates import asks_people


class NotYours(Refused):
    code = "not_yours"
    message = _("Somebody else has that time. Only your own bookings can be changed.")


class NoSpaceSaid(Refused):
    code = "no_space_said"
    message = _("To book, put the event into the calendar of the space you want.")


class OtherKind(Refused):
    code = "other_kind"
    message = _(
        "A booking stays one booking, and a series a series. Delete it, and book it anew as you "
        "want it."
    )


class SeriesMoved(Refused):
    code = "series_moved"
    message = _(
        "A series can be moved to another day of the week as a whole, but not like this. Move its "
        "days one by one, or do it on its page."
    )


class TooManyTimes(Refused):
    code = "too_many_times"
    message = _("A series is at most 260 times, within a year. Give it an earlier end.")


@dataclass
class Outcome:
    """What came of an event: to be paid are bookings that are held and changes that wait."""

    is_new: bool = False
    held: list[list[Booking]] = field(default_factory=list)  # by order
    changes: list[Change] = field(default_factory=list)


def put_event(
    *,
    calendar: Collection,
    name: str,
    written: Written,
    on: Precondition,
    by: User,
    now: datetime,
) -> Outcome:
    """Book what an event says, or make what is booked what it says now.

    What costs money comes back held, with an order to pay and a mail that says where; a change
    that costs more waits likewise, and what was booked stands until then. Raises the
    `Refused` that says why not, `PreconditionFailed` and `UidTaken`.
    """
    outcome = _put(calendar=calendar, name=name, written=written, on=on, by=by, now=now)
    for held in outcome.held:
        open_to_pay(held, by=by, now=now)
    for change in outcome.changes:
        open_change_to_pay(change, now=now)
    return outcome


@operation
def _put(
    *,
    calendar: Collection,
    name: str,
    written: Written,
    on: Precondition,
    by: User,
    now: datetime,
) -> Outcome:
    take_turns(by)
    found = calendar.named([name]).get(name)
    on.require(found.etag if found else None)
    if found is None:
        outcome = _book(calendar, name, written, by=by, now=now)
    elif not isinstance(found, Booked) or not found.is_mine:
        raise NotYours
    elif written.uid != found.uid:
        raise UidTaken(name)  # RFC 4791, 5.3.2.1: an event keeps its UID
    elif isinstance(found, OneSeries):
        outcome = _revise(found, written, by=by, now=now)
    else:
        outcome = _change(found.bookings[0], written, by=by, now=now)
    _tell_to_pay(outcome, now)
    return outcome


@operation
def drop_event(
    *, calendar: Collection, name: str, on: Precondition, by: User, now: datetime
) -> bool:
    """Cancel what an event is, by the terms it was booked at; False when there is none. Of a
    series all that is still to come. Raises `Refused` and `PreconditionFailed`."""
    take_turns(by)
    found = calendar.named([name]).get(name)
    on.require(found.etag if found else None)
    if found is None:
        return False
    if not isinstance(found, Booked) or not found.is_mine:
        raise NotYours
    if isinstance(found, OneSeries):
        cancel_series(series=found.series, by=by, now=now)
    else:
        cancel(booking=found.bookings[0], by=by, as_owner=False, now=now)
    return True


# --- A new event ----------------------------------------------------------------------------


def _book(calendar: Collection, name: str, written: Written, *, by: User, now: datetime) -> Outcome:
    space = calendar.space
    if space is None:
        raise NoSpaceSaid
    _require_unknown(calendar, space, name, written.uid, by)
    outcome = Outcome(is_new=True)
    thing: dict[str, Any]
    if written.rule is None:
        title = "" if written.title == space.name else written.title
        item = Item(space, written.span, people=people_for(space), title=title)
        held = hold_and_order(items=[item], by=by, now=now)
        thing = {"booking": held[0]}
    else:
        series = _series_of(space, written, by=by, now=now)
        picks = _picks(series, written, now)
        held = hold_all(series=series, picks=picks, by=by, now=now, claim=None)
        name_days(held, written)
        thing = {"series": series}
    CalendarObject.objects.create(
        booker=by, space=space, name=name, uid=written.uid, extras=written.extras, **thing
    )
    outcome.held = [[one for one in held if one.status == Status.HELD]]
    return outcome


def _require_unknown(calendar: Collection, space: Space, name: str, uid: str, by: User) -> None:
    """Raise `UidTaken` when the calendar has the UID already. What has ended gives its name and
    UID back: a program that deletes and undoes writes the same again."""
    known = CalendarObject.objects.filter(booker=by, space=space)
    for one in [*known.filter(name=name), *known.filter(uid=uid)]:
        alive = Booking.objects.filter(status__in=OCCUPYING)
        mine = (
            alive.filter(pk=one.booking_id) if one.booking_id else alive.filter(series=one.series)
        )
        if mine.exists():
            raise UidTaken(one.name)
        one.delete()
    own = id_in(uid.partition("@")[0])
    if own and (there := calendar.named([f"{own}.ics"])):
        raise UidTaken(next(iter(there)))


def _series_of(space: Space, written: Written, *, by: User, now: datetime) -> Series:
    """As the event says it, not stored yet."""
    rule = written.rule
    assert rule is not None
    series = Series(
        space=space,
        place_id=space.place_id,
        booker=by,
        rrule=rule.rrule,
        starts_on=rule.first,
        opens=rule.opens,
        closes=rule.closes,
        time_zone=space.place.time_zone,
        title="" if written.title == space.name else written.title,
        people=people_for(space),
        created_at=now,
    )
    if len(occurrences(series, most=MOST + 1)) > MOST:
        raise TooManyTimes
    return series


def _picks(series: Series, written: Written, now: datetime) -> list[Pick]:
    """What is wanted of each day that has not passed."""
    rule = written.rule
    assert rule is not None
    picks = []
    for one in occurrences(series):
        override = rule.overrides.get(one.day)
        span = override.span if override else one.span
        if span is None or one.day in rule.missing or span.lower <= now:
            continue
        picks.append(Pick(one.day, series.space, span))
    return picks


def people_for(space: Space) -> int | None:
    """An event does not say how many come."""
    return 1 if asks_people(space) else None


# --- An event that is there -----------------------------------------------------------------


def _change(booking: Booking, written: Written, *, by: User, now: datetime) -> Outcome:
    if written.rule is not None:
        raise OtherKind
    outcome = Outcome()
    if (booking.start, booking.end) != (written.span.lower, written.span.upper):
        outcome.changes.append(_move(booking, written.span, by=by, now=now))
    title = "" if written.title == booking.space.name and not booking.title else written.title
    if title != booking.title:
        rename(booking, title, by=by, now=now)
    keep_extras(booking, written, by=by, now=now)
    return outcome


def _move(booking: Booking, span: Period, *, by: User, now: datetime) -> Change:
    return change_and_order(
        partial(
            bookings.reschedule,
            booking=booking,
            span=span,
            by=by,
            now=now,
            most_back=left_of_stay(booking),
        ),
        now=now,
    )


# --- A series that is there -----------------------------------------------------------------


def _revise(found: OneSeries, written: Written, *, by: User, now: datetime) -> Outcome:
    """Make a series what its event says now: days that are gone are cancelled, days at another
    time moved, days that are new booked, and all named."""
    if written.rule is None:
        raise OtherKind
    series = found.series
    wanted = _series_of(series.space, written, by=by, now=now)
    picks = {one.day: one for one in _picks(wanted, written, now)}
    coming = {
        one.recurrence_date: one
        for one in found.bookings
        if one.recurrence_date is not None and one.start > now
    }
    stay = coming.keys() & picks.keys()
    if coming and picks and not stay:
        to = to_weekdays(series, wanted, days=coming, become=picks)
        if to is None or any(span_on(wanted, day) != pick.span for day, pick in picks.items()):
            raise SeriesMoved
        become = to.onto(series)
        moved, waiting = move_and_order(series=series, to=to, by=by, now=now, first=None)
        days_of = {one.pk: become[day] for day, one in coming.items()}
        moved.title = wanted.title
        moved.save(update_fields=["title"])
        name_all(written, days_of, by=by, now=now)
        keep_extras(moved, written, by=by, now=now)
        return Outcome(changes=waiting[:1])  # all of them are on its order
    if not picks:
        raise NothingPicked
    moves = {
        day: picks[day].span
        for day in sorted(stay)
        if (coming[day].start, coming[day].end) != (picks[day].span.lower, picks[day].span.upper)
    }
    adds = [picks[day] for day in sorted(picks.keys() - coming.keys())]
    spans = [(coming[day].space, span) for day, span in moves.items()]
    spans += [(pick.space, pick.span) for pick in adds]
    if spans:
        lock_for(spans, by=by, organisation=series.organisation, now=now)
    rows = {one.pk: one for one in locked_together(coming.values())}
    if any(rows[one.pk].sequence != one.sequence for one in coming.values()):
        raise WrongState  # changed by somebody else a moment ago
    _store(series, wanted)
    outcome = Outcome()
    _cancel_days([coming[day] for day in sorted(coming.keys() - stay)], by=by, now=now)
    outcome.changes = [_move(coming[day], span, by=by, now=now) for day, span in moves.items()]
    held = [hold_one(series=series, pick=pick, by=by, now=now) for pick in adds]
    name_all(written, {coming[day].pk: day for day in stay}, by=by, now=now)
    keep_extras(series, written, by=by, now=now)
    outcome.held = [[one] for one in held if one.status == Status.HELD]
    return outcome


def _store(series: Series, wanted: Series) -> None:
    series.rrule, series.starts_on = wanted.rrule, wanted.starts_on
    series.opens, series.closes, series.title = wanted.opens, wanted.closes, wanted.title
    series.save(update_fields=["rrule", "starts_on", "opens", "closes", "title"])


def _cancel_days(days: Sequence[Booking], *, by: User, now: datetime) -> None:
    ended = cancel_all(bookings=days, by=by, as_owner=False, now=now)
    if ended:
        announce_together(ended, Kind.SERIES_CANCELLED, by=by, now=now)


def _tell_to_pay(outcome: Outcome, now: datetime) -> None:
    """There is no page to pay on in a calendar, so a mail leads to it."""
    for held in outcome.held:
        if held:
            tell(held[0], Kind.TO_PAY, to=[held[0].booker], now=now)
    for change in outcome.changes:
        if change.status == ChangeStatus.HELD:
            tell(change.booking, Kind.TO_PAY, to=[change.booking.booker], now=now)
