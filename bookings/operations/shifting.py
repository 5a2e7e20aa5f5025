"""A whole series, or this and what follows of it: later, longer, elsewhere, for more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from bookings.operations.repeating import coming_of, locked_series, locked_together
from bookings.operations.turns import hold_hours
from bookings.quotas import QuotaUse, lock_shares
from bookings.recurrence import split
from bookings.refusals import NoOccurrence, WrongState
from spaces.ids import uuid7
from spaces.models import Space
from spaces.periods import Period, wall_minute


class CostsMore(Refused):
    """What waits for money may come to nothing, and what does not is made at once: that would
    leave half a series changed."""

    code = "series_costs_more"
    message = _(
        "Some of it costs more and some does not. Change the times that cost more one by one, and "
        "pay for each."
    )


class AnsweredApart(Refused):
    code = "series_answered_apart"
    message = _("The owner answers each change. Ask for the times one by one.")


class SeriesUnpaid(Refused):
    code = "series_unpaid"
    message = _("Pay for the series first, or cancel what is not paid.")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a series is to be: from `opens` to `closes` on the wall clock, in another `space`,
    for another `quantity` of a pool; None says nothing."""

    opens: int
    closes: int
    space: Space | None = None
    quantity: int | None = None

    def wish(self, booking: Booking, series: Series) -> Wish | None:
        """What one of its bookings is to be; None where it stays: somebody has given it a time
        of its own, or it is that already. One that is elsewhere stays there."""
        day = booking.recurrence_date
        assert day is not None  # the database holds it
        other = Series(opens=self.opens, closes=self.closes, time_zone=series.time_zone)
        span = span_on(other, day)
        if span is None or booking.period != span_on(series, day):
            return None
        space = self.space if booking.space_id == series.space_id else None
        quantity = None
        if (space or booking.space).is_pool:
            quantity = self.quantity
        elif space is not None:
            quantity = 1
        wish = Wish.of(booking, span=span, space=space, quantity=quantity)
        return None if wish.is_same(booking) else wish


@dataclass(frozen=True, slots=True)
class Shift:
    """What would become of one booking of a series. Without a `wish` it stays as it is. Else
    an `offer`, or why not."""

    booking: Booking
    wish: Wish | None = None
    offer: Offer | None = None
    refusal: str = ""

    @property
    def span(self) -> Period | None:
        return self.wish.span if self.wish else None


def shifts_of(
    series: Series,
    *,
    opens: int,
    closes: int,
    now: datetime,
    first: date | None = None,
    space: Space | None = None,
    quantity: int | None = None,
) -> list[Shift]:
    """What `move_series` would do, booking by booking."""
    found = []
    shape = Shape(opens, closes, space, quantity)
    wishes = [(one, shape.wish(one, series)) for one in coming_of(series, now=now, first=first)]
    together = Together([(one, wish) for one, wish in wishes if wish is not None], now=now)
    use = together.use()
    for booking, wish in wishes:
        if wish is None:
            found.append(Shift(booking))
            continue
        try:
            if booking.status == Status.HELD:
                raise SeriesUnpaid
            shares = together.shares[booking]
            offer = preview(booking, wish, now=now, shares=shares)
            if offer.asks_owner:
                raise AnsweredApart
            use.require(shares, wish.span)
        except Refused as no:
            found.append(Shift(booking, wish, refusal=no.sentence))
        else:
            found.append(Shift(booking, wish, offer))
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
    space: Space | None = None,
    quantity: int | None = None,
    pays_later: bool = False,
) -> tuple[Series, list[Change]]:
    """Give all of a series that has not begun another time of day, another space or number, or
    what comes from one of its days on; all or none. What was given a time of its own stays.

    From a day on it becomes a series of its own, which is returned: each then has one rule.
    One letter tells of all. Money is the caller's to move, in the same transaction. What costs
    more comes back HELD, all of it, and the series is as it was: once that is made, call
    `follow_series`. With `pays_later` the caller makes it in the same transaction, so then some
    may cost more and some not. Raises the `Refused` of the first that cannot be had, with its
    day in `details["date"]`; also `CostsMore` and `AnsweredApart`.
    """
    series = locked_series(series)
    if first is not None and first not in {one.day for one in occurrences(series)}:
        raise NoOccurrence
    shape = Shape(opens, closes, space, quantity)
    coming = coming_of(series, now=now, first=first)
    wishes = [(one, wish) for one in coming if (wish := shape.wish(one, series))]
    if not wishes:
        raise WrongState
    together = Together(wishes, now=now)
    together.lock()
    together.require_quotas()
    later = opens > series.opens  # so that none is in the way of its neighbour
    changes = [
        _move(booking, wish, by=by, now=now)
        for booking, wish in (reversed(wishes) if later else wishes)
    ]
    held = [one for one in changes if one.status == ChangeStatus.HELD]
    if not held:
        moved = [change.booking for change in changes]
        series = follow_series(series=series, moved=moved, by=by, now=now, first=first)
        for change in changes:
            change.booking.series = series
    elif len(held) < len(changes) and not pays_later:
        raise CostsMore
    return series, changes


