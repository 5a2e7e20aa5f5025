"""How one gets in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.texts import TextsField
from spaces.models import CodeFrom, Door


class WayInForm(forms.Form):
    """The code that is kept is never shown here again, only replaced."""

    code_from = forms.ChoiceField(label=_("Door code"), choices=CodeFrom, widget=forms.RadioSelect)
    code = forms.RegexField(
        r"^[0-9A-Za-z*# -]*$",
        label=_("The code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}),
        error_messages={"invalid": _("Digits and letters, *, # and spaces.")},
    )
    way_in = TextsField(
        label=_("How one gets in"),
        lines=3,
        longest=1000,
        required=False,
        help_text=_("Where the lock is, which bell, where the key hangs."),
    )

    def __init__(self, data: Any = None, *, door: Door) -> None:
        super().__init__(data, initial={"code_from": door.code_from, "way_in": door.way_in})
        self.has_code = bool(door.sealed_code)
        if self.has_code:
            self.fields["code"].help_text = _("One is kept. Write here only to change it.")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        is_owners = said.get("code_from") == CodeFrom.OWNER
        if is_owners and not said.get("code") and not self.has_code and "code" not in self.errors:
            self.add_error("code", _("Write the code."))
        return said
