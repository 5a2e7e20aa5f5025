"""Time as Ledig means it: half-open ranges of UTC moments, read in a place's own zone."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

if TYPE_CHECKING:

    class Period:
        """A PostgreSQL tstzrange: always '[)', finite and not empty."""

        lower: datetime
        upper: datetime

        def __init__(self, lower: datetime, upper: datetime, bounds: str = "[)") -> None: ...

else:
    Period = DateTimeTZRange


def period(start: datetime, end: datetime) -> Period:
    """The half-open range [start, end) in UTC. Both must be aware, `end` after `start`."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a period needs moments with a time zone")
    if end <= start:
        raise ValueError("a period must end after it starts")
    return Period(start.astimezone(UTC), end.astimezone(UTC), "[)")


MOMENT = re.compile(r"\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d(?::\d\d)?")


@lru_cache(maxsize=4096)  # many spaces keep the same hours
def periods_in(ranges: str) -> tuple[Period, ...]:
    """The finite ranges of a `tstzmultirange` or `tstzrange[]` that PostgreSQL wrote as text,
    in their order. Read so, they cost a fifth of what psycopg's own objects do."""
    ends = [datetime.fromisoformat(end).astimezone(UTC) for end in MOMENT.findall(ranges)]
    return tuple(Period(*both, "[)") for both in zip(ends[::2], ends[1::2], strict=True))


def minutes_in(span: Period) -> int:
    """Elapsed whole minutes: what is billed, also over a night when clocks change."""
    return round((span.upper - span.lower).total_seconds() / 60)


def widened(span: Period, before: int, after: int) -> Period:
    """`span` with `before` and `after` minutes added."""
    return Period(
        span.lower - timedelta(minutes=before), span.upper + timedelta(minutes=after), "[)"
    )


def beyond(span: Period, other: Period) -> list[Period]:
    """What of `span` lies outside `other`: nothing, one part, or one on either side."""
    if other.upper <= span.lower or span.upper <= other.lower:
        return [span]
    before = (span.lower, other.lower)
    after = (other.upper, span.upper)
    return [period(start, end) for start, end in (before, after) if start < end]


def overlap(one: Period, other: Period) -> bool:
    return one.lower < other.upper and other.lower < one.upper


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The UTC moment when the wall clock in `zone` shows `minute` minutes into `day`.

    `minute` may be 1440 and beyond (past midnight). A wall time that a clock change skips
    or repeats is taken at the later of its two readings, as PostgreSQL's AT TIME ZONE does.
    """
    days, rest = divmod(minute, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When `day` begins in `zone`: the earlier of two midnights where the clocks go back over
    it, and where they skip it the moment at which they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)  # fold=0 is either, by PEP 495


def next_on_clock(moment: datetime, step: int, zone: ZoneInfo) -> datetime:
    """The first moment, from `moment` on, at which the wall clock in `zone` shows a multiple of
    `step` minutes after midnight: also in the hour that comes twice, the first time."""
    day = moment.astimezone(zone).date()
    exact = wall_minute(moment, day, zone)
    begun = moment.replace(second=0, microsecond=0)
    minute = -(-(exact + (begun < moment)) // step) * step
    soon = begun + timedelta(minutes=minute - exact)
    if wall_minute(soon, day, zone) % step == 0:
        return soon
    return at_minute(day, minute, zone)  # the clocks change before it, and not by whole steps


def at_minutes(day: date, minutes: Sequence[int], zone: ZoneInfo) -> list[datetime]:
    """`at_minute` of many minutes of one day, up to 1440: quick where no clock changes."""
    first = at_minute(day, 0, zone)
    if at_minute(day, 24 * 60, zone) - first != timedelta(days=1):
        return [at_minute(day, minute, zone) for minute in minutes]
    return [first + timedelta(minutes=minute) for minute in minutes]


def day_span(day: date, zone: ZoneInfo, days: int = 1) -> Period:
    """From midnight to midnight in `zone`: 23, 24 or 25 hours a day."""
    return period(midnight(day, zone), midnight(day + timedelta(days=days), zone))


def wall_minute(moment: datetime, day: date, zone: ZoneInfo) -> int:
    """Where `moment` is on the wall clock, in minutes after the midnight that began `day`."""
    wall = moment.astimezone(zone)
    return (wall.date() - day).days * 24 * 60 + wall.hour * 60 + wall.minute
