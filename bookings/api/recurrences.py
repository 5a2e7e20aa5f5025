"""The same time again and again, over all owners, for programs."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings.api.fields import MoneySerializer
from bookings.api.sifting import TOO_MANY, SearchView, sift, sought
from bookings.api.slots import WeekdaysField
from bookings.forms import RECURRING_SORTS, Recurring, Sort, district_zone
from bookings.forms.repeats import ON_WEEKDAYS, REPEATS
from bookings.occurrences import MOST
from bookings.queries.recurring import Day, Row, Wish, reason_of, recurring
from bookings.recurrence import AHEAD
from bookings.unmet import note_search
from spaces.forms.clock import CLOCK, DAY
from spaces.periods import Period

ONE_END = _("Give either until or count.")
YEAR = _("At most a year after the first day.")
BEGINS = _("A time begins before 24:00.")
HOW_MANY = format_lazy(_("Between 1 and {most} times, within a year of the first day."), most=MOST)


class ClockField(serializers.CharField):
    """`09:00`, as minutes after midnight; 24:00 is the last."""

    default_error_messages = {"clock": _("Give a time of day, as in 09:00.")}

    def to_internal_value(self, data: Any) -> Any:
        match = CLOCK.fullmatch(super().to_internal_value(data))
        minute = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else DAY + 1
        if minute > DAY:
            self.fail("clock")
        return minute


class RecurrencesRequestSerializer(serializers.Serializer[Any]):
    """A rule on the wall clock of each space's place; `.asked` is the search."""

    date = serializers.DateField(help_text="The first day.")
    repeat = serializers.ChoiceField(choices=REPEATS, default="weekly")
    weekdays = WeekdaysField(required=False)
    until = serializers.DateField(required=False)
    count = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    free = serializers.BooleanField(default=False)
    max_price = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    sort = serializers.ChoiceField(choices=RECURRING_SORTS, default=Sort.DISTANCE)
    page = serializers.IntegerField(min_value=1, max_value=80, default=1)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": ClockField(), "to": ClockField()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, until, count = attrs["date"], attrs.get("until"), attrs.get("count")
        today: date = self.context["today"]
        if not today - timedelta(days=1) <= first <= today + AHEAD:
            raise serializers.ValidationError({"date": _("From today on, within a year.")})
        if (until is None) == (count is None):
            raise serializers.ValidationError({"until": ONE_END})
        if until and not first <= until <= first + AHEAD:
            raise serializers.ValidationError({"until": YEAR})
        opens, closes = attrs["from"], attrs["to"]
        if opens >= DAY:
            raise serializers.ValidationError({"from": BEGINS})
        names = ("repeat", "people", "free", "sort", "page")
        on = attrs.get("weekdays", ()) if attrs["repeat"] in ON_WEEKDAYS else ()
        asked = Recurring(
            first,
            opens,
            closes if closes > opens else closes + DAY,
            weekdays=tuple(sorted(on)),
            until=until,
            count=count,
            **{name: attrs[name] for name in names},
        )
        days = asked.days_up_to(MOST + 1)
        if not days or len(days) > MOST or (count and len(days) < count):
            raise serializers.ValidationError({"until": HOW_MANY})
        return {**attrs, "asked": asked}

    @property
    def asked(self) -> Recurring:
        return self.validated_data["asked"]  # type: ignore[no-any-return]


class InsteadSerializer(serializers.Serializer[Any]):
    space = serializers.IntegerField()
    name = serializers.CharField()
    price = MoneySerializer()
    walk_minutes = serializers.IntegerField(help_text="From the space that lacks the day.")


class OccurrenceSerializer(serializers.Serializer[Any]):
    date = serializers.DateField()
    start = serializers.DateTimeField(allow_null=True, help_text="Null: the clocks skip it.")
    end = serializers.DateTimeField(allow_null=True)
    price = MoneySerializer(allow_null=True, help_text="Null: it cannot be had here.")
    instead = InsteadSerializer(allow_null=True, help_text="The nearest alike that can be had.")


