"""The week grid: seven days of one space as a table of slots."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from bookings import availability
from bookings.availability import NOTHING, Calendar
from spaces.dayline import DayLine, Span
from spaces.forms.clock import DAY
from spaces.models import Space
from spaces.periods import Period, at_minutes, day_span, wall_minute

ONE_DAY = timedelta(days=1)
SHORTEST_ROW = 30  # a slot is big enough for a finger
OFFICE = (8 * 60, 16 * 60)  # the axis of a week without opening hours


@dataclass(frozen=True, slots=True)
class Day:
    index: int  # Monday is 0
    date: date
    is_today: bool
    is_past: bool
    line: DayLine

    @property
    def is_closed(self) -> bool:
        return not self.line.open


@dataclass(slots=True)
class Cell:
    """A slot, or the whole of a time taken (`rows` high)."""

    state: str  # free, busy, closed, past
    day: Day
    start: int  # minutes after the day's midnight
    end: int
    rows: int = 1
    is_gone: bool = False
    is_chosen: bool = False
    is_first: bool = False
    is_last: bool = False

    @property
    def value(self) -> str:
        return f"{self.day.date.isoformat()}T{self.start // 60:02d}:{self.start % 60:02d}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, with the cells that begin in it."""

    start: int
    cells: list[Cell] = field(default_factory=list)

    @property
    def is_hour(self) -> bool:
        return self.start % 60 == 0


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    row: int  # minutes
    axis: Span
    days: list[Day]
    lines: list[Line]
    quantity: int
    has_earlier: bool
    has_later: bool

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def name(self) -> str:
        return week_name(self.monday)

    @property
    def shown(self) -> str:
        """What the grid shows: sent along with the form, to tell whether it still fits."""
        return f"{self.name}/{self.quantity}"

    @property
    def earlier(self) -> str:
        return week_name(self.monday - timedelta(weeks=1))

    @property
    def later(self) -> str:
        return week_name(self.monday + timedelta(weeks=1))

    @property
    def has_free(self) -> bool:
        return any(cell.state == "free" for line in self.lines for cell in line.cells)


def week_name(day: date) -> str:
    """`2026-W43`"""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def row_length(step: int) -> int:
    """Minutes of a row: the step, or as many steps as make half an hour."""
    return step * -(-SHORTEST_ROW // step)


def week_of(space: Space, day: date, *, now: datetime, quantity: int = 1) -> Week:
    """The week that `day` is in, as it stands for a booking of `quantity`."""
    monday, zone = monday_of(day), space.place.zone
    today = now.astimezone(zone).date()
    found = availability.calendars(
        [space.pk], day_span(monday, zone, days=7), now=now, quantity=quantity
    ).get(space.pk, NOTHING)
    row = row_length(space.step)
    axis = axis_of(found, monday, space, row)
    days = [
        day_of(found, monday + timedelta(days=index), index, axis, space, today, now)
        for index in range(7)
    ]
    lines = {minute: Line(minute) for minute in range(axis[0], axis[1], row)}
    for one in days:
        for cell in merged(cells(found, one, [*lines], row, space, now)):
            lines[cell.start].cells.append(cell)
    return Week(
        monday=monday,
        row=row,
        axis=axis,
        days=days,
        lines=list(lines.values()),
        quantity=quantity,
        has_earlier=monday > today,
        has_later=monday + timedelta(weeks=1)
        <= today + timedelta(days=space.in_force.horizon_days),
    )


def day_of(
    found: Calendar, day: date, index: int, axis: Span, space: Space, today: date, now: datetime
) -> Day:
    zone = space.place.zone
    line = DayLine(
        opens_at=axis[0],
        closes_at=axis[1],
        free=spans_of(found.free, day, space),
        open=spans_of(found.open, day, space),
        now=wall_minute(now, day, zone) if day == today else None,
    )
    return Day(index, day, is_today=day == today, is_past=day < today, line=line)


def spans_of(
    periods: Iterable[Period], day: date, space: Space, *, days: int = 1
) -> tuple[Span, ...]:
    """The parts of the periods that lie within the day, or so many, on the wall clock."""
    zone, ends = space.place.zone, days * DAY
    cut = (
        (max(0, wall_minute(p.lower, day, zone)), min(ends, wall_minute(p.upper, day, zone)))
        for p in periods
    )
    return tuple((start, end) for start, end in cut if start < end)


def axis_of(found: Calendar, monday: date, space: Space, row: int) -> Span:
    """From the earliest opening to the latest closing of the week, in whole rows and hours."""
    spans = [
        span
        for index in range(7)
        for span in spans_of(found.open, monday + timedelta(days=index), space)
    ] or [OFFICE]
    whole = row if row % 60 == 0 else 60
    first = min(start for start, _end in spans) // whole * whole
    last = min(DAY, -(-max(end for _start, end in spans) // whole) * whole)
    return first // row * row, last


def cells(
    found: Calendar, day: Day, minutes: Sequence[int], row: int, space: Space, now: datetime
) -> Iterator[Cell]:
    """One for each of `minutes`, which are `row` apart."""
    zone, soonest = space.place.zone, now + timedelta(minutes=space.in_force.lead_time)
    farthest = now + timedelta(days=space.in_force.horizon_days)
    edges = [*minutes, min(minutes[-1] + row, DAY)]
    moments = at_minutes(day.date, edges, zone)
    today = day_span(day.date, zone)
    is_changing = today.upper - today.lower != ONE_DAY
    open_, taken, free = (
        [p for p in periods if p.lower < today.upper and today.lower < p.upper]
        for periods in (found.open, found.taken, found.free)
    )
    for (minute, end), (lower, upper) in zip(pairwise(edges), pairwise(moments), strict=True):
        skipped = is_changing and wall_minute(lower, day.date, zone) != minute  # by a clock change
        if skipped or upper <= lower or not within(lower, upper, open_):
            yield Cell("closed", day, minute, end)
        elif touches(lower, upper, taken):
            yield Cell("busy", day, minute, end, is_gone=upper <= now)
        elif lower <= farthest and within(lower, upper, free):
            yield Cell("free", day, minute, end)
        else:
            yield Cell("past" if lower < soonest else "closed", day, minute, end)


def merged(cells: Iterable[Cell]) -> Iterator[Cell]:
    """A booking is one block, however many rows it fills."""
    block: Cell | None = None
    for cell in cells:
        joins = block is not None and cell.state == "busy" and cell.is_gone == block.is_gone
        if joins and block is not None and block.end == cell.start:
            block.end, block.rows = cell.end, block.rows + 1
            continue
        block = cell if cell.state == "busy" else None
        yield cell


def within(lower: datetime, upper: datetime, periods: Iterable[Period]) -> bool:
    return any(p.lower <= lower and upper <= p.upper for p in periods)


def touches(lower: datetime, upper: datetime, periods: Iterable[Period]) -> bool:
    return any(p.lower < upper and lower < p.upper for p in periods)
