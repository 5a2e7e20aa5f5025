"""The form on which an owner names a calendar that is kept elsewhere."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.models import Space, Unit

PROVIDERS = (
    ("google.com", "Google"),
    ("office365.com", "Outlook"),
    ("office.com", "Outlook"),
    ("outlook.com", "Outlook"),
    ("live.com", "Outlook"),
    ("icloud.com", "Apple"),
)


class CalendarForm(forms.Form):
    """An address or a file; with a name, or else one that tells where it is from."""

    address = forms.CharField(
        label=_("The calendar’s address"),
        max_length=2000,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=_("The secret address in iCal format. It begins with https:// or webcal://."),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        help_text=_("An .ics file is read once, and stays as it is."),
    )
    name = forms.CharField(
        label=_("What you call it"), max_length=80, required=False, help_text=_("Outlook, say.")
    )
    unit = forms.ModelChoiceField(
        label=_("It is about"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("The whole space"),
    )

    def __init__(self, data: Any = None, files: Any = None, *, space: Space) -> None:
        super().__init__(data, files)
        choice = self.fields["unit"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = space.units.order_by("name", "pk")
        if choice.queryset.count() < 2:
            del self.fields["unit"]

    @property
    def either(self) -> list[forms.BoundField]:
        """Neither is optional: it takes one of the two."""
        return [self["address"], self["file"]]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "address" in self.errors or "file" in self.errors:
            return said
        if bool(said.get("address")) == bool(said.get("file")):
            self.add_error("address", _("Write an address, or choose a file."))
        elif not said.get("name"):
            said["name"] = name_for(said)
        return said


def name_for(said: dict[str, Any]) -> str:
    """`Outlook`, the host, or the name of the file."""
    if said.get("file"):
        return PurePath(said["file"].name).stem[:80] or str(_("Calendar"))
    host = said["address"].split("://", 1)[-1].split("/", 1)[0].lower()
    found = (name for part, name in PROVIDERS if host == part or host.endswith(f".{part}"))
    return next(found, host.rsplit("@", 1)[-1][:80] or str(_("Calendar")))
