"""Search: which spaces are free at a time, and when the others of that day are.

The availability engine goes through the candidates in their order until it has found enough
that are free; only where those are all there is, it is asked about the nearest others too.
The spaces of the page are then fetched with what a row shows. So neither the number of
queries nor the work grows with the number of spaces.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from bookings import availability
from bookings.availability import FREE, Calendar
from bookings.forms import Sort, Wanted
from bookings.queries.nearest import nearest_time
from spaces import formats
from spaces.access import Access
from spaces.dayline import DayLine, Span, axis_for
from spaces.forms.clock import DAY, clock_value
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.money import Money
from spaces.periods import Period, day_span, wall_minute
from spaces.prices import Buyer, NotForSale, Rate, cheapest, quote
from spaces.prices.rates import student_rate
from spaces.walking import walking_minutes

PER_PAGE = 24
COUNTED = 100  # free spaces, beyond which it is "over a hundred"
OTHERS = 48  # spaces that are not free, shown when there is no more that is


@dataclass(frozen=True, slots=True)
class Row:
    """One space in the results: free at the wanted time, at another that day, or not."""

    wanted: Wanted
    space: Space
    verdict: str
    span: Period  # the wanted time, or the nearest other one of the same length
    has_time: bool
    calendar: Calendar
    line: DayLine
    total: Money | None  # for `span` and this buyer; None: not for sale to them
    rate: Rate | None
    student_rate: Rate | None  # what a student would pay instead, when that is less
    is_for_others: bool  # not for this person
    needs_training: bool
    walk: int  # minutes from the middle of the district
    quantity: int

    @property
    def is_free(self) -> bool:
        return self.verdict == FREE

    @property
    def is_later(self) -> bool:
        return self.has_time and not self.is_free

    @property
    def is_closed_all_day(self) -> bool:
        return not self.calendar.open

    @property
    def why_not(self) -> str:
        """Why no time of that day will do, when none will."""
        space, length = self.space, formats.duration(self.wanted.minutes)
        if self.verdict == "too_many":
            return _("There are not that many here.")
        if self.verdict == "too_short":
            return _("At least %(time)s") % {"time": formats.duration(space.in_force.min_length)}
        if self.verdict == "too_long":
            return _("At most %(time)s") % {"time": formats.duration(space.in_force.max_length)}
        if self.verdict == "too_far_ahead":
            return _("Not open for booking yet")
        if self.is_closed_all_day:
            return _("Closed that day")
        return _("Not free for %(time)s") % {"time": length}

    @property
    def url(self) -> str:
        """The space's page with this time chosen already."""
        day, zone = self.wanted.day, self.wanted.zone
        query: dict[str, str | int] = {"date": day.isoformat()}
        if self.has_time:
            end = wall_minute(self.span.upper, day, zone)
            query["from"] = clock_value(wall_minute(self.span.lower, day, zone))
            query["to"] = clock_value(end if end <= DAY else end - DAY)
        if self.quantity > 1:
            query["quantity"] = self.quantity
        elif self.wanted.people > 1:
            query["people"] = self.wanted.people
        return f"{self.space.get_absolute_url()}?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Results:
    wanted: Wanted
    page: "Page[int]"
    rows: Sequence[Row]
    free_count: int
    is_more: bool  # there are more free ones than were counted
    axis: DayLine

    @property
    def free(self) -> list[Row]:
        return [row for row in self.rows if row.is_free]

    @property
    def later(self) -> list[Row]:
        return [row for row in self.rows if row.is_later]

    @property
    def full(self) -> list[Row]:
        return [row for row in self.rows if not row.has_time]


def search(wanted: Wanted, *, user: User | None, buyer: Buyer, now: datetime) -> Results:
    """The page of results that somebody wants, in the order they want them.

    First what is free, and when that is all there is, the nearest of what is not.
    """
    asked = candidates(wanted, user=user, buyer=buyer)
    counted = max(COUNTED, wanted.page * PER_PAGE + 1)
    free = availability.first_free(
        asked, wanted.span, now=now, quantity=wanted.people, limit=counted
    )
    is_more = len(free) == counted
    others = Others(wanted, now)
    if not is_more:
        others.sort(asked.exclude(pk__in=free)[:OTHERS])
    if wanted.free or wanted.sort == Sort.PRICE:
        free = by_cost(free, wanted, buyer)
    page = Paginator([*free, *others.pks], PER_PAGE).get_page(wanted.page)

    calendars = {**others.calendars}
    left = [pk for pk in page if pk not in calendars]
    calendars |= availability.calendars(left, others.day, now=now, quantity=wanted.people)
    axis = axis_for([(wanted.start, min(wanted.end, DAY))])
    spaces, access = Space.objects.for_listing().in_bulk(list(page)), Access(user, now)
    rows = [
        row(
            spaces[pk],
            others.verdicts.get(pk, FREE),
            others.times.get(pk),
            calendars[pk],
            axis,
            wanted,
            buyer,
            access,
            now,
        )
        for pk in page
        if pk in spaces
    ]
    return Results(wanted, page, rows, len(free), is_more, empty_line(axis, wanted, now))


