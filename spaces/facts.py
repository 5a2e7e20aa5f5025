"""What only spaces of some kinds have to tell. Stored on the space as JSON, without what
is empty; each kind's form says which facts there are and what they may be."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.models import Kind, Space


class Facts(forms.Form):
    """Facts that a space of some kind may state. All are optional."""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class DeskFacts(Facts):
    screens = forms.IntegerField(
        label=_("Screens at each desk"), min_value=0, max_value=4, required=False
    )
    is_quiet = forms.BooleanField(label=_("Quiet zone"), required=False)
    is_adjustable = forms.BooleanField(label=_("Desks that can be raised"), required=False)


class LabFacts(Facts):
    safety = forms.ChoiceField(
        label=_("Safety class"),
        required=False,
        choices=[
            ("", _("None")),
            ("bsl_1", _("Biosafety level 1")),
            ("bsl_2", _("Biosafety level 2")),
            ("bsl_3", _("Biosafety level 3")),
            ("laser_3", _("Laser class 3")),
            ("laser_4", _("Laser class 4")),
            ("radiation", _("Controlled radiation area")),
        ],
    )
    fume_hoods = forms.IntegerField(
        label=_("Fume hoods"), min_value=0, max_value=50, required=False
    )
    instruments = forms.CharField(
        label=_("Instruments"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line."),
    )


class HallFacts(Facts):
    has_stage = forms.BooleanField(label=_("Stage"), required=False)
    has_flat_floor = forms.BooleanField(label=_("Flat floor"), required=False)
    ceiling = forms.IntegerField(
        label=_("Ceiling height in cm"), min_value=150, max_value=5000, required=False
    )


class WorkshopFacts(Facts):
    has_extraction = forms.BooleanField(label=_("Dust extraction"), required=False)
    noise_allowed = forms.BooleanField(label=_("Noise is fine"), required=False)


OF_KIND: dict[str, type[Facts]] = {
    Kind.DESK_AREA: DeskFacts,
    Kind.LAB: LabFacts,
    Kind.EVENT_HALL: HallFacts,
    Kind.WORKSHOP: WorkshopFacts,
    Kind.STUDIO: WorkshopFacts,
}


def form_for(kind: str, data: Any = None, initial: dict[str, Any] | None = None) -> Facts:
    return OF_KIND.get(kind, Facts)(data, initial=initial, prefix="facts")


def in_words(space: Space) -> Iterator[tuple[str, str]]:
    """(name, text) of each fact the space states; the text of a yes is empty."""
    for name, field in form_for(space.kind).fields.items():
        value = space.facts.get(name)
        if not value:
            continue
        if isinstance(field, forms.BooleanField):
            yield str(field.label), ""
        elif isinstance(field, forms.ChoiceField):
            words = dict(field.choices).get(value)  # type: ignore[arg-type]
            if words:
                yield str(field.label), str(words)
        else:
            lines = [line.strip() for line in str(value).splitlines() if line.strip()]
            yield str(field.label), ", ".join(lines)
