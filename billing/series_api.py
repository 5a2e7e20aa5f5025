"""Series, for programs: first what a rule comes to, then the bookings of it."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing import operations
from billing.api.shapes import IDEMPOTENCY_KEY, OnBehalfSerializer, PaidBookingSerializer
from billing.operations.repeating import cancel_series
from bookings import operations as bookings
from bookings.api import AboutSerializer
from bookings.api.fields import MomentField
from bookings.api.quotes import WantedAddOnSerializer
from bookings.forms.repeats import ON_WEEKDAYS, REPEATS
from bookings.means import Means
from bookings.models import Series
from bookings.models.attendee import MOST_INVITED
from bookings.occurrences import MOST, occurrences
from bookings.operations import Pick
from bookings.operations.shifting import Shift, shifts_of
from bookings.queries.table import Choice, Row, Table
from bookings.recurrence import AHEAD, rrule_for
from spaces.models import Space
from spaces.periods import Period
from spaces.prices import Buyer

PREVIEW = OpenApiParameter(
    "preview", OpenApiTypes.BOOL, description="1: only say what it would come to."
)
CLOCK = r"^([01]?\d|2[0-3]):[0-5]\d$|^24:00$"


class PickSerializer(serializers.Serializer[Any]):
    """What is wanted for one day, when it is not the time and space of the rule: another,
    as an alternative of the preview says it, or nothing."""

    date = serializers.DateField()
    skip = serializers.BooleanField(default=False)
    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none(), required=False)
    start = MomentField(required=False)
    end = MomentField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        seen = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = seen.published().for_listing()
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("start" in attrs) != ("end" in attrs):
            raise serializers.ValidationError({"end": "Give both start and end, or neither."})
        if "start" in attrs and not attrs["start"] < attrs["end"] < attrs["start"] + AHEAD:
            raise serializers.ValidationError({"end": "The end must be after the start."})
        return attrs


class SeriesRequestSerializer(AboutSerializer, OnBehalfSerializer):
    """A rule on the wall clock of the space's place; `.series` is not yet stored."""

    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none())
    date = serializers.DateField(help_text="The first day.")
    repeat = serializers.ChoiceField(choices=REPEATS)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        default=list,
        max_length=7,
        help_text="Of weekly and fortnightly; Monday is 1. Empty: that of the first day.",
    )
    until = serializers.DateField(required=False, help_text="The last day, or else `count`.")
    count = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=None, allow_null=True)
    title = serializers.CharField(max_length=140, default="", allow_blank=True)
    add_ons = WantedAddOnSerializer(
        many=True, required=False, help_text="To be booked along, where they are offered."
    )
    code = serializers.CharField(
        max_length=30, default="", allow_blank=True, help_text="Of a campaign."
    )
    picks = PickSerializer(many=True, required=False, help_text="Days that are not as the rule.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        seen = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = seen.published().for_listing()
        return {
            **fields,
            "from": clock_field(),
            "to": clock_field(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, until, count = attrs["date"], attrs.get("until"), attrs.get("count")
        if first.year not in range(2000, 2200):
            raise serializers.ValidationError({"date": "The year is out of range."})
        if (until is None) == (count is None):
            raise serializers.ValidationError({"until": "Give either until or count."})
        if until and not first <= until <= first + AHEAD:
            raise serializers.ValidationError({"until": "At most a year after the first day."})
        opens, closes = minute(attrs["from"]), minute(attrs["to"])
        if opens >= 1440:
            raise serializers.ValidationError({"from": "A time begins before 24:00."})
        space, repeat = attrs["space"], attrs["repeat"]
        weekdays = attrs["weekdays"] if repeat in ON_WEEKDAYS else ()
        zone = space.place.zone
        along = Counter[str]()
        for one in attrs.get("add_ons", ()):
            along[str(one["id"].pk)] += one["count"]
        names = ("note", "public_title", "visibility", "organisation", "cost_centre", "reference")
        attrs["series"] = Series(
            space=space,
            place_id=space.place_id,
            rrule=rrule_for(repeat, first, until, weekdays=weekdays, count=count, zone=zone),
            starts_on=first,
            opens=opens,
            closes=closes if closes > opens else closes + 1440,
            time_zone=zone.key,
            title=attrs["title"],
            quantity=attrs["quantity"],
            people=attrs["people"],
            add_ons=dict(along),
            **{name: attrs[name] for name in names},
        )
        found = occurrences(attrs["series"], most=MOST + 1)
        if not found or len(found) > MOST or (count and len(found) < count):
            told = f"Between 1 and {MOST} times, within a year of the first day."
            raise serializers.ValidationError({"until": told})
        return attrs

    @property
    def series(self) -> Series:
        return self.validated_data["series"]  # type: ignore[no-any-return]

    @property
    def means(self) -> Means:
        return Means(code=self.validated_data["code"])

    @property
    def picked(self) -> list[Pick]:
        """All days of the rule as it says, but for those that are picked otherwise."""
        others = {one["date"]: one for one in self.validated_data.get("picks", ())}
        found = []
        for one in occurrences(self.series):
            other = others.get(one.day, {})
            span = one.span
            if "start" in other:
                span = Period(other["start"], other["end"], "[)")
            if span is not None and not other.get("skip"):
                found.append(Pick(one.day, other.get("space", self.series.space), span))
        return found


class SeriesSerializer(serializers.ModelSerializer[Series]):
    bookings = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Series
        fields = ("id", "space", "title", "rrule", "starts_on", "time_zone", "bookings", "url")

    @extend_schema_field(PaidBookingSerializer(many=True))
    def get_bookings(self, series: Series) -> Any:
        found = series.bookings.for_listing().order_by("recurrence_date", "pk")
        return [
            {**shown, "recurrence_date": booking.recurrence_date}
            for booking in found
            for shown in [PaidBookingSerializer(booking, context=self.context).data]
        ]

    def get_url(self, series: Series) -> str:
        return settings.PUBLIC_URL + series.get_absolute_url()


class CancelSeriesSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        told = "From this day of the rule on; else all that has not begun."
        return {"from": serializers.DateField(required=False, help_text=told)}


class GuestSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField(max_length=120, default="", allow_blank=True)


class InviteSerializer(serializers.Serializer[Any]):
    people = serializers.ListField(child=GuestSerializer(), min_length=1, max_length=MOST_INVITED)
    beyond_capacity = serializers.BooleanField(
        default=False, help_text="Also when a space is for fewer."
    )


class MoveSeriesSerializer(serializers.Serializer[Any]):
    """Another time of day, on the wall clock of the series."""

    first = serializers.DateField(
        required=False, help_text="From this day of the rule on; else all that has not begun."
    )

    def get_fields(self) -> dict[str, Any]:
        return {"from": clock_field(), "to": clock_field(), **super().get_fields()}

    @property
    def asked(self) -> dict[str, Any]:
        opens = minute(self.validated_data["from"]) % 1440
        closes = minute(self.validated_data["to"])
        return {
            "opens": opens,
            "closes": closes if closes > opens else closes + 1440,
            "first": self.validated_data.get("first"),
        }


class SeriesViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Series]):
    """One's own series: bookings made together by a rule."""

    serializer_class = SeriesSerializer
    filter_backends = ()
    queryset = Series.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Series]:
        user = self.request.user
        if not user.is_authenticated:
            return Series.objects.none()
        space = Prefetch("space", queryset=Space.objects.for_listing())
        return Series.objects.visible_to(user).prefetch_related(space)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": self._now}

    @extend_schema(
        request=SeriesRequestSerializer,
        responses={200: OpenApiTypes.OBJECT, 201: SeriesSerializer},
        parameters=[PREVIEW, IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book all times of a rule, or none. With `preview=1`: each time with whether it is
        free, and else why not and what could be had instead."""
        asked = SeriesRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user = request.user
        assert user.is_authenticated
        if request.query_params.get("preview") in ("1", "true"):
            buyer = Buyer.of(user, self._now)
            table = Table(asked.series, user=user, buyer=buyer, now=self._now, means=asked.means)
            return Response(shown(table))
        booked = operations.book_series(
            series=asked.series,
            picks=asked.picked,
            by=user,
            now=self._now,
            means=asked.means,
            on_account=asked.validated_data["on_account"],
            key=request.headers.get("Idempotency-Key", ""),
        )
        return Response(self.get_serializer(booked).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CancelSeriesSerializer, responses=SeriesSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel what has not begun, or what comes from a day on. What the terms of each
        return of its price is on its way when this answers."""
        series = self.get_object()
        asked = CancelSeriesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        cancel_series(
            series=series, by=request.user, now=self._now, first=asked.validated_data.get("from")
        )
        return Response(self.get_serializer(series).data)

    @extend_schema(request=InviteSerializer, responses=SeriesSerializer)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Invite people along to all that has not begun; each booking has its own invitation
        and its own answers. Who is invited already stays so."""
        series = self.get_object()
        asked = InviteSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        said = asked.validated_data
        bookings.invite_to_series(
            series=series,
            people=[(one["name"], one["email"]) for one in said["people"]],
            beyond_capacity=said["beyond_capacity"],
            by=request.user,
            now=self._now,
        )
        return Response(self.get_serializer(series).data)

    @extend_schema(
        request=MoveSeriesSerializer,
        responses={200: SeriesSerializer},
        parameters=[PREVIEW],
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another time of day for all that has not begun, or from a day on: all or none. From
        a day on it becomes a series of its own, which is the answer. With `preview=1`: what
        would become of each."""
        series = self.get_object()
        asked = MoveSeriesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if request.query_params.get("preview") in ("1", "true"):
            shifts = shifts_of(series, now=self._now, **asked.asked)
            return Response({"bookings": [shift(one) for one in shifts]})
        assert request.user.is_authenticated
        moved = operations.move_series(series=series, by=request.user, now=self._now, **asked.asked)
        return Response(self.get_serializer(moved).data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)


def clock_field() -> serializers.RegexField:
    return serializers.RegexField(CLOCK, help_text="`09:00`; `24:00` is the last.")


def minute(clock: str) -> int:
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def shown(table: Table) -> dict[str, Any]:
    """The table as JSON."""
    return {
        "rrule": table.series.rrule,
        "occurrences": [occurrence(row) for row in table.rows],
        "free": len(table.free),
        "total": table.sum().total.as_json(),
    }


def occurrence(row: Row) -> dict[str, Any]:
    wanted = row.wanted
    return {
        "date": row.day.isoformat(),
        **(times_of(wanted) if wanted else {"start": None, "end": None}),
        "status": "free" if row.is_free else row.reasons[0].code,
        "reasons": [{"code": one.code, "message": one.sentence} for one in row.reasons],
        "price": price_of(wanted),
        "alternatives": [alternative(one) for one in (*row.spaces, *row.times)],
    }


def alternative(choice: Choice) -> dict[str, Any]:
    return {
        "space": choice.space.pk,
        **times_of(choice),
        "price": price_of(choice),
    }


def shift(one: Shift) -> dict[str, Any]:
    """Of one booking: its new time, what comes back, and why not."""
    span = one.span or one.booking.period
    zone = one.booking.space.place.zone
    return {
        "id": str(one.booking.pk),
        "start": span.lower.astimezone(zone).isoformat(),
        "end": span.upper.astimezone(zone).isoformat(),
        "status": "refused" if one.refusal else "moves" if one.span else "stays",
        "message": one.refusal,
        "back": one.offer.back.as_json() if one.offer else None,
    }


def times_of(choice: Choice) -> dict[str, str]:
    zone = choice.space.place.zone
    return {
        "start": choice.span.lower.astimezone(zone).isoformat(),
        "end": choice.span.upper.astimezone(zone).isoformat(),
    }


def price_of(choice: Choice | None) -> dict[str, Any] | None:
    """None when it is not for sale to them."""
    if choice is None or choice.price is None:
        return None
    return choice.price.as_json()
