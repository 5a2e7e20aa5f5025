"""The questions that calendar programs ask (RFC 4791, 7; RFC 6578, 3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar

from accounts.models import User
from bookings import availability
from bookings.availability.hours import LONGEST
from bookings.calendars.dav import properties
from bookings.calendars.dav.collections import Changes, Collection
from bookings.calendars.dav.filters import BadFilter, Query, span_of
from bookings.calendars.dav.happening import comes_again, happening
from bookings.calendars.dav.objects import DavObject
from bookings.calendars.dav.xml import (
    Element,
    filled,
    gone,
    multistatus,
    node,
    propstat,
    response,
    tag,
)
from bookings.calendars.events import PRODID, utc
from spaces.periods import Period

MOST_HREFS = 5000

MOST_EXPANDED = 1000

Data = Callable[[Collection, DavObject], str]


def query(calendars: list[Collection], body: Element) -> Element:
    """calendar-query: the objects that a filter lets through."""
    wanted, data = wanted_of(body), data_of(body)
    parts = []
    for calendar in calendars:
        asked = Query(body.find(tag("C:filter")), ZoneInfo(calendar.zone))
        there = calendar.objects(asked.during, asked.kind)
        for one in asked.sieve(there, is_exact=calendar.is_exact):
            parts.append(_part(calendar, one, wanted, data))  # noqa: PERF401
    return multistatus(*parts)


def multiget(calendar: Collection, body: Element) -> Element:
    """calendar-multiget: the objects at these addresses, in one look-up."""
    hrefs = [(one.text or "").strip() for one in body.findall(tag("D:href"))][:MOST_HREFS]
    base = properties.calendar_href(calendar)
    names = {href: name_in(href, base) for href in hrefs}
    found = calendar.named(name for name in names.values() if name)
    wanted, data = wanted_of(body), data_of(body)
    return multistatus(
        *(
            _part(calendar, found[name], wanted, data)
            if (name := names[href]) in found
            else gone(href)
            for href in names
        )
    )


def sync(calendar: Collection, body: Element) -> Element:
    """sync-collection: what has changed since a token, and the next token, which was read
    before we looked. Raises `UnknownToken`.

    Where a program wants only so many at once, it is given the oldest changes and a token that
    leads to the rest: never a part of one transaction, so that each answer brings it further.
    """
    state = calendar.state
    token = (body.findtext(tag("D:sync-token")) or "").strip()
    wanted, data = wanted_of(body), data_of(body)
    changes = calendar.changes(state.since(token)) if token else Changes(list(calendar.objects()))
    parts = [(one.changed_in, _part(calendar, one, wanted, data)) for one in changes.objects]
    parts += [
        (changed_in, gone(properties.object_href(calendar, name)))
        for name, changed_in in changes.gone.items()
    ]
    parts.sort(key=lambda part: part[0])
    told, rest = _first_of(parts, _limit(body))
    responses = [part for _changed_in, part in told]
    if rest is not None:
        responses.append(_there_is_more(properties.calendar_href(calendar)))
        state = replace(state, oldest=min(state.oldest, rest))
    return multistatus(*responses, node("D:sync-token", state.token))


def _limit(body: Element) -> int | None:
    said = (body.findtext(f"{tag('D:limit')}/{tag('D:nresults')}") or "").strip()
    return int(said) if said.isdecimal() else None


def _first_of(
    parts: list[tuple[int, Element]], limit: int | None
) -> tuple[list[tuple[int, Element]], int | None]:
    """About so many of the oldest changes, and the transaction of the first that is left."""
    if limit is None or len(parts) <= limit:
        return parts, None
    first_left = parts[limit][0]
    fits = [part for part in parts if part[0] < first_left]
    if not fits:  # one transaction changed more than that: all of it
        fits = [part for part in parts if part[0] == first_left]
        later = [part[0] for part in parts if part[0] > first_left]
        return fits, min(later, default=None)
    return fits, first_left


def _there_is_more(href: str) -> Element:
    return node(
        "D:response",
        node("D:href", href),
        node("D:status", "HTTP/1.1 507 Insufficient Storage"),
        node("D:error", node("D:number-of-matches-within-limits")),
    )


# --- People ---------------------------------------------------------------------------------

SEARCHED = node(
    "D:principal-search-property-set",
    node(
        "D:principal-search-property",
        node("D:prop", node("D:displayname")),
        node("D:description", "Name", **{"{http://www.w3.org/XML/1998/namespace}lang": "en"}),
    ),
)


def principals(user: User, body: Element) -> Element:
    """principal-property-search: nobody but oneself is found here. What is wanted is said in
    `prop`; some programs say it beside that."""
    wanted = [(one.text or "").casefold() for one in body.iter(tag("D:match"))]
    known = (str(user).casefold(), user.email.casefold())
    if not all(any(text in one for one in known) for text in wanted):
        return multistatus()
    of_search = [
        tag(name) for name in ("D:prop", "D:property-search", "D:apply-to-principal-collection-set")
    ]
    names = [*(wanted_of(body) or []), *(one.tag for one in body if one.tag not in of_search)]
    return multistatus(properties.principal(user).describe(names or None))


# --- When it is taken -----------------------------------------------------------------------


def free_busy(calendar: Collection, body: Element, *, now: datetime) -> str:
    """free-busy-query: when the space is taken, and when it is closed; of one's own bookings,
    when one is busy. The time asked for is cut to a little more than a year."""
    asked = body.find(tag("C:time-range"))
    if asked is None:
        raise BadFilter
    span = span_of(asked)
    span = Period(span.lower, min(span.upper, span.lower + LONGEST), "[)")
    lines = [
        f"FREEBUSY;FBTYPE={kind}:{utc(one.lower)}/{utc(one.upper)}\r\n"
        for kind, one in _busy(calendar, span, now)
    ]
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nBEGIN:VFREEBUSY\r\n"
        f"UID:{utc(span.lower)}-{calendar.key}@freebusy.ledig\r\nDTSTAMP:{utc(now)}\r\n"
        f"DTSTART:{utc(span.lower)}\r\nDTEND:{utc(span.upper)}\r\n"
        f"{''.join(lines)}END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )


def _busy(calendar: Collection, span: Period, now: datetime) -> list[tuple[str, Period]]:
    if calendar.space is None:
        cut = [
            Period(max(one.lower, span.lower), min(one.upper, span.upper), "[)")
            for one in calendar.busy(span)
        ]
        cut.sort(key=lambda one: one.lower)
        return [("BUSY", one) for one in cut if one.lower < one.upper]
    times = availability.calendars([calendar.space.pk], span, now=now)[calendar.space.pk]
    closed, at = [], span.lower
    for one in times.open:
        closed.append(("BUSY-UNAVAILABLE", Period(at, one.lower, "[)")))
        at = one.upper
    closed.append(("BUSY-UNAVAILABLE", Period(at, span.upper, "[)")))
    taken = [("BUSY", one) for one in times.taken]
    return sorted(
        (one for one in [*closed, *taken] if one[1].lower < one[1].upper),
        key=lambda one: (one[1].lower, one[0]),
    )


# --- What of them ---------------------------------------------------------------------------


def wanted_of(body: Element) -> list[str] | None:
    """The properties asked for; None for all."""
    found = body.find(tag("D:prop"))
    return None if found is None else [one.tag for one in found]


def data_of(body: Element) -> Data:
    """How the objects' text is wanted: as it is, or a series as its single events."""
    found = body.find(f"{tag('D:prop')}/{tag('C:calendar-data')}/{tag('C:expand')}")
    if found is None:
        return lambda _calendar, one: one.text
    span = span_of(found)
    return lambda calendar, one: expanded(one, span, ZoneInfo(calendar.zone))


