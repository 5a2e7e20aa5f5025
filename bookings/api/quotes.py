"""What a time would cost."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from bookings import availability
from bookings.api.fields import MoneySerializer, SpanSerializer
from bookings.grounds import grounds_of
from bookings.means import Asked, Means, preview
from bookings.operations.holding import require_offered
from bookings.quotas import QuotaUsed, shares_of
from bookings.refusals import AddOnTaken
from spaces.access import NeedsTraining, NoAccess, require_access
from spaces.models import AddOn, Space
from spaces.prices import Buyer, Quote, quote
from spaces.reading import published

TOO_LARGE = 2**63  # for an id


class WantedAddOnSerializer(serializers.Serializer[Any]):
    id = serializers.PrimaryKeyRelatedField(queryset=AddOn.objects.filter(is_offered=True))
    count = serializers.IntegerField(min_value=1, max_value=999, default=1)


@extend_schema_field(OpenApiTypes.INT)
class BookableField(serializers.PrimaryKeyRelatedField[Space]):
    """A space that everybody sees, with all that a booking of it needs to know."""

    def get_queryset(self) -> QuerySet[Space]:
        return Space.objects.published()

    def to_internal_value(self, data: Any) -> Space:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not str(data).isdecimal():
            self.fail("incorrect_type", data_type=type(data).__name__)
        space = published(int(data)) if int(data) < TOO_LARGE else None
        if space is None:
            self.fail("does_not_exist", pk_value=data)
        return space


class QuoteRequestSerializer(SpanSerializer):
    space = BookableField()
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
    passes = serializers.RegexField(
        r"^(none|\d{1,17})?$",
        default="",
        allow_blank=True,
        help_text="Of what one has: empty: what fits best; the id of a type; or `none`.",
    )
    add_ons = WantedAddOnSerializer(many=True, required=False, help_text="To be booked along.")

    @property
    def means(self) -> Means:
        return Means(code=self.validated_data["code"], passes=self.validated_data["passes"])

    @property
    def along(self) -> dict[AddOn, int]:
        wanted: dict[AddOn, int] = {}
        for one in self.validated_data.get("add_ons", ()):
            wanted[one["id"]] = wanted.get(one["id"], 0) + one["count"]
        return wanted


class QuoteSerializer(serializers.Serializer[Any]):
    space = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    quantity = serializers.IntegerField()
    people = serializers.IntegerField(allow_null=True)
    price = MoneySerializer(help_text="What is paid: codes and passes are taken off.")
    price_excl_vat = MoneySerializer()
    deposit = MoneySerializer(help_text="Reserved on the card, and no part of the price.")
    lines = serializers.ListField(child=serializers.DictField())
    bookable = serializers.BooleanField()
    code = serializers.CharField(help_text="`free`, or of the refusal when it is booked.")


class Quotes(APIView):
    """What a time would cost the asker, line by line, before anything is stored."""

    permission_classes = (AllowAny,)

    @extend_schema(request=QuoteRequestSerializer, responses=QuoteSerializer)
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
                grounds = grounds_of([space], by=request.user, now=now)
                require_access(space, grounds.access, until=asked.span.upper)
                for share in shares_of(space, asked.span, grounds, organisation=None):
                    share.require(asked.span, now)
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
                "price_excl_vat": priced.net.as_json(),
                "deposit": priced.deposit.as_json(),
                "lines": [line.as_json() for line in priced.lines],
                "bookable": verdict == availability.FREE,
                "code": verdict,
            }
        )
