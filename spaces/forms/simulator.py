"""What an owner asks to see how the prices work: for whom, when and how many."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.forms.clock import DAY, ClockField, DayField, clock_choices
from spaces.models import Audience, Space
from spaces.periods import Period, at_minute, period
from spaces.prices import Buyer
from spaces.prices.rates import asks_people

DEAL = "organisation-"


class SimulatorForm(forms.Form):
    """A time on the place's wall clock and somebody to pay for it: `span` and `buyer` when
    valid. Whether that time is open or free is another question."""

    def __init__(self, data: Any = None, *, space: Space, now: datetime) -> None:
        self.space, self.zone = space, space.place.zone
        today = now.astimezone(self.zone).date()
        tomorrow = today + timedelta(days=1)
        initial = {"first": tomorrow, "from": "10:00", "last": tomorrow, "to": "12:00"}
        super().__init__(data, initial=initial, auto_id="try-%s")
        self.fields["who"] = forms.ChoiceField(label=_("For"), choices=self.people_to_try())
        clocks = clock_choices(range(0, DAY + 1, 30))
        self.fields["first"] = DayField(label=_("First day"), today=today)
        self.fields["from"] = ClockField(
            label=_("From"), last=DAY - 1, widget=forms.Select(choices=clocks[:-1])
        )
        self.fields["last"] = DayField(label=_("Last day"), today=today)
        self.fields["to"] = ClockField(label=_("To"), widget=forms.Select(choices=clocks[1:]))
        self.fields["quantity"] = forms.IntegerField(
            label=_("How many"),
            min_value=1,
            max_value=999,
            initial=1,
            disabled=not space.is_pool,  # then it is always 1
        )
        self.fields["people"] = forms.IntegerField(
            label=_("How many come"),
            min_value=1,
            max_value=100_000,
            initial=1,
            disabled=not asks_people(space),
        )

    def people_to_try(self) -> list[tuple[str, Any]]:
        """Each audience, and each organisation there is a deal with."""
        deals = self.space.prices.exclude(organisation=None).select_related("organisation")
        partners = {price.organisation for price in deals if price.organisation is not None}
        found = sorted((one.name, f"{DEAL}{one.pk}") for one in partners)
        audiences = [(one.value, one.label) for one in Audience if one != Audience.ORGANISATION]
        return [*audiences, *((value, name) for name, value in found)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(cleaned.get(name) is None for name in ("first", "last", "from", "to")):
            return cleaned
        start = at_minute(cleaned["first"], cleaned["from"], self.zone)
        end = at_minute(cleaned["last"], cleaned["to"], self.zone)
        if end <= start:
            self.add_error("last", _("The end is not after the start."))
        else:
            cleaned["span"] = period(start, end)
        return cleaned

    @property
    def span(self) -> Period:
        return self.cleaned_data["span"]  # type: ignore[no-any-return]

    @property
    def buyer(self) -> Buyer:
        """Somebody with nothing but what this audience asks for."""
        who = self.cleaned_data["who"]
        if who == Audience.OWN:
            return Buyer(organisations=frozenset({self.space.organisation_id}))
        if who.startswith(DEAL):
            return Buyer(organisations=frozenset({int(who.removeprefix(DEAL))}))
        return Buyer(affiliations=frozenset({who} - {Audience.EVERYONE}))
