"""Spaces, and when they are free."""

from collections.abc import Sequence
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings import availability
from bookings.api.favourites import Favourites
from bookings.api.fields import MoneySerializer, SpanSerializer, WindowSerializer
from bookings.api.filters import SpaceFilter, YesOrNoField
from bookings.api.sifting import sought
from bookings.filters import FACTS, point_of
from bookings.forms import Sort
from bookings.forms.times import district_zone
from bookings.models import Unmet
from bookings.queries.obtaining import Asker, Wished, cheapest_first, first_obtainable
from bookings.queries.search import PER_PAGE, PRICED
from bookings.unmet import note_search
from spaces import formats
from spaces.listed import for_programs
from spaces.models import AddOn, Kind, Place, Space
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period
from spaces.prices import Buyer, total
from spaces.walking import Point, walking_minutes


class PlaceSerializer(serializers.ModelSerializer[Place]):
    address = serializers.CharField(source="full_address")
    lat = serializers.FloatField(source="latitude")
    lon = serializers.FloatField(source="longitude")

    class Meta:
        model = Place
        fields = ("id", "slug", "name", "address", "lat", "lon", "time_zone")


class OwnerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()


class AddOnSerializer(serializers.ModelSerializer[AddOn]):
    """What can be booked along: its price, and how many there are (null: no end of it)."""

    name = serializers.CharField(source="__str__")
    description = serializers.CharField(source="description_text")
    price = serializers.SerializerMethodField()
    count = serializers.SerializerMethodField()

    class Meta:
        model = AddOn
        fields = ("id", "name", "description", "price", "per", "count")

    @extend_schema_field(MoneySerializer)
    def get_price(self, add_on: AddOn) -> dict[str, Any]:
        return add_on.money.as_json()

    def get_count(self, add_on: AddOn) -> int | None:
        return len(add_on.units.all()) if add_on.is_counted else None


class SpaceSerializer(serializers.ModelSerializer[Space]):
    left_out = frozenset({"price"})
    units = serializers.IntegerField(source="unit_count", help_text="How many it has.")
    place = PlaceSerializer()
    organisation = OwnerSerializer()
    amenities = serializers.SerializerMethodField()
    step_free = serializers.BooleanField(source="is_step_free")
    lift = serializers.BooleanField(source="place.has_lift")
    automatic_doors = serializers.BooleanField(source="place.has_automatic_doors")
    accessible_toilet = serializers.BooleanField(source="place.has_accessible_toilet")
    hearing_loop = serializers.BooleanField(source="place.has_hearing_loop")
    accessible_parking = serializers.BooleanField(source="place.has_accessible_parking")
    outdoor = serializers.SerializerMethodField()
    instant = serializers.BooleanField(source="in_force.is_instant")
    answer_within = serializers.SerializerMethodField(
        help_text="Minutes in which the owner answers a request; null where it is instant."
    )
    url = serializers.SerializerMethodField()
    price = serializers.SerializerMethodField(
        help_text="For the asker and the time asked for; only there when a time was."
    )
    walk_minutes = serializers.SerializerMethodField(
        help_text="From what is asked `near`, or the middle of the district."
    )
    add_ons = AddOnSerializer(many=True, source="offers", help_text="What can be booked along.")

    class Meta:
        model = Space
        fields = (
            "id",
            "slug",
            "name",
            "kind",
            "capacity",
            "units",
            "place",
            "organisation",
            "amenities",
            "outdoor",
            *FACTS,
            "answer_within",
            "url",
            "price",
            "walk_minutes",
            "add_ons",
        )

    def get_amenities(self, space: Space) -> list[str]:
        return [row.amenity_id for row in space.space_amenities.all()]

    def get_outdoor(self, space: Space) -> bool:
        return space.kind == Kind.OUTDOOR or space.place.is_outdoor

    def get_answer_within(self, space: Space) -> int | None:
        return None if space.in_force.is_instant else space.in_force.answer_within

    def get_url(self, space: Space) -> str:
        return settings.PUBLIC_URL + space.get_absolute_url()

    @extend_schema_field(MoneySerializer)
    def get_price(self, space: Space) -> dict[str, Any] | None:
        quantity = self.context["quantity"] if space.is_pool else 1
        span, buyer = self.context["span"], self.context["buyer"]
        people = self.context["people"]
        price = total(space, span, quantity=quantity, people=people, buyer=buyer)
        return None if price is None else price.as_json()

    def get_walk_minutes(self, space: Space) -> int:
        near: Point = self.context.get("near") or settings.DISTRICT_CENTRE
        return walking_minutes(space.place, near)

    def to_representation(self, instance: Space) -> dict[str, Any]:
        """Of a space that is kept it is worked out once; its price is of a time and a person."""
        language = formats.language()
        said = instance.told.get(language) if instance.stamp else None
        if said is None:
            said = self._all_of(instance)
            if instance.stamp:
                instance.told[language] = said
        said = {**said, "walk_minutes": self.get_walk_minutes(instance)}
        if self.context.get("span") is None:
            return said
        return {**said, "price": self.get_price(instance)}

    def _all_of(self, instance: Space) -> dict[str, Any]:
        """But its price and the walk."""
        for name in ("price", "walk_minutes"):
            self.fields.pop(name, None)
        return super().to_representation(instance)


