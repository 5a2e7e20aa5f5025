"""Search: which spaces are free at a time, and when the others of that day are.

The availability engine goes through the candidates in their order until it has found enough
that are free; only where those are all there is, it is asked about the nearest others too.
The spaces of the page are then fetched with what a row shows. So neither the number of
queries nor the work grows with the number of spaces.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from accounts.models import User
from bookings import availability
from bookings.availability import FREE, Calendar, Slots
from bookings.filters import Spot
from bookings.forms import Sort, Wanted
from bookings.forms.times import time_query
from bookings.models import Favourite
from bookings.queries.candidates import Candidates
from bookings.queries.facets import Facets, facets_of
from bookings.queries.nearest import Pool, nearest_time, pools_of
from bookings.queries.obtaining import (
    Asker,
    cheapest_first,
    cost,
    first_obtainable,
    is_priced,
    quantity_of,
    suits,
)
from spaces import formats
from spaces.dayline import DayLine, Span, axis_for
from spaces.forms.clock import DAY
from spaces.listed import listed
from spaces.models import Space
from spaces.models.space import SpaceQuerySet, address
from spaces.money import Money
from spaces.periods import Period, day_span, minutes_in, wall_minute
from spaces.prices import Buyer, Rate, cheapest
from spaces.prices.rates import student_rate
from spaces.walking import walking_minutes

PER_PAGE = 24
PRICED = 240  # free spaces whose prices are compared: ten pages, and then no more
BARRED = "barred"  # a verdict of this module alone: free, but not to be had by who asks
MORE_DAYS = 7  # shown after the last, at most
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
    is_favourite: bool
    walk: int  # minutes from what is asked near, or the middle of the district
    quantity: int

    @property
    def is_free(self) -> bool:
        return self.verdict == FREE

    @property
    def is_barred(self) -> bool:
        """Free, but not for this person to have."""
        return self.verdict == BARRED

    @property
    def is_later(self) -> bool:
        return self.has_time and not self.is_free and not self.is_barred

    @property
    def is_of_another_length(self) -> bool:
        """It is not let for so long or so short: what that would cost says nothing."""
        return not self.has_time and self.verdict in ("too_short", "too_long")

    @property
    def is_closed_all_day(self) -> bool:
        return not self.calendar.open

    @property
    def why_not(self) -> str:
        """Why no time of that day will do, when none will."""
        space, length = self.space, formats.duration(self.wanted.minutes)
        if self.is_barred and (self.is_for_others or self.needs_training):
            return _("Free then")  # beside it stands why it is not for them
        if self.is_barred and self.total is None:
            return _("No price for you then")
        if self.is_barred:
            return _("Your quota is used")
        if self.verdict == "too_many":
            return _("There are not that many here.")
        if self.verdict == "too_short":
            return _("At least %(time)s") % {"time": formats.duration(space.in_force.min_length)}
        if self.verdict == "too_long":
            return _("At most %(time)s") % {"time": formats.duration(space.in_force.max_length)}
        if self.verdict == "too_far_ahead":
            return _("Not open for booking yet")
        if self.verdict == "too_soon" and space.in_force.lead_time:
            ahead = formats.duration(space.in_force.lead_time)
            return _("To be booked %(time)s before") % {"time": ahead}
        if self.verdict == "off_step":
            return _("In steps of %(time)s") % {"time": formats.duration(space.step)}
        if self.is_closed_all_day:
            return _("Closed those days") if self.wanted.day_count > 1 else _("Closed that day")
        if self.verdict == "closed" and self.wanted.day_count > 1:
            return _("Not open all that time")
        return _("Not free for %(time)s") % {"time": length}

    @property
    def url(self) -> str:
        """The space's page with this time chosen already."""
        return f"{self.space.get_absolute_url()}?{self.query}"

    @property
    def repeat_url(self) -> str:
        """The same time again and again."""
        return f"{address('repeat', self.space.slug)}?{self.query}"

    @property
    def query(self) -> str:
        if not self.has_time:
            return urlencode({"date": self.wanted.day.isoformat(), **self.party})
        return time_query(self.span, self.space.place.zone, **self.party)

    @property
    def party(self) -> dict[str, int]:
        """How many units or people, when it is more than one."""
        if self.quantity > 1:
            return {"quantity": self.quantity}
        return {"people": self.wanted.people} if self.wanted.people > 1 else {}