def expanded(thing: DavObject, span: Period, zone: ZoneInfo) -> str:
    """Every event within a time by itself, in UTC (RFC 4791, 9.6.5): the first thousand."""
    source = Calendar.from_ical(thing.text)
    is_series = comes_again(source)
    answer = Calendar()
    answer.add("VERSION", "2.0")
    answer.add("PRODID", PRODID)
    for one in islice(happening(source, thing.component, span, zone), MOST_EXPANDED):
        said = one.pop("RECURRENCE-ID", None)
        for name in ("RRULE", "EXDATE", "RDATE"):
            one.pop(name, None)
        if is_series:
            one["RECURRENCE-ID"] = said if said is not None else one["DTSTART"]
            one.pop("DURATION", None)  # the library says the end instead
        for name in ("DTSTART", "DTEND", "DUE", "RECURRENCE-ID"):
            if name in one:
                at = one.pop(name).dt
                one.add(name, _in_utc(at))
        answer.add_component(one)
    written: str = answer.to_ical().decode()
    return written


def _in_utc(value: date) -> date:
    """A day, and a time on any wall clock, stay what they are."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value


def _part(calendar: Collection, one: DavObject, wanted: list[str] | None, data: Data) -> Element:
    resource = properties.thing(calendar, one)
    resource.properties[tag("C:calendar-data")] = lambda: data(calendar, one)
    return resource.describe(wanted)


def name_in(href: str, base: str) -> str:
    """The name of an object of the calendar at `base`, or nothing."""
    path = unquote(urlsplit(href).path)
    name = path.removeprefix(base)
    return name if path.startswith(base) and "/" not in name else ""


def proppatched(href: str, kept: list[str], refused: list[str]) -> Element:
    """The answer to a PROPPATCH: always 207, for each property its own."""
    because = "424 Failed Dependency" if refused else "200 OK"
    return multistatus(
        response(
            href,
            propstat(because, (filled(name, "") for name in kept)),
            propstat("403 Forbidden", (filled(name, "") for name in refused)),
        )
    )
