"""The terms of a pass, as its owner sets them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import AffiliationKind, Organisation
from bookings.models import Counts, PassType
from bookings.models.passes import Holder, Window
from spaces.forms.kroner import KronerField
from spaces.models import Space, Vat

NAMES = (
    "name",
    "description",
    "counts",
    "holder",
    "price",
    "vat",
    "lasts_days",
    "affiliation",
    "window",
    "renews",
)


class GivePassForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.order_by("name"),
        label=_("Give one to"),
        empty_label=_("Choose an organisation."),
    )


class PassTypeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As “Ten desk days”."))
    description = forms.CharField(label=_("A sentence about it"), max_length=300, required=False)
    counts = forms.ChoiceField(label=_("What it gives"), choices=Counts)
    amount = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=10_000,
        help_text=_("Days, hours, or percent off."),
    )
    price = KronerField(label=_("Price (kr)"), required=False, help_text=_("VAT included."))
    vat = forms.ChoiceField(label=_("VAT"), choices=Vat)
    lasts_days = forms.IntegerField(
        label=_("Lasts so many days"), min_value=1, max_value=1100, initial=365
    )
    holder = forms.ChoiceField(label=_("For"), choices=Holder)
    renews = forms.BooleanField(
        label=_("A membership: anew each month, on an organisation’s invoice or a person’s card"),
        required=False,
    )
    window = forms.ChoiceField(
        label=_("Given for free"),
        choices=[("", _("no, it is sold")), *Window.choices],
        required=False,
    )
    affiliation = forms.ChoiceField(
        label=_("Given to"), choices=[("", "–"), *AffiliationKind.choices], required=False
    )

    def __init__(
        self, data: Any = None, *, owner: Organisation, kept: PassType | None = None
    ) -> None:
        initial: dict[str, Any] = {}
        if kept is not None:
            initial = {name: getattr(kept, name) for name in NAMES}
            hours = kept.counts == Counts.MINUTES
            initial |= {"amount": kept.amount // 60 if hours else kept.amount}
            initial["spaces"] = kept.spaces.all()
        super().__init__(data, initial=initial)
        self.fields["spaces"] = forms.ModelMultipleChoiceField(
            Space.objects.filter(organisation=owner).order_by("name"),
            label=_("Only in these spaces"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: in all of yours."),
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        counts, amount = said.get("counts"), said.get("amount")
        if counts == Counts.PERCENT and amount and amount > 100:
            self.add_error("amount", _("At most 100 percent."))
        if counts == Counts.MINUTES and amount:
            said["amount"] = amount * 60
        if said.get("renews") and said.get("window"):
            self.add_error("window", _("A membership is sold."))
        if said.get("window"):
            said["price"] = 0
            if not said.get("affiliation"):
                self.add_error("affiliation", _("Say to whom it is given."))
            if said.get("holder") != Holder.PERSON:
                self.add_error("holder", _("What is given is given to each person."))
        else:
            said["affiliation"] = ""
            if not said.get("price") and "price" not in self.errors:
                self.add_error("price", _("Say what it costs, or that it is given for free."))
        return said