class AvailabilitySerializer(serializers.Serializer[Any]):
    """Each a list of `[start, end]`, in order and half-open."""

    open = serializers.ListField(child=serializers.ListField(child=serializers.DateTimeField()))
    taken = serializers.ListField(child=serializers.ListField(child=serializers.DateTimeField()))
    free = serializers.ListField(child=serializers.ListField(child=serializers.DateTimeField()))
    time_zone = serializers.CharField()


FREE_FROM = OpenApiParameter(
    "free_from",
    OpenApiTypes.DATETIME,
    description="With `free_to`: only spaces free for the whole period, with their price.",
)
FREE_TO = OpenApiParameter("free_to", OpenApiTypes.DATETIME)
FREE = {"start": "free_from", "end": "free_to"}


class SpaceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, Favourites):
    """Spaces that can be booked. With a time, only those free then that the asker can have,
    with their price."""

    permission_classes = (AllowAny,)
    serializer_class = SpaceSerializer
    filterset_class = SpaceFilter
    queryset = Space.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Space]:
        spaces = Space.objects.visible_to(self.request.user).published()
        return spaces if self.action == "list" else spaces.for_programs()

    def get_serializer_context(self) -> dict[str, Any]:
        return {
            **super().get_serializer_context(),
            "span": self._span() if self.action == "list" else None,
            "quantity": self._quantity(),
            "people": self._people(),
            "buyer": Buyer.of(self.request.user, self._now),
            "near": point_of(self.request.query_params.get("near", "")),
        }

    @extend_schema(parameters=[FREE_FROM, FREE_TO])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Spaces, 24 at a time. Of those free at a time 25 are counted, or as many as
        it takes to know whether there is another page."""
        asked = cast(SpaceQuerySet, self.filter_queryset(self.get_queryset()))
        asked = asked if asked.query.order_by else asked.order_by("pk")
        span = self._span()
        self._require_sort(span)
        page = self.paginate_queryset(
            asked.values_list("pk", flat=True) if span is None else self._free(asked, span)
        )
        spaces = for_programs(page or [])
        found = [spaces[pk] for pk in page or () if pk in spaces]
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    def _free(self, asked: SpaceQuerySet, span: Period) -> Sequence[int]:
        """Those free then, for the asker to have at a price they want to pay."""
        user, said = self.request.user, self.request.query_params
        asker = Asker.at(self._now, user if isinstance(user, User) else None)
        most = said.get("max_price")
        wish = Wished(
            span=span,
            people=self._quantity(),
            free=bool(YesOrNoField(required=False).clean(said.get("free"))),
            most=serializers.IntegerField().run_validation(most) if most else None,
        )
        spaces = asked.filter(asker.may_book(span))
        is_by_price = said.get("sort") == Sort.PRICE
        limit = PRICED if is_by_price else self._counted()
        found, _is_more = first_obtainable(spaces, wish, asker, limit=limit)
        self._note(asked, span, is_in_vain=not found)
        return cheapest_first(found, wish, asker.buyer) if is_by_price else found

    def _note(self, asked: SpaceQuerySet, span: Period, *, is_in_vain: bool) -> None:
        """Have the search counted, if it is one that finds nothing."""
        start = span.lower.astimezone(district_zone())
        reason = Unmet.NONE_FREE if is_in_vain and asked.exists() else Unmet.NONE_AT_ALL
        told = sought(self.request, day=start.date(), hour=start.hour, people=self._quantity())
        note_search(self.request, told, reason if is_in_vain else None)

    @extend_schema(
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("to", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("quantity", OpenApiTypes.INT, description="Units of a pool."),
        ],
        responses=AvailabilitySerializer,
        filters=False,
    )
    @action(detail=True, url_path="availability", pagination_class=None, filterset_class=None)
    def availability(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """When the space is open, taken and free: half-open ranges in order of time.

        Of a desk area, `free` is when so many desks are free at each moment; over a longer
        time they may not be the same ones. `slots/` and `why/` say what can be booked."""
        space = self.get_object()
        asked = WindowSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        quantity = quantity_of(request, "quantity")
        found = availability.calendars(
            [space.pk], asked.window, now=self._now, quantity=quantity
        ).get(space.pk, availability.NOTHING)
        return Response(
            {
                "open": _pairs(found.open, space),
                "taken": _pairs(found.taken, space),
                "free": _pairs(found.free, space),
                "time_zone": space.place.time_zone,
            }
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)

    def _require_sort(self, span: Period | None) -> None:
        """Refuse an order that says nothing of what was asked."""
        sort = self.request.query_params.get("sort")
        if sort == Sort.START:
            raise serializers.ValidationError({"sort": _("Only where any time will do: `slots/`.")})
        if sort == Sort.PRICE and span is None:
            raise serializers.ValidationError({"sort": _("With `free_from` and `free_to`.")})

    def _span(self) -> Period | None:
        asked = self.request.query_params
        if not ("free_from" in asked or "free_to" in asked):
            return None
        period_asked = SpanSerializer(
            data={"start": asked.get("free_from"), "end": asked.get("free_to")}
        )
        if not period_asked.is_valid():
            named = {FREE[name]: told for name, told in period_asked.errors.items()}
            raise serializers.ValidationError(named)
        return period_asked.span

    def _counted(self) -> int:
        pages = cast(PageNumberPagination, self.paginator)
        number = self.request.query_params.get(pages.page_query_param, "")
        asked = int(number[:9]) if number.isdecimal() else 1
        return max(PER_PAGE + 1, asked * (pages.get_page_size(self.request) or 0) + 1)

    def _people(self) -> int | None:
        """How many come, where it is said."""
        return self._quantity() if self.request.query_params.get("capacity") else None

    def _quantity(self) -> int:
        return quantity_of(self.request, "capacity")


def _pairs(times: tuple[Period, ...], space: Space) -> list[list[str]]:
    zone = space.place.zone
    return [
        [span.lower.astimezone(zone).isoformat(), span.upper.astimezone(zone).isoformat()]
        for span in times
    ]


def quantity_of(request: Request, name: str) -> int:
    asked = request.query_params.get(name)
    field = serializers.IntegerField(min_value=1, max_value=100_000)
    try:
        return cast(int, field.run_validation(asked)) if asked else 1
    except serializers.ValidationError as wrong:
        raise serializers.ValidationError({name: wrong.detail}) from None
