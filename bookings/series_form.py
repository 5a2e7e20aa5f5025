"""What repeats: a rule, as somebody fills it in."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bookings.behalf_form import BehalfForm
from bookings.forms import KeyField
from bookings.forms.along import AlongFields, along
from bookings.forms.campaigns import CodeField
from bookings.forms.repeats import ON_WEEKDAYS, REPEATS, USUAL_COUNT, weekday_choices
from bookings.means import Means
from bookings.models import Series, Visibility
from bookings.occurrences import MOST, occurrences
from bookings.operations.shapes import Shape
from bookings.people_forms import AboutFields
from bookings.recurrence import AHEAD, rrule_for, shifts, weekdays_of
from spaces import formats
from spaces.forms.clock import DAY, ClockField, DayField, clock_choices, clock_value
from spaces.ids import uuid7
from spaces.models import Space
from spaces.prices.rates import asks_people

PK = re.compile(r"\d{1,9}", re.ASCII)
MOST_INSTEAD = 12
RULE = (
    *("date", "from", "to", "repeat", "weekdays", "until", "count"),
    *("quantity", "people", "title", "organisation", "instead"),
)


class SeriesForm(AlongFields, AboutFields):
    """A first day and time in one space, and how it comes again: `series`, not yet stored,
    when valid, for whom the `behalf` beside it says. It ends on a day or after so many times,
    within a year."""

    repeat = forms.ChoiceField(label=_("How often"), choices=REPEATS)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On"),
        coerce=int,
        choices=weekday_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    count = forms.IntegerField(
        label=_("How many times"), min_value=1, max_value=MOST, required=False
    )
    code = CodeField(label=_("Code"), required=False)
    key = KeyField(required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        space: Space,
        now: datetime,
        behalf: BehalfForm,
        initial: dict[str, Any] | None = None,
    ) -> None:
        initial = {"quantity": 1, "people": 1, **(initial or {})}
        super().__init__(data, initial=initial, auto_id="series-%s")
        self.space, self.now, self.zone = space, now, space.place.zone
        self.behalf = behalf
        self.share_with(has_organisation=behalf.chosen is not None)
        today = now.astimezone(self.zone).date()
        clocks = clock_choices(range(0, DAY + 1, space.step))
        self.fields["date"] = DayField(label=_("First day"), today=today)
        self.fields["from"] = ClockField(
            label=_("From"), last=DAY - 1, widget=forms.Select(choices=clocks[:-1])
        )
        self.fields["to"] = ClockField(label=_("To"), widget=forms.Select(choices=clocks[1:]))
        self.fields["until"] = DayField(label=_("Or until and with"), today=today, required=False)
        self.fields["quantity"] = forms.IntegerField(
            label=_("How many"), min_value=1, max_value=999, disabled=not space.is_pool
        )
        if asks_people(space):
            self.fields["people"] = forms.IntegerField(
                label=_("How many come"), min_value=1, max_value=100_000
            )
        self.offer_along(space)

    @classmethod
    def from_query(
        cls, query: QueryDict, *, space: Space, now: datetime, behalf: BehalfForm
    ) -> "SeriesForm":
        """As an address fills it in: the rule, or only the first time, as the space's page
        and the search know it."""
        if "repeat" in query:
            data = query.copy()
            data.setdefault("quantity", "1")
            data.setdefault("people", "1")
            first = named_day(data.get("date", ""))
            if data["repeat"] in ON_WEEKDAYS and first and "weekdays" not in data:
                data["weekdays"] = str(first.isoweekday())  # said, so that it is seen
            return cls(data, space=space, now=now, behalf=behalf)
        names = ("date", "from", "to", "quantity", "people", "title")
        initial: dict[str, Any] = {name: query[name] for name in names if query.get(name)}
        initial.setdefault("from", "09:00")
        initial.setdefault("to", "11:00")
        first = named_day(query.get("date", "")) or now.astimezone(space.place.zone).date()
        initial |= {"date": first, "weekdays": [first.isoweekday()], "count": USUAL_COUNT}
        initial |= {name: value for name, value in query.items() if name.startswith("add-on-")}
        return cls(space=space, now=now, behalf=behalf, initial=initial)

    def clean_date(self) -> date:
        first: date = self.cleaned_data["date"]
        if not self.now.astimezone(self.zone).date() <= first <= self.now.date() + AHEAD:
            raise forms.ValidationError(_("Begin today or within a year."))
        return first

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, until, count = cleaned.get("date"), cleaned.get("until"), cleaned.get("count")
        if first is None or cleaned.get("from") is None or cleaned.get("to") is None:
            return cleaned
        if self.errors.keys() & {*RULE}:
            return cleaned
        if until and not first <= until <= first + AHEAD:
            self.add_error("until", _("Until at most a year after the first day."))
        elif not until and not count:
            self.add_error("count", _("Say how many times, or until when."))
        else:
            self._clean_series(cleaned)
        return cleaned

    def _clean_series(self, cleaned: dict[str, Any]) -> None:
        series = self._series(cleaned)
        found = occurrences(series, most=MOST + 1)
        if not found:
            self.add_error("until", _("No such day comes before that."))
        elif len(found) > MOST:
            self.add_error("until", _("That is more than %(n)d times.") % {"n": MOST})
        elif cleaned.get("count") and not cleaned.get("until") and len(found) < cleaned["count"]:
            self.add_error("count", _("That takes more than a year."))
        else:
            cleaned["series"] = series

    def _series(self, said: dict[str, Any]) -> Series:
        opens, closes = said["from"], said["to"]
        repeat, first = said["repeat"], said["date"]
        ends = {"until": said["until"]} if said.get("until") else {"count": said.get("count")}
        weekdays = said.get("weekdays") or () if repeat in ON_WEEKDAYS else ()
        return Series(
            space=self.space,
            place_id=self.space.place_id,
            rrule=rrule_for(repeat, first, weekdays=weekdays, zone=self.zone, **ends),
            starts_on=first,
            opens=opens,
            closes=closes if closes > opens else closes + DAY,
            time_zone=self.zone.key,
            title=said.get("title", ""),
            quantity=said.get("quantity") or 1,
            people=said.get("people"),
            add_ons={str(one.pk): count for one, count in self.add_ons.items()},
            note=said.get("note", ""),
            public_title=said.get("public_title", ""),
            visibility=said.get("visibility") or Visibility.PRIVATE,
            **self.behalf.whose,
        )

    @property
    def has_series(self) -> bool:
        """Whether a rule is understood, also when booking it was refused since."""
        return self.is_bound and (self.is_valid() or "series" in self.cleaned_data)

    @property
    def series(self) -> Series:
        """The series that is wished for. A valid form has one."""
        return self.cleaned_data["series"]  # type: ignore[no-any-return]

    @property
    def fresh_key(self) -> str:
        return str(uuid7())

    def query(self) -> str:
        """The address that brings one back to the same rule."""
        query = QueryDict(mutable=True)
        for name, value in self.said():
            query.appendlist(name, value)
        return query.urlencode()

    def said(self) -> list[tuple[str, str]]:
        """The rule as it was filled in, to be sent along with what is picked."""
        if not isinstance(self.data, QueryDict):
            return []
        return [
            (name, value)
            for name in (*RULE, *map(along, self.offered))
            for value in self.data.getlist(name)
            if value
        ]

    @property
    def instead(self) -> list[int]:
        """The spaces that a search named for days that this one lacks, by their ids."""
        if not isinstance(self.data, QueryDict):
            return []
        return [int(pk) for pk in self.data.getlist("instead") if PK.fullmatch(pk)][:MOST_INSTEAD]

    @property
    def means(self) -> Means:
        """What the price is to be lowered by, as far as it is understood."""
        return Means(code=self.cleaned_data.get("code", ""))


class ChangeSeriesForm(forms.Form):
    """What the rest of a series is to be: another time of day, another weekday, one of
    `spaces`, another number of a pool. `shown` is what the page said it costs, below zero what
    comes back, so that nobody pays more or gets less than they have seen."""

    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, series: Series, spaces: Sequence[Space] = ()) -> None:
        closes = series.closes if series.closes <= DAY else series.closes - DAY
        now: dict[str, Any] = {
            "from": clock_value(series.opens),
            "to": clock_value(closes),
            "space": series.space_id,
            "quantity": series.quantity,
            "days": 0,
        }
        super().__init__(data, initial=now, auto_id="time-%s")
        self.series = series
        if weekdays := weekdays_after(series.rrule):
            self.fields["days"] = forms.TypedChoiceField(
                label=_("Which day"), coerce=int, required=False, choices=weekdays
            )
        minutes = {*range(0, DAY + 1, series.space.step), series.opens, closes}
        for name, label, first in (("from", _("From"), 0), ("to", _("To"), 1)):
            field = ClockField(label=label, last=DAY - 1 + first, widget=forms.Select)
            field.widget.choices = clock_choices(
                sorted(minute for minute in minutes if first <= minute < DAY + first)
            )
            self.fields[name] = field
        self.spaces = {one.pk: one for one in (series.space, *spaces)}
        if spaces:
            self.fields["space"] = forms.TypedChoiceField(
                label=_("Where"),
                coerce=int,
                empty_value=None,
                required=False,
                choices=[(pk, str(one)) for pk, one in self.spaces.items()],
            )
        if series.space.is_pool:
            self.fields["quantity"] = forms.IntegerField(
                label=_("How many"), min_value=1, max_value=999, required=False
            )

    @property
    def shape(self) -> Shape:
        opens, closes = self.cleaned_data["from"], self.cleaned_data["to"]
        space = self.spaces[self.cleaned_data.get("space") or self.series.space_id]
        return Shape(
            opens=opens,
            closes=closes if closes > opens else closes + DAY,
            space=None if space.pk == self.series.space_id else space,
            quantity=self.cleaned_data.get("quantity"),
            days=self.cleaned_data.get("days") or 0,
        )

    @property
    def is_new(self) -> bool:
        wanted, series = self.shape, self.series
        return (
            (wanted.opens, wanted.closes, wanted.days) != (series.opens, series.closes, 0)
            or wanted.space is not None
            or wanted.quantity not in (None, series.quantity)
        )


def weekdays_after(rrule: str) -> list[tuple[int, str]]:
    """The weekdays that a rule may be moved to, by how many days later they are; none where it
    has no other to move to."""
    numbers = weekdays_of(rrule)
    found = [(by, days_named([number + by for number in numbers])) for by in shifts(rrule)]
    return found if len(found) > 1 else []


def days_named(numbers: Sequence[int]) -> str:
    """`Tuesday`, or `Mon–Fri`"""
    if len(numbers) > 1:
        return formats.weekdays(numbers)
    return formats.weekday_full(formats.A_MONDAY + timedelta(days=numbers[0] - 1))


def named_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
