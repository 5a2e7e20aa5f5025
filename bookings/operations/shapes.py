"""What a series is to be, and what that makes of each of its bookings."""

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from bookings.models import Booking, Series, SeriesChange, Status
from bookings.occurrences import MOST, occurrences, span_on
from bookings.operations.offering import Wish
from bookings.operations.repeating import Pick
from bookings.recurrence import days_of, shifted, shifts
from spaces.models import Space
from spaces.periods import Period


class NoOtherWeekday(Refused):
    code = "no_other_weekday"
    message = _(
        "It cannot be moved to that day of the week as a whole. Move its days one by one, or "
        "cancel those that are left and book the series anew."
    )


class SkippedHour(Refused):
    code = "skipped_hour"
    message = _("The clocks change then: that hour does not exist.")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a series is to be: from `opens` to `closes` on the wall clock, on weekdays that are
    `days` later (below zero: earlier), in another `space`, for another `quantity` of a pool;
    None says nothing. `instead` is what some days of its rule become otherwise; with None such
    a day stays as it is."""

    opens: int
    closes: int
    space: Space | None = None
    quantity: int | None = None
    days: int = 0
    instead: Mapping[date, Pick | None] = field(default_factory=dict)

    @classmethod
    def of(cls, change: SeriesChange) -> Self:
        return cls(change.opens, change.closes, change.space, change.quantity, change.days)

    def stored(self, series: Series, *, first: date | None, now: datetime) -> SeriesChange:
        """To be done once it is paid for."""
        return SeriesChange.objects.create(
            place_id=series.place_id,
            series=series,
            first=first,
            opens=self.opens,
            closes=self.closes,
            days=self.days,
            space=self.space,
            quantity=self.quantity,
            created_at=now,
        )

    def onto(self, series: Series) -> dict[date, date]:
        """The day that each of its rule becomes. Raises `NoOtherWeekday`."""
        days = [one.day for one in occurrences(series)]
        return self.rule(series, days)[1] if self.days else {day: day for day in days}

    def rule(self, series: Series, days: list[date]) -> tuple[str, dict[date, date]]:
        """The rule on its other weekdays from the first of these of its days on, and the day
        that each of them becomes. Raises `NoOtherWeekday`, also when it would take more than
        the year that a series may last."""
        if self.days not in shifts(series.rrule):
            raise NoOtherWeekday
        rrule, onto = shifted(series.rrule, days, self.days, series.zone)
        if days_of(rrule, onto[days[0]], series.zone, most=MOST) != [*onto.values()]:
            raise NoOtherWeekday
        return rrule, onto

    def applied(self, series: Series) -> Series:
        """The series as it would be, not stored."""
        wanted = copy(series)
        if self.days:
            days = [one.day for one in occurrences(series)]
            wanted.rrule, onto = self.rule(series, days)
            wanted.starts_on = onto[days[0]]
        self.give_to(wanted)
        return wanted

    def give_to(self, series: Series) -> None:
        """All but the days."""
        series.opens, series.closes = self.opens, self.closes
        if self.space is not None:
            series.space, series.place_id = self.space, self.space.place_id
        if not series.space.is_pool:
            series.quantity = 1
        elif self.quantity is not None:
            series.quantity = self.quantity

    def wish(self, booking: Booking, series: Series, onto: Mapping[date, date]) -> Wish | None:
        """What one of its bookings is to be; None where it stays: somebody has given it a time
        of its own, or it is that already, or they have come to it. One that is elsewhere stays
        there. Raises `SkippedHour`."""
        day = booking.recurrence_date
        assert day is not None  # the database holds it
        is_here = booking.status == Status.CHECKED_IN
        if is_here or booking.period != span_on(series, day):
            return None
        if day in self.instead:
            pick = self.instead[day]
            return self._as_picked(booking, pick) if pick else None
        other = Series(opens=self.opens, closes=self.closes, time_zone=series.time_zone)
        span = span_on(other, onto.get(day, day))
        if span is None:
            raise SkippedHour
        space = self.space if booking.space_id == series.space_id else None
        return self._as_said(booking, space, span)

    def _as_picked(self, booking: Booking, pick: Pick) -> Wish | None:
        other = pick.space if pick.space != booking.space else None
        return self._as_said(booking, other, pick.span)

    def _as_said(self, booking: Booking, space: Space | None, span: Period) -> Wish | None:
        quantity = None
        if (space or booking.space).is_pool:
            quantity = self.quantity
        elif space is not None:
            quantity = 1
        wish = Wish.of(booking, span=span, space=space, quantity=quantity)
        return None if wish.is_same(booking) else wish


def to_weekdays(
    series: Series, wanted: Series, *, days: Collection[date], become: Collection[date]
) -> Shape | None:
    """The shape by which these days of a series become those of one that somebody wants, on
    other weekdays. None where there is none."""
    ours = [one.day for one in occurrences(series)]
    for by in shifts(series.rrule):
        _rule, onto = shifted(series.rrule, ours, by, series.zone)
        if by and {onto.get(day) for day in days} == set(become):
            return Shape(wanted.opens, wanted.closes, days=by)
    return None
