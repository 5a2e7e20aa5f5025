"""VTIMEZONE as calendar programs want it: yearly rules, from the zone's own footer.

icalendar's own lists every onset (RDATE), which Outlook does not read, and has Oslo's an
hour late. The footer of a TZif file (RFC 9636) holds the rule that is to be in force for
good, which is not always the one in force now.
"""

import functools
import re
import struct
import zoneinfo
from calendar import Calendar
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
NAME, OFFSET = r"(<[^>]+>|[A-Za-z]+)", r"([+-]?[\d:]+)"
FOOTER = re.compile(f"{NAME}{OFFSET}(?:{NAME}{OFFSET}?,([^,]+),([^,]+))?")
ONSET = re.compile(r"M(\d+)\.(\d)\.(\d)(?:/([+-]?[\d:]+))?")
DEFAULT_ONSET = "2"  # in the morning


class NoRule(ValueError):
    """The zone's clock changes cannot be said as one yearly rule."""


@functools.cache
def vtimezone(name: str, year: int) -> str | None:
    """The VTIMEZONE of a zone around `year`, with its lines ended as in a file. None when no
    yearly rule says it: then times are written in UTC."""
    footer = _data(name).rstrip(b"\n").rsplit(b"\n", 1)[-1]
    try:
        lines = _lines(name, footer.decode())
    except NoRule:
        return None
    return "\r\n".join([*lines, ""]) if _holds(footer, name, year) else None


def _data(name: str) -> bytes:
    """The file that ZoneInfo reads: the system's if it has one, else the package's."""
    for folder in zoneinfo.TZPATH:
        if (path := Path(folder, name)).is_file():
            return path.read_bytes()
    return files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()


def _holds(footer: bytes, name: str, year: int) -> bool:
    """Whether the footer alone gives the zone's offsets from the year before to the second
    after. In 2026 it does not for Casablanca, where each Ramadan is listed apart, nor for
    Vancouver, which moves its clocks that autumn for the last time."""
    block = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    block += struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
    rule, zone = ZoneInfo.from_file(BytesIO(block * 2 + b"\n" + footer + b"\n")), ZoneInfo(name)
    start = datetime(year - 1, 1, 1, 12, tzinfo=UTC)
    days = (start + timedelta(days=n) for n in range(4 * 366))
    return all(day.astimezone(rule).utcoffset() == day.astimezone(zone).utcoffset() for day in days)


def _lines(name: str, footer: str) -> list[str]:
    parts = FOOTER.fullmatch(footer)
    if parts is None:
        raise NoRule(name)
    standard, daylight = parts[1].strip("<>"), (parts[3] or "").strip("<>")
    normal = -_seconds(parts[2])  # POSIX counts west of Greenwich
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    if not daylight:
        lines += _part("STANDARD", "19700101T000000", normal, normal, standard)
    else:
        summer = -_seconds(parts[4]) if parts[4] else normal + 3600
        starts, start_rule = _onset(parts[5])
        ends, end_rule = _onset(parts[6])
        lines += _part("DAYLIGHT", starts, normal, summer, daylight, start_rule)
        lines += _part("STANDARD", ends, summer, normal, standard, end_rule)
    return [*lines, "END:VTIMEZONE"]


def _part(kind: str, start: str, before: int, after: int, name: str, rule: str = "") -> list[str]:
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{start}",
        f"TZOFFSETFROM:{_offset(before)}",
        f"TZOFFSETTO:{_offset(after)}",
        f"TZNAME:{name}",
        *([f"RRULE:{rule}"] if rule else []),
        f"END:{kind}",
    ]


def _onset(spec: str) -> tuple[str, str]:
    """`M10.5.0/3` (last Sunday of October at 3) as a first onset and a rule."""
    parts = ONSET.fullmatch(spec)
    if parts is None:
        raise NoRule(spec)
    month, week, day = int(parts[1]), int(parts[2]), int(parts[3])
    at = _seconds(parts[4] or DEFAULT_ONSET)
    if not 0 <= at < 24 * 3600:  # `M3.4.4/50`: a day that only BYMONTHDAY could find
        raise NoRule(spec)
    nth = -1 if week == 5 else week
    of_month = [
        date
        for date in Calendar().itermonthdates(1970, month)
        if date.month == month and date.isoweekday() % 7 == day
    ]
    first = of_month[nth if nth < 0 else nth - 1]
    clock = f"{at // 3600:02d}{at % 3600 // 60:02d}{at % 60:02d}"
    return f"{first:%Y%m%d}T{clock}", f"FREQ=YEARLY;BYMONTH={month};BYDAY={nth}{DAYS[day]}"


def _seconds(clock: str) -> int:
    hours, minutes, seconds = (*clock.lstrip("+-").split(":"), "0", "0")[:3]
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return -total if clock.startswith("-") else total


def _offset(seconds: int) -> str:
    sign, size = "-" if seconds < 0 else "+", abs(seconds)
    return f"{sign}{size // 3600:02d}{size % 3600 // 60:02d}"
