"""What an organisation demands of all its spaces, and how much may be booked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import AffiliationKind, Organisation
from spaces import formats
from spaces.forms.rules import ANSWERS, ARRIVALS, BUFFERS, LENGTHS, NOTICES
from spaces.limits import hint, of_district
from spaces.models import OrganisationRules, Quota

OFFERED = {
    "min_length": LENGTHS,
    "max_length": LENGTHS,
    "lead_time": NOTICES,
    "buffer_before": BUFFERS,
    "buffer_after": BUFFERS,
    "answer_within": ANSWERS,
    "longest_notice": NOTICES,
    "release_after": ARRIVALS,
}
LABELS = {
    "min_length": _("Shortest booking"),
    "max_length": _("Longest booking"),
    "lead_time": _("Booked at least so long before"),
    "buffer_before": _("Kept free before"),
    "buffer_after": _("Kept free after"),
    "answer_within": _("Requests are answered within"),
    "longest_notice": _("All comes back when cancelled so long before"),
    "release_after": _("Check-in within"),
}


class OrganisationRulesForm(forms.Form):
    """Each field may be empty: then each space decides."""

    horizon_days = forms.IntegerField(
        label=_("Booked at most so many days ahead"), min_value=1, max_value=1100, required=False
    )
    needs_approval = forms.BooleanField(
        label=_("Every booking waits for an answer"), required=False
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        own = OrganisationRules.objects.filter(organisation=organisation).first()
        names = (*OFFERED, "horizon_days", "needs_approval")
        initial = {name: getattr(own, name) for name in names} if own else {}
        super().__init__(data, initial=initial)
        for name, offered in OFFERED.items():
            current = initial.get(name)
            minutes = sorted({*offered, *(() if current is None else (current,))} - {0})
            self.fields[name] = forms.TypedChoiceField(
                label=LABELS[name],
                required=False,
                coerce=int,
                empty_value=None,
                choices=[
                    ("", "–"),
                    *((n, formats.duration(n)) for n in minutes),
                ],
            )
        for name in (*OFFERED, "horizon_days"):
            self.fields[name].help_text = hint(of_district(), name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        shortest, longest = cleaned.get("min_length"), cleaned.get("max_length")
        if shortest and longest and shortest > longest:
            self.add_error("max_length", _("The longest is shorter than the shortest."))
        return cleaned


class QuotaForm(forms.Form):
    """The most that may be booked in a while."""

    amount = forms.IntegerField(label=_("At most"), min_value=1, max_value=10_000)
    counts = forms.ChoiceField(label=_("Of what"), choices=Quota.Counts)
    window = forms.ChoiceField(label=_("How often"), choices=Quota.Window, initial="week")
    whose = forms.ChoiceField(label=_("For"), choices=Quota.Whose)
    affiliation = forms.ChoiceField(
        label=_("Only of"),
        choices=[("", _("everyone")), *AffiliationKind.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("whose") == Quota.Whose.AFFILIATION and not said.get("affiliation"):
            self.add_error("affiliation", _("Say of whom: all of them share it."))
        if said.get("counts") == Quota.Counts.MINUTES and said.get("amount"):
            said["amount"] *= 60
        return said
