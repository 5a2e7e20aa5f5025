"""A request to `/dav/`, and what it is about."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from billing.dav.errors import XML
from bookings.calendars.dav import properties
from bookings.calendars.dav.collections import Collection
from bookings.calendars.dav.home import Home
from bookings.calendars.dav.properties import Resource
from bookings.calendars.dav.xml import Element, Malformed, read, write
from bookings.models import CalendarLook
from bookings.preconditions import Precondition

MAX_XML = 1024 * 1024  # a multiget of some thousand addresses
ETAGS = re.compile(r'(?:W/)?"[^"]*"|\*')


@dataclass
class Asked:
    request: HttpRequest
    user: User
    home: Home
    calendar: Collection | None
    key: str  # of the calendar, whether it is there or not
    name: str
    now: datetime
    is_home: bool

    @property
    def method(self) -> str:
        return self.request.method or ""

    @property
    def depth(self) -> str:
        """An infinite one is answered as one level, which is all there is below anything."""
        said = self.request.headers.get("Depth", "1" if self.method == "PROPFIND" else "0")
        return "0" if said == "0" else "1"

    @property
    def path(self) -> str:
        return self.request.path

    def body(self) -> Element | None:
        if length(self.request) > MAX_XML:
            raise Malformed
        return read(self.request.body)

    def precondition(self) -> Precondition:
        headers = self.request.headers
        return Precondition(
            if_match=tags(headers.get("If-Match", "")),
            if_none_match=tags(headers.get("If-None-Match", "")),
        )

    def resource(self) -> Resource | None:
        if self.calendar is None:
            if not self.is_home:
                return properties.root(self.user)
            is_principal = self.path == properties.principal_href(self.user)
            return properties.principal(self.user) if is_principal else properties.home(self.home)
        if not self.name:
            look = CalendarLook.objects.filter(user=self.user, calendar=self.calendar.key).first()
            return properties.collection(self.calendar, look)
        found = self.calendar.named([self.name]).get(self.name)
        return properties.thing(self.calendar, found) if found else None


def tags(header: str) -> tuple[str, ...]:
    """Of If-Match. A weak tag says the same bytes as our strong ones, which proxies weaken."""
    return tuple(one.removeprefix("W/") for one in ETAGS.findall(header))


def length(request: HttpRequest) -> int:
    said = request.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() else 0


def xml(body: Element, status: int = 207) -> HttpResponse:
    return HttpResponse(write(body), status=status, content_type=XML)
