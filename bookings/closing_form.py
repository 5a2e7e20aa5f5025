"""When an owner closes a space."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.forms.clock import DAY, ClockField, DayField, clock_choices
from spaces.models import Space
from spaces.periods import Period, at_minute, period


class ClosingForm(forms.Form):
    """From a moment to another on the place's wall clock: `span` when valid."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=140,
        required=False,
        help_text=_("Seen by those who run the space, not by bookers."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, space: Space, now: datetime, day: date) -> None:
        initial = {"first": day, "last": day, "from": "00:00", "to": "24:00"}
        super().__init__(data, initial=initial, auto_id="close-%s")
        self.zone = space.place.zone
        today = now.astimezone(self.zone).date()
        clocks = clock_choices(range(0, DAY + 1, 30))
        self.fields["first"] = DayField(label=_("First day"), today=today)
        self.fields["from"] = ClockField(
            label=_("From"), last=DAY - 1, widget=forms.Select(choices=clocks[:-1])
        )
        self.fields["last"] = DayField(label=_("Last day"), today=today)
        self.fields["to"] = ClockField(label=_("To"), widget=forms.Select(choices=clocks[1:]))
        self.now = now

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.get(name) is None for name in ("first", "last", "from", "to")):
            return cleaned
        start = at_minute(cleaned["first"], cleaned["from"], self.zone)
        end = at_minute(cleaned["last"], cleaned["to"], self.zone)
        if end <= start:
            self.add_error("last", _("The end is not after the start."))
        elif end <= self.now:
            self.add_error("last", _("That time has passed."))
        else:
            cleaned["span"] = period(start, end)
        return cleaned

    @property
    def span(self) -> Period:
        return self.cleaned_data["span"]  # type: ignore[no-any-return]
