"""From a calendar file to the times at which it is busy: RFC 5545 as programs write it.

Nothing here trusts the file. Each UID is read by itself, so that one broken event loses
nothing but itself; rules that come more often than daily are not followed; and each series
has so long to be worked out, in seconds of the processor's time, so that a busy machine loses
none. That last needs a process of its own (see `main`), which also keeps one file's time zones
out of the next: icalendar remembers them by name.
"""

import json
import re
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar
from icalendar.prop import vPeriod

from bookings.calendars.trimming import Trimmed, named, trim

MOST_OF_A_SERIES = 1_000
MOST_TIMES = 10_000
LIST_AT_MOST = 60  # of what one BY… part of a rule names
TIMES_A_DAY = 24
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
FOR_A_SERIES = 3.0  # seconds of the processor
FOR_A_FILE = 20.0
ZONE = re.compile(r';TZID="?([^";:]+)', re.IGNORECASE)
UNTIL_DAY = re.compile(r"UNTIL=(\d{8})(?=;|$)", re.IGNORECASE)
A_DAY_OR_TWO = timedelta(days=2)  # a margin, whatever the zone
MEMORY = 1 << 30  # bytes of address space
OURS = "@booking.ledig"  # as in events.py: a booking that comes back to us is no news

MAKERS = (
    ("google", "Google"),
    ("outlook", "Outlook"),
    ("exchange", "Exchange"),
    ("microsoft", "Outlook"),
    ("apple", "Apple"),
    ("icloud", "Apple"),
    ("nextcloud", "Nextcloud"),
    ("sabredav", "Nextcloud"),
    ("mozilla", "Thunderbird"),
)


class Skipped(StrEnum):
    """Why something in the file takes no time here."""

    CANCELLED = "cancelled"
    FREE = "free"  # transparent, or shown as free
    OURS = "ours"
    EMPTY = "empty"  # ends when it starts, or before
    UNREADABLE = "unreadable"
    TOO_OFTEN = "too_often"  # hourly or oftener, or too long a list of times
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"


class Leave(Exception):
    """Leave this event or series out."""

    def __init__(self, why: Skipped) -> None:
        super().__init__(why)
        self.why = why


Span = tuple[datetime, datetime]


