"""What can be booked along with the spaces of a place."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextsField
from spaces.forms.kroner import KronerField
from spaces.models import AddOn, Place, Space, Vat


class AddOnForm(forms.Form):
    name = TextsField(label=_("Name"))
    description = TextsField(label=_("More about it"), required=False, lines=2)
    amount = KronerField(label=_("Price (kr)"), help_text=_("VAT included. 0 is free."))
    per = forms.ChoiceField(label=_("Per"), choices=AddOn.Per)
    vat = forms.ChoiceField(label=_("VAT"), choices=Vat, initial=Vat.STANDARD_25)
    count = forms.IntegerField(
        label=_("How many there are"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=_("Then no more are booked at a time than there are. Empty: no end of it."),
    )
    is_offered = forms.BooleanField(label=_("Offered now"), required=False, initial=True)
    spaces = forms.ModelMultipleChoiceField(
        label=_("With these spaces"),
        queryset=Space.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, place: Place, add_on: AddOn | None = None) -> None:
        super().__init__(data, initial=initial_of(add_on) if add_on else None)
        choice = self.fields["spaces"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = place.spaces.order_by("name")


def initial_of(add_on: AddOn) -> dict[str, Any]:
    names = ("name", "description", "amount", "per", "vat", "is_offered")
    return {
        **{name: getattr(add_on, name) for name in names},
        "count": add_on.units.count() if add_on.is_counted else None,
        "spaces": add_on.spaces.all(),
    }
