"""Somebody else's calendar file, cut down to what says when it is busy.

An outside file is large (11 MB is no exception) and full of people: line by line, before
anything is parsed, all but the times is dropped.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST_EVENTS = 20_000
LONGEST_LINE = 20_000  # characters, unfolded: more is no list of times
LONGEST_UID = 500

KEPT = {
    "UID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
    "FREEBUSY",
    "X-MICROSOFT-CDO-BUSYSTATUS",
}
NAME = re.compile(r"[A-Za-z0-9-]+")
FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass
class Trimmed:
    """What is left of a file. The events of one UID belong together: a series and what is
    otherwise about single times of it."""

    product: str = ""  # PRODID: which program wrote it
    zone: str = ""  # X-WR-TIMEZONE
    time_zones: dict[str, str] = field(default_factory=dict)  # VTIMEZONE by TZID
    events: dict[str, list[list[str]]] = field(default_factory=dict)  # lines by UID
    free_busy: list[str] = field(default_factory=list)  # FREEBUSY lines
    left_out: int = 0  # events past the most that are looked at


def trim(raw: bytes) -> Trimmed:
    """Whatever the bytes are; what is no calendar has no events."""
    found = Trimmed()
    lines = iter(LINE_END.split(FOLD.sub("", raw.decode("utf-8-sig", "replace"))))
    number = 0
    for line in lines:
        name, value = named(line)
        if name == "PRODID":
            found.product = found.product or value[:200]
        elif name == "X-WR-TIMEZONE":
            found.zone = value.strip()[:100]
        if name != "BEGIN":
            continue
        kind = value.strip().upper()
        if kind == "VTIMEZONE":
            keep_time_zone(found, component(lines))
        elif kind in ("VEVENT", "VFREEBUSY"):
            number += 1
            if number > MOST_EVENTS:
                found.left_out += 1
            keep_times(found, kind, component(lines), number)
        elif kind != "VCALENDAR":
            for _line in component(lines):
                pass
    return found


def component(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """The lines up to this component's end, each with how deep in it they are: an alarm is
    deeper than its event."""
    depth = 0
    for line in lines:
        start = line[:6].upper()
        if start.startswith("BEGIN:"):
            depth += 1
        elif start.startswith("END:"):
            if not depth:
                return
            depth -= 1
        yield depth, line


def keep_times(found: Trimmed, kind: str, lines: Iterable[tuple[int, str]], number: int) -> None:
    kept, uid = [], ""
    for depth, line in lines:
        name, value = named(line)
        if depth or name not in KEPT or len(line) > LONGEST_LINE:
            continue
        if name == "UID":
            uid = value.strip()[:LONGEST_UID]
        elif name == "FREEBUSY":
            found.free_busy.append(line)
            continue
        kept.append(line)
    if kind == "VEVENT" and not found.left_out:
        found.events.setdefault(uid or f"no uid {number}", []).append(kept)


def keep_time_zone(found: Trimmed, lines: Iterable[tuple[int, str]]) -> None:
    kept, zone = [], ""
    for depth, line in lines:
        name, value = named(line)
        if name == "TZID" and not depth:
            zone = value.strip()
        if len(line) <= LONGEST_LINE:
            kept.append(line)
    found.time_zones[zone] = "\r\n".join(["BEGIN:VTIMEZONE", *kept, "END:VTIMEZONE", ""])


def named(line: str) -> tuple[str, str]:
    """A property's name, in capitals, and what follows its first colon."""
    name = NAME.match(line)
    return (name[0].upper() if name else ""), line.partition(":")[2]
