"""What each resource of `/dav/` says of itself: WebDAV's properties."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.http import http_date

from accounts.models import User
from bookings.calendars.dav.collections import Collection
from bookings.calendars.dav.home import Home
from bookings.calendars.dav.objects import DavObject
from bookings.calendars.dav.own import Own
from bookings.calendars.dav.xml import (
    Content,
    Element,
    filled,
    node,
    propstat,
    response,
    tag,
)
from bookings.calendars.vtimezone import vtimezone
from bookings.models import CalendarLook
from bookings.occurrences import MOST as MOST_OCCURRENCES

MAX_SIZE = 100 * 1024  # bytes of an event; ours have about one kilobyte
REPORTS = ("C:calendar-query", "C:calendar-multiget", "C:free-busy-query", "D:sync-collection")
READS = ("read", "read-current-user-privilege-set")
CHANGES = (*READS, "write-content", "unbind")  # of what is there
ADDS = (*CHANGES, "write", "write-properties", "bind")
ICS = "text/calendar; charset=utf-8"

# What a person's program may keep of its own: names, colours, an order.
KEPT = frozenset(
    tag(name)
    for name in (
        "D:displayname",
        "A:calendar-color",
        "A:calendar-order",
        "C:calendar-description",
        "C:calendar-timezone",
        "CS:calendar-availability",
    )
)

Properties = dict[str, Callable[[], Content]]


@dataclass
class Resource:
    """Something with an address: its properties, and what is below it."""

    href: str
    properties: Properties
    etag: str = ""
    calendar: Collection | None = None
    thing: DavObject | None = None

    def describe(self, wanted: Iterable[str] | None, *, names_only: bool = False) -> Element:
        """Its part of a multistatus: what of `wanted` it has, or all that costs little."""
        names = list(self.properties) if wanted is None else list(dict.fromkeys(wanted))
        if wanted is None:
            names = [name for name in names if names_only or name not in ONLY_IF_ASKED]
        has = [name for name in names if name in self.properties]
        lacks = [name for name in names if name not in self.properties]
        said = (filled(name, "" if names_only else self.properties[name]()) for name in has)
        return response(
            self.href,
            propstat("200 OK", said),
            propstat("404 Not Found", (Element(name) for name in lacks)),
        )


ONLY_IF_ASKED = frozenset(
    tag(name)
    for name in (
        "C:calendar-data",
        "C:calendar-timezone",
        "C:calendar-description",
        "C:supported-calendar-component-set",
        "C:supported-calendar-data",
        "C:max-resource-size",
        "C:max-instances",
        "C:calendar-home-set",
        "C:calendar-user-address-set",
    )
)


def principal_href(user: User) -> str:
    return reverse("dav_principal", args=[user.pk])


def home_href(user: User) -> str:
    return reverse("dav_home", args=[user.pk])


def calendar_href(calendar: Collection) -> str:
    return reverse("dav_calendar", args=[calendar.home.user.pk, calendar.key])


def object_href(calendar: Collection, name: str) -> str:
    return calendar_href(calendar) + quote(name)


# --- Each kind of resource ------------------------------------------------------------------


def root(user: User) -> Resource:
    return Resource(reverse("dav"), _common(user, "D:collection"))


def principal(user: User) -> Resource:
    return Resource(principal_href(user), _common(user, "D:principal"))


def home(found: Home) -> Resource:
    return Resource(home_href(found.user), _common(found.user, "D:collection"))


def calendars(found: Home) -> Iterator[Resource]:
    """All of a home, with a fixed number of queries."""
    looks = {one.calendar: one for one in CalendarLook.objects.filter(user=found.user)}
    for calendar in found.calendars():
        yield collection(calendar, looks.get(calendar.key))


def collection(calendar: Collection, look: CalendarLook | None) -> Resource:
    user = calendar.home.user
    allowed = ADDS if calendar.can_add else (*CHANGES, "write-properties")
    takes = [node("C:comp", name=one) for one in calendar.components]
    found = _common(user, "D:collection", "C:calendar", privileges=allowed)
    mine: Properties = {
        "D:displayname": lambda: calendar.name,
        "D:getetag": lambda: calendar.state.tag,
        "D:sync-token": lambda: calendar.state.token,
        "D:supported-report-set": lambda: [
            node("D:supported-report", node("D:report", node(name))) for name in REPORTS
        ],
        "CS:getctag": lambda: calendar.state.tag,
        "A:calendar-color": lambda: calendar.colour + "FF",
        "C:calendar-description": lambda: calendar.description,
        "C:calendar-timezone": lambda: timezone_text(calendar),
        "C:supported-calendar-component-set": lambda: takes,
        "C:supported-calendar-data": lambda: [
            node("C:calendar-data", **{"content-type": "text/calendar", "version": "2.0"})
        ],
        "C:supported-collation-set": lambda: [
            node("C:supported-collation", name)
            for name in ("i;ascii-casemap", "i;octet", "i;unicode-casemap")
        ],
        "C:max-resource-size": lambda: str(MAX_SIZE),
        "C:schedule-calendar-transp": lambda: [
            node("C:opaque" if calendar.space is None else "C:transparent")
        ],
    }
    if not isinstance(calendar, Own):
        mine["C:max-instances"] = lambda: str(MOST_OCCURRENCES)
    found |= {tag(name): value for name, value in mine.items()}
    for name, text in (look.said if look else {}).items():
        found[name] = _always(text)
    return Resource(calendar_href(calendar), found, calendar=calendar)


def thing(calendar: Collection, one: DavObject) -> Resource:
    """An object of a calendar."""
    found = _common(calendar.home.user, privileges=CHANGES if one.is_mine else READS)
    mine: Properties = {
        "D:getetag": lambda: one.etag,
        "D:getcontenttype": lambda: type_of(one),
        "D:getcontentlength": lambda: str(len(one.text.encode())),
        "D:getlastmodified": lambda: http_date(one.changed_at.timestamp()),
        "C:calendar-data": lambda: one.text,
    }
    found |= {tag(name): value for name, value in mine.items()}
    href = object_href(calendar, one.name)
    return Resource(href, found, calendar=calendar, thing=one)


def type_of(one: DavObject) -> str:
    return f"{ICS}; component={one.component.lower()}"


def _common(user: User, *types: str, privileges: Iterable[str] = READS) -> Properties:
    def me() -> Content:
        return [node("D:href", principal_href(user))]

    found: Properties = {
        "D:resourcetype": lambda: [node(name) for name in types],
        "D:current-user-principal": me,
        "D:principal-URL": me,
        "D:owner": me,
        "D:principal-collection-set": lambda: [node("D:href", reverse("dav"))],
        "D:current-user-privilege-set": lambda: [
            node("D:privilege", node(f"D:{name}")) for name in privileges
        ],
        "D:displayname": lambda: str(user),
        "D:supported-report-set": list,
        "C:calendar-home-set": lambda: [node("D:href", home_href(user))],
        "C:calendar-user-address-set": lambda: [
            node("D:href", f"mailto:{user.email}"),
            node("D:href", principal_href(user)),
        ],
    }
    if types in ((), ("D:collection", "C:calendar")):  # said by those above them
        del found["C:calendar-home-set"], found["C:calendar-user-address-set"]
    return {tag(name): value for name, value in found.items()}


def _always(text: str) -> Callable[[], Content]:
    return lambda: text


def timezone_text(calendar: Collection) -> str:
    zone = vtimezone(calendar.zone, calendar.home.now.year) or ""
    product = f"PRODID:-//{settings.DISTRICT_NAME}//Ledig//EN"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{product}\r\n{zone}END:VCALENDAR\r\n"
