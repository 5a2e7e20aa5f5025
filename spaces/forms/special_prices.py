"""A price for some times, some dates, a group or the people of one organisation."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from spaces.forms.clock import DayField, SpansField
from spaces.forms.kroner import KronerField
from spaces.models import Audience, Per, Price, Space
from spaces.models.hours import Weekday


class SpecialPriceForm(forms.Form):
    audience = forms.ChoiceField(label=_("For"), choices=Audience)
    organisation = forms.ModelChoiceField(
        label=_("Which organisation"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_("When it is for an organisation’s people, by a deal between you."),
    )
    per = forms.ChoiceField(label=_("Per"), choices=Per)
    amount = KronerField(label=_("Price (kr)"), help_text=_("0 is free."))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        choices=Weekday,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every day."),
    )
    hours = SpansField(
        label=_("Time of day"),
        required=False,
        help_text=_("As 16–22, or 18–02 past midnight. Empty: the whole day."),
    )
    min_people = forms.IntegerField(
        label=_("For groups of at least"),
        min_value=2,
        max_value=100_000,
        required=False,
        help_text=_("Then bookers are asked how many come."),
    )

    def __init__(
        self, data: Any = None, *, space: Space, today: date, price: Price | None = None
    ) -> None:
        super().__init__(data, initial=initial_of(price) if price else None)
        others = Organisation.objects.exclude(pk=space.organisation_id)
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = others.order_by("name")
        self.fields["valid_from"] = DayField(label=_("From the day"), today=today, required=False)
        self.fields["valid_until"] = DayField(
            label=_("Until and with the day"), today=today, required=False
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        spans = said.pop("hours", ())
        said["opens"], said["closes"] = spans[0] if spans else (None, None)
        is_deal = said.get("audience") == Audience.ORGANISATION
        if is_deal and not said.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose an organisation."))
        if not is_deal:
            said["organisation"] = None
        if len(spans) > 1:
            self.add_error("hours", _("One time span for each price, please."))
        if said.get("per") != Per.HOUR and (spans or said.get("weekdays")):
            self.add_error("per", _("Only a price per hour can be for some days or times of day."))
        first, last = said.get("valid_from"), said.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        if not self.errors and not Price(**said).is_special:
            raise forms.ValidationError(
                _("Say when or for whom it is: without that, it is a price of the table.")
            )
        return said


def initial_of(price: Price) -> dict[str, Any]:
    names = ("audience", "organisation", "per", "amount", "weekdays", "min_people")
    hours = () if price.opens is None else ((price.opens, price.closes),)
    dates = {"valid_from": price.valid_from, "valid_until": price.valid_until}
    return {name: getattr(price, name) for name in names} | {"hours": hours, **dates}
