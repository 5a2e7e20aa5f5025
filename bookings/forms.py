"""What people ask for: a search, and a time in one space.

Both read minutes after the day's midnight, so that 24:00 has a name; an end that is not
after the start means past midnight. What a day means is the place's zone to decide.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from spaces.forms.clock import DAY, ClockField, DayField, clock_choices, clock_value
from spaces.ids import uuid7
from spaces.models import AddOn, Kind, Space
from spaces.periods import Period, at_minute, period
from spaces.prices.rates import asks_people

HALF_HOUR = 30
MORNING, EVENING = 7 * 60, 21 * 60
USUAL_START, USUAL_LENGTH = 9 * 60, 120
NIGHT_ENDS = 5 * 60  # who searches before this has not slept, and means the coming day


def district_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


# --- Search -----------------------------------------------------------------------------


class Sort(TextChoices):
    DISTANCE = "distance", _("Nearest")
    PRICE = "price", _("Lowest price")
    CAPACITY = "capacity", _("Smallest that fits")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody searches for. `end` may pass 24:00: past midnight."""

    day: date
    start: int
    end: int
    q: str = ""
    kind: str = ""
    people: int = 1
    instant: bool = False
    step_free: bool = False
    free: bool = False
    sort: str = Sort.DISTANCE
    page: int = 1

    @property
    def zone(self) -> ZoneInfo:
        return district_zone()

    @property
    def span(self) -> Period:
        start = at_minute(self.day, self.start, self.zone)
        end = at_minute(self.day, self.end, self.zone)
        if end <= start:  # an hour that a clock change skips
            end = start + timedelta(minutes=self.minutes)
        return period(start, end)

    @property
    def minutes(self) -> int:
        return self.end - self.start

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.kind or self.instant or self.step_free or self.free)

    def query(self, **changes: Any) -> str:
        """The address of this search: the time always, the rest where it says something."""
        other = replace(self, **{"page": 1, **changes})
        query = QueryDict(mutable=True)
        query["date"] = other.day.isoformat()
        query["from"] = clock_value(other.start)
        query["to"] = clock_value(other.end if other.end <= DAY else other.end - DAY)
        if other.people > 1:
            query["people"] = str(other.people)
        for name in ("q", "kind"):
            if getattr(other, name):
                query[name] = getattr(other, name)
        for name in ("instant", "step_free", "free"):
            if getattr(other, name):
                query[name] = "on"
        if other.sort != Sort.DISTANCE:
            query["sort"] = other.sort
        if other.page > 1:
            query["page"] = str(other.page)
        return query.urlencode()


def usual_time(now: datetime, zone: ZoneInfo) -> tuple[date, int, int]:
    """The time that is searched for before anybody says which.

    By day: the next whole hour, which suits every space's step, and two hours on, between
    07 and 21. In the evening few rooms are open and most who search plan for tomorrow, so it
    is tomorrow 09–11; what is open right now is one tap away (`soonest`).
    """
    today = now.astimezone(zone).date()
    start = next_whole(60, now, zone)
    if start < NIGHT_ENDS:
        return today, USUAL_START, USUAL_START + USUAL_LENGTH
    start = max(start, MORNING)
    if start > EVENING - 60:
        return today + timedelta(days=1), USUAL_START, USUAL_START + USUAL_LENGTH
    return today, start, min(start + USUAL_LENGTH, EVENING)