class RecurrenceSerializer(serializers.Serializer[Any]):
    space = serializers.IntegerField(help_text="Its id, as `series/` takes it.")
    name = serializers.CharField()
    free = serializers.IntegerField(help_text="How many of the times can be had here.")
    covered = serializers.IntegerField(help_text="Here or instead.")
    quantity = serializers.IntegerField(help_text="Units of a pool.")
    total = MoneySerializer(help_text="Of all that is covered.")
    walk_minutes = serializers.IntegerField()
    occurrences = OccurrenceSerializer(many=True)
    url = serializers.CharField(help_text="The table of the times, for a person.")


class RecurrencesAnswerSerializer(serializers.Serializer[Any]):
    rrule = serializers.CharField(help_text="RFC 5545.")
    times = serializers.IntegerField()
    results = RecurrenceSerializer(many=True)
    next_page = serializers.IntegerField(allow_null=True)


class RecurrencesView(SearchView):
    """Spaces by how many of a rule's times the asker can book there, over all owners, and
    where the others fit best. Compared are the nearest 72 that fit, and of a rule with many
    times fewer; while none of these has any, the next as many. `POST series/` books them."""

    permission_classes = (AllowAny,)

    @extend_schema(
        parameters=[
            RecurrencesRequestSerializer,
            OpenApiParameter("kind", OpenApiTypes.STR, many=True),
            OpenApiParameter("q", OpenApiTypes.STR),
            OpenApiParameter("near", OpenApiTypes.STR, description="`lat,lon`."),
            OpenApiParameter("radius", OpenApiTypes.INT, description="Metres, with `near`."),
        ],
        responses={200: RecurrencesAnswerSerializer, 429: TOO_MANY},
    )
    def get(self, request: Request) -> Response:
        now = timezone.now()
        today = now.astimezone(district_zone()).date()
        said = RecurrencesRequestSerializer(data=request.query_params, context={"today": today})
        said.is_valid(raise_exception=True)
        asked = said.asked
        sifted = sift(request)
        spaces = sifted.spaces.filter(capacity__gte=asked.people)
        if asked.sort == Sort.CAPACITY:
            spaces = spaces.order_by("capacity", *spaces.query.order_by)
        user = request.user if isinstance(request.user, User) else None
        wish = Wish(spaces, asked, sifted.near, said.validated_data.get("max_price"))
        found = recurring(wish, user=user, now=now)
        told = sought(request, day=asked.day, hour=asked.start // 60, people=asked.people)
        note_search(request, told, reason_of(wish, found))
        return Response(
            {
                "rrule": asked.rrule,
                "times": len(asked.days),
                "results": [as_json(row) for row in found.rows],
                "next_page": asked.page + 1 if found.has_more else None,
            }
        )


def as_json(row: Row) -> dict[str, Any]:
    return {
        "space": row.space.pk,
        "name": row.space.name,
        "free": row.free,
        "covered": len(row.offered),
        "quantity": row.quantity,
        "total": row.total.as_json(),
        "walk_minutes": row.walk,
        "occurrences": [occurrence(one, row.space.place.zone) for one in row.days],
        "url": row.url,
    }


def occurrence(one: Day, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "date": one.day.isoformat(),
        **moments(one.span, zone),
        "price": one.price.as_json() if one.price is not None else None,
        "instead": {
            "space": one.instead.space.pk,
            "name": one.instead.space.name,
            "price": one.instead.price.as_json(),
            "walk_minutes": one.instead.walk,
        }
        if one.instead
        else None,
    }


def moments(span: Period | None, zone: ZoneInfo) -> dict[str, str | None]:
    if span is None:
        return {"start": None, "end": None}
    start, end = span.lower.astimezone(zone), span.upper.astimezone(zone)
    return {"start": start.isoformat(), "end": end.isoformat()}
