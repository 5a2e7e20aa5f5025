"""What a calendar program keeps in a calendar of its person's own: one event, task or note.

Kept to the letter, so it is only asked whether it is what it says, and whether it can be
worked out: what comes again does so daily at most, and between 1900 and 2200.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from bookings.availability.hours import LONGEST
from bookings.calendars.dav.happening import (
    COMES_AGAIN,
    DAY,
    EARLIEST,
    KINDS,
    LATEST,
    ONCE,
    happening,
    lasting,
    moment,
)
from bookings.calendars.dav.reading import NotAnEvent, calendar_in, uid_of
from bookings.calendars.reading import Leave, require_followed
from spaces.periods import Period

MOST_PARTS = 300  # a series and what differs from it


@dataclass(frozen=True)
class ToKeep:
    uid: str
    component: str
    text: str
    during: DateTimeTZRange | None  # all of it is within; None: it can be at any time


def to_keep(body: bytes, allowed: Iterable[str], zone: ZoneInfo) -> ToKeep:
    """Raises `NotAnEvent`. A time without a zone is by the wall clock in `zone`."""
    calendar = calendar_in(body)
    parts = [one for one in calendar.subcomponents if one.name != "VTIMEZONE"]
    kinds = {one.name for one in parts}
    if kinds - set(KINDS):
        raise NotAnEvent("C:supported-calendar-component", _("Only events, tasks and notes."))
    if len(kinds) != 1 or len(parts) > MOST_PARTS:
        raise NotAnEvent("C:valid-calendar-object-resource", _("One thing at a time, with a UID."))
    (kind,) = kinds
    if kind not in allowed:
        raise NotAnEvent(
            "C:supported-calendar-component", _("This calendar was made for something else.")
        )
    uid = uid_of(parts)
    try:
        text = body.decode()
        if "\0" in text:  # which PostgreSQL cannot keep
            raise ValueError
        for one in parts:
            _require_workable(one)
        during = _during(parts, kind, zone)
        start = during.lower if during else EARLIEST
        next(happening(calendar, kind, Period(start, start + LONGEST, "[)"), zone), None)
    except Leave as leave:
        raise NotAnEvent(
            "C:max-instances", _("It comes again too often: daily at most.")
        ) from leave
    except Exception as error:  # icalendar raises what its parts raise
        raise NotAnEvent("C:valid-calendar-data", _("That is no iCalendar.")) from error
    if during and not EARLIEST < during.lower < LATEST:
        is_early = during.lower <= EARLIEST
        name = "C:min-date-time" if is_early else "C:max-date-time"
        raise NotAnEvent(name, _("Only between 1900 and 2200."))
    return ToKeep(uid, kind, text, during)


def _require_workable(one: Any) -> None:
    if one.name == "VEVENT" and "DTSTART" not in one:
        raise ValueError
    for name in (*ONCE, "DURATION", "RECURRENCE-ID"):
        if name in one:
            one[name].dt  # noqa: B018 - a list, and what is broken, has none
    rules = one.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        require_followed(rule.to_ical().decode())
    for alarm in one.walk("VALARM"):
        alarm["TRIGGER"].dt  # noqa: B018


def _during(parts: list[Any], kind: str, zone: ZoneInfo) -> DateTimeTZRange | None:
    """From its first moment to its last, and a day more on either side, since the table of
    RFC 4791 counts some edges in; without an end where something comes again."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for one in parts:
        at = [moment(one[n].dt, zone) for n in ("DTSTART", "DTEND", "DUE") if n in one]
        if not at:
            return None
        starts.append(min(at))
        ends.append(max([*at, lasting(one, at[0], zone)] if "DTSTART" in one else at))
    is_endless = any(name in one for one in parts for name in COMES_AGAIN)
    return DateTimeTZRange(min(starts) - DAY, None if is_endless else max(ends) + DAY, "[)")
