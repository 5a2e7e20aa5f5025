"""The opening hours of a place or a space."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from spaces.forms.clock import DayField, Span, SpansField
from spaces.models import OnHolidays, Place, Season, Space
from spaces.models.hours import LEAP_YEAR, Weekday


class WeekForm(forms.Form):
    """The clock times of each weekday."""

    def __init__(self, data: Any = None, *, week: Mapping[int, list[Span]], prefix: str) -> None:
        initial = {f"day-{weekday}": tuple(week.get(weekday, ())) for weekday in Weekday}
        super().__init__(data, initial=initial, prefix=prefix)
        for weekday in Weekday:
            self.fields[f"day-{weekday}"] = SpansField(
                label=weekday.label,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("Closed"), "autocomplete": "off"}),
            )

    def week(self) -> dict[int, tuple[Span, ...]]:
        return {weekday: self.cleaned_data[f"day-{weekday}"] for weekday in Weekday}


class HolidaysForm(forms.Form):
    """What public holidays do. A space may leave it to its place."""

    on_holidays = forms.TypedChoiceField(
        label=_("On public holidays"),
        choices=OnHolidays,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    short = SpansField(label=_("Shorter hours, if so"), required=False)

    def __init__(self, data: Any = None, *, keeper: Space | Place) -> None:
        short = ()
        if keeper.holiday_opens is not None and keeper.holiday_closes is not None:
            short = ((keeper.holiday_opens, keeper.holiday_closes),)  # type: ignore[assignment]
        super().__init__(data, initial={"on_holidays": keeper.on_holidays, "short": short})
        if isinstance(keeper, Space):
            of_place = keeper.place.get_on_holidays_display().lower()
            self.fields["on_holidays"] = forms.TypedChoiceField(
                label=_("On public holidays"),
                choices=[
                    ("", _("As the place: %(what)s") % {"what": of_place}),
                    *OnHolidays.choices,
                ],
                required=False,
                empty_value=None,
                widget=forms.RadioSelect,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        spans = cleaned.get("short", ())
        if cleaned.get("on_holidays") != OnHolidays.SHORT:
            cleaned["short"] = None
        elif len(spans) != 1:
            self.add_error("short", _("Write from when to when, as 10–14."))
        else:
            cleaned["short"] = spans[0]
        return cleaned


class SeasonForm(forms.Form):
    """A part of each year."""

    name = forms.CharField(label=_("Name"), max_length=60)
    first_day = forms.IntegerField(label=_("From day"), min_value=1, max_value=31)
    first_month = forms.TypedChoiceField(label=_("Month"), coerce=int, choices=list(MONTHS.items()))
    last_day = forms.IntegerField(label=_("To day"), min_value=1, max_value=31)
    last_month = forms.TypedChoiceField(label=_("Month"), coerce=int, choices=list(MONTHS.items()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for end in ("first", "last"):
            day, month = cleaned.get(f"{end}_day"), cleaned.get(f"{end}_month")
            if day and month and not exists(day, month):
                self.add_error(f"{end}_day", _("That month has no such day."))
        return cleaned


def exists(day: int, month: int) -> bool:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


class ExceptionForm(forms.Form):
    """Other hours on a date, or on all dates up to another."""

    hours = SpansField(
        label=_("Open"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Closed"), "autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("Why"), max_length=140, required=False)
    field_order = ("date", "until", "hours", "reason")

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.fields["date"] = DayField(label=_("Day"), today=today)
        self.fields["until"] = DayField(label=_("Last day"), today=today, required=False)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("date"), cleaned.get("until") or cleaned.get("date")
        if first and last and not first <= last <= first + timedelta(days=60):
            self.add_error("until", _("Choose a last day at most two months later."))
        return cleaned

    def dates(self) -> list[date]:
        first = self.cleaned_data["date"]
        last = self.cleaned_data["until"] or first
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def week_of(keeper: Space | Place, season: Season | None) -> dict[int, list[Span]]:
    """The weekly hours there are, by weekday."""
    week: dict[int, list[Span]] = {}
    for rule in keeper.opening_hours.filter(season=season):
        week.setdefault(rule.weekday, []).append((rule.opens, rule.closes))
    return week
