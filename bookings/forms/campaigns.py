"""The terms of a campaign, as its owner sets them."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import AffiliationKind, Organisation
from bookings.means.campaigns import LONGEST, normal
from bookings.models import Campaign
from spaces.forms.clock import DayField
from spaces.forms.kroner import KronerField
from spaces.models import Kind, Space

NAMES = ("name", "code", "percent", "amount", "limit", "limit_each", "kinds", "affiliations")


class CodeField(forms.CharField):
    """A code, in whatever letters it is typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=LONGEST, **kwargs)

    def clean(self, value: Any) -> str:
        return normal(super().clean(value))


class CampaignForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=100, help_text=_("Only you see this.")
    )
    code = CodeField(
        label=_("Code"),
        min_length=4,
        validators=[RegexValidator(r"^[\w\-]+$", _("Letters, digits and hyphens, please."))],
        help_text=_("What bookers type, in capitals or not."),
    )
    percent = forms.IntegerField(label=_("Percent off"), min_value=1, max_value=100, required=False)
    amount = KronerField(label=_("Or so many kroner off"), required=False)
    limit = forms.IntegerField(
        label=_("Uses in all"), min_value=1, max_value=1_000_000, required=False
    )
    limit_each = forms.IntegerField(
        label=_("Uses of one person"), min_value=1, max_value=1000, required=False
    )
    kinds = forms.MultipleChoiceField(
        label=_("Only for these kinds of space"),
        choices=Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    affiliations = forms.MultipleChoiceField(
        label=_("Only for"),
        choices=AffiliationKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: everybody."),
    )

    def __init__(
        self, data: Any = None, *, owner: Organisation, today: date, campaign: Campaign | None
    ) -> None:
        initial: dict[str, Any] = {"first_day": today}
        if campaign is not None:
            initial = {name: getattr(campaign, name) for name in NAMES}
            days = {"first_day": campaign.first_day, "last_day": campaign.last_day}
            initial |= {**days, "spaces": campaign.spaces.all()}
        super().__init__(data, initial=initial)
        self.fields["first_day"] = DayField(label=_("From the day"), today=today)
        self.fields["last_day"] = DayField(
            label=_("Until and with the day"), today=today, required=False
        )
        self.fields["spaces"] = forms.ModelMultipleChoiceField(
            Space.objects.filter(organisation=owner).order_by("name"),
            label=_("Only in these spaces"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: in all of yours."),
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        percent, amount = said.get("percent"), said.get("amount") or None
        said["amount"] = amount
        if not self.errors and (percent is None) == (amount is None):
            self.add_error("percent", _("Say either a percentage or an amount."))
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        return said
