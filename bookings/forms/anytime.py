"""A search for any time: so long, within some days, between some hours."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from django import forms
from django.http import QueryDict

from bookings.availability import Slots
from bookings.forms.search import SearchForm
from bookings.forms.wanted import FILTERS, Sort, Wanted, said_together
from spaces import formats
from spaces.forms.clock import DAY, clock_value
from spaces.periods import Period, at_minute, midnight, period

LENGTHS = (30, 60, 90, 120, 180, 240, 360, 480, DAY, 2 * DAY, 3 * DAY, 5 * DAY)
USUAL_LENGTH, OPENS, CLOSES = 120, 8 * 60, 18 * 60
A_WEEK, MOST_DAYS = timedelta(days=6), timedelta(days=62)
EVERY_DAY = tuple(range(1, 8))
ANYTIME_SORTS = [(one.value, one.label) for one in (Sort.DISTANCE, Sort.START, Sort.PRICE)]


@dataclass(frozen=True, slots=True)
class AnyTime(Wanted):
    """A search from `day` to `last`, for `length` minutes that lie between `start` and `end`,
    which may pass 24:00; what lasts whole days begins and ends between them."""

    page_name: ClassVar[str] = "anytime"

    last: date = date.max
    length: int = USUAL_LENGTH
    weekdays: tuple[int, ...] = EVERY_DAY  # ISO

    def slots(self, now: datetime) -> Slots:
        """Never before now: what has passed is asked for from now on."""
        return Slots(self.window(now), self.length, (self.start, self.end), self.weekdays)

    def window(self, now: datetime) -> Period:
        start = max(midnight(self.day, self.zone), now)
        return period(start, at_minute(self.last, max(DAY, self.ends), self.zone))

    @property
    def ends(self) -> int:
        """When at the latest what begins on a day ends, in minutes from its midnight."""
        return self.end + self.length // DAY * DAY

    @property
    def whole(self) -> Period:
        """From the first hour of the first day to the last of the last, passed or not: the
        same wish is the same all day."""
        start = at_minute(self.day, self.start, self.zone)
        return period(start, at_minute(self.last, self.ends, self.zone))

    @property
    def stretches(self) -> list[Period]:
        """The hours of each of the days that would do."""
        days = (self.day + timedelta(days=n) for n in range((self.last - self.day).days + 1))
        hours = (
            [at_minute(day, minute, self.zone) for minute in (self.start, self.ends)]
            for day in days
            if day.isoweekday() in self.weekdays
        )
        return [period(start, end) for start, end in hours if start < end]

    def time(self) -> QueryDict:
        query = QueryDict(mutable=True)
        query["minutes"] = str(self.length)
        query["date"], query["last"] = self.day.isoformat(), self.last.isoformat()
        return said_together(query, self.hours())

    def kept(self) -> QueryDict:
        """How long, on which weekdays and between which hours is kept, beside the filters."""
        return said_together(self.hours(), self.filters())

    def hours(self) -> QueryDict:
        query = QueryDict(mutable=True)
        query["minutes"] = str(self.length)
        query["from"] = clock_value(self.start)
        query["to"] = clock_value(self.end if self.end <= DAY else self.end - DAY)
        if self.weekdays != EVERY_DAY:
            query.setlist("on", [str(day) for day in self.weekdays])
        return query

    @property
    def days_in_words(self) -> str:
        """`24.–30. november`"""
        if self.day == self.last:
            return formats.day_name(self.day)
        return formats.days_range(self.day, self.last)

    @property
    def in_words(self) -> str:
        """`2 timer, man.–fre., 08–18`"""
        hours = formats.minute_range(self.start, self.end if self.end <= DAY else self.end - DAY)
        days = [] if self.weekdays == EVERY_DAY else [formats.weekdays(self.weekdays)]
        return ", ".join([formats.duration(self.length), *days, hours])


class AnyTimeForm(SearchForm):
    """Such a search from an address; like the other, it cannot fail."""

    minutes = forms.IntegerField(min_value=5, max_value=31 * DAY, required=False)
    on = forms.TypedMultipleChoiceField(
        choices=[(day, day) for day in EVERY_DAY], coerce=int, required=False
    )

    def __init__(self, data: QueryDict, *, now: datetime) -> None:
        super().__init__(data, now=now)
        self.fields["sort"] = forms.ChoiceField(choices=ANYTIME_SORTS, required=False)

    @property
    def anytime(self) -> AnyTime:
        wanted = self.wanted
        said = self.cleaned_data
        today = self.now.astimezone(self.zone).date()
        day = max(said.get("date") or today, today)
        start, end = said.get("from"), said.get("to")
        start = OPENS if start is None else start
        end = CLOSES if end is None else end
        kept = {name: getattr(wanted, name) for name in FILTERS}
        return AnyTime(
            day,
            start,
            end if end > start else end + DAY,
            last=min(max(said.get("last") or day + A_WEEK, day), day + MOST_DAYS),
            length=said.get("minutes") or USUAL_LENGTH,
            weekdays=tuple(sorted(said.get("on") or EVERY_DAY)),
            **kept,
        )