@operation
def follow_series(
    *,
    series: Series,
    moved: Sequence[Booking],
    by: User | None,
    now: datetime,
    first: date | None = None,
) -> Series:
    """The rule is from now on what its bookings have become, from their `first` day on where
    they are not all; one letter tells of them."""
    series = locked_series(series)
    days = [one.day for one in occurrences(series)]
    if first is not None and first > days[0]:
        series = _branch(series, days, first, now=now)
    moved = sorted(moved, key=lambda booking: booking.start)
    one = next((one for one in moved if one.space_id == series.space_id), moved[0])
    assert one.recurrence_date is not None  # the database holds it
    day, zone = one.recurrence_date, series.zone
    series.opens = wall_minute(one.start, day, zone)
    series.closes = wall_minute(one.end, day, zone)
    series.space, series.place_id = one.space, one.space.place_id
    series.quantity = one.quantity
    series.save()
    announce_together(moved, Kind.SERIES_CHANGED, by=by, now=now)
    return series


def first_of(series: Series, moved: Sequence[Booking], *, now: datetime) -> date | None:
    """The day from which on these were moved; None when nothing before them is still to come
    as the rule says."""
    first = min(one.recurrence_date for one in moved if one.recurrence_date is not None)
    is_part = any(
        one.recurrence_date is not None
        and one.recurrence_date < first
        and one.period == span_on(series, one.recurrence_date)
        for one in coming_of(series, now=now)
    )
    return first if is_part else None


class Together:
    """What several bookings are to become at once: what that locks, and what it takes out of
    quotas as a whole. What waits for money counts in none, so of each by itself all would fit."""

    def __init__(self, wishes: Sequence[tuple[Booking, Wish]], *, now: datetime) -> None:
        self.wishes, self.now = wishes, now
        self.shares = {one: shares_for(one, wish, now=now) for one, wish in wishes}

    def lock(self) -> None:
        """Each kind at once, in the order of everybody."""
        lock_shares(share for shares in self.shares.values() for share in shares)
        spaces = {space for one, wish in self.wishes for space in (one.space, wish.space)}
        hold_hours(spaces)
        locked_together(self.shares, besides=spaces)

    def use(self) -> QuotaUse:
        """Of the quotas, before any of them has become what it is to be. Who only gives up
        something of what they have is asked for nothing, and counts as it is."""
        moved = frozenset(one.pk for one, shares in self.shares.items() if shares)
        asked = (one for shares in self.shares.values() for one in shares)
        return QuotaUse((replace(one, ignoring=moved) for one in asked), self.now)

    def require_quotas(self) -> None:
        """Raise `QuotaUsed`, with its day, for the first for which nothing would be left."""
        use = self.use()
        for booking, wish in self.wishes:
            try:
                use.require(self.shares[booking], wish.span)
            except Refused as refusal:
                _say_day(refusal, booking)
                raise


def _say_day(refusal: Refused, booking: Booking) -> None:
    if booking.recurrence_date is not None:
        refusal.details["date"] = booking.recurrence_date.isoformat()


def _move(booking: Booking, wish: Wish, *, by: User, now: datetime) -> Change:
    try:
        if booking.status == Status.HELD:
            raise SeriesUnpaid
        change = reschedule(
            booking=booking,
            by=by,
            now=now,
            space=wish.space,
            span=wish.span,
            quantity=wish.quantity,
            is_told=False,
        )
        if _asks_owner(change):
            raise AnsweredApart
    except Refused as refusal:
        _say_day(refusal, booking)
        raise
    return change


def _asks_owner(change: Change) -> bool:
    """Whether its owner answers it: now, or once what it costs is reserved."""
    is_dearer = change.status == ChangeStatus.HELD
    is_asked_then = is_dearer and not change.space.in_force.is_instant
    return is_asked_then or change.status == ChangeStatus.REQUESTED


def _branch(series: Series, days: Sequence[date], first: date, *, now: datetime) -> Series:
    """A series of its own from one of the days on, with all that was booked for those."""
    before, after = split(series.rrule, days, first, series.zone)
    Series.objects.filter(pk=series.pk).update(rrule=before)
    branch = Series.objects.get(pk=series.pk)
    branch.pk, branch.rrule, branch.starts_on, branch.created_at = uuid7(), after, first, now
    branch.save(force_insert=True)
    series.bookings.filter(recurrence_date__gte=first).update(series=branch)
    return branch
