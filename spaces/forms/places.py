"""Facts about a place."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextsField
from accounts.models import Organisation
from spaces.models import Place

ADDRESS = ("address", "postcode", "city")
ACCESS = (
    "is_step_free",
    "has_lift",
    "has_automatic_doors",
    "has_accessible_toilet",
    "has_hearing_loop",
    "has_accessible_parking",
)
ARRIVAL = ("arrival", "doors", "parking", "public_transport")


def zones() -> list[tuple[str, str]]:
    """The site's own first, then all there are."""
    own = settings.TIME_ZONE
    names = sorted(name for name in available_timezones() if "/" in name and name != own)
    return [(name, name.replace("_", " ")) for name in (own, *names)]


class PlaceForm(forms.ModelForm):  # type: ignore[type-arg]
    latitude = forms.FloatField(
        label=_("Latitude"),
        min_value=-90,
        max_value=90,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    longitude = forms.FloatField(
        label=_("Longitude"),
        min_value=-180,
        max_value=180,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    arrival = TextsField(
        label=_("How to get in"),
        required=False,
        lines=3,
        help_text=_("Bookers get this with their confirmation, and see it on the page."),
    )
    doors = TextsField(label=_("Doors"), required=False, lines=2)
    parking = TextsField(label=_("Parking"), required=False, lines=2)
    public_transport = TextsField(label=_("Public transport"), required=False, lines=2)

    class Meta:
        model = Place
        fields: tuple[str, ...] = (
            "name",
            *ADDRESS,
            "latitude",
            "longitude",
            "time_zone",
            "is_outdoor",
            *ACCESS,
            *ARRIVAL,
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_outdoor"].label = _("An outdoor area, not a building")

    def bound(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names]

    def address_fields(self) -> list[forms.BoundField]:
        return self.bound(ADDRESS)

    def access_fields(self) -> list[forms.BoundField]:
        return self.bound(ACCESS)

    def arrival_fields(self) -> list[forms.BoundField]:
        return self.bound(ARRIVAL)


class NewPlaceForm(PlaceForm):
    """Also whose it is, when the person could list for several organisations."""

    organisation = forms.ModelChoiceField(label=_("Owner"), queryset=Organisation.objects.none())

    class Meta(PlaceForm.Meta):
        fields = ("organisation", *PlaceForm.Meta.fields)

    def __init__(
        self, data: Any = None, *, organisations: "QuerySet[Organisation]", **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = organisations
        if organisations.count() == 1:
            choice.initial = organisations.get()
            choice.widget = forms.HiddenInput()
