"""Which objects a calendar-query asks for (RFC 4791, 9.7)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from bookings.calendars.dav.objects import DavObject
from bookings.calendars.dav.xml import Element, node, tag
from spaces.periods import Period, period

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
COLLATIONS = ("i;ascii-casemap", "i;octet", "i;unicode-casemap")
DAY = timedelta(days=1)


class BadFilter(Exception):
    """`condition` is the name of the precondition of RFC 4791 that does not hold."""

    def __init__(self, condition: str = "C:valid-filter") -> None:
        self.condition = condition
        super().__init__(condition)


class Query:
    """The filter of a report. Without one, everything is asked for."""

    def __init__(self, element: Element | None, zone: ZoneInfo) -> None:
        self.zone = zone
        self.top = None if element is None else element.find(tag("C:comp-filter"))
        if element is not None and (self.top is None or self.top.get("name") != "VCALENDAR"):
            raise BadFilter
        if self.top is not None:
            self.top = _about_events(self.top)

    @property
    def during(self) -> Period | None:
        """The time that events must have something in, for the database to look."""
        if self.top is None:
            return None
        events = [one for one in self.top if one.get("name") == "VEVENT"]
        found = [span for one in events if (span := time_range(one)) is not None]
        return found[0] if len(found) == 1 else None

    @property
    def is_plain(self) -> bool:
        """Whether the time is all that is asked for."""
        return self.top is None or all(
            one.get("name") == "VEVENT" and all(x.tag == tag("C:time-range") for x in one)
            for one in self.top
        )

    def sieve(self, objects: Iterable[DavObject]) -> Iterator[DavObject]:
        for one in objects:
            if self.is_plain or self.top is None or self._matches(one):
                yield one

    def _matches(self, one: DavObject) -> bool:
        assert self.top is not None
        calendar = Calendar.from_ical(one.text)
        return self._component(self.top, [calendar], calendar)

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
        if name == "VEVENT":
            return next(_occurrences(calendar, span), None) is not None
        if name == "VALARM":
            return any(span.lower <= at < span.upper for at in self._alarms(calendar, span))
        return False

    def _alarms(self, calendar: Any, span: Period) -> Iterator[datetime]:
        for event in _occurrences(calendar, Period(span.lower - DAY, span.upper + DAY, "[)")):
            for alarm in event.walk("VALARM"):
                trigger = getattr(alarm.get("TRIGGER"), "dt", None)
                if isinstance(trigger, timedelta):
                    yield moment(event.start, self.zone) + trigger
                elif trigger is not None:
                    yield moment(trigger, self.zone)

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


def _about_events(top: Element) -> Element:
    """Some programs leave out which component they mean. There are only events."""
    loose = [one for one in top if one.tag in (tag("C:time-range"), tag("C:prop-filter"))]
    if not loose:
        return top
    kept = [one for one in top if one not in loose]
    return node(
        "C:comp-filter", *kept, node("C:comp-filter", *loose, name="VEVENT"), name="VCALENDAR"
    )


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


def _occurrences(calendar: Any, span: Period) -> Iterator[Any]:
    found: Iterable[Any] = recurring_ical_events.of(calendar).between(span.lower, span.upper)
    return iter(found)


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


def moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A floating time or a day is by the wall clock of the place."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
