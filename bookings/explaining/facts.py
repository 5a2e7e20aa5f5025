"""What is known around times that are asked about, each fact asked for once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models.expressions import RawSQL
from psycopg.types.multirange import Multirange

from accounts.models import User
from bookings import availability
from bookings.models import Booking, BusyTime, Occupancy
from bookings.operations.holding import Item
from spaces import formats
from spaces.models import Space, Unit
from spaces.periods import Period, day_span, widened

Row = TypeVar("Row", Occupancy, BusyTime)

LOOKS_AHEAD = 14  # days, for when it opens again


class Facts:
    """What is known of one space around several times: each fact is asked for once for all
    of them, so that a year of Tuesdays takes no more queries than one."""

    def __init__(
        self,
        space: Space,
        spans: Sequence[Period],
        *,
        now: datetime,
        user: User | AnonymousUser | None = None,
    ) -> None:
        self.space, self.spans, self.now, self.user = space, spans, now, user

    @cached_property
    def units(self) -> int:
        return self.space.units.count()

    @cached_property
    def _open(self) -> tuple[Period, ...]:
        zone = self.space.place.zone
        first = formats.as_date(min(span.lower for span in self.spans), zone)
        last = formats.as_date(max(span.upper for span in self.spans), zone)
        days = (last - first).days + LOOKS_AHEAD
        return availability.opening(self.space, day_span(first, zone, days))

    def opening(self, window: Period) -> tuple[Period, ...]:
        met = (one for one in self._open if one.lower < window.upper and window.lower < one.upper)
        return tuple(
            Period(max(one.lower, window.lower), min(one.upper, window.upper), "[)") for one in met
        )

    @cached_property
    def _taken(self) -> list[Occupancy]:
        return list(
            self._met(Occupancy.objects)
            .exclude(held_until__lte=self.now)
            .select_related("booking__space", "change__space", "closure")
        )

    @cached_property
    def _busy(self) -> list[BusyTime]:
        return list(self._met(BusyTime.objects).select_related("source__space"))

    def _met(self, rows: Any) -> Any:
        """Rows of the space's units that any of the times would meet, in order of time."""
        needed: Any = [needs(self.space, span) for span in self.spans]
        met = RawSQL("during && %s::tstzmultirange", [Multirange(needed)])
        theirs = rows.filter(unit__in=self.space.units.all())
        return theirs.annotate(met=met).filter(met=True).order_by("during")

    def taken(self, span: Period) -> list[Occupancy]:
        return met_by(needs(self.space, span), self._taken)

    def busy(self, span: Period) -> list[BusyTime]:
        """What outside calendars say."""
        return met_by(needs(self.space, span), self._busy)

    def own(self, row: Occupancy) -> Booking | None:
        """The booking behind it, if it is the asker's."""
        booking = row.booking
        return booking if booking and self.user and booking.booker_id == self.user.pk else None

    @cached_property
    def run(self) -> set[int]:
        """The spaces whose calendars the asker may know by name."""
        if not isinstance(self.user, User):
            return set()
        return set(Space.objects.run_by(self.user).values_list("pk", flat=True))


def met_by(span: Period, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.during.lower < span.upper and span.lower < row.during.upper]


@dataclass(frozen=True, slots=True)
class Asked:
    space: Space
    span: Period
    now: datetime
    facts: Facts
    quantity: int = 1
    people: int | None = None

    @property
    def day(self) -> str:
        return formats.day_name(self.span.lower, self.space.place.zone)

    def clock(self, moment: datetime) -> str:
        """`14.30`, with the day when it is another one."""
        zone = self.space.place.zone
        time = formats.clock(moment, zone)
        same = formats.as_date(moment, zone) == formats.as_date(self.span.lower, zone)
        return time if same else f"{formats.day_short(moment, zone)} {time}"


class Along:
    """How many of what is counted nobody has, at each of several times: two queries for all."""

    def __init__(self, items: Sequence[Item], *, now: datetime) -> None:
        self.items, self.now = items, now

    @cached_property
    def _units(self) -> dict[int, set[int]]:
        """By add-on."""
        wanted = {one.pk for item in self.items for one in item.add_ons if one.is_counted}
        found: dict[int, set[int]] = {pk: set() for pk in wanted}
        if wanted:
            for pk, unit in Unit.objects.filter(add_on__in=wanted).values_list("add_on", "pk"):
                found[pk].add(unit)
        return found

    @cached_property
    def _taken(self) -> list[tuple[int, Period]]:
        units = {unit for found in self._units.values() for unit in found}
        if not units:
            return []
        needed: Any = [needs(item.space, item.span) for item in self.items]
        met = RawSQL("during && %s::tstzmultirange", [Multirange(needed)])
        rows = Occupancy.objects.filter(unit__in=units).exclude(held_until__lte=self.now)
        return list(rows.annotate(met=met).filter(met=True).values_list("unit", "during"))

    def left(self, item: Item) -> dict[int, int]:
        """By the id of the add-on, for those of this time that are counted."""
        span = needs(item.space, item.span)
        taken = {
            unit
            for unit, during in self._taken
            if during.lower < span.upper and span.lower < during.upper
        }
        return {one.pk: len(self._units[one.pk] - taken) for one in item.add_ons if one.is_counted}


def needs(space: Space, span: Period) -> Period:
    """`span` with what the space needs before and after."""
    rules = space.in_force
    return widened(span, rules.buffer_before, rules.buffer_after)
