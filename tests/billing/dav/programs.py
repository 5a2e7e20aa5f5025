"""A calendar program, as far as a test needs one."""

import base64
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from accounts.operations import make_app_password
from bookings.calendars.dav import changes
from tests.factories import NOW

SPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
    "A": "http://apple.com/ns/ical/",
    "L": "urn:ledig:dav",
}
HEAD = (
    '<?xml version="1.0"?><D:{0} xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/">{1}</D:{0}>'
)


class Program:
    """Signed in as somebody, with an app password of its own."""

    def __init__(self, user: User, *, password: str = "") -> None:
        if not password:
            _made, password = make_app_password(user=user, name="test", now=NOW)
        word = base64.b64encode(f"{user.email}:{password}".encode()).decode()
        self.user, self.client = user, Client()
        self.headers = {"Authorization": f"Basic {word}", "User-Agent": "Test/1"}

    @property
    def home(self) -> str:
        return f"/dav/calendars/{self.user.pk}/"

    def ask(self, method: str, path: str, body: str = "", **headers: Any) -> Any:
        sent = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        if method == "PUT":
            sent.setdefault("Content-Type", "text/calendar; charset=utf-8")
        path = path if path.startswith("/") else self.home + path
        kind = sent.pop("Content-Type", "application/xml")
        return self.client.generic(
            method, path, body.encode(), content_type=kind, headers={**self.headers, **sent}
        )

    def propfind(self, path: str, *names: str, depth: int = 0) -> "Multistatus":
        props = "".join(f"<{name}/>" for name in names)
        body = HEAD.format("propfind", f"<D:prop>{props}</D:prop>")
        return Multistatus(self.ask("PROPFIND", path, body, Depth=depth))

    def report(self, path: str, name: str, inside: str, **headers: Any) -> "Multistatus":
        body = (
            HEAD.format("x", inside).replace("<D:x ", f"<{name} ").replace("</D:x>", f"</{name}>")
        )
        return Multistatus(self.ask("REPORT", path, body, **headers))

    def sync(self, path: str, token: str = "") -> "Multistatus":
        inside = f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
        return self.report(path, "D:sync-collection", inside + "<D:prop><D:getetag/></D:prop>")

    def names(self, calendar: str) -> list[str]:
        found = self.propfind(f"{calendar}/", "D:getetag", depth=1)
        return sorted(href.rsplit("/", 1)[1] for href in found.hrefs if not href.endswith("/"))

    def put(self, path: str, *lines: str, **headers: Any) -> Any:
        return self.ask("PUT", path, ics(*lines), **headers)

    def event(self, path: str) -> Any:
        """The first event of an object, as icalendar reads it."""
        return Calendar.from_ical(self.ask("GET", path).content).events[0]


def as_if_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no transaction were running. Other tests' are, in other databases of the cluster,
    and for as long as one is, changes are told of again."""
    quiet = changes.NOW.replace("pg_snapshot_xmin", "pg_snapshot_xmax")
    monkeypatch.setattr(changes, "NOW", quiet)


class Multistatus:
    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.root = ElementTree.fromstring(answer.content) if answer.content else None

    @property
    def hrefs(self) -> list[str]:
        return [one.text or "" for one in self.root.findall("D:response/D:href", SPACES)]

    def of(self, href: str) -> Any:
        for one in self.root.findall("D:response", SPACES):
            if one.findtext("D:href", "", SPACES).endswith(href):
                return one
        raise AssertionError(f"{href} is not in {self.hrefs}")

    def text(self, href: str, name: str) -> str:
        path = f"D:propstat/D:prop/{name}"
        found = self.of(href).find(path, SPACES)
        assert found is not None, f"{name} of {href}"
        inside = found.find("D:href", SPACES)
        return (inside if inside is not None else found).text or ""

    @property
    def gone(self) -> list[str]:
        return [
            one.findtext("D:href", "", SPACES).rsplit("/", 1)[1]
            for one in self.root.findall("D:response", SPACES)
            if "404" in (one.findtext("D:status", "", SPACES) or "")
        ]

    @property
    def there(self) -> list[str]:
        gone = set(self.gone)
        names = (href.rsplit("/", 1)[1] for href in self.hrefs)
        return sorted(name for name in names if name not in gone)

    @property
    def token(self) -> str:
        return self.root.findtext("D:sync-token", "", SPACES)


def ics(*lines: str) -> str:
    """An object with one event of these lines, unless they are events already."""
    inside = lines if lines and lines[0].startswith("BEGIN:") else (
        "BEGIN:VEVENT", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"
    )  # fmt: skip
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//T//T//", *inside,
                        "END:VCALENDAR", ""])  # fmt: skip


def when(start: datetime, end: datetime) -> tuple[str, str]:
    return f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"