@dataclass(frozen=True, slots=True)
class Results:
    wanted: Wanted
    page: "Page[int]"
    rows: Sequence[Row]
    free_count: int
    is_more: bool  # there are more free ones than were counted
    axis: DayLine
    asked: Candidates
    facets: Facets

    @property
    def free(self) -> list[Row]:
        return [row for row in self.rows if row.is_free]

    @property
    def later(self) -> list[Row]:
        return [row for row in self.rows if row.is_later]

    @property
    def full(self) -> list[Row]:
        return [row for row in self.rows if not (row.has_time or row.is_barred)]

    @property
    def barred(self) -> list[Row]:
        return [row for row in self.rows if row.is_barred]


def search(wanted: Wanted, *, user: User | None, buyer: Buyer, now: datetime) -> Results:
    """The page of results that somebody wants, in the order they want them.

    First what is free, and when that is all there is, the nearest of what is not.
    """
    asker = Asker(user, buyer, now)
    asked = Candidates(wanted, asker)
    is_theirs = asker.may_book(wanted.span)
    is_by_price = wanted.sort == Sort.PRICE
    counted = PRICED if is_by_price else wanted.page * PER_PAGE + 1
    free, is_more = first_obtainable(asked.in_order(is_theirs), wanted, asker, limit=counted)
    others = Others(wanted, now, is_theirs)
    if not is_more:
        others.find(asked.narrowed, asker, free)
    if is_by_price:
        free = cheapest_first(free, wanted, buyer)
    page = Paginator([*free, *others.pks], PER_PAGE).get_page(wanted.page)

    left = [pk for pk in page if pk not in others.calendars]
    calendars = availability.calendars(left, others.day, now=now, quantity=wanted.people)
    calendars |= others.calendars
    spaces = listed(left) | others.spaces
    liked = Favourite.objects.liked_by(user, list(page))
    line = empty_line(wanted, now)
    sheet = Sheet(wanted, asker, wanted.span, line, asked.origin)
    rows = [
        sheet.row(
            spaces[pk],
            others.verdicts.get(pk, FREE),
            others.times.get(pk),
            calendars[pk],
            is_favourite=pk in liked,
        )
        for pk in page
        if pk in spaces
    ]
    return Results(
        wanted=wanted,
        page=page,
        rows=rows,
        free_count=len(free),
        is_more=is_more,
        axis=line,
        asked=asked,
        facets=facets_of(asked),
    )


