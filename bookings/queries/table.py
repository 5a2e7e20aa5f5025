"""The times of a series before anything is stored: which are free, and what else could be had.

As many queries for a year of days as for one: the engine is asked about all of them at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.functional import cached_property

from accounts.models import User
from bookings import availability
from bookings.availability import Calendar
from bookings.explaining import Along, Reason, by_along, why_not_each
from bookings.means import NO_MEANS, Asked, Means, preview_together
from bookings.models import Series
from bookings.occurrences import occurrences
from bookings.operations import Item, Pick
from bookings.operations.repeating import Asking
from bookings.operations.shapes import SkippedHour
from bookings.queries.nearest import Pool, nearest_time, pools_of
from bookings.quotas import QuotaUsed
from spaces.access import Access
from spaces.models import Space
from spaces.money import Money, sum_of
from spaces.periods import Period, day_span
from spaces.prices import Buyer, NotForSale, Quote

CANDIDATES = 12  # other spaces that are looked at
SHOWN = 2  # of them for each day
NO_TIME_HELPS = {"too_many", "too_many_people", "not_listed", "no_access", "not_for_sale"}
MOMENT = "%Y%m%dT%H%MZ"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be picked for a day: the time itself, or another instead."""

    item: Item
    quote: Quote | None  # None when it is not for sale to them

    @property
    def space(self) -> Space:
        return self.item.space

    @property
    def span(self) -> Period:
        return self.item.span

    @property
    def price(self) -> Money | None:
        return self.quote.total if self.quote else None

    @property
    def value(self) -> str:
        """How a form says it: the space and the two moments."""
        start, end = (moment.astimezone(UTC) for moment in (self.span.lower, self.span.upper))
        return f"{self.space.pk}.{start:{MOMENT}}.{end:{MOMENT}}"


@dataclass(slots=True)
class Row:
    """One day: the time that is wanted, or why it cannot be had and what could."""

    day: date
    wanted: Choice | None  # None when the clocks skip that hour
    reasons: list[Reason]
    spaces: list[Choice] = field(default_factory=list)  # at that time
    times: list[Choice] = field(default_factory=list)  # in that space, near by
    chosen: str = ""  # the value of what is picked; empty: this day is left out

    @property
    def is_free(self) -> bool:
        return not self.reasons

    @property
    def name(self) -> str:
        """Of its field."""
        return f"pick-{self.day.isoformat()}"

    @property
    def choices(self) -> list[Choice]:
        if self.is_free and self.wanted is not None:
            return [self.wanted]
        return [*self.spaces, *self.times]

    @property
    def picked(self) -> Choice | None:
        return next((one for one in self.choices if one.value == self.chosen), None)

    @property
    def proposal(self) -> Choice | None:
        """What is picked unless somebody says otherwise: the same time, here or elsewhere, and
        where it costs no more if there is such a place."""
        if self.is_free:
            return self.wanted
        most = self.wanted.price if self.wanted is not None else None
        no_dearer = (
            one for one in self.spaces if most and one.price is not None and one.price <= most
        )
        return next(no_dearer, next(iter(self.spaces), None))


