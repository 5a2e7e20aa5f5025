"""A search for the same time again and again."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import ClassVar

from django import forms
from django.http import QueryDict

from bookings.forms.repeats import ON_WEEKDAYS, REPEATS, USUAL_COUNT
from bookings.forms.search import SearchForm
from bookings.forms.wanted import FILTERS, Sort, Wanted, said_together
from bookings.models import Series
from bookings.occurrences import MOST, occurrences
from bookings.recurrence import AHEAD, days_between, days_of, in_words, rrule_for
from spaces import formats
from spaces.forms.clock import DAY, DayField, clock_value
from spaces.periods import Period, period

MONDAY, FRIDAY = 1, 5  # ISO
RECURRING_SORTS = [(one.value, one.label) for one in (Sort.DISTANCE, Sort.PRICE, Sort.CAPACITY)]


@dataclass(frozen=True, slots=True)
class Recurring(Wanted):
    """A search for `start` to `end` from `day` on, as `repeat` says: until and with a day, or
    so many times. One of the two is said, and it comes to at least one day and no more than
    `MOST` of them, all within a year."""

    page_name: ClassVar[str] = "recurring"

    repeat: str = "weekly"
    weekdays: tuple[int, ...] = ()  # ISO; of the weekly rules, and none: that of the first day
    until: date | None = None
    count: int | None = USUAL_COUNT

    @property
    def rrule(self) -> str:
        return rrule_for(
            self.repeat,
            self.day,
            self.until,
            weekdays=self.weekdays,
            count=self.count,
            zone=self.zone,
        )

    @property
    def times(self) -> list[Period]:
        """Its times by the clock of the district; without those in an hour that it skips."""
        return [span for span in self.spans(self.zone.key) if span] or [self.span]

    def ahead(self, now: datetime) -> list[Period]:
        """Those that have not begun."""
        return [span for span in self.times if span.lower > now]

    @property
    def whole(self) -> Period:
        times = self.times
        return period(times[0].lower, times[-1].upper)

    @property
    def on(self) -> tuple[int, ...]:
        """The weekdays of a weekly rule."""
        return self.weekdays or (self.day.isoweekday(),)

    @property
    def days(self) -> list[date]:
        return self.days_up_to(MOST)

    def days_up_to(self, most: int) -> list[date]:
        return days_of(self.rrule, self.day, self.zone, most=most)

    def spans(self, zone: str) -> list[Period | None]:
        """The times by the wall clock of a zone, in the order of `days`."""
        series = Series(
            rrule=self.rrule,
            starts_on=self.day,
            opens=self.start,
            closes=self.end,
            time_zone=zone,
        )
        on = {one.day: one.span for one in occurrences(series)}
        return [on.get(day) for day in self.days]

    def rule(self) -> QueryDict:
        """The rule as addresses say it, here and where a series is booked."""
        query = QueryDict(mutable=True)
        query["date"] = self.day.isoformat()
        query = said_together(query, self.hours())
        query["repeat"] = self.repeat
        if self.weekdays:
            query.setlist("weekdays", [str(day) for day in self.weekdays])
        if self.until:
            query["until"] = self.until.isoformat()
        else:
            query["count"] = str(self.count)
        return query

    def hours(self) -> QueryDict:
        query = QueryDict(mutable=True)
        query["from"] = clock_value(self.start)
        query["to"] = clock_value(self.end if self.end <= DAY else self.end - DAY)
        return query

    def time(self) -> QueryDict:
        return self.rule()

    def kept(self) -> QueryDict:
        """All but the page: where its first day has passed, it begins with its next."""
        return said_together(self.rule(), self.filters())

    @property
    def days_in_words(self) -> str:
        """`1. desember 2026–2. februar 2027`, its first and its last."""
        days = self.days
        return formats.days_range(days[0], days[-1])

    @property
    def in_words(self) -> str:
        """`Hver uke, tirsdag, 10–12`"""
        hours = formats.minute_range(self.start, self.end if self.end <= DAY else self.end - DAY)
        return f"{in_words(self.rrule, self.day)}, {hours}"


class RecurringForm(SearchForm):
    """Such a search from an address; like the others, it cannot fail."""

    repeat = forms.ChoiceField(choices=REPEATS, required=False)
    weekdays = forms.TypedMultipleChoiceField(
        choices=[(day, day) for day in range(1, 8)], coerce=int, required=False
    )
    count = forms.IntegerField(min_value=1, max_value=MOST, required=False)

    def __init__(self, data: QueryDict, *, now: datetime) -> None:
        super().__init__(data, now=now)
        self.fields["until"] = DayField(today=now.astimezone(self.zone).date(), required=False)
        self.fields["sort"] = forms.ChoiceField(choices=RECURRING_SORTS, required=False)
        del self.fields["last"]  # each time is of one day

    @property
    def recurring(self) -> Recurring:
        wanted = self.wanted
        said = self.cleaned_data
        today = self.now.astimezone(self.zone).date()
        repeat = said.get("repeat") or "weekly"
        weekdays = tuple(sorted(said.get("weekdays") or ())) if repeat in ON_WEEKDAYS else ()
        day = min(wanted.day, today + AHEAD)
        if day < today:  # an address that was kept: from the next day of the same rule on
            endless = rrule_for(repeat, day, weekdays=weekdays)
            day = days_between(endless, day, today - timedelta(days=1), today + AHEAD)[0]
        if not said.get("date") and day.isoweekday() > FRIDAY:
            day += timedelta(days=MONDAY + 7 - day.isoweekday())  # few meet again on Sundays
        until = said.get("until")
        if until is not None:
            until = min(until, day + AHEAD) if until >= day else None
        asked = Recurring(
            day,
            wanted.start,
            wanted.start + (wanted.end - wanted.start - 1) % DAY + 1,  # never several days
            repeat=repeat,
            weekdays=weekdays,
            until=until,
            count=None if until else said.get("count") or USUAL_COUNT,
            **{name: getattr(wanted, name) for name in FILTERS},
        )
        return within_a_year(asked)


def within_a_year(asked: Recurring) -> Recurring:
    """The same, ending with its last day where it would go on for too long; `USUAL_COUNT`
    times where no day of it comes before its end."""
    days = asked.days
    if not days:
        return replace(asked, until=None, count=USUAL_COUNT)
    if asked.count == len(days) or (asked.until and len(days) < MOST):
        return asked
    return replace(asked, until=days[-1], count=None)