class Others:
    """Spaces that are not free at the wanted time: why, and when else that day."""

    def __init__(self, wanted: Wanted, now: datetime) -> None:
        self.wanted, self.now = wanted, now
        self.day = day_span(wanted.day, wanted.zone)
        self.pks: list[int] = []
        self.verdicts: dict[int, str] = {}
        self.calendars: dict[int, Calendar] = {}
        self.times: dict[int, Period | None] = {}

    def sort(self, spaces: QuerySet[Space]) -> None:
        """Those that are free at another time of the day first."""
        wanted, now = self.wanted, self.now
        verdict = availability.verdict(wanted.span, now=now, quantity=wanted.people)
        found = list(spaces.annotate(verdict=verdict).select_related("place", "in_force"))
        self.verdicts = {space.pk: space.verdict for space in found}
        self.calendars = availability.calendars(
            self.verdicts, self.day, now=now, quantity=wanted.people
        )
        self.times = {
            space.pk: nearest_time(self.calendars[space.pk], wanted.span, space, now=now)
            for space in found
        }
        self.pks = sorted(self.verdicts, key=lambda pk: self.times[pk] is None)


def candidates(wanted: Wanted, *, user: User | None, buyer: Buyer) -> SpaceQuerySet:
    """The spaces that may be what is wanted, before any clock is looked at, in order."""
    spaces = Space.objects.visible_to(user).published().filter(capacity__gte=wanted.people)
    if wanted.kind:
        spaces = spaces.filter(kind=wanted.kind)
    if wanted.instant:
        spaces = spaces.filter(in_force__is_instant=True)
    if wanted.step_free:
        spaces = spaces.filter(is_step_free=True)
    if wanted.free:
        spaces = spaces.priced_for(buyer.affiliations, buyer.organisations, amount=0)
    spaces = spaces.matching(wanted.q).by_distance(*settings.DISTRICT_CENTRE)
    if wanted.sort == Sort.CAPACITY:
        return spaces.order_by("capacity", *spaces.query.order_by)
    return spaces


def by_cost(pks: Iterable[int], wanted: Wanted, buyer: Buyer) -> list[int]:
    """Those that are free of charge when that is wanted; the cheapest first when that is,
    and otherwise as they came."""
    spaces = Space.objects.select_related("place").prefetch_related("prices", "length_discounts")
    found = spaces.in_bulk(list(pks))
    costs = {pk: cost(found[pk], wanted.span, wanted, buyer) for pk in pks if pk in found}
    kept = [pk for pk, total in costs.items() if not (wanted.free and (total is None or total))]
    if wanted.sort != Sort.PRICE:
        return kept

    def dearness(pk: int) -> float:
        total = costs[pk]
        return math.inf if total is None else total.amount

    return sorted(kept, key=dearness)


def cost(space: Space, span: Period, wanted: Wanted, buyer: Buyer) -> Money | None:
    """What this buyer would pay; None when it is not for sale to them."""
    quantity, people = quantity_of(space, wanted), wanted.people
    try:
        return quote(space, span, quantity=quantity, people=people, buyer=buyer).total
    except NotForSale:
        return None


def quantity_of(space: Space, wanted: Wanted) -> int:
    return wanted.people if space.is_pool else 1


def row(
    space: Space,
    verdict: str,
    other: Period | None,
    calendar: Calendar,
    axis: Span,
    wanted: Wanted,
    buyer: Buyer,
    access: Access,
    now: datetime,
) -> Row:
    span = other or wanted.span
    rate = cheapest(space, buyer)
    return Row(
        wanted=wanted,
        space=space,
        verdict=verdict,
        span=span,
        has_time=verdict == FREE or other is not None,
        calendar=calendar,
        line=day_line(calendar, axis, wanted, now, is_free=verdict == FREE),
        total=cost(space, span, wanted, buyer),
        rate=rate,
        student_rate=student_rate(space, rate, buyer),
        is_for_others=not access.may_book(space),
        needs_training=bool(access.lacks(space, span.upper)),
        walk=walking_minutes(space.place, settings.DISTRICT_CENTRE),
        quantity=quantity_of(space, wanted),
    )


def day_line(
    calendar: Calendar, axis: Span, wanted: Wanted, now: datetime, *, is_free: bool
) -> DayLine:
    empty = empty_line(axis, wanted, now)
    return DayLine(
        opens_at=empty.opens_at,
        closes_at=empty.closes_at,
        free=tuple(wall_spans(calendar.free, wanted)),
        open=tuple(wall_spans(calendar.open, wanted)),
        wanted=empty.wanted,
        wanted_is_free=is_free,
        now=empty.now,
    )


def empty_line(axis: Span, wanted: Wanted, now: datetime) -> DayLine:
    """The axis of all rows, with the wanted time and now on it."""
    is_today = now.astimezone(wanted.zone).date() == wanted.day
    return DayLine(
        opens_at=axis[0],
        closes_at=axis[1],
        wanted=(wanted.start, wanted.end),
        now=wall_minute(now, wanted.day, wanted.zone) if is_today else None,
    )


def wall_spans(periods: Sequence[Period], wanted: Wanted) -> list[Span]:
    day, zone = wanted.day, wanted.zone
    spans = ((wall_minute(p.lower, day, zone), wall_minute(p.upper, day, zone)) for p in periods)
    return [(start, end) for start, end in spans if start < end]
