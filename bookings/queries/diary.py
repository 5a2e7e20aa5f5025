"""What is going on in an owner's spaces: each space's days as lines, and their bookings.

Three queries, however many spaces and days. The blocks on a line come from occupancies, so
that a booking of Hall A+B stands on the line of Hall A too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import availability
from bookings.availability import NOTHING
from bookings.models import Booking, Closure, Occupancy
from bookings.queries.week import spans_of
from spaces.dayline import Block, DayLine, Span, axis_for
from spaces.formats import minute_range
from spaces.models import Space
from spaces.periods import Period, day_span, wall_minute

PARTLY, CLOSURE = "part", "closure"  # beside the statuses of bookings
OFFICE = 8 * 60, 16 * 60  # an axis is never shorter


@dataclass(frozen=True, slots=True)
class Taking:
    """One booking or closure, and how many of a space's units it takes."""

    cause: Booking | Closure
    units: int


@dataclass(frozen=True, slots=True)
class SpaceDay:
    space: Space
    day: date
    is_today: bool
    line: DayLine
    bookings: tuple[Booking, ...]  # of the space itself

    @property
    def brief(self) -> DayLine:
        """The line without words, for where there is room for shapes only."""
        number = len(self.bookings)
        count = ngettext("%(n)s booking", "%(n)s bookings", number) % {"n": number}
        shapes = tuple(replace(block, label="", href="") for block in self.line.blocks)
        return replace(self.line, blocks=shapes, label=count)


@dataclass(frozen=True, slots=True)
class Diary:
    days: tuple[date, ...]
    rows: tuple[tuple[Space, tuple[SpaceDay, ...]], ...]
    bookings: tuple[Booking, ...]  # in order of time
    axis: DayLine

    def in_use(self, now: datetime) -> int:
        """How many spaces have somebody in them."""
        return len({b.space_id for b in self.bookings if b.start <= now < b.end})


def diary(spaces: Sequence[Space], first: date, days: int, *, now: datetime) -> Diary:
    """The lines of `spaces` for `days` days from `first`, and the bookings on them."""
    dates = tuple(first + timedelta(days=n) for n in range(days))
    window = shared_window(spaces, first, days)
    calendars = availability.calendars([space.pk for space in spaces], window, now=now)
    takings = takings_in(spaces, window, now=now)
    mine = {space.pk for space in spaces}
    rows = tuple(
        (
            space,
            tuple(
                space_day(
                    space, day, calendars.get(space.pk, NOTHING), takings[space.pk], mine, now
                )
                for day in dates
            ),
        )
        for space in spaces
    )
    rows, axis = on_one_axis(rows)
    found = {b.pk: b for _space, row in rows for cell in row for b in cell.bookings}
    ordered = sorted(found.values(), key=lambda b: (b.start, b.end, b.pk))
    return Diary(days=dates, rows=rows, bookings=tuple(ordered), axis=axis)


def shared_window(spaces: Iterable[Space], first: date, days: int) -> Period:
    """From the first midnight to the last, in whichever zones the spaces are."""
    spans = [day_span(first, zone, days) for zone in {space.place.zone for space in spaces}]
    return Period(min(s.lower for s in spans), max(s.upper for s in spans), "[)")


def takings_in(
    spaces: Sequence[Space], window: Period, *, now: datetime
) -> dict[int, list[Taking]]:
    """What takes units of each space in the window; holds that have run out do not."""
    has = Space.units.through.objects.filter(space__in=spaces).values_list("unit", "space")
    by_unit: dict[int, list[int]] = {}
    for unit, space in has:
        by_unit.setdefault(unit, []).append(space)
    rows = (
        Occupancy.objects.filter(unit__in=by_unit, during__overlap=window)
        .exclude(held_until__lte=now)
        .select_related("booking__booker", "booking__space__place", "closure__space")
    )
    counted: dict[int, dict[tuple[str, object], Taking]] = {space.pk: {} for space in spaces}
    for row in rows:
        cause = row.booking or row.closure
        assert cause is not None  # the database holds it
        key = (type(cause).__name__, cause.pk)
        for space in by_unit[row.unit_id]:
            before = counted[space].get(key)
            counted[space][key] = Taking(cause, before.units + 1 if before else 1)
    return {space: list(found.values()) for space, found in counted.items()}


