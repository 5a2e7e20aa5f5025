"""A person's own calendars: what they plan beside what they have booked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from icalendar import Calendar

from accounts.models import User
from bookings.calendars.dav.changes import State
from bookings.calendars.dav.collections import COLOURS, Changes, Collection
from bookings.calendars.dav.filters import within_limits
from bookings.calendars.dav.happening import happening, lasting, moment
from bookings.calendars.dav.objects import DavObject
from bookings.calendars.dav.xml import tag
from bookings.models import CalendarLook, Component, OwnCalendar, OwnObject
from bookings.models.own_calendars import OwnObjectQuerySet
from spaces.periods import Period

if TYPE_CHECKING:
    from bookings.calendars.dav.home import Home


@dataclass(frozen=True)
class Named:
    """An own calendar as its person knows it."""

    row: OwnCalendar
    name: str
    size: int  # events, tasks and notes in it


def own_calendars_of(user: User) -> list[Named]:
    looks = CalendarLook.objects.filter(user=user)
    names = {one.calendar: one.said.get(tag("D:displayname")) for one in looks}
    held = Count("objects_kept", filter=~Q(objects_kept__text=""))
    rows = OwnCalendar.objects.filter(user=user).annotate(held=held)
    return [Named(row, names.get(row.key) or row.key, row.held) for row in rows]


class Kept(DavObject):
    """To the letter as its program wrote it."""

    def __init__(self, row: OwnObject) -> None:
        self.row, self.name, self.component = row, row.name, row.component

    @cached_property
    def text(self) -> str:
        return self.row.text

    @property
    def uid(self) -> str:
        return self.row.uid

    @property
    def changed_in(self) -> int:
        return self.row.changed_in

    @property
    def changed_at(self) -> datetime:
        return self.row.changed_at


class Own(Collection):
    """One that a program has made. Nothing in it is a booking."""

    can_add = True
    is_exact = False

    def __init__(self, home: "Home", row: OwnCalendar) -> None:
        self.home, self.row, self.key = home, row, row.key

    @property
    def components(self) -> Sequence[str]:  # type: ignore[override]
        return self.row.components

    @property
    def state(self) -> State:
        return self.home.own_states[self.row.pk]

    @property
    def name(self) -> str:
        return self.key

    @property
    def description(self) -> str:
        return _("Your own, seen by nobody else. Nothing is booked by what is in it.")

    @property
    def colour(self) -> str:
        return COLOURS[self.row.pk % len(COLOURS)]

    @property
    def rows(self) -> OwnObjectQuerySet:
        return OwnObject.objects.filter(calendar=self.row)

    def objects(self, during: Period | None = None, kind: str | None = None) -> Sequence[DavObject]:
        """Those of a kind and all that may be in a time: `filters` looks closer."""
        found = self.rows.standing().order_by("pk")
        if kind is not None:
            found = found.filter(component=kind)
        if during is not None:
            found = found.filter(Q(during=None) | Q(during__overlap=during))
        return [Kept(row) for row in found]

    def named(self, names: Iterable[str]) -> Mapping[str, DavObject]:
        return {row.name: Kept(row) for row in self.rows.standing().filter(name__in=set(names))}

    def changes(self, since: int) -> Changes:
        changed = list(self.rows.filter(changed_in__gte=since).order_by("changed_in", "pk"))
        return Changes(
            [Kept(row) for row in changed if row.text],
            {row.name: row.changed_in for row in changed if not row.text},
        )

    def busy(self, during: Period) -> list[Period]:
        """Of events that say so."""
        zone, found = ZoneInfo(self.zone), []
        for thing in within_limits(self.objects(during, Component.EVENT)):
            for one in happening(Calendar.from_ical(thing.text), Component.EVENT, during, zone):
                is_free = str(one.get("TRANSP", "")).upper() == "TRANSPARENT"
                if is_free or str(one.get("STATUS", "")).upper() == "CANCELLED":
                    continue
                start = moment(one["DTSTART"].dt, zone)
                end = moment(one["DTEND"].dt, zone) if "DTEND" in one else lasting(one, start, zone)
                if end > start:
                    found.append(Period(start, end, "[)"))
        return found
