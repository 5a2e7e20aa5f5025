"""Facts about a space, and its units."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextsField
from spaces.models import Allocation, Amenity, Kind, Layout, Place, Space, Unit

MOST_UNITS = 500


class NewSpaceForm(forms.Form):
    """The least that a space is: it can be filled in later."""

    place = forms.ModelChoiceField(label=_("Place"), queryset=Place.objects.none())
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind)
    name = forms.CharField(label=_("Name"), max_length=120)
    capacity = forms.IntegerField(label=_("How many people"), min_value=1, max_value=100_000)
    units = forms.IntegerField(
        label=_("How many equal ones"),
        min_value=1,
        max_value=MOST_UNITS,
        required=False,
        help_text=_("Desks or benches booked one by one. Leave it empty for a room."),
    )

    def __init__(self, data: Any = None, *, places: "QuerySet[Place]", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choice = self.fields["place"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = places


class SpaceForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the space's page says about it."""

    summary = TextsField(
        label=_("In a sentence"), longest=200, help_text=_("Shown where it is found.")
    )
    description = TextsField(label=_("About the space"), required=False, lines=6, longest=6000)
    floor = TextsField(label=_("Floor or door"), required=False, longest=60)
    house_rules = TextsField(label=_("House rules"), required=False, lines=4, longest=6000)

    class Meta:
        model = Space
        fields = (
            "name",
            "kind",
            "capacity",
            "area",
            "floor",
            "is_step_free",
            "summary",
            "description",
            "house_rules",
        )

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        return kind


class AmenitiesForm(forms.Form):
    """What is there, and how many of each: a number for each amenity, empty for none."""

    def __init__(self, data: Any = None, *, space: Space) -> None:
        has = {row.amenity_id: row.count for row in space.space_amenities.all()}
        self.amenities = list(Amenity.objects.all())
        super().__init__(data, prefix="amenity", initial=has)
        for amenity in self.amenities:
            self.fields[amenity.code] = forms.IntegerField(
                label=str(amenity), min_value=0, max_value=999, required=False
            )

    def chosen(self) -> dict[str, int]:
        return {code: count for code, count in self.cleaned_data.items() if count}


class LayoutsForm(forms.Form):
    """How many a hall holds for each way of furnishing it, empty for none."""

    def __init__(self, data: Any = None, *, space: Space) -> None:
        has = {row.seating: row.capacity for row in space.layouts.all()}
        super().__init__(data, prefix="layout", initial=has)
        for seating in Layout.Seating:
            self.fields[seating] = forms.IntegerField(
                label=seating.label, min_value=1, max_value=100_000, required=False
            )

    def chosen(self) -> dict[str, int]:
        return {seating: people for seating, people in self.cleaned_data.items() if people}


MOST_UNITS = 200  # at a time


class UnitsForm(forms.Form):
    """Which units a space is made of, and how a booking takes them."""

    allocation = forms.ChoiceField(
        label=_("A booking takes"), choices=Allocation, widget=forms.RadioSelect
    )
    units = forms.ModelMultipleChoiceField(
        label=_("Made of"),
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A unit in several spaces is taken in all of them when one is booked."),
    )

    def __init__(self, data: Any = None, *, space: Space) -> None:
        initial = {"allocation": space.allocation, "units": space.units.all()}
        super().__init__(data, initial=initial)
        choice = self.fields["units"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = space.place.units.filter(add_on=None)


class UnitForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)


class NewUnitsForm(forms.Form):
    """One unit, or with numbers several: `Desk`, 1 to 40. `names` when valid."""

    name = forms.CharField(label=_("Name"), max_length=110)
    first = forms.IntegerField(label=_("From number"), min_value=0, max_value=9999, required=False)
    last = forms.IntegerField(label=_("To number"), min_value=0, max_value=9999, required=False)
    is_part = forms.BooleanField(label=_("Part of this space"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if (first is None) != (last is None):
            self.add_error("last", _("Give both numbers, or none."))
        elif first is not None and last is not None and not 0 <= last - first < MOST_UNITS:
            self.add_error("last", _("From a lower number to a higher, at most 200 at a time."))
        return cleaned

    @property
    def names(self) -> list[str]:
        said = self.cleaned_data
        if said["first"] is None:
            return [said["name"]]
        return [f"{said['name']} {number}" for number in range(said["first"], said["last"] + 1)]
