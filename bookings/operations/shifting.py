"""A whole series, or this and what follows of it: later, longer, elsewhere, for more."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from bookings.deliveries import announce_together
from bookings.models import Booking, Change, ChangeStatus, Kind, Series, Status
from bookings.occurrences import occurrences
from bookings.operations.changing import reschedule
from bookings.operations.offering import Offer, Wish, preview, shares_for
from bookings.operations.repeating import coming_of, locked_series, locked_together
from bookings.operations.shapes import Shape
from bookings.operations.turns import hold_hours
from bookings.operations.waiting_changes import ask_changes
from bookings.quotas import QuotaUse, lock_shares
from bookings.recurrence import split
from bookings.refusals import NoOccurrence, WrongState
from spaces.ids import uuid7
from spaces.periods import Period, overlap


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
    message = _("Several owners are to answer that. Ask for the times one by one.")


class SeriesUnanswered(Refused):
    code = "series_unanswered"
    message = _(
        "The owner has not said yes to all of the series yet. Wait for the answer, or change the "
        "times one by one."
    )


class StandsUntilPaid(Refused):
    code = "series_stands_until_paid"
    message = _(
        "Another time of the series stands there until the change is paid for or answered. Change "
        "this one by itself afterwards."
    )


class SeriesUnpaid(Refused):
    code = "series_unpaid"
    message = _("Pay for the series first, or cancel what is not paid.")


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


LeftOf = Callable[[Collection[Booking]], Mapping[UUID, int]]  # of what was paid for each


def most_back(left: Mapping[UUID, int] | None, booking: Booking) -> int | None:
    """What may be promised back of it at most; None where nobody said what is `left`."""
    return None if left is None else left.get(booking.pk, 0)


def shifts_of(
    series: Series,
    to: Shape,
    *,
    now: datetime,
    first: date | None = None,
    left_of: LeftOf | None = None,
) -> list[Shift]:
    """What `move_series` would do, booking by booking. Raises `NoOtherWeekday`."""
    found, no_wish = [], {}
    onto = to.onto(series)
    coming = coming_of(series, now=now, first=first)
    wishes = {}
    for booking in coming:
        try:
            wishes[booking] = to.wish(booking, series, onto)
        except Refused as no:
            no_wish[booking] = no.sentence
    together = Together([(one, wish) for one, wish in wishes.items() if wish], now=now)
    use = together.use()
    left = left_of(coming) if left_of else None
    for booking in coming:
        wish = wishes.get(booking)
        if wish is None:
            found.append(Shift(booking, refusal=no_wish.get(booking, "")))
            continue
        try:
            if booking.status == Status.HELD:
                raise SeriesUnpaid
            together.require_one_answer(booking)
            shares = together.shares[booking]
            leaves = together.leaves(booking, wish)
            offer = preview(booking, wish, now=now, shares=shares, ignoring=leaves.pk)
            if leaves != booking and (offer.due or together.asks_owner):
                raise StandsUntilPaid
            use.require(shares, wish.span)
        except Refused as no:
            found.append(Shift(booking, wish, refusal=no.sentence))
        else:
            found.append(Shift(booking, wish, offer.at_most(most_back(left, booking))))
    return found


@operation
def move_series(
    *,
    series: Series,
    to: Shape,
    by: User,
    now: datetime,
    first: date | None = None,
    pays_later: bool = False,
    left_of: LeftOf | None = None,
) -> tuple[Series, list[Change]]:
    """Make all of a series that has not begun what it is `to` be, or what comes from one of its
    days on; all or none. What was given a time of its own stays. Of each no more is promised
    back than is `left_of` what was paid.

    From a day on it becomes a series of its own, which is returned: each then has one rule; so
    does what is left of one that goes to another weekday. One letter tells of all. Money is the
    caller's to move, in the same transaction. What costs more comes back HELD, all of it, and
    the series is as it was: once that is made, call `follow_series`. With `pays_later` the
    caller makes it in the same transaction, so then some may cost more and some not. Where the
    owner answers any of it first, all of it waits for that, REQUESTED or, to be paid first,
    HELD. Raises the `Refused` of the first that cannot be had, with its day in
    `details["date"]`; also `CostsMore`, `AnsweredApart`, `SeriesUnanswered` and
    `NoOtherWeekday`.
    """
    series = locked_series(series)
    if first is not None and first not in {one.day for one in occurrences(series)}:
        raise NoOccurrence
    wishes = _wishes(series, to, coming_of(series, now=now, first=first))
    if not wishes:
        raise WrongState
    together = Together(wishes, now=now)
    together.lock()
    together.require_quotas()
    asked, left = together.asks_owner, left_of([one for one, _ in wishes]) if left_of else None
    for booking, _wish in wishes:
        with said_of_day(booking):
            together.require_one_answer(booking)
    later = (to.days, to.opens) > (0, series.opens)  # so that none is in the way of its neighbour
    changes = [
        _move(booking, wish, by=by, now=now, is_asked=asked, left=left)
        for booking, wish in (reversed(wishes) if later else wishes)
    ]
    held = [one for one in changes if one.status == ChangeStatus.HELD]
    if len(held) not in (0, len(changes)) and not pays_later:
        raise CostsMore
    if asked or (held and not pays_later):
        of = to.stored(series, first=first, now=now)
        for change in changes:
            change.series_change = of
        Change.objects.bulk_update(changes, ["series_change"])
    if asked and not held:
        ask_changes(changes=changes, now=now)
    elif not held:
        moved = [change.booking for change in changes]
        series = follow_series(series=series, to=to, moved=moved, by=by, now=now, first=first)
        for change in changes:
            change.booking.series = series
    return series, changes


@operation
def follow_series(
    *,
    series: Series,
    to: Shape,
    moved: Sequence[Booking],
    by: User | None,
    now: datetime,
    first: date | None = None,
) -> Series:
    """The rule says from now on what its bookings have become, from a day of it on where they
    are not all; one letter tells of them. On other weekdays what has been stays as it was: it
    keeps the rule, and what is to come is a series of its own."""
    series = locked_series(series)
    days = [one.day for one in occurrences(series)]
    first = first or days[0]
    if to.days:
        first = max(first, _to_come(series, moved, now))
    days_left = [day for day in days if day >= first]
    if len(days_left) < len(days):
        series = _branch(series, days, days_left[0], now=now)
    if to.days:
        _rename_days(series, to, days_left)
    to.give_to(series)
    series.save()
    moved = sorted(moved, key=lambda booking: booking.start)
    doers = (None, moved[0].booker_id, moved[0].made_by_id)
    is_owners_doing = by is not None and by.pk not in doers  # who then knows of it
    owners_of = () if is_owners_doing else None
    announce_together(moved, Kind.SERIES_CHANGED, by=by, now=now, owners_of=owners_of)
    return series


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

    @cached_property
    def asks_owner(self) -> bool:
        """Whether an owner is to say yes to any of it, and so to all of it."""
        return any(wish.asks_owner(booking) for booking, wish in self.wishes)

    def require_one_answer(self, booking: Booking) -> None:
        """Raise why it cannot be answered with the others, if it is to be."""
        if not self.asks_owner:
            return
        if len({wish.space.organisation_id for _one, wish in self.wishes}) > 1:
            raise AnsweredApart
        if booking.status == Status.REQUESTED:
            raise SeriesUnanswered

    def leaves(self, booking: Booking, wish: Wish) -> Booking:
        """Whose time it comes to, where that one leaves it: another of them, or its own."""
        return next(
            (
                one
                for one, other in self.wishes
                if one != booking
                and one.space_id == wish.space.pk
                and overlap(one.period, wish.span)
                and not overlap(one.period, other.span)
            ),
            booking,
        )

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
            with said_of_day(booking):
                use.require(self.shares[booking], wish.span)


def require_quotas_together(changes: Sequence[Change], *, now: datetime) -> None:
    """Raise `QuotaUsed` when what several bookings wait to become, which counts in no quota yet,
    does not fit into them as a whole."""
    wishes = [(one.booking, Wish.of_change(one)) for one in changes]
    Together(wishes, now=now).require_quotas()


@contextmanager
def said_of_day(booking: Booking) -> Iterator[None]:
    """What is refused in it says of which day."""
    try:
        yield
    except Refused as refusal:
        if booking.recurrence_date is not None:
            refusal.details["date"] = booking.recurrence_date.isoformat()
        raise


def _move(
    booking: Booking,
    wish: Wish,
    *,
    by: User,
    now: datetime,
    is_asked: bool,
    left: Mapping[UUID, int] | None,
) -> Change:
    with said_of_day(booking):
        if booking.status == Status.HELD:
            raise SeriesUnpaid
        return reschedule(
            booking=booking,
            by=by,
            now=now,
            space=wish.space,
            span=wish.span,
            quantity=wish.quantity,
            is_told=False,
            is_asked=is_asked,
            most_back=most_back(left, booking),
        )


def _wishes(series: Series, to: Shape, coming: Sequence[Booking]) -> list[tuple[Booking, Wish]]:
    onto, found = to.onto(series), []
    for booking in coming:
        with said_of_day(booking):
            wish = to.wish(booking, series, onto)
        if wish is not None:
            found.append((booking, wish))
    return found


def _to_come(series: Series, moved: Sequence[Booking], now: datetime) -> date:
    """The first day of the rule that has not begun, or that was moved a moment ago."""
    days = [one.day for one in occurrences(series) if one.span is None or one.span.lower > now]
    days += [one.recurrence_date for one in moved if one.recurrence_date is not None]
    return min(days)


def _rename_days(series: Series, to: Shape, days: list[date]) -> None:
    """Its bookings are of other days of its rule: also those that kept their time, or ended."""
    series.rrule, onto = to.rule(series, days)
    series.starts_on = onto[days[0]]
    named = [When(recurrence_date=day, then=Value(other)) for day, other in onto.items()]
    series.bookings.filter(recurrence_date__in=onto).update(recurrence_date=Case(*named))


def _branch(series: Series, days: Sequence[date], first: date, *, now: datetime) -> Series:
    """A series of its own from one of the days on, with all that was booked for those. What is
    left of the other has changed too: a calendar program is to learn where it ends. Where
    nothing was booked before that day, only its days before it go."""
    before, after = split(series.rrule, days, first, series.zone)
    last = series.bookings.filter(recurrence_date__lt=first).order_by("recurrence_date").last()
    if last is None:
        series.rrule, series.starts_on = after, first
        return series
    Series.objects.filter(pk=series.pk).update(rrule=before)
    branch = Series.objects.get(pk=series.pk)
    branch.pk, branch.rrule, branch.starts_on, branch.created_at = uuid7(), after, first, now
    branch.save(force_insert=True)
    series.bookings.filter(recurrence_date__gte=first).update(series=branch)
    Booking.objects.filter(pk=last.pk).update(changed_at=now)
    return branch
