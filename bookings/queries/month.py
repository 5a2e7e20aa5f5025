"""How full an owner's spaces are, day by day through a month. Four queries."""

import calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from bookings import availability
from bookings.forms import district_zone
from bookings.models import BusyTime, Occupancy
from spaces.models import Space
from spaces.periods import Period, day_span, period

LEVELS = 4  # shades of full


@dataclass(frozen=True, slots=True)
class Fullness:
    """One space on one day: how much of the time that it is open is booked, or busy in an
    outside calendar, in per cent."""

    day: date
    is_open: bool
    percent: int

    @property
    def level(self) -> int:
        """0 when nothing is booked, else 1 to `LEVELS`."""
        return min(LEVELS, 1 + self.percent * LEVELS // 101) if self.percent else 0


@dataclass(frozen=True, slots=True)
class Month:
    days: tuple[date, ...]
    rows: tuple[tuple[Space, tuple[Fullness, ...]], ...]


def month_of(spaces: Sequence[Space], day: date, *, now: datetime) -> Month:
    """The month in which `day` lies. What shares a unit fills all spaces that are made of
    it; what an owner has closed does not count as open."""
    first = day.replace(day=1)
    length = calendar.monthrange(day.year, day.month)[1]
    days = tuple(first + timedelta(days=n) for n in range(length))
    window = day_span(first, district_zone(), days=length)
    wide = period(window.lower - timedelta(days=1), window.upper + timedelta(days=1))
    opened = availability.calendars([space.pk for space in spaces], wide, now=now)
    units = units_of(spaces)
    booked, closed = taken(spaces, wide, now)
    return Month(
        days,
        tuple(
            (
                space,
                tuple(
                    fullness(
                        one,
                        day_span(one, space.place.zone),
                        opened[space.pk].open,
                        [booked.get(unit, []) for unit in units.get(space.pk, [])],
                        [closed[unit] for unit in units.get(space.pk, [])],
                    )
                    for one in days
                ),
            )
            for space in spaces
        ),
    )


def fullness(
    day: date,
    span: Period,
    opened: Sequence[Period],
    booked: Sequence[Sequence[Period]],
    closed: Sequence[Sequence[Period]],
) -> Fullness:
    """`booked` and `closed`: for each unit, disjoint times."""
    spans = [both for one in opened if (both := common(one, span))]
    there = len(booked) * sum(map(minutes, spans)) - within(spans, closed)
    if there <= 0:
        return Fullness(day, is_open=False, percent=0)
    percent = 100 * within(spans, booked) / there
    return Fullness(day, is_open=True, percent=min(100, max(1, round(percent))) if percent else 0)


def within(spans: Sequence[Period], units: Sequence[Sequence[Period]]) -> float:
    """Minutes of all units' times that lie in `spans`."""
    overlaps = (common(one, span) for times in units for one in times for span in spans)
    return sum(minutes(one) for one in overlaps if one)


def common(one: Period, other: Period) -> Period | None:
    start, end = max(one.lower, other.lower), min(one.upper, other.upper)
    return period(start, end) if start < end else None


def minutes(span: Period) -> float:
    return (span.upper - span.lower).total_seconds() / 60


def units_of(spaces: Sequence[Space]) -> dict[int, list[int]]:
    through = Space.units.through
    found: dict[int, list[int]] = defaultdict(list)
    pairs = through.objects.filter(space__in=spaces).values_list("space_id", "unit_id")
    for space, unit in pairs:
        found[space].append(unit)
    return dict(found)


def taken(
    spaces: Sequence[Space], window: Period, now: datetime
) -> tuple[dict[int, list[Period]], dict[int, list[Period]]]:
    """By unit: the times that are booked or busy, and those that are closed. Each disjoint."""
    booked: dict[int, list[Period]] = defaultdict(list)
    closed: dict[int, list[Period]] = defaultdict(list)
    rows = (
        Occupancy.objects.filter(unit__spaces__in=spaces, during__overlap=window)
        .filter(Q(held_until=None) | Q(held_until__gt=now))
        .values_list("unit_id", "during", "closure_id")
        .distinct()
    )
    for unit, during, closure in rows:
        (closed if closure else booked)[unit].append(during)
    busy = BusyTime.objects.filter(unit__spaces__in=spaces, during__overlap=window)
    for unit, during in busy.values_list("unit_id", "during").distinct():
        booked[unit].append(during)
    return {unit: disjoint(times) for unit, times in booked.items()}, closed


def disjoint(times: Sequence[Period]) -> list[Period]:
    """The same time in all, nothing of it twice: an outside calendar may say what it likes."""
    found: list[Period] = []
    for one in sorted(times, key=lambda one: one.lower):
        if found and one.lower <= found[-1].upper:
            found[-1] = Period(found[-1].lower, max(found[-1].upper, one.upper), "[)")
        else:
            found.append(one)
    return found
