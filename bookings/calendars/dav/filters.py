"""Which objects a calendar-query asks for (RFC 4791, 9.7)."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from bookings.availability.hours import LONGEST
from bookings.calendars.dav.happening import DAY, EARLIEST, KINDS, LATEST, happening, moment
from bookings.calendars.dav.objects import DavObject
from bookings.calendars.dav.xml import Element, node, tag
from spaces.periods import Period, period

AT_MOST = 5.0  # seconds of the processor for one question
COLLATIONS = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")


class BadFilter(Exception):
    """`condition` is the name of the precondition of RFC 4791 that does not hold."""

    def __init__(self, condition: str = "C:valid-filter") -> None:
        self.condition = condition
        super().__init__(condition)


class Query:
    """The filter of a report. Without one, everything is asked for."""

    def __init__(self, element: Element | None, zone: ZoneInfo) -> None:
        self.zone = zone
        top = None if element is None else element.find(tag("C:comp-filter"))
        if element is not None and (top is None or top.get("name") != "VCALENDAR"):
            raise BadFilter
        self.tops = [] if top is None else _about_some_kind(top)
        for one in self.tops:
            for span in one.iter(tag("C:time-range")):
                span_of(span)

    @property
    def _only(self) -> Element | None:
        """What it asks of events, tasks or notes, where it asks of one of these alone."""
        parts = list(self.tops[0]) if len(self.tops) == 1 else []
        return parts[0] if len(parts) == 1 and parts[0].tag == tag("C:comp-filter") else None

    @property
    def kind(self) -> str | None:
        """The only kind of component that can be meant, for the database to look."""
        only = self._only
        if only is None or only.find(tag("C:is-not-defined")) is not None:
            return None
        return (only.get("name") or "").upper()

    @property
    def during(self) -> Period | None:
        """The time that there must be something in, for the database to look."""
        return time_range(self._only) if self.kind and self._only is not None else None

    def is_plain(self, *, is_exact: bool) -> bool:
        """Whether the database has looked for all that is asked: the kind alone, or the time
        too where it knows that exactly."""
        only = self._only if self.kind in KINDS else None
        return not self.tops or (
            only is not None and all(is_exact and x.tag == tag("C:time-range") for x in only)
        )

    def sieve(self, objects: Iterable[DavObject], *, is_exact: bool) -> Iterator[DavObject]:
        """Of what the database has found by `kind` and `during`, what is really meant."""
        if self.is_plain(is_exact=is_exact):
            yield from objects
            return
        yield from filter(self._matches, within_limits(objects))

    def _matches(self, one: DavObject) -> bool:
        calendar = Calendar.from_ical(one.text)
        return any(self._component(top, [calendar], calendar) for top in self.tops)

    def _component(self, wanted: Element, there: list[Any], calendar: Any) -> bool:
        name = (wanted.get("name") or "").upper()
        named = [one for one in there if one.name == name]
        if wanted.find(tag("C:is-not-defined")) is not None:
            return not named
        span = time_range(wanted)
        if not named or (span and not self._happens(name, calendar, span)):
            return False
        return any(
            all(self._property(one, component) for one in wanted.findall(tag("C:prop-filter")))
            and all(
                self._component(one, component.subcomponents, calendar)
                for one in wanted.findall(tag("C:comp-filter"))
            )
            for component in named
        )

    def _happens(self, name: str, calendar: Any, span: Period) -> bool:
        if name in KINDS:
            return next(happening(calendar, name, span, self.zone), None) is not None
        if name == "VALARM":
            last = min(span.upper, span.lower + LONGEST)
            alarms = recurring_ical_events.of(calendar, components=["VALARM"])
            return any(
                span.lower <= moment(alarm["TRIGGER"].dt, self.zone) < span.upper
                for one in alarms.between(span.lower - DAY, last + DAY)
                for alarm in one.walk("VALARM")
            )
        return False

    def _property(self, wanted: Element, component: Any) -> bool:
        raw = component.get((wanted.get("name") or "").upper())
        values = raw if isinstance(raw, list) else [] if raw is None else [raw]
        if wanted.find(tag("C:is-not-defined")) is not None:
            return not values
        if not values:
            return False
        span = time_range(wanted)
        if span and not any(
            span.lower <= moment(one.dt, self.zone) < span.upper
            for one in values
            if hasattr(one, "dt")
        ):
            return False
        texts = [text for one in values for text in _texts(one)]
        match = wanted.find(tag("C:text-match"))
        return (match is None or text_matches(match, texts)) and all(
            _parameter(one, values) for one in wanted.findall(tag("C:param-filter"))
        )


def within_limits(objects: Iterable[DavObject]) -> Iterator[DavObject]:
    """As long as working on them does not take too long: else raises `BadFilter`."""
    ends = time.thread_time() + AT_MOST
    for one in objects:
        if time.thread_time() > ends:
            raise BadFilter("D:number-of-matches-within-limits")
        yield one


def _about_some_kind(top: Element) -> list[Element]:
    """Some programs leave out which component they mean: then any will do."""
    loose = [one for one in top if one.tag in (tag("C:time-range"), tag("C:prop-filter"))]
    if not loose:
        return [top]
    kept = [one for one in top if one not in loose]
    return [
        node("C:comp-filter", *kept, node("C:comp-filter", *loose, name=kind), name="VCALENDAR")
        for kind in KINDS
    ]


def _parameter(wanted: Element, values: list[Any]) -> bool:
    name = wanted.get("name") or ""
    texts = [str(one.params[name]) for one in values if name in getattr(one, "params", {})]
    if wanted.find(tag("C:is-not-defined")) is not None:
        return not texts
    match = wanted.find(tag("C:text-match"))
    return bool(texts) and (match is None or text_matches(match, texts))


def text_matches(match: Element, texts: Iterable[str]) -> bool:
    collation = match.get("collation", "i;ascii-casemap")
    if collation not in COLLATIONS:
        raise BadFilter("C:supported-collation")
    fold = str if collation == "i;octet" else str.casefold
    needle = fold(match.text or "")
    return any(needle in fold(text) for text in texts) != (match.get("negate-condition") == "yes")


def _texts(value: Any) -> list[str]:
    if hasattr(value, "cats"):
        return [str(one) for one in value.cats]
    return [str(value) if isinstance(value, str) else value.to_ical().decode()]


def time_range(element: Element) -> Period | None:
    """Of a filter or a report. Raises `BadFilter` when it is none."""
    found = element.find(tag("C:time-range"))
    return None if found is None else span_of(found)


def span_of(element: Element) -> Period:
    """Its `start` and `end`, of which one may be missing."""
    try:
        lower = _stamp(element.get("start")) or EARLIEST
        upper = _stamp(element.get("end")) or LATEST
        return period(lower, upper)
    except ValueError:
        raise BadFilter from None


def _stamp(text: str | None) -> datetime | None:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if text else None