class Others:
    """Spaces that are not free at the wanted time: why, and when else that day, or of several
    days, when soon after."""

    def __init__(self, wanted: Wanted, now: datetime, is_theirs: Q) -> None:
        self.wanted, self.now, self.is_theirs = wanted, now, is_theirs
        self.day = day_span(wanted.day, wanted.zone, days=shown_days(wanted))
        self.pks: list[int] = []
        self.verdicts: dict[int, str] = {}
        self.spaces: dict[int, Space] = {}
        self.calendars: dict[int, Calendar] = {}
        self.times: dict[int, Period | None] = {}
        self.pools: dict[int, Pool] = {}

    def find(self, spaces: SpaceQuerySet, asker: Asker, free: Collection[int]) -> None:
        """The first `OTHERS` that are not `free`. Where those fill the page by themselves it
        is only asked how many there are, for the number of pages."""
        if self.wanted.page * PER_PAGE < len(free) and not is_priced(self.wanted):
            first = spaces.values_list("pk", flat=True)[: len(free) + OTHERS]
            self.pks = [pk for pk in first if pk not in free][:OTHERS]
        else:
            self.sort(spaces.exclude(pk__in=free), asker)

    def sort(self, spaces: SpaceQuerySet, asker: Asker) -> None:
        """Those free at another time of the day first."""
        wanted, now = self.wanted, self.now
        verdict = availability.verdict(wanted.span, now=now, quantity=wanted.people)
        is_theirs = ExpressionWrapper(self.is_theirs or ~Q(pk=None), BooleanField())
        asked = spaces.annotate(verdict=verdict, is_theirs=is_theirs)
        rows = asked.values_list("pk", "verdict", "is_theirs")[:OTHERS]
        found = {pk: verdict for pk, verdict, _is_theirs in rows}
        theirs = {pk for pk, _verdict, is_theirs in rows if is_theirs}
        self.spaces = listed(found)
        self.verdicts = {
            # Free, and yet not among those that they can have.
            pk: BARRED if code == FREE else code
            for pk, code in found.items()
            if pk in self.spaces
        }
        self.calendars = availability.calendars(
            self.spaces, self.day, now=now, quantity=wanted.people
        )
        self.pools = pools_of(
            (one for one in self.spaces.values() if self.calendars[one.pk].free),
            self.day,
            now=now,
            quantity=wanted.people,
        )
        for space in self.spaces.values():
            if space.pk in theirs:
                self._time(space, asker)
            if is_priced(wanted) and not suits(self._cost(space, asker), wanted):
                del self.verdicts[space.pk]
        self.pks = sorted(self.verdicts, key=self._rank)

    def _time(self, space: Space, asker: Asker) -> None:
        """The nearest, where they can have that too."""
        if self.verdicts[space.pk] == BARRED:
            return
        calendar = self.calendars[space.pk]
        pool = self.pools.get(space.pk)
        found = nearest_time(calendar, self.wanted.span, space, now=self.now, pool=pool)
        if found is None or asker.lacks(space, found.upper) or self._is_barred(space, found, asker):
            return
        if cost(space, found, self.wanted, asker.buyer) is not None:
            self.times[space.pk] = found

    def _is_barred(self, space: Space, found: Period, asker: Asker) -> bool:
        """By a quota: those of the wanted day are kept to already, whatever the hour."""
        if found.lower.astimezone(self.wanted.zone).date() == self.wanted.day:
            return False
        bars = asker.bars(space, Slots(self.day, minutes_in(self.wanted.span)))
        return any(bar.lower <= found.lower < bar.upper for bar in bars)

    def _cost(self, space: Space, asker: Asker) -> Money | None:
        span = self.times.get(space.pk) or self.wanted.span
        return cost(space, span, self.wanted, asker.buyer)

    def _rank(self, pk: int) -> int:
        """First what has another time, then what is free but barred, then the rest."""
        if self.verdicts[pk] == BARRED:
            return 1
        return 0 if self.times.get(pk) else 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is the same in all rows of a page; `line` is the day as yet without a space."""

    wanted: Wanted
    asker: Asker
    span: Period
    line: DayLine
    origin: Spot

    def row(
        self,
        space: Space,
        verdict: str,
        other: Period | None,
        calendar: Calendar,
        *,
        is_favourite: bool,
    ) -> Row:
        wanted, buyer, access = self.wanted, self.asker.buyer, self.asker.access
        span = other or self.span
        rate = cheapest(space, buyer)
        return Row(
            wanted=wanted,
            space=space,
            verdict=verdict,
            span=span,
            has_time=verdict == FREE or other is not None,
            calendar=calendar,
            line=replace(
                self.line,
                free=tuple(wall_spans(calendar.free, wanted)),
                open=tuple(wall_spans(calendar.open, wanted)),
                wanted_is_free=verdict == FREE,
                label=free_days(calendar, wanted) if wanted.day_count > 1 else "",
            ),
            total=cost(space, span, wanted, buyer),
            rate=rate,
            student_rate=student_rate(space, rate, buyer),
            is_for_others=not access.may_book(space),
            needs_training=bool(access.lacks(space, span.upper)),
            is_favourite=is_favourite,
            walk=walking_minutes(space.place, self.origin.point),
            quantity=quantity_of(space, wanted),
        )


def empty_line(wanted: Wanted, now: datetime) -> DayLine:
    """The axis of all rows, with the wanted time and now on it."""
    days = shown_days(wanted)
    axis = (0, days * DAY) if days > 1 else axis_for([(wanted.start, min(wanted.end, DAY))])
    is_today = now.astimezone(wanted.zone).date() == wanted.day
    return DayLine(
        opens_at=axis[0],
        closes_at=axis[1],
        wanted=(wanted.start, wanted.end),
        now=wall_minute(now, wanted.day, wanted.zone) if is_today else None,
        first=wanted.day if days > 1 else None,
    )


def shown_days(wanted: Wanted) -> int:
    """How many days a row shows: of a time that lasts days also those to which it may move."""
    return wanted.day_count + min(wanted.day_count, MORE_DAYS) if wanted.day_count > 1 else 1


def free_days(calendar: Calendar, wanted: Wanted) -> str:
    """The bar of several days in words."""
    spans = [formats.when_short(one.lower, one.upper, wanted.zone) for one in calendar.free]
    return _("Free %(spans)s") % {"spans": "; ".join(spans)} if spans else _("No free time")


def wall_spans(periods: Sequence[Period], wanted: Wanted) -> list[Span]:
    day, zone = wanted.day, wanted.zone
    spans = ((wall_minute(p.lower, day, zone), wall_minute(p.upper, day, zone)) for p in periods)
    return [(start, end) for start, end in spans if start < end]
