"""When an owner closes a space or a whole place."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.closures import AHEAD, rrule_for
from bookings.models import ClosureRule
from spaces.forms.clock import DAY, ClockField, DayField, clock_choices
from spaces.models import Place, Space
from spaces.periods import Period, at_minute, period

REPEATS = [
    ("", _("Only then")),
    ("daily", _("Every day")),
    ("weekdays", _("Every day from Monday to Friday")),
    ("weekly", _("Every week, that weekday")),
    ("weekday", _("Every month, that weekday of it")),
    ("date", _("Every month, that date")),
]


class ClosingForm(forms.Form):
    """From a moment to another on the place's wall clock, once or again and again: `span`
    when valid, or `rule` when it repeats."""

    repeat = forms.ChoiceField(label=_("Again"), choices=REPEATS, required=False)
    reason = forms.CharField(
        label=_("Why"),
        max_length=140,
        required=False,
        help_text=_("Seen by those who run the space, not by bookers."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        place: Place,
        space: Space | None,
        now: datetime,
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, initial=initial, auto_id="close-%s")
        self.place, self.space, self.now = place, space, now
        self.zone = place.zone
        today = now.astimezone(self.zone).date()
        clocks = clock_choices(range(0, DAY + 1, 30))
        self.fields["first"] = DayField(label=_("First day"), today=today)
        self.fields["from"] = ClockField(
            label=_("From"), last=DAY - 1, widget=forms.Select(choices=clocks[:-1])
        )
        self.fields["last"] = DayField(label=_("Last day"), today=today)
        self.fields["to"] = ClockField(label=_("To"), widget=forms.Select(choices=clocks[1:]))
        self.fields["until"] = DayField(
            label=_("Until and with"),
            today=today,
            required=False,
            help_text=_("Empty: until you stop it."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.get(name) is None for name in ("first", "last", "from", "to")):
            return cleaned
        start = at_minute(cleaned["first"], cleaned["from"], self.zone)
        end = at_minute(cleaned["last"], cleaned["to"], self.zone)
        if end <= start:
            self.add_error("last", _("The end is not after the start."))
        elif cleaned.get("repeat"):
            self._clean_repeat(cleaned)
        elif end <= self.now:
            self.add_error("last", _("That time has passed."))
        else:
            cleaned["span"] = period(start, end)
        return cleaned

    def _clean_repeat(self, cleaned: dict[str, Any]) -> None:
        today, until = self.now.astimezone(self.zone).date(), cleaned.get("until")
        if self.closes - cleaned["from"] > DAY:
            self.add_error("last", _("What comes again is at most a day and a night long."))
        elif not today <= cleaned["first"] <= today + AHEAD:
            self.add_error("first", _("Begin today or within a year."))
        elif until and until < cleaned["first"]:
            self.add_error("until", _("That is before it begins."))

    @property
    def closes(self) -> int:
        """In minutes after the midnight that began the first day."""
        days = (self.cleaned_data["last"] - self.cleaned_data["first"]).days
        closes: int = self.cleaned_data["to"] + days * DAY
        return closes

    @property
    def repeats(self) -> bool:
        return bool(self.cleaned_data.get("repeat"))

    @property
    def span(self) -> Period:
        return self.cleaned_data["span"]  # type: ignore[no-any-return]

    def rule(self, by: User) -> ClosureRule:
        """The rule that is wished for, not yet stored."""
        said = self.cleaned_data
        first: date = said["first"]
        return ClosureRule(
            place=self.place,
            space=self.space,
            rrule=rrule_for(said["repeat"], first, said["until"]),
            starts_on=first,
            opens=said["from"],
            closes=self.closes,
            reason=said["reason"],
            made_by=by,
            created_at=self.now,
        )