@dataclass
class Reading:
    """What a file says: disjoint or not, each time once, in order, UTC."""

    maker: str = ""  # the program that wrote it, when it is a known one
    events: int = 0  # events and series there are
    times: list[Span] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        times = [[start.isoformat(), end.isoformat()] for start, end in self.times]
        return {**vars(self), "times": times, "skipped": dict(self.skipped)}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Reading":
        times = [
            (datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in said["times"]
        ]
        return cls(said["maker"], said["events"], times, Counter(said["skipped"]))


Clock = Callable[[float], AbstractContextManager[None]]


def read(
    raw: bytes,
    window: Span,
    zone: ZoneInfo,
    *,
    within: Clock = lambda _seconds: nullcontext(),
    budget: float = FOR_A_FILE,
    a_series: float = FOR_A_SERIES,
) -> Reading:
    """The busy times that meet `window`, whole. All-day times are in `zone`, the place's; so
    are floating ones and those of a zone nobody knows, unless the file names its own.

    `within(seconds)` stops what takes longer by `Leave`.
    """
    ends = time.process_time() + budget
    trimmed = trim(raw)
    found = Reading(maker=maker_of(trimmed.product), events=len(trimmed.events))
    found.skipped[Skipped.TOO_MANY] += trimmed.left_out
    times: set[Span] = set()
    for uid, events in trimmed.events.items():
        try:
            if uid.endswith(OURS):
                raise Leave(Skipped.OURS)
            left = ends - time.process_time()
            if left <= 0:
                raise Leave(Skipped.TOO_SLOW)
            if is_elsewhere(events, window):
                continue
            with within(min(left, a_series)), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its guess at an odd zone is the best there is
                its = list(times_of(events, trimmed, window, zone, found.skipped))
        except Leave as leave:
            found.skipped[leave.why] += 1
        except MemoryError:
            found.skipped[Skipped.TOO_MANY] += 1
        except Exception:  # noqa: BLE001 - whatever the file brings about is its own event's loss
            found.skipped[Skipped.UNREADABLE] += 1
        else:
            if len(times) + len(its) > MOST_TIMES:
                found.skipped[Skipped.TOO_MANY] += 1
            else:
                times.update(its)
    times.update(free_busy_times(trimmed.free_busy, window, found.skipped))
    found.times = sorted(times)
    found.skipped = +found.skipped
    return found


def maker_of(product: str) -> str:
    known = product.lower()
    return next((name for word, name in MAKERS if word in known), "")


# --- Events -----------------------------------------------------------------------------


def is_elsewhere(events: list[list[str]], window: Span) -> bool:
    """A single event that is plainly outside: most of an old calendar is, and is not parsed."""
    if len(events) > 1:
        return False
    said = dict(map(named, events[0]))
    if said.keys() & {"RRULE", "RDATE", "RECURRENCE-ID"}:
        return False
    start, end = (re.match(r"\d{8}", said.get(name, "")) for name in ("DTSTART", "DTEND"))
    first, last = (
        f"{moment:%Y%m%d}" for moment in (window[0] - A_DAY_OR_TWO, window[1] + A_DAY_OR_TWO)
    )
    return bool((start and start[0] > last) or (end and end[0] < first))


def times_of(
    events: list[list[str]],
    trimmed: Trimmed,
    window: Span,
    zone: ZoneInfo,
    skipped: Counter[str],
) -> Iterator[Span]:
    names = {name for lines in events for name, _value in map(named, lines)}
    for lines in events:
        for line in lines:
            if named(line)[0] == "RRULE":
                require_followed(named(line)[1])
    calendar = Calendar.from_ical(text_of([to_the_day(one, zone) for one in events], trimmed))
    if names & {"RRULE", "RDATE", "RECURRENCE-ID"}:
        around = (window[0] - A_DAY_OR_TWO, window[1] + A_DAY_OR_TWO)
        found = recurring_ical_events.of(calendar).between(*around)
    else:
        found = calendar.events
    if len(found) > MOST_OF_A_SERIES:
        raise Leave(Skipped.TOO_MANY)
    is_exact = "DURATION" in names and "DTEND" not in names
    floating = ZoneInfo(trimmed.zone) if is_known(trimmed.zone) else zone
    for event in found:
        start, end = moments(event, zone, floating, is_exact=is_exact)
        if start >= window[1] or max(start, end) <= window[0]:
            continue
        why = takes_no_time(event) or (Skipped.EMPTY if end <= start else None)
        if why is None:
            yield start, end
        else:
            skipped[why] += 1


def text_of(events: list[list[str]], trimmed: Trimmed) -> str:
    """A calendar of just these, with the time zones they name."""
    body = "".join("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]) for lines in events)
    zones = "".join(text for name, text in trimmed.time_zones.items() if name and name in body)
    own = f"X-WR-TIMEZONE:{trimmed.zone}\r\n" if is_known(trimmed.zone) else ""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-\r\n{own}{zones}{body}END:VCALENDAR\r\n"


def to_the_day(lines: list[str], zone: ZoneInfo) -> list[str]:
    """A series of times whose last is said by a day: that day is meant with it, as the
    programs do that write it so. The library, like RFC 5545, takes it for its midnight."""
    start = next((line for line in lines if named(line)[0] == "DTSTART"), "")
    if "T" not in named(start)[1]:
        return lines
    name = ZONE.search(start)
    its = ZoneInfo(name[1]) if name and is_known(name[1]) else zone

    def end_of(day: re.Match[str]) -> str:
        midnight = datetime.strptime(day[1], "%Y%m%d").replace(tzinfo=its) + timedelta(days=1)
        return f"UNTIL={(midnight - timedelta(seconds=1)).astimezone(UTC):%Y%m%dT%H%M%SZ}"

    return [UNTIL_DAY.sub(end_of, line) if named(line)[0] == "RRULE" else line for line in lines]


def is_known(zone: str) -> bool:
    try:
        return bool(zone) and bool(ZoneInfo(zone))
    except (OSError, ValueError, KeyError):
        return False


def require_followed(rule: str) -> None:
    """Raise `Leave` for a rule that comes oftener than daily, or lists too much."""
    parts = dict(part.upper().partition("=")[::2] for part in rule.split(";"))
    if parts.get("FREQ", "").strip() not in FREQUENCIES:
        raise Leave(Skipped.TOO_OFTEN)
    lists = {name: len(value.split(",")) for name, value in parts.items() if name.startswith("BY")}
    a_day = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        a_day *= lists.get(name, 1)
    if a_day > TIMES_A_DAY or any(number > LIST_AT_MOST for number in lists.values()):
        raise Leave(Skipped.TOO_OFTEN)


def takes_no_time(event: Any) -> Skipped | None:
    if said(event, "STATUS") == "CANCELLED":
        return Skipped.CANCELLED
    if (
        said(event, "TRANSP") == "TRANSPARENT"
        or said(event, "X-MICROSOFT-CDO-BUSYSTATUS") == "FREE"
    ):
        return Skipped.FREE
    return None


def said(event: Any, name: str) -> str:
    return str(event.get(name, "")).strip().upper()


# --- Moments ----------------------------------------------------------------------------


def moments(event: Any, zone: tzinfo, floating: tzinfo, *, is_exact: bool) -> Span:
    """When it starts and ends, UTC: whole days in `zone`. An end is a time on the clock; a
    DURATION of hours is as many hours, also where the clock is changed meanwhile (RFC 5545,
    3.3.6)."""
    start, end = (placed(moment, zone, floating) for moment in (event.start, event.end))
    on_the_clock = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    if is_exact and isinstance(event.start, datetime):
        days = timedelta(days=on_the_clock.days)
        return start.astimezone(UTC), (start + days).astimezone(UTC) + (on_the_clock - days)
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    if last <= first and on_the_clock > timedelta(0):  # begins in an hour that is skipped
        last = first + on_the_clock
    return first, last


def placed(moment: date, zone: tzinfo, floating: tzinfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=floating)


def free_busy_times(lines: list[str], window: Span, skipped: Counter[str]) -> Iterator[Span]:
    """Of VFREEBUSY: FREEBUSY;FBTYPE=BUSY:19971015T050000Z/PT8H30M,…, always UTC."""
    number = 0
    for line in lines:
        if re.search(r";FBTYPE=\"?FREE\"?[;:]", line, re.IGNORECASE):
            skipped[Skipped.FREE] += 1
            continue
        for part in named(line)[1].split(","):
            number += 1
            try:
                if number > MOST_OF_A_SERIES:
                    raise Leave(Skipped.TOO_MANY)
                start, end = period_of(part)
            except Leave as leave:
                skipped[leave.why] += 1
                return
            except (ValueError, TypeError, AttributeError):
                skipped[Skipped.UNREADABLE] += 1
                continue
            if end <= start:
                skipped[Skipped.EMPTY] += 1
            elif start < window[1] and window[0] < end:
                yield start, end


def period_of(text: str) -> Span:
    parse: Callable[[str], tuple[datetime, datetime | timedelta]] = vPeriod.from_ical
    start, end = parse(text.strip())
    if isinstance(end, timedelta):
        end = start + end
    return start.astimezone(UTC), end.astimezone(UTC)


# --- In a process of its own ------------------------------------------------------------


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """`Leave` after so long at work, wherever it is. Only where signals are: in a main thread."""

    def stop(*_about: Any) -> None:
        raise Leave(Skipped.TOO_SLOW)

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def main() -> None:
    """Reads one file from stdin, after a line of JSON that says how; answers in JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = json.loads(sys.stdin.buffer.readline())
    window = tuple(datetime.fromisoformat(moment) for moment in asked["window"])
    found = read(
        sys.stdin.buffer.read(),
        (window[0], window[1]),
        ZoneInfo(asked["zone"]),
        within=stopped_after,
        budget=asked["budget"],
        a_series=asked["a_series"],
    )
    json.dump(found.as_json(), sys.stdout)


if __name__ == "__main__":
    main()
