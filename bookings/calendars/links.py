"""Addresses that put a calendar, or one event, into somebody's own calendar program."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode

from bookings.calendars.events import utc
from bookings.models import Booking

OUTLOOK = {"personal": "https://outlook.live.com", "work": "https://outlook.office.com"}


@dataclass(frozen=True, slots=True)
class FeedLinks:
    """How to follow a calendar: by its address, by a program that takes `webcal:`, and on
    Google's and Microsoft's own pages."""

    https: str
    name: str

    @property
    def webcal(self) -> str:
        return "webcal://" + self.https.split("://", 1)[1]

    @property
    def google(self) -> str:
        return "https://calendar.google.com/calendar/r?" + urlencode({"cid": self.webcal})

    @property
    def outlook(self) -> str:
        return self._outlook("personal")

    @property
    def outlook_work(self) -> str:
        return self._outlook("work")

    def _outlook(self, which: str) -> str:
        query = urlencode({"url": self.https, "name": self.name})
        return f"{OUTLOOK[which]}/calendar/0/addfromweb?{query}"


@dataclass(frozen=True, slots=True)
class EventLinks:
    """How to copy one event, which then does not follow changes."""

    title: str
    start: datetime
    end: datetime
    where: str
    text: str

    @classmethod
    def of(cls, booking: Booking, *, title: str, page: str) -> Self:
        """`page` is where it can be read about, with its scheme and host."""
        space, place = booking.space, booking.space.place
        where = f"{space.name}, {place.name}, {place.full_address}"
        return cls(title or space.name, booking.start, booking.end, where, page)

    @property
    def google(self) -> str:
        query = {
            "action": "TEMPLATE",
            "text": self.title,
            "dates": f"{utc(self.start)}/{utc(self.end)}",
            "location": self.where,
            "details": self.text,
        }
        return "https://calendar.google.com/calendar/render?" + urlencode(query)

    @property
    def outlook(self) -> str:
        return self._outlook("personal")

    @property
    def outlook_work(self) -> str:
        return self._outlook("work")

    def _outlook(self, which: str) -> str:
        query = {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": self.title,
            "startdt": self.start.astimezone(UTC).isoformat(),
            "enddt": self.end.astimezone(UTC).isoformat(),
            "location": self.where,
            "body": self.text,
        }
        return f"{OUTLOOK[which]}/calendar/0/deeplink/compose?{urlencode(query)}"
