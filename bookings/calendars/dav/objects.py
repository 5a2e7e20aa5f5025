"""The objects of a collection: one booking, one series, or that somebody has the space."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from bookings.calendars.events import (
    PRODID,
    Entry,
    SpaceText,
    basic,
    escape,
    fold,
    times,
    utc,
    vevent,
)
from bookings.models import UNSETTLED, Booking, CalendarObject, Series, Status
from bookings.occurrences import occurrences
from bookings.preconditions import tag_of
from spaces.periods import at_minute


class DavObject:
    """One resource of a collection: its name there, and its text."""

    name: str
    is_mine: ClassVar[bool] = True
    component: str = "VEVENT"

    @cached_property
    def text(self) -> str:
        raise NotImplementedError

    @cached_property
    def etag(self) -> str:
        return tag_of(self.text)

    @property
    def uid(self) -> str:
        raise NotImplementedError

    @property
    def changed_in(self) -> int:
        raise NotImplementedError

    @property
    def changed_at(self) -> datetime:
        raise NotImplementedError


@dataclass(eq=False)
class Booked(DavObject):
    """What it is made of: one booking, or those of a series that stand."""

    bookings: Sequence[Booking]
    space: SpaceText
    name: str

    @property
    def uid(self) -> str:
        return self.bookings[0].ical_uid

    @property
    def changed_in(self) -> int:
        return max(one.changed_in for one in self.bookings)

    @property
    def changed_at(self) -> datetime:
        return max(one.changed_at for one in self.bookings)


class OneBooking(Booked):
    """A booking of the person's own."""

    @cached_property
    def text(self) -> str:
        (booking,) = self.bookings
        given = given_to(booking)
        event = vevent(entry_of(booking), self.space, extras=given.extras if given else "")
        return calendar(self.space.timezone, event)


@dataclass(eq=False)
class OneSeries(Booked):
    """A series as one event with its rule: what came of each day that is not as the rule says
    is an override, and a day of which nothing came an exception."""

    series: Series
    spaces: dict[int, SpaceText]  # of each of the bookings

    @property
    def uid(self) -> str:
        given = given_to(self.series)
        return given.uid if given else series_uid(self.series)

    @cached_property
    def text(self) -> str:
        series, zone = self.series, self.series.zone
        given = given_to(series)
        uid = self.uid
        by_day = {one.recurrence_date: one for one in self.bookings}
        days = [one.day for one in occurrences(series)]
        missing = [day for day in days if day not in by_day]
        start, end = (
            at_minute(series.starts_on, minute, zone) for minute in (series.opens, series.closes)
        )
        master = Entry(
            series.pk,
            series.space_id,
            start,
            end,
            series.title,
            common_status(self.bookings),
            max(one.sequence for one in self.bookings),
            self.changed_at,
            uid,
        )
        stamp = f";TZID={zone.key}"
        rule = f"DTSTART{stamp}:{basic(start.astimezone(zone))}\r\n"
        rule += f"DTEND{stamp}:{basic(end.astimezone(zone))}\r\n"
        rule += fold(f"RRULE:{series.rrule}")
        rule += "".join(f"EXDATE{stamp}:{self._said(day)}\r\n" for day in missing)
        page = settings.PUBLIC_URL + series.get_absolute_url()
        master_text = vevent(
            master,
            self.space._replace(link=page),
            when=rule,
            extras=given.extras if given else "",
        )
        overrides = [
            vevent(
                entry_of(one)._replace(uid=uid),
                self.spaces[one.space_id],
                when=f"RECURRENCE-ID{stamp}:{self._said(day)}\r\n"
                + times(one.start, one.end, self.spaces[one.space_id]),
            )
            for day, one in sorted(by_day.items(), key=lambda pair: str(pair[0]))
            if day is not None and self._differs(one, day, master.status)
        ]
        zones = dict.fromkeys(
            [self.space.timezone, *(self.spaces[one.space_id].timezone for one in self.bookings)]
        )
        return calendar("".join(zones), master_text, *overrides)

    def _said(self, day: date) -> str:
        """When the rule would have it on that day, by the wall clock."""
        hour, minute = divmod(self.series.opens, 60)
        return f"{day:%Y%m%d}T{hour:02d}{minute:02d}00"

    def _differs(self, booking: Booking, day: date, status: str) -> bool:
        series, zone = self.series, self.series.zone
        start, end = (at_minute(day, minute, zone) for minute in (series.opens, series.closes))
        is_twice = start.astimezone(zone).fold or end.astimezone(zone).fold  # this hour comes twice
        return (
            bool(is_twice)
            or (booking.start, booking.end) != (start, end)
            or booking.space_id != series.space_id
            or booking.title != series.title
            or shown_status(booking) != status
        )


class Taken(Booked):
    """That somebody has the space, without who or why. Its name and UID tell nothing either."""

    is_mine = False

    @cached_property
    def text(self) -> str:
        (one,) = self.bookings
        stamp = utc(one.changed_at)
        uid = self.name.removesuffix(".ics")
        event = (
            f"BEGIN:VEVENT\r\nUID:{uid}@taken.ledig\r\nDTSTAMP:{stamp}\r\n"
            f"LAST-MODIFIED:{stamp}\r\nSEQUENCE:{one.sequence}\r\n"
            f"{times(one.start, one.end, self.space)}"
            f"{fold('SUMMARY:' + escape(_('Taken')))}"
            "CLASS:PRIVATE\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n"
        )
        return calendar(self.space.timezone, event)


# --- Small answers --------------------------------------------------------------------------


def calendar(zones: str, *events: str) -> str:
    """A stored object has no METHOD."""
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\n"
    return "".join([head, zones, *events, "END:VCALENDAR\r\n"])


def given_to(thing: Booking | Series) -> CalendarObject | None:
    """What a calendar program has called it."""
    found: CalendarObject | None = getattr(thing, "calendar_object", None)
    return found


def entry_of(booking: Booking) -> Entry:
    return Entry.of(booking)._replace(status=shown_status(booking))


def shown_status(booking: Booking) -> str:
    """What is not certain yet is tentative."""
    return Status.REQUESTED if booking.status in UNSETTLED else Status.CONFIRMED


def common_status(bookings: Sequence[Booking]) -> str:
    shown = [shown_status(one) for one in bookings]
    return max(shown, key=shown.count)


def series_uid(series: Series) -> str:
    return f"{series.pk}@series.ledig"


def taken_name(space: int, booking: object) -> str:
    return salted_hmac("ledig.taken", f"{space}:{booking}").hexdigest()[:32] + ".ics"
