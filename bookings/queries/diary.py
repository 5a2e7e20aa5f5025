"""What is going on in an owner's spaces: each space's days as lines, and their bookings.

Four queries, however many spaces and days. What stands on a line comes from occupancies and
busy times, so that a booking of Hall A+B is seen on the line of Hall A too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import availability
from bookings.forms import district_zone
from bookings.models import Booking, BusyTime, Occupancy
from bookings.queries.blocks import Cause, blocks_of, counted_blocks, in_words
from bookings.queries.week import spans_of
from spaces.dayline import DayLine, Span, axis_for
from spaces.models import Space
from spaces.periods import Period, day_span, wall_minute

OFFICE = 8 * 60, 16 * 60  # an axis is never shorter


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
        return replace(self.line, blocks=shapes, label=count, free_href="")

    def on_axis(self, axis: Span) -> "SpaceDay":
        return replace(self, line=replace(self.line, opens_at=axis[0], closes_at=axis[1]))


@dataclass(frozen=True, slots=True)
class Diary:
    """Some spaces over some days, every line on the same axis."""

    days: tuple[date, ...]
    rows: tuple[tuple[Space, tuple[SpaceDay, ...]], ...]
    axis: DayLine

    @property
    def bookings(self) -> list[Booking]:
        """In order of time, each once."""
        found = {one.pk: one for _space, row in self.rows for cell in row for one in cell.bookings}
        return sorted(found.values(), key=lambda one: (one.start, one.end, one.pk))

    def in_use(self, now: datetime) -> int:
        """How many spaces have somebody in them."""
        return len({one.space_id for one in self.bookings if one.start <= now < one.end})


def diary(
    spaces: Sequence[Space],
    first: date,
    days: int,
    *,
    now: datetime,
    run: Iterable[Space] | None = None,
) -> Diary:
    """The lines of `spaces` for `days` days from `first`, and the bookings on them.

    `run`: the spaces whose bookings the asker may see, when there are more of them.
    """
    dates = tuple(first + timedelta(days=n) for n in range(days))
    reader = _Reader(
        spaces, spaces if run is None else run, shared_window(spaces, first, days), now
    )
    cells = [(space, [reader.day_of(space, day) for day in dates]) for space in spaces]
    lines = [cell.line for _space, row in cells for cell in row]
    axis = axis_for(
        [
            *(span for line in lines for span in line.open),
            *((block.start, block.end) for line in lines for block in line.blocks),
        ],
        *OFFICE,
    )
    return Diary(
        days=dates,
        rows=tuple((space, tuple(cell.on_axis(axis) for cell in row)) for space, row in cells),
        axis=DayLine(opens_at=axis[0], closes_at=axis[1]),
    )


def shared_window(spaces: Iterable[Space], first: date, days: int) -> Period:
    """From the first midnight to the last, in whichever zones the spaces are."""
    zones = {space.place.zone for space in spaces} or {district_zone()}
    spans = [day_span(first, zone, days) for zone in zones]
    return Period(min(s.lower for s in spans), max(s.upper for s in spans), "[)")


class _Reader:
    """What is known of the spaces in the window, read in four queries."""

    def __init__(
        self, spaces: Iterable[Space], run: Iterable[Space], window: Period, now: datetime
    ) -> None:
        self.now = now
        self.shown = {space.pk for space in spaces}
        self.run = {space.pk for space in run}
        self.calendars = availability.calendars(self.shown, window, now=now)
        self.spaces_of: dict[int, list[int]] = {}  # by unit
        self.size = dict.fromkeys(self.shown, 0)
        has = Space.units.through.objects.filter(space__in=self.shown)
        for unit, space in has.values_list("unit", "space"):
            self.spaces_of.setdefault(unit, []).append(space)
            self.size[space] += 1
        self.causes = self._causes(window)

    def _causes(self, window: Period) -> dict[int, list[tuple[Cause, int]]]:
        """For each space what takes its units, and how many; holds that have run out do not."""
        busy = BusyTime.objects.filter(unit__in=self.spaces_of, during__overlap=window)
        rows = (
            Occupancy.objects.filter(unit__in=self.spaces_of, during__overlap=window)
            .exclude(held_until__lte=self.now)
            .select_related("booking__booker", "booking__space__place", "closure__space")
        )
        causes: list[tuple[int, Cause, object]] = []
        for row in rows:
            cause = row.booking or row.closure
            assert cause is not None  # the database holds it
            causes.append((row.unit_id, cause, (type(cause), cause.pk)))
        causes += [
            (one.unit_id, one, (one.source_id, one.during))
            for one in busy.select_related("source__space")
        ]
        taken: dict[int, dict[object, tuple[Cause, int]]] = {pk: {} for pk in self.shown}
        for unit, one_cause, key in causes:
            for space in self.spaces_of[unit]:
                known, units = taken[space].get(key, (one_cause, 0))
                taken[space][key] = (known, units + 1)
        return {space: list(found.values()) for space, found in taken.items()}

    def day_of(self, space: Space, day: date) -> SpaceDay:
        zone = space.place.zone
        today = self.now.astimezone(zone).date()
        is_today = today == day
        calendar = self.calendars.get(space.pk, availability.NOTHING)
        opens = spans_of(calendar.open, day, space)
        todays = sorted(
            (
                (span, cause, units)
                for cause, units in self.causes[space.pk]
                for span in spans_of([cause.period], day, space)
            ),
            # of the same meeting, also in another calendar, the booking is what is seen
            key=lambda found: (found[0], isinstance(found[1], Booking)),
        )
        blocks = (
            counted_blocks(todays, self.size[space.pk])
            if space.is_pool
            else blocks_of(todays, space, self.run)
        )
        line = DayLine(
            free=without(opens, spans_of(calendar.taken, day, space)),
            open=opens,
            now=wall_minute(self.now, day, zone) if is_today else None,
            blocks=blocks,
            label=f"{space}: {in_words(blocks)}",
            free_href=f"{reverse('close_space', args=[space.slug])}?date={day}"
            if day >= today
            else "",
            free_label=_("Close %(space)s") % {"space": space},
        )
        own = tuple(
            cause
            for _span, cause, _units in todays
            if isinstance(cause, Booking) and cause.space_id == space.pk
        )
        return SpaceDay(space, day, is_today, line, own)


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
