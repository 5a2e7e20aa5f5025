"""What a time would cost."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from bookings import availability
from bookings.api.fields import SpanSerializer
from bookings.means import Asked, Means, preview
from bookings.operations.holding import require_offered
from bookings.quotas import QuotaUsed, require_quota
from bookings.refusals import AddOnTaken
from spaces.access import Access, NeedsTraining, NoAccess, require_access
from spaces.models import AddOn, Space
from spaces.prices import Buyer, Quote, quote


class WantedAddOnSerializer(serializers.Serializer[Any]):
    id = serializers.PrimaryKeyRelatedField(queryset=AddOn.objects.filter(is_offered=True))
    count = serializers.IntegerField(min_value=1, max_value=999, default=1)


class QuoteRequestSerializer(SpanSerializer):
    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none())
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    people = serializers.IntegerField(
        min_value=1,
        max_value=100_000,
        default=None,
        allow_null=True,
        help_text="Who come, where the price depends on it.",
    )
    code = serializers.CharField(
        max_length=30, default="", allow_blank=True, help_text="Of a campaign."
    )
    passes = serializers.CharField(
        max_length=18,
        default="",
        allow_blank=True,
        help_text="Of what one has: empty: what fits best; the id of a type; or `none`.",
    )
    add_ons = WantedAddOnSerializer(many=True, required=False, help_text="To be booked along.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        spaces = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = spaces.published().select_related(
            "place", "organisation", "in_force"
        )
        return fields

    @property
    def means(self) -> Means:
        return Means(code=self.validated_data["code"], passes=self.validated_data["passes"])

    @property
    def along(self) -> dict[AddOn, int]:
        wanted: dict[AddOn, int] = {}
        for one in self.validated_data.get("add_ons", ()):
            wanted[one["id"]] = wanted.get(one["id"], 0) + one["count"]
        return wanted


class Quotes(APIView):
    """What a time would cost the asker, line by line, before anything is stored."""

    permission_classes = (AllowAny,)

    @extend_schema(request=QuoteRequestSerializer, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        asked = QuoteRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        space, quantity = asked.validated_data["space"], asked.validated_data["quantity"]
        people = asked.validated_data["people"]
        require_offered(space, asked.along)
        priced: Quote = quote(
            space,
            asked.span,
            quantity=quantity,
            people=people,
            add_ons=asked.along,
            buyer=Buyer.of(request.user, now),
        )
        if isinstance(request.user, User):
            wanted = Asked(space, asked.span, quantity, request.user)
            priced = preview(priced, wanted, means=asked.means, now=now).price
        verdict = availability.verdict_on(
            space, asked.span, now=now, quantity=quantity, people=people
        )
        if verdict == availability.FREE and request.user.is_authenticated:
            try:
                require_access(space, Access(request.user, now), until=asked.span.upper)
                require_quota(space, asked.span, by=request.user, now=now)
            except (NoAccess, NeedsTraining, QuotaUsed) as no:
                verdict = no.code
        left = availability.add_ons_left(space, asked.span, now=now)
        if any(left.get(one.pk, count) < count for one, count in asked.along.items()):
            verdict = AddOnTaken.code if verdict == availability.FREE else verdict
        return Response(
            {
                "space": space.pk,
                "start": asked.span.lower,
                "end": asked.span.upper,
                "quantity": quantity,
                "people": people,
                "price": priced.total.as_json(),
                "deposit": priced.deposit.as_json(),
                "lines": [line.as_json() for line in priced.lines],
                "bookable": verdict == availability.FREE,
                "code": verdict,
            }
        )
