"""What a calendar program has written: one event, or one series, and nothing else.

Read without trust. What we keep of an event is its time and its title; the rest is the
program's own (`extras`): kept as it came, up to a size, and given back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar

from bookings.calendars.dav.happening import moment
from bookings.calendars.events import CONTROLS
from bookings.recurrence import AHEAD, as_ours
from spaces.periods import Period, period, wall_minute

MOST_EVENTS = 300  # a series and what differs from it
MOST_EXTRAS = 32 * 1024
TITLE = 140
# What an event says of itself that the booking decides, or that belongs to another event.
OF_TIME = {"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "EXRULE", "RECURRENCE-ID"}
OF_VERSION = {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "STATUS"}
OURS = OF_TIME | OF_VERSION | {"SUMMARY", "LOCATION", "GEO", "URL"}
NAME = re.compile(r"[A-Z0-9-]+", re.IGNORECASE)


class NotAnEvent(Exception):
    """It cannot be stored. `condition` names the precondition of RFC 4791 that does not hold."""

    def __init__(self, condition: str, sentence: str) -> None:
        self.condition, self.sentence = condition, sentence
        super().__init__(sentence)


@dataclass(frozen=True)
class Override:
    """What becomes of one day of a series; without a time, nothing."""

    span: Period | None
    title: str


@dataclass(frozen=True)
class Rule:
    """How an event comes again: `series_form` has the words for it."""

    rrule: str
    first: date
    opens: int  # minutes from local midnight
    closes: int
    missing: frozenset[date]
    overrides: dict[date, Override] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    uid: str
    title: str
    span: Period
    extras: str
    rule: Rule | None = None


def read(body: bytes, zone: ZoneInfo, *, until: date, shortest: timedelta) -> Written:
    """Raises `NotAnEvent`. A time without a zone, and a day, are by the wall clock of the place;
    what comes again without an end does so until that day, and for a year at most; what has a
    start but no end is as short as the space can be booked."""
    events = _events(body)
    masters = [one for one in events if "RECURRENCE-ID" not in one]
    if len(masters) != 1:
        raise NotAnEvent(
            "C:valid-calendar-object-resource", _("It has days of a series, but not the series.")
        )
    (master,) = masters
    uid = uid_of(events)
    span, rule = _span(master, zone, shortest), None
    if "RRULE" in master or "RDATE" in master:
        rule = _rule(master, events, span, zone, until, shortest)
    elif len(events) > 1:
        raise NotAnEvent(
            "C:valid-calendar-object-resource", _("It has days of a series, but no rule.")
        )
    return Written(uid, _title(master), span, _extras(master), rule)


def calendar_in(body: bytes) -> Any:
    """What iCalendar there is in it. Raises `NotAnEvent`."""
    try:
        calendar = Calendar.from_ical(body)
        inside = list(calendar.subcomponents)
    except Exception as error:  # icalendar raises what its parts raise
        raise NotAnEvent("C:valid-calendar-data", _("That is no iCalendar.")) from error
    if calendar.name != "VCALENDAR":
        raise NotAnEvent("C:valid-calendar-data", _("That is no iCalendar."))
    if "METHOD" in calendar:
        raise NotAnEvent(
            "C:valid-calendar-object-resource", _("An event in a calendar has no METHOD.")
        )
    if not inside:
        raise NotAnEvent("C:valid-calendar-object-resource", _("One event at a time, with a UID."))
    return calendar


def uid_of(parts: Sequence[Any]) -> str:
    """The one that they all have. Raises `NotAnEvent`."""
    uids = {str(one.get("UID", "")) for one in parts}
    if len(uids) != 1 or uids == {""}:
        raise NotAnEvent("C:valid-calendar-object-resource", _("One event at a time, with a UID."))
    uid = _one_line(uids.pop())
    if not uid or len(uid) > 255:
        raise NotAnEvent("C:valid-calendar-object-resource", _("It has no usable UID."))
    return uid


def _events(body: bytes) -> list[Any]:
    inside = calendar_in(body).subcomponents
    if any(one.name not in ("VEVENT", "VTIMEZONE") for one in inside):
        raise NotAnEvent(
            "C:supported-calendar-component", _("Only events can be booked, not tasks or notes.")
        )
    events = [one for one in inside if one.name == "VEVENT"]
    if not 1 <= len(events) <= MOST_EVENTS:
        raise NotAnEvent("C:valid-calendar-object-resource", _("One event at a time, with a UID."))
    uid_of(events)
    return events


def _span(event: Any, zone: ZoneInfo, shortest: timedelta) -> Period:
    try:
        start, end = _times(event, shortest)
        return period(moment(start, zone), moment(end, zone))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotAnEvent(
            "C:valid-calendar-data", _("It needs a start, and an end after it.")
        ) from error


def _times(event: Any, shortest: timedelta) -> tuple[Any, Any]:
    """An event of a day without an end is that day (RFC 5545, 3.6.1)."""
    start = event["DTSTART"].dt
    if "DTEND" in event:
        return start, event["DTEND"].dt
    if "DURATION" in event:
        duration = event["DURATION"].dt
        # A duration in hours is of elapsed time, also over a night when the clocks change.
        is_exact = isinstance(start, datetime) and start.tzinfo is not None and duration.seconds
        return start, start.astimezone(ZoneInfo("UTC")) + duration if is_exact else start + duration
    return start, start + (shortest if isinstance(start, datetime) else timedelta(days=1))


def _rule(
    master: Any,
    events: list[Any],
    span: Period,
    zone: ZoneInfo,
    until: date,
    shortest: timedelta,
) -> Rule:
    first = span.lower.astimezone(zone).date()
    opens, closes = (wall_minute(at, first, zone) for at in (span.lower, span.upper))
    said, ours = master.get("RRULE"), None
    if said is not None and not isinstance(said, list) and "RDATE" not in master:
        try:
            end = max(first, min(until, first + AHEAD))
            ours = as_ours(said.to_ical().decode(), first, zone, opens, end)
        except ValueError:
            ours = None
    if ours is None or closes > opens + 1440:
        raise NotAnEvent(
            "L:rule",
            _(
                "Ledig can repeat every day, every or every other week, and every month. Choose "
                "one of these, or book the days one by one."
            ),
        )
    overrides = {}
    for one in events:
        if one is not master:
            is_off = str(one.get("STATUS", "")).upper() == "CANCELLED"
            day = moment(one["RECURRENCE-ID"].dt, zone).astimezone(zone).date()
            overrides[day] = Override(None if is_off else _span(one, zone, shortest), _title(one))
    raw = master.get("EXDATE", [])
    listed = [one for some in (raw if isinstance(raw, list) else [raw]) for one in some.dts]
    missing = {moment(one.dt, zone).astimezone(zone).date() for one in listed}
    return Rule(ours, first, opens, closes, frozenset(missing), overrides)


def _title(event: Any) -> str:
    return _one_line(str(event.get("SUMMARY", "")))[:TITLE]


def _one_line(text: str) -> str:
    return " ".join(CONTROLS.sub("", text).split())


def _extras(event: Any) -> str:
    """The lines of an event that are its program's own, alarms last, as iCalendar. When they
    are more than we keep, the longest go first."""
    lines = [
        event.content_line(name, value, sorted=False).to_ical().decode() + "\r\n"
        for name, value in event.property_items(recursive=False, sorted=False)
        if name not in OURS and name not in ("BEGIN", "END") and NAME.fullmatch(name)
    ]
    alarms = [one for one in event.subcomponents if one.name == "VALARM"]
    lines += [one.to_ical(sorted=False).decode() for one in alarms]
    while sum(map(len, lines)) > MOST_EXTRAS:
        lines.remove(max(lines, key=len))
    return "".join(lines)
