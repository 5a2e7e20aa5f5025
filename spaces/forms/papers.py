"""Papers of a space, and floor plans of a place."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.models import Place, Space


class PaperForm(forms.Form):
    """A file, with a name or else its own."""

    file = forms.FileField(
        label=_("The paper"),
        help_text=_("PDF, at most 5 MB. Everybody who sees the space can read it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file") and not cleaned.get("name"):
            cleaned["name"] = PurePath(cleaned["file"].name).stem[:120]
        return cleaned


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)


class PlanForm(NameForm):
    file = forms.FileField(
        label=_("The drawing"),
        help_text=_("SVG, PNG, JPEG or WebP."),
        widget=forms.FileInput(attrs={"accept": "image/svg+xml,image/png,image/jpeg,image/webp"}),
    )
    field_order = ("file", "name")


class PointForm(forms.Form):
    """Where a space is on a plan, in percent."""

    space = forms.ModelChoiceField(
        label=_("Space"), queryset=Space.objects.none(), empty_label=_("Choose")
    )
    x = forms.FloatField(label=_("From the left, %"), min_value=0, max_value=100)
    y = forms.FloatField(label=_("From the top, %"), min_value=0, max_value=100)

    def __init__(self, data: Any = None, *, place: Place) -> None:
        super().__init__(data)
        choice = self.fields["space"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = place.spaces.order_by("name", "pk")
        for name in ("x", "y"):
            self.fields[name].widget.attrs["step"] = "0.1"
