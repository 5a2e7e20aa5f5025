"""When something in a calendar happens: RFC 4791, 9.9, for each kind of component."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events

from spaces.periods import Period

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
KINDS = ("VEVENT", "VTODO", "VJOURNAL")
ONCE = ("DTSTART", "DTEND", "DUE", "COMPLETED", "CREATED")
COMES_AGAIN = ("RRULE", "RDATE", "RECURRENCE-ID")


def moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A floating time or a day is by the wall clock of the place."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def happening(calendar: Any, kind: str, span: Period, zone: ZoneInfo) -> Iterator[Any]:
    """What of a kind there is in a time: each day of a series by itself, in its order, worked
    out as far as it is asked for."""
    for one in _instances(calendar, kind, span):
        if meets(one, span, zone):
            yield one


def comes_again(calendar: Any) -> bool:
    return any(name in one for kind in KINDS for one in calendar.walk(kind) for name in COMES_AGAIN)


def _instances(calendar: Any, kind: str, span: Period) -> Iterator[Any]:
    if not comes_again(calendar):
        yield from calendar.walk(kind)
        return
    series = recurring_ical_events.of(calendar, components=[kind])
    # A day more on either side, since a wall clock may be that far from UTC.
    at, last, step, seen = span.lower - DAY, span.upper + DAY, timedelta(days=40), set()
    while at < last:
        stop = min(at + step, last)
        for one in series.between(at, stop):
            said = tuple(
                one[name].to_ical() for name in ("RECURRENCE-ID", "DTSTART") if name in one
            )
            if said not in seen:
                seen.add(said)
                yield one
        at, step = stop, 2 * step


def meets(one: Any, span: Period, zone: ZoneInfo) -> bool:
    """Whether a component by itself is in a time, by the table for its kind."""
    at = {name: moment(one[name].dt, zone) for name in ONCE if name in one}
    start, lower, upper = at.get("DTSTART"), span.lower, span.upper
    if one.name == "VTODO":
        return _todo_meets(one, at, lower, upper)
    if start is None:
        return False
    if one.name == "VJOURNAL":
        end = start if isinstance(one["DTSTART"].dt, datetime) else start + DAY
    else:
        end = at.get("DTEND") or lasting(one, start, zone)
    return lower < end and upper > start if end > start else lower <= start < upper


def _todo_meets(one: Any, at: dict[str, datetime], lower: datetime, upper: datetime) -> bool:
    start, due = at.get("DTSTART"), at.get("DUE")
    if start and due is None and "DURATION" in one:
        done = start + one["DURATION"].dt
        return lower <= done and (upper > start or upper >= done)
    if start and due and due != start:
        return (lower < due or lower <= start) and (upper > start or upper >= due)
    if start:
        return lower <= start < upper
    if due:
        return lower < due <= upper
    made, done = at.get("CREATED"), at.get("COMPLETED")
    if done:
        known = [done, made] if made else [done]
        return any(lower <= x for x in known) and any(upper >= x for x in known)
    return made is None or upper > made


def lasting(one: Any, start: datetime, zone: ZoneInfo) -> datetime:
    """The end of an event that does not say when it ends: a duration in hours is of elapsed
    time, in days by the wall clock; a day is that day."""
    if "DURATION" in one:
        duration: timedelta = one["DURATION"].dt
        whole = timedelta(days=duration.days)
        return moment(start.astimezone(zone) + whole, zone) + (duration - whole)
    return start if isinstance(one["DTSTART"].dt, datetime) else start + DAY
