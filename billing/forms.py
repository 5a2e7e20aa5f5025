"""What is said with a cancellation or an answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.money import Money


class CancelForm(forms.Form):
    """`shown` is the amount that the page promised back, so that nobody loses money to a
    deadline that passed while they were reading."""

    shown = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, as_owner: bool, returned: Money) -> None:
        super().__init__(data, initial={"shown": returned.amount}, auto_id="cancel-%s")
        self.returned = returned
        if as_owner:
            self.fields["reason"].help_text = _("Sent to the booker.")
        else:
            del self.fields["reason"]

    def clean_shown(self) -> int:
        shown: int = self.cleaned_data["shown"] or 0
        if shown > self.returned.amount:
            self.data = {**dict(self.data.items()), "shown": self.returned.amount}
            raise forms.ValidationError(_("What you get back has changed."))
        return shown


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Sent to the one who asked."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
