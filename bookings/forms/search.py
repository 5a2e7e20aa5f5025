"""A search, read from an address."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from bookings.filters import FACTS, MOST_VALUES, SEVERAL, box_of
from bookings.forms.times import (
    USUAL_LENGTH,
    USUAL_START,
    LastDayField,
    district_zone,
    end_minute,
    usual_time,
)
from bookings.forms.wanted import FILTERS, Sort, Wanted
from spaces.forms.clock import DAY, ClockField, DayField
from spaces.models import Kind

MOST_PEOPLE = 100_000
DEAREST = 10_000_000  # kroner
FARTHEST = 50_000  # metres
MOST_DAYS = timedelta(days=61)  # after the first
SORTS = [(value, label) for value, label in Sort.choices if value != Sort.START]


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Several values of one filter: said one by one, or between commas."""
    words = (word.strip() for text in texts for word in text.split(","))
    return tuple(dict.fromkeys(filter(None, words)))


class WordsField(forms.Field):
    """Several short words; what is not one is left out, and so are more than there may be."""

    widget = forms.SelectMultiple

    def __init__(self, *, known: Any = None, **options: Any) -> None:
        super().__init__(**{**options, "required": False})
        self.known = known and frozenset(known)
        self.word = forms.SlugField(max_length=120)

    def clean(self, value: Any) -> tuple[str, ...]:
        return tuple(filter(self.is_word, words_of(value or ())))[:MOST_VALUES]

    def is_word(self, text: str) -> bool:
        if self.known:
            return text in self.known
        try:
            return bool(self.word.clean(text))
        except ValidationError:
            return False


class PeopleField(forms.IntegerField):
    """How many come; more than any space holds are as many as `MOST_PEOPLE`, not one."""

    def clean(self, value: Any) -> int | None:
        people: int | None = super().clean(value)
        return people and min(people, MOST_PEOPLE)


class BoxField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return text if box_of(text) else ""


class SearchForm(forms.Form):
    """A search from an address. Nothing in it can fail: what is not understood is left out."""

    q = forms.CharField(max_length=100, required=False)
    people = PeopleField(min_value=1, required=False)
    outdoor = forms.NullBooleanField(required=False)
    free = forms.BooleanField(required=False)
    max_price = forms.IntegerField(min_value=0, max_value=DEAREST, required=False)
    near = forms.CharField(max_length=120, required=False)
    radius = forms.IntegerField(min_value=50, max_value=FARTHEST, required=False)
    bbox = BoxField(max_length=100, required=False)
    sort = forms.ChoiceField(choices=SORTS, required=False)
    page = forms.IntegerField(min_value=1, max_value=9999, required=False)

    def __init__(self, data: QueryDict, *, now: datetime) -> None:
        super().__init__(data)
        self.now, self.zone = now, district_zone()
        today = now.astimezone(self.zone).date()
        self.fields["date"] = DayField(today=today, required=False)
        self.fields["from"] = ClockField(last=DAY - 1, required=False)
        self.fields["to"] = ClockField(required=False)
        self.fields["last"] = LastDayField(today=today)
        for name in SEVERAL:
            self.fields[name] = WordsField(known=Kind.values if name == "kind" else None)
        for name in FACTS:
            self.fields[name] = forms.BooleanField(required=False)

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        said = {name: value for name, value in self.cleaned_data.items() if value}
        midnight = self.cleaned_data.get("from") == 0  # a time like any other, though falsy
        day, start, end = usual_time(self.now, self.zone)
        if "date" in said and said["date"] != day:
            day, start, end = said["date"], USUAL_START, USUAL_START + USUAL_LENGTH
        if "from" in said or midnight:
            start = said.get("from", 0)
            end = start + USUAL_LENGTH
        if "to" in said or self.cleaned_data.get("to") == 0:
            end = said.get("to", 0)
        last = min(said.get("last") or day, day + MOST_DAYS)
        end = end_minute(day, start, end, last)
        for name in ("outdoor", "max_price"):  # of which no and nothing are answers too
            if self.cleaned_data.get(name) is not None:
                said[name] = self.cleaned_data[name]
        filters = {name: value for name, value in said.items() if name in FILTERS}
        return Wanted(day, start, end, **filters)
