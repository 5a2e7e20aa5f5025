"""What is open, free and taken while the demo's bookings are being made up.

The same rules as `bookings.availability`, in memory: thousands of bookings are tried
here, and asking the database for each would take minutes. A test holds the two together.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from accounts.models import AffiliationKind, User
from district.demo.catalogue import Span
from spaces.holidays import public_holidays
from spaces.models import Allocation, OnHolidays, Space
from spaces.periods import Period, at_minute, minutes_in, period, widened
from spaces.prices import Buyer, NotForSale, quote


@dataclass(frozen=True, slots=True)
class Person:
    user: User
    buyer: Buyer
    employer: int | None  # an organisation

    @classmethod
    def of(cls, user: User, buyer: Buyer) -> "Person":
        ties = user.affiliations.all()
        works_for = (tie.organisation_id for tie in ties if tie.kind == AffiliationKind.EMPLOYEE)
        return cls(user, buyer, next(works_for, None))


class Listed:
    """A space with what is asked of it again and again."""

    def __init__(self, space: Space, people: Iterable[Person], example: Period) -> None:
        self.space = space
        self.zone: ZoneInfo = space.place.zone
        self.units = sorted(unit.pk for unit in space.units.all())
        self.weekly: dict[int, list[Span]] = defaultdict(list)
        for rule in space.opening_hours.all():
            self.weekly[rule.weekday].append((rule.opens, rule.closes))
        self.exceptions: dict[date, list[Span]] = defaultdict(list)
        for other in space.hours_exceptions.all():
            spans = self.exceptions[other.date]
            if other.opens is not None and other.closes is not None:
                spans.append((other.opens, other.closes))
        self.guests = [person for person in people if self.is_free_of_charge(person, example)]

    def is_free_of_charge(self, person: Person, example: Period) -> bool:
        try:
            return not quote(self.space, example, buyer=person.buyer).total
        except NotForSale:
            return False

    @property
    def is_pool(self) -> bool:
        return self.space.allocation == Allocation.ANY

    def open_on(self, day: date) -> list[Span]:
        if day in self.exceptions:
            return self.exceptions[day]
        if self.space.on_holidays != OnHolidays.OPEN and public_holidays(day, day):
            return []
        return self.weekly[day.isoweekday()]

    def span_on(self, day: date, start: int, minutes: int) -> Period | None:
        """The period from `start` on the wall clock, unless it reaches past opening hours or
        the clocks change in it."""
        for opens, closes in self.open_on(day):
            if opens <= start and start + minutes <= closes:
                span = period(
                    at_minute(day, start, self.zone), at_minute(day, start + minutes, self.zone)
                )
                return span if minutes_in(span) == minutes else None
        return None

    def during(self, span: Period) -> Period:
        return widened(span, self.space.buffer_before, self.space.buffer_after)


class Diary:
    """Which units and which people are taken when."""

    def __init__(self) -> None:
        self._taken: dict[int, list[Period]] = defaultdict(list)
        self._busy: dict[int, list[Period]] = defaultdict(list)

    def free_units(self, listed: Listed, span: Period, quantity: int = 1) -> list[int]:
        """The units that a booking would get: the lowest free ones, or none at all."""
        during = listed.during(span)
        free = [unit for unit in listed.units if not _meets(during, self._taken[unit])]
        wanted = quantity if listed.is_pool else len(listed.units)
        return free[:wanted] if len(free) >= wanted else []

    def take(self, units: Iterable[int], during: Period) -> None:
        for unit in units:
            self._taken[unit].append(during)

    def is_busy(self, person: Person, span: Period) -> bool:
        return _meets(span, self._busy[person.user.pk])

    def occupy(self, person: Person, span: Period) -> None:
        self._busy[person.user.pk].append(span)


def _meets(span: Period, others: Iterable[Period]) -> bool:
    return any(span.lower < other.upper and other.lower < span.upper for other in others)
