"""Free times at any time, for programs."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings.api.fields import MomentField, MoneySerializer, window_of
from bookings.api.filters import SpaceFilter
from bookings.api.sifting import TOO_MANY, SearchView, sift, sought
from bookings.availability import ALL_DAY, Slots
from bookings.forms import Sort
from bookings.models import Unmet
from bookings.queries.anytime import SORTED, Found, anytime
from bookings.queries.offers import Slot
from bookings.queries.openings import Wish
from bookings.unmet import Sought, note_search
from spaces.forms.clock import SpansField, clock_value
from spaces.models import Space
from spaces.periods import midnight

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
A_WEEK = timedelta(days=7)
LONGEST = 31 * ALL_DAY


class BetweenField(serializers.CharField):
    """`09:00-16:00`, as minutes; an end that is not after the start is past midnight."""

    default_error_messages = {"between": _("Give two times of day, as in 09:00-16:00.")}

    def to_internal_value(self, data: Any) -> Any:
        try:
            spans = SpansField().clean(super().to_internal_value(data))
        except ValidationError:
            spans = ()
        if len(spans) != 1:
            self.fail("between")
        return spans[0]


class WeekdaysField(serializers.CharField):
    """`tue,wed,thu`, or each by itself: `weekdays=tue&weekdays=wed`."""

    default_error_messages = {"weekday": _("Give days as mon, tue, wed, thu, fri, sat, sun.")}

    def get_value(self, dictionary: Any) -> Any:
        said = dictionary.getlist(self.field_name)
        return ",".join(said) if len(said) > 1 else super().get_value(dictionary)

    def to_internal_value(self, data: Any) -> Any:
        names = [name.strip().lower() for name in super().to_internal_value(data).split(",")]
        if not set(names) <= set(WEEKDAYS):
            self.fail("weekday")
        return frozenset(WEEKDAYS.index(name) + 1 for name in names)


class EdgeField(serializers.Field[Any, Any, Any, Any]):
    """A moment with its offset, or a day in the district: from its midnight, or to its end."""

    default_error_messages = {"edge": _("Give a day, or a moment with its offset.")}

    def __init__(self, *, is_last: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_last = is_last

    def to_internal_value(self, data: Any) -> datetime:
        try:
            day = date.fromisoformat(str(data))
        except ValueError:
            return MomentField().to_internal_value(data)
        if not 2000 <= day.year < 2200:
            self.fail("edge")
        return midnight(day + timedelta(days=self.is_last), ZoneInfo(settings.TIME_ZONE))

    def to_representation(self, value: Any) -> Any:
        return value


class SlotsRequestSerializer(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(min_value=5, max_value=LONGEST, default=60)
    between = BetweenField(required=False, allow_blank=False)
    weekdays = WeekdaysField(required=False)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    max_price = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    free = serializers.BooleanField(default=False)
    sort = serializers.ChoiceField(choices=Sort.choices, default=Sort.DISTANCE)
    page = serializers.IntegerField(min_value=1, max_value=80, default=1)

    def get_fields(self) -> dict[str, Any]:
        edges = {"from": EdgeField(required=False), "to": EdgeField(is_last=True, required=False)}
        return {**super().get_fields(), **edges}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        now = self.context["now"]
        start = max(attrs.get("from", now), now)
        end = attrs.get("to", start + A_WEEK)
        if attrs.get("from", end) < end <= now:
            raise serializers.ValidationError({"to": _("That time is over already.")})
        return {**attrs, "window": window_of(start, end)}

    @property
    def slots(self) -> Slots:
        asked = self.validated_data
        given = {name: asked[name] for name in ("between", "weekdays") if name in asked}
        return Slots(window=asked["window"], minutes=asked["minutes"], **given)


class DifferenceSerializer(serializers.Serializer[Any]):
    what = serializers.CharField(
        help_text="time, distance, minutes, people, units, price or rooms."
    )
    asked = serializers.JSONField()
    offered = serializers.JSONField()


class SlotSerializer(serializers.Serializer[Any]):
    space = serializers.IntegerField(help_text="Its id, as `bookings/` takes it.")
    name = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    quantity = serializers.IntegerField(help_text="Units of a pool.")
    people = serializers.IntegerField(help_text="For whom the price is: to be said on booking.")
    price = MoneySerializer(
        help_text="The asker's. A pass that covers some of it is taken off when it is booked."
    )
    walk_minutes = serializers.IntegerField()


class NearMissSerializer(SlotSerializer):
    """In two rooms, `space` is the first of them and `price` that of both."""

    bookings = SlotSerializer(
        many=True,
        required=False,
        help_text="Where it takes two rooms: both, as `orders/` takes them.",
    )
    differs = DifferenceSerializer(many=True)


class SlotsAnswerSerializer(serializers.Serializer[Any]):
    results = SlotSerializer(many=True)
    near_misses = NearMissSerializer(many=True)
    next_page = serializers.IntegerField(allow_null=True)


class SlotsView(SearchView, GenericAPIView[Space]):
    """Times of a wanted length that the asker can book, several of each space and over all
    owners; and what comes close, where there are few."""

    permission_classes = (AllowAny,)
    serializer_class = SlotsAnswerSerializer
    filterset_class = SpaceFilter
    pagination_class = None
    queryset = Space.objects.none()  # for the schema; see `wish_of`

    @extend_schema(
        filters=True,
        parameters=[
            OpenApiParameter("minutes", OpenApiTypes.INT, description="How long; 60 unless said."),
            OpenApiParameter("from", OpenApiTypes.STR, description="A day or a moment; now."),
            OpenApiParameter("to", OpenApiTypes.STR, description="A day or a moment; in a week."),
            OpenApiParameter("between", OpenApiTypes.STR, description="`09:00-16:00`, there."),
            OpenApiParameter("weekdays", OpenApiTypes.STR, description="`tue,wed,thu`."),
            OpenApiParameter("people", OpenApiTypes.INT, description="Or units of a pool."),
            OpenApiParameter("max_price", OpenApiTypes.INT, description="In all; minor units."),
            OpenApiParameter("free", OpenApiTypes.BOOL, description="Free of charge, then."),
            OpenApiParameter(
                "sort",
                OpenApiTypes.STR,
                enum=Sort.values,
                description=f"`price` and `start`: among the nearest {SORTED} spaces with any, and "
                "the slots of a page one by one.",
            ),
            OpenApiParameter("page", OpenApiTypes.INT),
        ],
        responses={200: SlotsAnswerSerializer, 429: TOO_MANY},
    )
    def get(self, request: Request) -> Response:
        now = timezone.now()
        asked = SlotsRequestSerializer(data=request.query_params, context={"now": now})
        asked.is_valid(raise_exception=True)
        wish = wish_of(asked, request)
        user = request.user if isinstance(request.user, User) else None
        found: Found = anytime(wish, user=user, now=now)
        note_search(request, sought_of(wish, request), reason_of(wish, found))
        return Response(
            {
                "results": [as_json(slot) for slot in in_order(found.slots, wish.sort)],
                "near_misses": [as_near_miss(slot) for slot in found.misses],
                "next_page": wish.page + 1 if found.has_more else None,
            }
        )


def wish_of(asked: SlotsRequestSerializer, request: Request) -> Wish:
    said = asked.validated_data
    sifted = sift(request)
    wider = sift(request, radius=sifted.radius * 3 // 2) if sifted.radius else None
    return Wish(
        spaces=sifted.spaces,
        asked=asked.slots,
        near=sifted.near,
        people=said["people"],
        free=said["free"],
        most=said.get("max_price"),
        sort=said["sort"],
        page=said["page"],
        farther=wider.spaces if wider else None,
        radius=sifted.radius,
    )


def in_order(slots: list[Slot], sort: str) -> list[Slot]:
    """Those of a page, one by one; as they come where what is offered does not say the order."""
    if sort == Sort.START:
        return sorted(slots, key=lambda slot: slot.span.lower)
    if sort == Sort.PRICE:
        return sorted(slots, key=lambda slot: slot.price.amount)
    return slots


def sought_of(wish: Wish, request: Request) -> Sought:
    window, zone = wish.asked.window, ZoneInfo(settings.TIME_ZONE)
    opens = wish.asked.between[0] if wish.asked.between else 0
    return sought(
        request,
        day=window.lower.astimezone(zone).date(),
        hour=opens // 60,
        people=wish.people,
        last_day=(window.upper - timedelta.resolution).astimezone(zone).date(),
        minutes=wish.asked.minutes,
    )


def reason_of(wish: Wish, found: Found) -> Unmet | None:
    """Why a search is in vain; None where it is not."""
    if found.slots or wish.page > 1:
        return None
    return Unmet.NONE_FREE if wish.big_enough.exists() else Unmet.NONE_AT_ALL


def as_json(slot: Slot) -> dict[str, Any]:
    zone = slot.space.place.zone
    return {
        "space": slot.space.pk,
        "name": slot.space.name,
        "start": slot.span.lower.astimezone(zone).isoformat(),
        "end": slot.span.upper.astimezone(zone).isoformat(),
        "quantity": slot.quantity,
        "people": slot.people,
        "price": slot.price.as_json(),
        "walk_minutes": slot.walk,
    }


def as_near_miss(slot: Slot) -> dict[str, Any]:
    told = as_json(slot)
    if slot.rooms:
        told["bookings"] = [as_json(one) for one in slot.rooms]
    return {**told, "differs": [difference(one) for one in slot.differs]}


def difference(one: Any) -> dict[str, Any]:
    """Of a time: the hours that were asked for, and those offered, as `between` takes them."""
    asked, offered = one.asked, one.offered
    if isinstance(asked, tuple):
        asked, offered = (
            "-".join(clock_value(m % ALL_DAY) for m in two) for two in (asked, offered)
        )
    return {"what": one.what.value, "asked": asked, "offered": offered}