class Table:
    """A series as it could be booked by somebody. Picked is what is proposed, until its rows
    are told otherwise."""

    def __init__(
        self,
        series: Series,
        *,
        user: User | None,
        buyer: Buyer,
        now: datetime,
        means: Means = NO_MEANS,
        instead: Sequence[int] = (),
    ) -> None:
        """`instead` are ids of spaces that are to be offered before others where a day lacks."""
        self.instead = list(instead)
        self.series, self.user, self.buyer, self.now = series, user, buyer, now
        self._means, self._asking = means, Asking(series)

    @cached_property
    def rows(self) -> list[Row]:
        return self.rows_on({one.day for one in occurrences(self.series)})

    def rows_on(self, days: set[date]) -> list[Row]:
        """Those of these days."""
        found = [one for one in occurrences(self.series) if one.day in days]
        choices = {
            one.day: self._choice(Pick(one.day, self.series.space, one.span))
            for one in found
            if one.span is not None
        }
        reasons = self._reasons(list(choices.values()))
        rows = [
            Row(one.day, choices.get(one.day), reasons.get(one.day) or [])
            if one.day in choices
            else Row(one.day, None, [skipped_hour()])
            for one in found
        ]
        self._offer_others([row for row in rows if row.reasons and row.wanted is not None])
        for row in rows:
            row.chosen = row.proposal.value if row.proposal else ""
        return rows

    @property
    def free(self) -> list[Row]:
        return [row for row in self.rows if row.is_free]

    @property
    def picked(self) -> list[Choice]:
        return [row.picked for row in self.rows if row.picked is not None]

    def sum(self) -> "Sum":
        """What is picked comes to, less what the booker's passes and code take off."""
        picked = [one for one in self.picked if one.quote is not None]
        quotes = [one.quote for one in picked if one.quote is not None]
        before = sum_of(one.price for one in picked if one.price is not None)
        if self.user is None or not picked:
            sold = [(one.space, one.span, one.price) for one in picked if one.price is not None]
            return Sum(before, before, sold=sold)
        asked = [
            Asked(one.space, one.span, one.item.quantity, self.user, self.series.organisation)
            for one in picked
        ]
        lowered, no_code = preview_together(quotes, asked, means=self._means, now=self.now)
        totals = [one.total for one in lowered]
        sold = [(one.space, one.span, total) for one, total in zip(picked, totals, strict=True)]
        return Sum(before, sum_of(totals), no_code, sold)

    def _reasons(self, choices: Sequence[Choice]) -> dict[date, list[Reason]]:
        if not choices:
            return {}
        items = [one.item for one in choices]
        found = why_not_each(
            items,
            user=self.user,
            now=self.now,
            organisation=self.series.organisation,
        )
        return {item.day: why for item, why in zip(items, found, strict=True) if item.day}

    def _choice(self, pick: Pick) -> Choice:
        item = self._asking.item(pick)
        try:
            return Choice(item, item.quoted(self.buyer))
        except NotForSale:
            return Choice(item, None)

    # --- Instead ------------------------------------------------------------------------

    def _offer_others(self, rows: list[Row]) -> None:
        """For each day that cannot be had as it is: the same time in other spaces, and a time
        near by in this one. A quota that is used up is used up elsewhere too."""
        rows = [row for row in rows if not has(row, {QuotaUsed.code})]
        others = self._others() if rows else {}
        spans = [row.wanted.span for row in rows if row.wanted is not None]
        quantity = self.series.quantity
        free = availability.first_free_for_each(
            list(others), spans, now=self.now, quantity=quantity, limit=SHOWN
        )
        near, pool = self._calendar(spans)
        for row, spaces in zip(rows, free, strict=True):
            wanted = row.wanted
            assert wanted is not None
            found = [self._choice(Pick(row.day, others[pk], wanted.span)) for pk in spaces]
            row.spaces = [one for one in found if self._may_be_offered(one, wanted)]
            if near is not None and not has(row, NO_TIME_HELPS):
                row.times = self._near(near, pool, row.day, wanted)
        self._drop_without_along(rows)

    def _drop_without_along(self, rows: Sequence[Row]) -> None:
        """What is wanted along may be taken there and then."""
        choices = [one for row in rows for one in row.choices]
        along = Along([one.item for one in choices], now=self.now)
        for row in rows:
            for offered in (row.spaces, row.times):
                offered[:] = [
                    one
                    for one in offered
                    if not any(by_along(one.item.add_ons, along.left(one.item)))
                ]

    def _others(self) -> dict[int, Space]:
        """Of the same kind and as large, those that are named first, then those of the same
        owner and then the nearest, that this person may book."""
        series, space = self.series, self.series.space
        place = space.place
        spaces = (
            Space.objects.visible_to(self.user)
            .published()
            .filter(kind=space.kind, allocation=space.allocation)
            .filter(Q(capacity__gte=series.people or space.capacity) | Q(pk__in=self.instead))
            .exclude(pk=space.pk)
            .by_distance(place.latitude, place.longitude)
        )
        if space.in_force.is_instant:
            spaces = spaces.filter(in_force__is_instant=True)
        turn = Case(
            *(When(pk=pk, then=Value(n)) for n, pk in enumerate(self.instead)),
            When(organisation=space.organisation_id, then=Value(len(self.instead))),
            default=Value(len(self.instead) + 1),
            output_field=IntegerField(),
        )
        nearest = spaces.query.order_by
        found = spaces.annotate(turn=turn).order_by("turn", *nearest)
        access = Access(self.user, self.now)
        last = max(one.span.upper for one in occurrences(series) if one.span is not None)
        return {
            one.pk: one
            for one in found.for_listing()[:CANDIDATES]
            if access.may_book(one) and not access.lacks(one, last)
        }

    @staticmethod
    def _may_be_offered(other: Choice, wanted: Choice) -> bool:
        """Not what has no price, nor what costs money instead of what does not."""
        if other.price is None:
            return False
        return not other.price or wanted.price is None or bool(wanted.price)

    def _calendar(self, spans: Sequence[Period]) -> tuple[Calendar | None, Pool | None]:
        if not spans:
            return None, None
        series = self.series
        first = min(span.lower for span in spans).astimezone(series.zone).date()
        last = max(span.upper for span in spans).astimezone(series.zone).date()
        window = day_span(first, series.zone, (last - first).days + 1)
        found = availability.calendars(
            [series.space.pk], window, now=self.now, quantity=series.quantity
        )
        pools = pools_of([series.space], window, now=self.now, quantity=series.quantity)
        return found.get(series.space.pk), pools.get(series.space.pk)

    def _near(
        self, calendar: Calendar, pool: Pool | None, day: date, wanted: Choice
    ) -> list[Choice]:
        """The free time of that day which is nearest, and as long."""
        within = day_span(day, self.series.zone)
        free = tuple(
            Period(max(one.lower, within.lower), min(one.upper, within.upper), "[)")
            for one in calendar.free
            if one.lower < within.upper and within.lower < one.upper
        )
        that_day = Calendar((), (), free)
        space = self.series.space
        found = nearest_time(that_day, wanted.span, space, now=self.now, pool=pool)
        pick = Pick(day, space, found) if found else None
        choices = [self._choice(pick)] if pick else []
        return [one for one in choices if self._may_be_offered(one, wanted)]


@dataclass(frozen=True, slots=True)
class Sum:
    """`no_code`: why the code holds for none of it, if so; `sold`: what each then costs."""

    before: Money
    total: Money
    no_code: str = ""
    sold: Sequence[tuple[Space, Period, Money]] = ()


def has(row: Row, codes: set[str]) -> bool:
    return any(reason.code in codes for reason in row.reasons)


def skipped_hour() -> Reason:
    return Reason(SkippedHour.code, SkippedHour().sentence)


def picked(value: str, day: date, spaces: dict[int, Space]) -> Pick | None:
    """What a form says was picked for a day; None when it is not understood."""
    pk, _dot, moments = value.partition(".")
    start, _dot, end = moments.partition(".")
    try:
        space = spaces[int(pk)]
        lower, upper = (datetime.strptime(one, MOMENT).replace(tzinfo=UTC) for one in (start, end))
        span = Period(lower, upper, "[)")
    except (KeyError, ValueError):
        return None
    return Pick(day, space, span) if lower < upper else None
