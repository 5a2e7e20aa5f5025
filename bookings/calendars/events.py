"""A booking as iCalendar text (RFC 5545).

Written directly, because a feed of 5,000 events has to be quick; the tests read it back
with icalendar. What a space says of itself is the same in all its events, so it is made
once per feed.
"""

import functools
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.calendars.vtimezone import vtimezone
from bookings.models import Booking, Status
from spaces.models import Place, Space

PRODID = "-//Ledig//Bookings//EN"
WIDTH = 75  # octets a line may have, its end not counted
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline
ICAL_STATUS: dict[str, str] = {Status.REQUESTED: "TENTATIVE", Status.CANCELLED: "CANCELLED"}
ANY_ID = str(UUID(int=0))
ANY_ID_FOLDED = re.compile("(?:\r\n )?".join(map(re.escape, ANY_ID)))


# --- Lines ------------------------------------------------------------------------------


def escape(text: str) -> str:
    """A TEXT value. Control characters, which it cannot hold, are dropped."""
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def fold(line: str) -> str:
    """One content line with its end: at most 75 octets each, no character cut in two."""
    octets = line.encode()
    if len(octets) <= WIDTH:
        return line + "\r\n"
    parts, start, room = [], 0, WIDTH
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        parts.append(octets[start:end])
        start, room = end, WIDTH - 1
    parts.append(octets[start:])
    return b"\r\n ".join(parts).decode() + "\r\n"


class Blank(NamedTuple):
    """A folded line with room for an id, which `cut` says where to fold; -1: not at all."""

    before: str
    cut: int
    after: str

    @classmethod
    def of(cls, line: str) -> Self:
        """`line` has ANY_ID where the id goes, or has no room for one."""
        folded = fold(line)
        found = ANY_ID_FOLDED.search(folded)
        if found is None:
            return cls(folded, 0, "")
        return cls(folded[: found.start()], found[0].find("\r\n "), folded[found.end() :])

    def fill(self, pk: str) -> str:
        if not self.after:
            return self.before
        if self.cut >= 0:
            pk = f"{pk[: self.cut]}\r\n {pk[self.cut :]}"
        return f"{self.before}{pk}{self.after}"


@functools.lru_cache(maxsize=512)
def about(description: str, link: str) -> tuple[Blank, Blank]:
    """The DESCRIPTION and URL of the events of a space: of thousands only the id differs."""
    return Blank.of(f"DESCRIPTION:{description}{escape(link)}"), Blank.of(f"URL:{link}")


# --- Events -----------------------------------------------------------------------------


class SpaceText(NamedTuple):
    """What every event in a space says, in the active language."""

    name: str
    zone: ZoneInfo
    timezone: str  # its VTIMEZONE; empty when no program would understand it
    lines: str  # LOCATION and GEO
    description: str  # up to the link
    link: str  # a booking's page, with ANY_ID for its id


class Entry(NamedTuple):
    """What an event says of its own booking. Bookings with all they hold take more than
    twice as long to load, which counts when there are thousands."""

    pk: UUID
    space: int
    start: datetime
    end: datetime
    title: str
    status: str
    sequence: int
    changed_at: datetime
    uid: str | None = None  # as a calendar program has given it

    @classmethod
    def of(cls, booking: Booking) -> Self:
        return cls(
            booking.pk,
            booking.space_id,
            booking.start,
            booking.end,
            booking.title,
            booking.status,
            booking.sequence,
            booking.changed_at,
            booking.ical_uid,
        )


def space_text(
    space: Space, year: int, *, description: str | None = None, link: str | None = None
) -> SpaceText:
    """For events in and around `year`. `description` goes before the link; both are about
    one's own booking unless said."""
    room = f"{space.name} ({space.floor_text})" if space.floor_text else space.name
    return place_text(
        space.place,
        year,
        name=space.name,
        room=room,
        description=description or _("See, change or cancel the booking:"),
        link=link or reverse("booking", args=[ANY_ID]),
    )


