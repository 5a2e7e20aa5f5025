"""A whole series, or this and what follows of it, at another time of day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from bookings.deliveries import announce_together
from bookings.models import Booking, Change, ChangeStatus, Kind, Series, Status
from bookings.occurrences import occurrences, span_on
from bookings.operations.changing import reschedule
from bookings.operations.offering import Offer, Wish, preview, shares_for
from bookings.operations.repeating import coming_of, locked_together
from bookings.operations.turns import hold_hours
from bookings.quotas import lock_shares
from bookings.recurrence import split
from bookings.refusals import NoOccurrence, WrongState
from spaces.ids import uuid7
from spaces.periods import Period


class CostsMore(Refused):
    """A payment that comes too late for one would leave half a series changed."""

    code = "series_costs_more"
    message = _("That costs more. Change the times that cost more one by one, and pay for each.")


class AnsweredApart(Refused):
    code = "series_answered_apart"
    message = _("The owner answers each change. Ask for the times one by one.")


class SeriesUnpaid(Refused):
    code = "series_unpaid"
    message = _("Pay for the series first, or cancel what is not paid.")


@dataclass(frozen=True, slots=True)
class Shift:
    """What would become of one booking of a series. `span` is None where it stays as it is:
    somebody has given it a time of its own. Else an `offer`, or why not."""

    booking: Booking
    span: Period | None = None
    offer: Offer | None = None
    refusal: str = ""


def shifts_of(
    series: Series, *, opens: int, closes: int, now: datetime, first: date | None = None
) -> list[Shift]:
    """What `move_series` would do, booking by booking."""
    found = []
    for booking, span in _wishes(series, opens, closes, now=now, first=first):
        if span is None:
            found.append(Shift(booking))
            continue
        try:
            if booking.status == Status.HELD:
                raise SeriesUnpaid
            offer = preview(booking, Wish.of(booking, span=span), now=now)
            _require_at_once(offer)
        except Refused as no:
            found.append(Shift(booking, span, refusal=no.sentence))
        else:
            found.append(Shift(booking, span, offer))
    return found


@operation
def move_series(
    *,
    series: Series,
    opens: int,
    closes: int,
    by: User,
    now: datetime,
    first: date | None = None,
) -> tuple[Series, list[Change]]:
    """Give all of a series that has not begun another time of day, or what comes from one of
    its days on; all or none. What was given a time of its own stays.

    From a day on it becomes a series of its own, which is returned: each then has one rule.
    One letter tells of all. Money is the caller's to move, in the same transaction. Raises the
    `Refused` of the first that cannot be had, with its day in `details["date"]`; also
    `CostsMore` and `AnsweredApart`, since what waits for money or an answer may come to
    nothing.
    """
    series = Series.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)
    days = [one.day for one in occurrences(series)]
    if first is not None and first not in days:
        raise NoOccurrence
    wishes = [
        (booking, Wish.of(booking, span=span))
        for booking, span in _wishes(series, opens, closes, now=now, first=first)
        if span is not None
    ]
    if not wishes:
        raise WrongState
    _lock(wishes, now=now)
    later = opens > series.opens  # so that none is in the way of its neighbour
    changes = [
        _move(booking, wish, by=by, now=now)
        for booking, wish in (reversed(wishes) if later else wishes)
    ]
    if first is not None and first > days[0]:
        series = _branch(series, days, first, now=now)
    series.opens, series.closes = opens, closes
    series.save()
    for change in changes:
        change.booking.series = series
    moved = sorted((change.booking for change in changes), key=lambda booking: booking.start)
    announce_together(moved, Kind.SERIES_CHANGED, by=by, now=now)
    return series, changes


def _wishes(
    series: Series, opens: int, closes: int, *, now: datetime, first: date | None
) -> list[tuple[Booking, Period | None]]:
    """What is to come, with its new time; None where it stays."""
    other = Series(opens=opens, closes=closes, time_zone=series.time_zone)
    found: list[tuple[Booking, Period | None]] = []
    for booking in coming_of(series, now=now, first=first):
        assert booking.recurrence_date is not None  # the database holds it
        is_as_the_rule = booking.period == span_on(series, booking.recurrence_date)
        span = span_on(other, booking.recurrence_date) if is_as_the_rule else None
        found.append((booking, span))
    return found


def _lock(wishes: Sequence[tuple[Booking, Wish]], *, now: datetime) -> None:
    """What any of these changes locks, each kind at once and in the order of everybody."""
    lock_shares(share for booking, wish in wishes for share in shares_for(booking, wish, now=now))
    hold_hours(booking.space for booking, _wish in wishes)
    locked_together([booking for booking, _wish in wishes])


def _move(booking: Booking, wish: Wish, *, by: User, now: datetime) -> Change:
    try:
        if booking.status == Status.HELD:
            raise SeriesUnpaid
        change = reschedule(booking=booking, by=by, now=now, span=wish.span, is_told=False)
        if change.status == ChangeStatus.HELD:
            raise CostsMore
        if change.status == ChangeStatus.REQUESTED:
            raise AnsweredApart
    except Refused as refusal:
        if booking.recurrence_date is not None:
            refusal.details["date"] = booking.recurrence_date.isoformat()
        raise
    return change


def _require_at_once(offer: Offer) -> None:
    if offer.due:
        raise CostsMore
    if offer.asks_owner:
        raise AnsweredApart


def _branch(series: Series, days: Sequence[date], first: date, *, now: datetime) -> Series:
    """A series of its own from one of the days on, with all that was booked for those."""
    before, after = split(series.rrule, days, first, series.zone)
    Series.objects.filter(pk=series.pk).update(rrule=before)
    branch = Series.objects.get(pk=series.pk)
    branch.pk, branch.rrule, branch.starts_on, branch.created_at = uuid7(), after, first, now
    branch.save(force_insert=True)
    series.bookings.filter(recurrence_date__gte=first).update(series=branch)
    return branch
