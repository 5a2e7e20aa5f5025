"""A time in one space, as somebody asks for it.

It is read as minutes after the day's midnight, so that 24:00 has a name; an end that is not
after the start means past midnight, or it is on the last day that is said. What a day means
is the place's zone to decide.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bookings.forms.along import AlongFields, along
from bookings.forms.campaigns import CodeField
from bookings.forms.times import LastDayField, SpanForm, chosen_time, times_said
from bookings.means import Means
from bookings.people_forms import AboutFields
from spaces.forms.clock import DAY, ClockField, DayField, clock_choices
from spaces.ids import uuid7
from spaces.models import Space
from spaces.periods import Period, next_on_clock, period
from spaces.prices.rates import asks_people


class KeyField(forms.UUIDField):
    """What makes two sendings of the same choice one booking. Without one they are two."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> UUID | None:
        try:
            return super().clean(value)  # type: ignore[no-any-return]
        except ValidationError:
            return None


class BookForm(SpanForm, AlongFields, AboutFields):
    """A time in one space: `span` is the Period when the form is valid.

    The rules are not here: whether the time can be booked, the booking operation says.
    """

    key = KeyField(required=False)
    code = CodeField(label=_("Code"), required=False)
    passes = forms.CharField(max_length=20, required=False)  # drawn where the price is

    def __init__(
        self,
        data: Any = None,
        *,
        space: Space,
        now: datetime,
        initial: dict[str, Any] | None = None,
        times: Iterable[int] | None = None,
    ) -> None:
        initial = {"quantity": 1, "people": 1, **(initial or {})}
        super().__init__(data, initial=initial, auto_id="book-%s")
        self.share_with(has_organisation=False)
        self.space = space
        self.zone = space.place.zone
        self.today = now.astimezone(self.zone).date()
        self.fields["date"] = DayField(label=_("Day"), today=self.today)
        self.fields["last"] = LastDayField(today=self.today)
        self.fields["from"] = ClockField(label=_("From"), last=DAY - 1, widget=forms.Select)
        self.fields["to"] = ClockField(label=_("To"), widget=forms.Select)
        self.fields["quantity"] = forms.IntegerField(
            label=_("How many"),
            min_value=1,
            max_value=999,
            disabled=not space.is_pool,  # then it is always 1
        )
        if asks_people(space):
            self.fields["people"] = forms.IntegerField(
                label=_("How many come"), min_value=1, max_value=100_000
            )
        self.offer_along(space)
        self.offer(times if times is not None else range(0, DAY + 1, space.step))

    @classmethod
    def from_query(cls, query: QueryDict, *, space: Space, now: datetime) -> "BookForm":
        """The form as an address fills it in: with a chosen slot, or a time, or a day only."""
        data = query.copy()
        data.setdefault("quantity", "1")
        data.setdefault("people", "1")
        if slot := chosen_slot(query.get("slot", "")):
            day, start = slot
            end = start + max(60, space.in_force.min_length)
            for name, value in {"last": "", **times_said(day, start, end)}.items():
                data[name] = value
        if data.get("from") or data.get("to"):
            return cls(data, space=space, now=now)
        initial: dict[str, Any] = {
            "title": query.get("title", "")[:140],
            "for": query.get("for", ""),
        }
        with suppress(ValueError):
            initial["date"] = date.fromisoformat(query.get("date", ""))
        quantity = query.get("quantity", "")
        if quantity.isascii() and quantity.isdigit() and len(quantity) < 6:
            initial["quantity"] = max(1, int(quantity)) if space.is_pool else 1
        people = query.get("people", "")
        if people.isascii() and people.isdigit() and len(people) < 6:
            initial["people"] = max(1, int(people))
        return cls(space=space, now=now, initial=initial)

    def offer(self, minutes: Iterable[int]) -> None:
        """Let one choose among these times, and among those that are chosen already."""
        minutes = list(minutes)
        starts = [minute for minute in minutes if minute < DAY]
        ends = [minute for minute in minutes if minute > 0]
        for name, offered in (("from", starts), ("to", ends)):
            chosen = self.chosen(name)
            choices = clock_choices(offered if chosen is None else [*offered, chosen])
            widget = self.fields[name].widget
            assert isinstance(widget, forms.Select)
            widget.choices = [("", _("Choose")), *choices]

    def said(self, name: str) -> Any:
        """What stands in a field, understood or not."""
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def chosen(self, name: str) -> int | None:
        """The minute that stands in a field, when it is one."""
        try:
            return self.fields[name].clean(self.said(name) or "")  # type: ignore[no-any-return]
        except ValidationError:
            return None

    @property
    def has_span(self) -> bool:
        """Whether a time is asked for, also when it was refused since."""
        return self.is_bound and (self.is_valid() or "span" in self.cleaned_data)

    @property
    def span(self) -> Period:
        """The time asked for. A valid form has one."""
        return self.cleaned_data["span"]  # type: ignore[no-any-return]

    @property
    def day(self) -> date | None:
        """The day that stands in the form, valid or not."""
        try:
            return self.fields["date"].clean(self.said("date"))  # type: ignore[no-any-return]
        except ValidationError:
            return None

    @property
    def last(self) -> date | None:
        """The last of several days, as far as it is understood."""
        try:
            return self.fields["last"].clean(self.said("last"))  # type: ignore[no-any-return]
        except ValidationError:
            return None

    @property
    def quantity(self) -> int:
        """How many units are asked for, as far as the form is understood."""
        try:
            return self.fields["quantity"].clean(self.said("quantity")) or 1
        except ValidationError:
            return 1

    @property
    def people(self) -> int | None:
        """How many come, as far as it is asked and understood."""
        return self.cleaned_data.get("people") if self.is_bound and self.is_valid() else None

    def caught_up(self, now: datetime) -> "BookForm":
        """The same, and as long, from the next step on, when its start has just passed: who
        reads the code on a door, signs in and sends it needs more time than one step leaves."""
        if not self.has_span:
            return self
        late = now - self.span.lower
        if not timedelta() < late <= timedelta(minutes=self.space.step):
            return self
        start = next_on_clock(now, self.space.step, self.zone)
        span = period(start, start + (self.span.upper - self.span.lower))
        data = {name: self.data[name] for name in self.data}
        data |= {"last": "", **chosen_time(span, self.zone)}
        return type(self)(data, space=self.space, now=now)

    @property
    def means(self) -> Means:
        """What the price is to be lowered by, as far as it is understood."""
        if not self.is_bound:
            return Means()
        names = ("code", "passes")
        return Means(**{name: self.cleaned_data.get(name, "") for name in names})

    @property
    def fresh_key(self) -> str:
        """What makes two sendings of the same choice one booking."""
        return str(uuid7())

    def query(self, **changes: str) -> str:
        """The address that brings one back to the same choice, or to another time."""
        query = QueryDict(mutable=True)
        if "date" in changes:
            changes.setdefault("last", "")  # of the time that was chosen before
        names = ("date", "from", "to", "last", "quantity", "people", "title", "code")
        for name in (*names, *map(along, self.offered)):
            value = changes.get(name, self.said(name))
            is_asked = name != "quantity" or self.space.is_pool
            if value and is_asked and name in self.fields:
                query[name] = value.isoformat() if isinstance(value, date) else str(value)
        return query.urlencode()


def chosen_slot(text: str) -> tuple[date, int] | None:
    """`2026-10-19T07:00`, as a free slot of the week grid sends without script."""
    day, _t, clock = text.partition("T")
    try:
        return date.fromisoformat(day), ClockField(last=DAY - 1).clean(clock)
    except (ValueError, ValidationError):
        return None