def place_text(
    place: Place, year: int, *, name: str = "", room: str = "", description: str, link: str
) -> SpaceText:
    location = ", ".join(dict.fromkeys([room or place.name, place.name, place.full_address]))
    arrival = f"{place.arrival_text}\n\n" if place.arrival_text else ""
    return SpaceText(
        name=name or place.name,
        zone=place.zone,
        timezone=vtimezone(place.time_zone, year) or "",
        lines=fold(f"LOCATION:{escape(location)}")
        + f"GEO:{place.latitude:.6f};{place.longitude:.6f}\r\n",
        description=escape(f"{arrival}{description} "),
        link=settings.PUBLIC_URL + link,
    )


def vevent(
    entry: Entry, space: SpaceText, *, people: str = "", when: str = "", extras: str = ""
) -> str:
    """The VEVENT of a booking, in the active language.

    The stamp is the booking's last change, never now: a calendar program reads a newer
    stamp as news. `people` are the lines of an invitation's organiser and guest, `when` those
    of its times where they are more than a start and an end, and `extras` what a calendar
    program wrote of its own, perhaps another description.
    """
    pk = str(entry.pk)
    return event(
        escape(entry.uid) if entry.uid else f"{pk}@booking.ledig",
        entry.start,
        entry.end,
        space,
        summary=entry.title or space.name,
        stamp=entry.changed_at,
        sequence=entry.sequence,
        status=ICAL_STATUS.get(entry.status, "CONFIRMED"),
        link=space.link,
        pk=pk,
        more=people + extras,
        when=when,
    )


def event(
    uid: str,
    start: datetime,
    end: datetime,
    space: SpaceText,
    *,
    summary: str,
    stamp: datetime,
    link: str,
    pk: str = "",
    sequence: int = 0,
    status: str = "CONFIRMED",
    more: str = "",
    when: str = "",
) -> str:
    """A VEVENT in a space: of a booking, a closure, a free time. `pk` is put into the link in
    the place of ANY_ID; `more` are further lines, perhaps with another description; `when`
    those of its times if not a start and an end."""
    stamped = utc(stamp)
    description, url = about(space.description, link)
    says = description.fill(pk)
    if more.startswith("DESCRIPTION") or "\nDESCRIPTION" in more:
        says = ""
    return (
        f"BEGIN:VEVENT\r\n{fold('UID:' + uid)}"
        f"DTSTAMP:{stamped}\r\nLAST-MODIFIED:{stamped}\r\n"
        f"SEQUENCE:{sequence}\r\nSTATUS:{status}\r\n"
        f"{when or times(start, end, space)}"
        f"{fold('SUMMARY:' + escape(summary))}"
        f"{space.lines}"
        f"{says}{url.fill(pk)}"
        f"{more}END:VEVENT\r\n"
    )


def frame(name: str, zones: str, events: Iterable[str], *, refreshed: str = "PT1H") -> str:
    """A calendar to subscribe to. `zones` are its VTIMEZONEs, each once."""
    named = fold(f"NAME:{escape(name)}") + fold(f"X-WR-CALNAME:{escape(name)}")
    return "".join(
        (
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\n",
            "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
            named,
            f"REFRESH-INTERVAL;VALUE=DURATION:{refreshed}\r\nX-PUBLISHED-TTL:{refreshed}\r\n",
            zones,
            *events,
            "END:VCALENDAR\r\n",
        )
    )


def times(start: datetime, end: datetime, space: SpaceText) -> str:
    """Wall-clock times with their zone. In the hour that autumn repeats, a wall-clock time
    means its first run: a moment in the second is written in UTC."""
    begins, ends = start.astimezone(space.zone), end.astimezone(space.zone)
    if not space.timezone or begins.fold or ends.fold:
        return f"DTSTART:{utc(start)}\r\nDTEND:{utc(end)}\r\n"
    zone = space.zone.key
    return f"DTSTART;TZID={zone}:{basic(begins)}\r\nDTEND;TZID={zone}:{basic(ends)}\r\n"


def basic(moment: datetime) -> str:
    """`20261124T130000`, quicker than strftime."""
    return moment.isoformat()[:19].replace("-", "").replace(":", "")


def utc(moment: datetime) -> str:
    return basic(moment.astimezone(UTC)) + "Z"