def soonest(now: datetime, zone: ZoneInfo) -> tuple[date, int, int]:
    """From the next half hour, two hours on, whatever the hour: `23–01`."""
    start = next_whole(HALF_HOUR, now, zone)
    day = now.astimezone(zone).date() + timedelta(days=start // DAY)
    return day, start % DAY, start % DAY + USUAL_LENGTH


def next_whole(step: int, now: datetime, zone: ZoneInfo) -> int:
    """The next minute of the wall clock that `step` divides, after today's midnight."""
    wall = now.astimezone(zone)
    minute = wall.hour * 60 + wall.minute + bool(wall.second or wall.microsecond)
    return -(-minute // step) * step


class SearchForm(forms.Form):
    """A search from an address. Nothing in it can fail: what is not understood is left out."""

    q = forms.CharField(max_length=100, required=False)
    kind = forms.ChoiceField(choices=Kind.choices, required=False)
    people = forms.IntegerField(min_value=1, max_value=999, required=False)
    instant = forms.BooleanField(required=False)
    step_free = forms.BooleanField(required=False)
    free = forms.BooleanField(required=False)
    sort = forms.ChoiceField(choices=Sort.choices, required=False)
    page = forms.IntegerField(min_value=1, max_value=9999, required=False)

    def __init__(self, data: QueryDict, *, now: datetime) -> None:
        super().__init__(data)
        self.now, self.zone = now, district_zone()
        today = now.astimezone(self.zone).date()
        self.fields["date"] = DayField(today=today, required=False)
        self.fields["from"] = ClockField(last=DAY - 1, required=False)
        self.fields["to"] = ClockField(required=False)

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
        if end <= start:
            end += DAY
        others = ("q", "kind", "people", "instant", "step_free", "free", "sort", "page")
        return Wanted(day, start, end, **{name: said[name] for name in others if name in said})


# --- A time in one space ----------------------------------------------------------------


MOST_ALONG = 20  # of one add-on in one booking


class KeyField(forms.UUIDField):
    """What makes two sendings of the same choice one booking. Without one they are two."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> UUID | None:
        try:
            return super().clean(value)  # type: ignore[no-any-return]
        except ValidationError:
            return None


class BookForm(forms.Form):
    """A time in one space: `span` is the Period when the form is valid.

    The rules are not here: whether the time can be booked, the booking operation says.
    """

    title = forms.CharField(
        label=_("What is it for?"),
        max_length=140,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = KeyField(required=False)

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
        self.space = space
        self.zone = space.place.zone
        self.today = now.astimezone(self.zone).date()
        self.fields["date"] = DayField(label=_("Day"), today=self.today)
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
        self.offered = [one for one in space.add_ons.all() if one.is_offered]
        for add_on in self.offered:
            self.fields[along(add_on)] = add_on_field(add_on)
        self.offer(times if times is not None else range(0, DAY + 1, space.step))

    @classmethod
    def from_query(cls, query: QueryDict, *, space: Space, now: datetime) -> "BookForm":
        """The form as an address fills it in: with a chosen slot, or a time, or a day only."""
        data = query.copy()
        data.setdefault("quantity", "1")
        data.setdefault("people", "1")
        if slot := chosen_slot(query.get("slot", "")):
            day, start = slot
            length = max(60, space.in_force.min_length)
            end = start + length
            data["date"], data["from"] = day.isoformat(), clock_value(start)
            data["to"] = clock_value(end if end <= DAY else end % DAY)
        if data.get("from") or data.get("to"):
            return cls(data, space=space, now=now)
        initial: dict[str, Any] = {"title": query.get("title", "")[:140]}
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if all(cleaned.get(name) is not None for name in ("date", "from", "to")):
            start, end = cleaned["from"], cleaned["to"]
            try:
                cleaned["span"] = period(
                    at_minute(cleaned["date"], start, self.zone),
                    at_minute(cleaned["date"], end if end > start else end + DAY, self.zone),
                )
            except ValueError:
                self.add_error("to", _("The clocks change then: that hour does not exist."))
        return cleaned

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

    @property
    def add_ons(self) -> dict[AddOn, int]:
        """What is wanted along with the space, as far as it is understood."""
        if not self.is_bound:
            return {}
        self.is_valid()
        wanted = ((one, int(self.cleaned_data.get(along(one)) or 0)) for one in self.offered)
        return {add_on: count for add_on, count in wanted if count}

    def add_on_fields(self) -> list[tuple[AddOn, forms.BoundField]]:
        return [(one, self[along(one)]) for one in self.offered]

    @property
    def fresh_key(self) -> str:
        """What makes two sendings of the same choice one booking."""
        return str(uuid7())

    def query(self, **changes: str) -> str:
        """The address that brings one back to the same choice."""
        query = QueryDict(mutable=True)
        names = ("date", "from", "to", "quantity", "people", "title")
        for name in (*names, *map(along, self.offered)):
            value = changes.get(name) or self.said(name)
            is_asked = name != "quantity" or self.space.is_pool
            if value and is_asked and name in self.fields:
                query[name] = value.isoformat() if isinstance(value, date) else str(value)
        return query.urlencode()


def along(add_on: AddOn) -> str:
    """The name of the field that wants it."""
    return f"add-on-{add_on.pk}"


def add_on_field(add_on: AddOn) -> forms.Field:
    """How many of what is counted; yes or no to a service."""
    label = str(add_on)
    if not add_on.is_counted:
        return forms.BooleanField(label=label, required=False)
    most = min(len(add_on.units.all()), MOST_ALONG)
    choices = [(0, "0"), *((n, str(n)) for n in range(1, most + 1))]
    return forms.TypedChoiceField(label=label, required=False, coerce=int, choices=choices)


def chosen_slot(text: str) -> tuple[date, int] | None:
    """`2026-10-19T07:00`, as a free slot of the week grid sends without script."""
    day, _t, clock = text.partition("T")
    try:
        return date.fromisoformat(day), ClockField(last=DAY - 1).clean(clock)
    except (ValueError, ValidationError):
        return None
