"""Why not, and what else, for programs."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from bookings.api.fields import ENDS_FIRST, MomentField
from bookings.api.slots import SlotSerializer, as_json
from bookings.availability import LONGEST
from bookings.explaining import why_not
from bookings.queries.obtaining import Asker
from bookings.queries.otherwise import alternatives, next_free
from spaces.models import Space
from spaces.periods import Period, period


class WhyRequestSerializer(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=None)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": MomentField(), "to": MomentField()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["from"] < attrs["to"] <= attrs["from"] + LONGEST:
            raise serializers.ValidationError({"to": ENDS_FIRST})
        return attrs

    @property
    def span(self) -> Period:
        return period(self.validated_data["from"], self.validated_data["to"])


class WhyNotSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="As of the refusal when it is booked.")
    message = serializers.CharField(help_text="What is so and what would help, to be read.")
    until = serializers.DateTimeField(
        required=False, help_text="From when on it is no longer so, where that is known."
    )


class TimeSerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class WhySerializer(serializers.Serializer[Any]):
    bookable = serializers.BooleanField()
    reasons = WhyNotSerializer(many=True)
    next_free = TimeSerializer(allow_null=True)
    alternatives = SlotSerializer(many=True)


class Why(APIView):
    """Whether the asker can book a time; else every reason why not, when next they can book
    it here (null: never, as they are and as many; as long, or as near to that as the space is
    booked for), and what else they can book then."""

    permission_classes = (AllowAny,)

    @extend_schema(
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("to", OpenApiTypes.DATETIME, required=True),
            OpenApiParameter("quantity", OpenApiTypes.INT, description="Units of a pool."),
            OpenApiParameter("people", OpenApiTypes.INT, description="Who come."),
        ],
        responses=WhySerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        now = timezone.now()
        spaces = Space.objects.visible_to(request.user).for_listing()
        space = get_object_or_404(spaces, pk=pk)
        asked = WhyRequestSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said: Any = {name: asked.validated_data[name] for name in ("quantity", "people")}
        user = request.user if isinstance(request.user, User) else None
        reasons = why_not(space, asked.span, user=request.user, now=now, **said)
        if not reasons:
            return Response(
                {"bookable": True, "reasons": [], "next_free": None, "alternatives": []}
            )
        zone = space.place.zone
        asker = Asker.at(now, user)
        free = next_free(space, asked.span, asker=asker, **said)
        others = alternatives(space, asked.span, asker=asker, **said)
        told: list[dict[str, Any]] = []
        for one in reasons:
            told.append({"code": one.code, "message": one.sentence})
            if one.until is not None:
                told[-1]["until"] = one.until.astimezone(zone).isoformat()
        return Response(
            {
                "bookable": False,
                "reasons": told,
                "next_free": free
                and {
                    "start": free.lower.astimezone(zone).isoformat(),
                    "end": free.upper.astimezone(zone).isoformat(),
                },
                "alternatives": [as_json(slot) for slot in others],
            }
        )
