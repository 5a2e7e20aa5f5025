"""Asking for invoices, and agreeing to send them."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from spaces.forms.kroner import KronerField
from spaces.models import Space

EHF = RegexValidator(r"^\d{4}:[\w.\-]{1,50}$", _("As 0192:974760673."))


class AskForm(forms.Form):
    owner = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Invoices from"), empty_label=_("Choose")
    )
    invoice_email = forms.EmailField(label=_("Invoices by e-mail to"), required=False)
    ehf_address = forms.CharField(
        label=_("Or as EHF to"), required=False, validators=[EHF], help_text=_("As 0192:974760673.")
    )
    cost_centres = forms.CharField(
        label=_("Cost centres"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line; there is an invoice for each. Empty: anything goes."),
    )
    needs_reference = forms.BooleanField(label=_("Each booking needs a reference"), required=False)

    def __init__(self, data: Any = None, *, customer: Organisation) -> None:
        super().__init__(data, auto_id="ask-%s")
        owners = Organisation.objects.filter(pk__in=Space.objects.values("organisation"))
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = owners.exclude(pk=customer.pk).order_by("name")

    def clean_cost_centres(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["cost_centres"].splitlines())
        found = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > 60 for line in found):
            raise forms.ValidationError(_("At most 60 characters each."))
        return found

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not (said.get("invoice_email") or said.get("ehf_address")):
            self.add_error("invoice_email", _("Say where the invoices are to go."))
        return said


class AgreeForm(forms.Form):
    limit = KronerField(label=_("At most unpaid (kr)"))
    due_days = forms.IntegerField(label=_("Days to pay in"), min_value=1, max_value=90, initial=30)

    def clean_limit(self) -> int:
        limit: int = self.cleaned_data["limit"]
        if not limit:
            raise forms.ValidationError(_("Say how much."))
        return limit
