"""The filters of `bookings/filters.py` for programs, which are told when they are wrong."""

from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Exists, Q, QuerySet
from django.forms import NullBooleanField, TextInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.fields import MultipleChoiceField
from django_filters.filters import (
    BooleanFilter,
    CharFilter,
    ChoiceFilter,
    Filter,
    MultipleChoiceFilter,
    NumberFilter,
)
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from bookings.filters import asks, box_of, point_of, within
from bookings.forms import Sort
from bookings.forms.search import DEAREST, FARTHEST, WordsField, words_of
from bookings.queries.candidates import sorted_by
from spaces.models import Kind, Space
from spaces.models.space import SpaceQuerySet
from spaces.prices import Buyer

YES_OR_NO = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}


def is_a_point(value: str) -> None:
    if point_of(value) is None:
        raise ValidationError(_("Give `lat,lon`, on Earth."))


def is_a_box(value: str) -> None:
    if box_of(value) is None:
        raise ValidationError(_("Give `west,south,east,north`, on Earth."))


class YesOrNoField(NullBooleanField):
    """Yes or no, as programs and the addresses of our own pages say it; None: neither."""

    widget = TextInput

    def to_python(self, value: Any) -> bool | None:  # type: ignore[override]
        said = str(value or "").strip().lower()
        if said and said not in YES_OR_NO:
            raise ValidationError(_("Give true or false."))
        return YES_OR_NO.get(said)


@extend_schema_field(OpenApiTypes.BOOL)
class YesOrNoFilter(BooleanFilter):
    field_class = YesOrNoField


class KindsField(MultipleChoiceField):
    def to_python(self, value: Any) -> list[str]:
        return list(words_of(value or ()))


class KindsFilter(MultipleChoiceFilter):
    field_class = KindsField


@extend_schema_field(OpenApiTypes.STR)
class WordsFilter(Filter):
    field_class = WordsField


def words(label: str) -> Any:
    return WordsFilter(method="asked", label=label)  # type: ignore[no-untyped-call]


def asked(label: str = "") -> Any:
    return YesOrNoFilter(method="asked", label=label)  # type: ignore[no-untyped-call]


class SpaceFilter(FilterSet):
    q = CharFilter(method="matching", label="Words in names and descriptions.")
    kind = KindsFilter(  # type: ignore[no-untyped-call]
        choices=Kind.choices, method="asked"
    )
    capacity = NumberFilter(
        field_name="capacity",
        lookup_expr="gte",
        min_value=1,
        max_value=100_000,
        label="Seats, or units of a pool, at least.",
    )
    amenity = words("Codes; all of them are there.")
    owner = words("Slugs of organisations.")
    place = words("Slugs of places.")
    instant = asked("Booked without being approved first.")
    step_free = asked()
    lift = asked()
    automatic_doors = asked()
    accessible_toilet = asked()
    hearing_loop = asked()
    accessible_parking = asked()
    outdoor = asked("Outdoors, or with false indoors.")
    free = YesOrNoFilter(  # type: ignore[no-untyped-call]
        method="free_of_charge", label="With a price of nothing for the asker; then, with a time."
    )
    max_price = NumberFilter(
        method="left",
        min_value=0,
        max_value=DEAREST * 100,
        label="Minor units for the whole period; with a time, among the first 2,000 that are free.",
    )
    near = CharFilter(
        method="nearest",
        validators=[is_a_point],
        label="`lat,lon`: the nearest come first.",
    )
    radius = NumberFilter(
        method="around", min_value=50, max_value=FARTHEST, label="Metres, with `near`."
    )
    bbox = CharFilter(method="inside", validators=[is_a_box], label="`west,south,east,north`")

    sort = ChoiceFilter(
        choices=Sort.choices,
        method="sorted",
        label="`price` with a time: among the first 240; `start` where any time will do.",
    )

    class Meta:
        model = Space
        fields = ()

    def matching(self, queryset: QuerySet[Space], _name: str, value: str) -> QuerySet[Space]:
        return cast(SpaceQuerySet, queryset).matching(value)

    def asked(self, queryset: QuerySet[Space], name: str, value: Any) -> QuerySet[Space]:
        return queryset.filter(asks(name, value))

    def free_of_charge(self, queryset: QuerySet[Space], _name: str, value: bool) -> QuerySet[Space]:
        buyer = Buyer.of(self.request.user, timezone.now())
        prices = Space.objects.prices_for(buyer.affiliations, buyer.organisations)
        is_free = Q(Exists(prices.filter(amount=0)))
        return queryset.filter(is_free if value else ~is_free)

    def left(self, queryset: QuerySet[Space], _name: str, _value: Any) -> QuerySet[Space]:
        """What a time costs, the view asks."""
        return queryset

    def nearest(self, queryset: QuerySet[Space], _name: str, value: str) -> QuerySet[Space]:
        point = point_of(value)
        assert point is not None  # validated
        near = cast(SpaceQuerySet, queryset).by_distance(*point)
        radius = self.form.cleaned_data.get("radius")
        return near.filter(Q(distance__lte=radius)) if radius else near

    def around(self, queryset: QuerySet[Space], _name: str, _value: Any) -> QuerySet[Space]:
        """It belongs to `near`."""
        return queryset

    def sorted(self, queryset: QuerySet[Space], _name: str, value: str) -> QuerySet[Space]:
        """What costs least or comes first is not the spaces' own: the view sorts by it."""
        spaces = cast(SpaceQuerySet, queryset)
        if "distance" not in spaces.query.annotations:
            spaces = spaces.by_distance(*settings.DISTRICT_CENTRE)
        return sorted_by(spaces, value)

    def inside(self, queryset: QuerySet[Space], _name: str, value: str) -> QuerySet[Space]:
        box = box_of(value)
        assert box is not None  # validated
        return queryset.filter(within(box))