def space_day(
    space: Space,
    day: date,
    calendar: availability.Calendar,
    takings: Iterable[Taking],
    mine: set[int],
    now: datetime,
) -> SpaceDay:
    zone = space.place.zone
    is_today = now.astimezone(zone).date() == day
    todays = [(t, span) for t in takings for span in spans_of([t.cause.period], day, space)]
    todays.sort(key=lambda one: one[1])
    opens = spans_of(calendar.open, day, space)
    booked = tuple(
        t.cause
        for t, _span in todays
        if isinstance(t.cause, Booking) and t.cause.space_id == space.pk
    )
    blocks = (
        pool_blocks(todays)
        if space.is_pool
        else tuple(block_of(t.cause, span, space, mine) for t, span in todays)
    )
    line = DayLine(
        free=without(opens, spans_of(calendar.taken, day, space)),
        open=opens,
        now=wall_minute(now, day, zone) if is_today else None,
        blocks=blocks,
        label=f"{space}: {in_words(blocks)}",
    )
    return SpaceDay(space, day, is_today, line, booked)


def block_of(cause: Booking | Closure, span: Span, space: Space, mine: set[int]) -> Block:
    if isinstance(cause, Closure):
        words = cause.reason or _("Closed")
        if cause.space_id != space.pk:
            words = f"{cause.space}: {words}"
        href = reverse("close_space", args=[cause.space.slug]) if cause.space_id in mine else ""
        return Block(*span, words, href, CLOSURE)
    if cause.space_id not in mine:  # units can be shared with somebody else's space
        return Block(*span, _("Taken"))
    words = who_and_what(cause)
    if cause.space_id != space.pk:
        words = f"{cause.space}: {words}"
    return Block(*span, words, cause.get_absolute_url(), cause.status)


def who_and_what(booking: Booking) -> str:
    return f"{booking.booker}: {booking.title}" if booking.title else str(booking.booker)


def pool_blocks(todays: Sequence[tuple[Taking, Span]]) -> tuple[Block, ...]:
    """How many of a pool's units are taken, from one change to the next."""
    closures = [
        Block(*span, t.cause.reason or _("Closed"), status=CLOSURE)
        for t, span in todays
        if isinstance(t.cause, Closure)
    ]
    booked = [(t.units, span) for t, span in todays if isinstance(t.cause, Booking)]
    edges = sorted({minute for _units, span in booked for minute in span})
    blocks: list[Block] = []
    for start, end in pairwise(edges):
        taken = sum(units for units, span in booked if span[0] <= start and end <= span[1])
        if not taken:
            continue
        if blocks and blocks[-1].end == start and blocks[-1].label == str(taken):
            blocks[-1] = replace(blocks[-1], end=end)
        else:
            blocks.append(Block(start, end, str(taken), status=PARTLY))
    return tuple(sorted([*blocks, *closures], key=lambda block: block.start))


def in_words(blocks: Iterable[Block]) -> str:
    said = [f"{minute_range(block.start, block.end)} {block.label}" for block in blocks]
    return ", ".join(said) if said else _("nothing booked")


def without(opens: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """The parts of `opens` that no span of `taken` covers."""
    free = list(opens)
    for start, end in taken:
        free = [
            part
            for a, b in free
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[0] < part[1]
        ]
    return tuple(free)


def on_one_axis(
    rows: tuple[tuple[Space, tuple[SpaceDay, ...]], ...],
) -> tuple[tuple[tuple[Space, tuple[SpaceDay, ...]], ...], DayLine]:
    """Every line drawn from the same hour to the same hour, so that they can be compared."""
    lines = [cell.line for _space, row in rows for cell in row]
    blocks = [(block.start, block.end) for line in lines for block in line.blocks]
    first, last = axis_for(
        [*(span for line in lines for span in line.open), *blocks], 8 * 60, 18 * 60
    )
    fitted = tuple(
        (
            space,
            tuple(
                replace(cell, line=replace(cell.line, opens_at=first, closes_at=last))
                for cell in row
            ),
        )
        for space, row in rows
    )
    return fitted, DayLine(opens_at=first, closes_at=last)
