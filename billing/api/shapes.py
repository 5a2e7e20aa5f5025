"""What programs send and get about bookings that may cost money."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation, User
from billing.models import LineKind, Order, OrderLine, Refund
from bookings.api import AboutSerializer, BookingSerializer, QuoteRequestSerializer
from bookings.api.bookings import moment
from bookings.api.fields import MomentField, MoneySerializer
from bookings.means import Means
from bookings.models import Booking, Change, Status
from bookings.operations import Item, Whom
from spaces.models import Space
from spaces.periods import Period, period

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body give the same booking for 24 hours.",
)


WHERE_THERE_IS = frozenset(
    {"checkout_url", "expires_at", "change", "door_code", "asked_with", "agreed_at"}
)  # left out of an answer where there is none


# What an answer says of each booking beside its row, asked for once for all of them.
BESIDE = (
    "organisation",
    "calendar_object",
    "changes",
    Prefetch(
        "order_lines",
        OrderLine.objects.filter(kind=LineKind.BOOKING).select_related("order").order_by("order"),
        to_attr="sold_on",
    ),
)


class ChangeSerializer(serializers.ModelSerializer[Change]):
    """What a booking is to become, once that is paid or answered."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    due = serializers.SerializerMethodField(help_text="To be paid before it is made.")
    checkout_url = serializers.SerializerMethodField()

    class Meta:
        model = Change
        fields = (
            "id",
            "status",
            "space",
            "start",
            "end",
            "quantity",
            "people",
            "due",
            "expires_at",
            "checkout_url",
        )

    @extend_schema_field(MoneySerializer)
    def get_due(self, change: Change) -> dict[str, Any]:
        return change.to_pay.as_json()

    def get_checkout_url(self, change: Change) -> str | None:
        order = Order.objects.to_pay(change.booking, self.context["now"])
        return (order and order.checkout_url) or None


class PaidBookingSerializer(BookingSerializer):
    left_out = WHERE_THERE_IS
    organisation = serializers.SlugRelatedField[Organisation](
        slug_field="slug", read_only=True, allow_null=True
    )
    checkout_url = serializers.SerializerMethodField(
        help_text="Where to pay; only there while the booking, or a change of it, is held."
    )
    change = serializers.SerializerMethodField(help_text="Only there while one waits.")

    class Meta(BookingSerializer.Meta):
        fields: tuple[str, ...] = (
            *BookingSerializer.Meta.fields,
            "organisation",
            "cost_centre",
            "reference",
            "asked_with",
            "agreed_at",
            "change",
            "checkout_url",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "asked_with": {
                "read_only": True,
                "help_text": "Shared by all that is paid with one card and confirmed together or "
                "not at all; only there where an owner is to answer some of it.",
            },
            "agreed_at": {
                "read_only": True,
                "help_text": "Its owner has said yes, or need not; it waits for the others.",
            },
        }

    def get_checkout_url(self, booking: Booking) -> str | None:
        is_held = booking.status_at(self.context["now"]) == Status.HELD
        if not is_held and not self._waiting(booking):
            return None
        if booking.made_by_id is not None and booking.booker_id != self.context["request"].user.pk:
            return None  # who pays has it by mail
        if is_held and hasattr(booking, "sold_on"):
            order = booking.sold_on[0].order if booking.sold_on else None
        else:
            order = Order.objects.to_pay(booking, self.context["now"])
        return (order and order.checkout_url) or None

    @extend_schema_field(ChangeSerializer)
    def get_change(self, booking: Booking) -> dict[str, Any] | None:
        change = self._waiting(booking)
        return ChangeSerializer(change, context=self.context).data if change else None

    def _waiting(self, booking: Booking) -> Change | None:
        now = self.context["now"]
        return next((one for one in booking.changes.all() if one.is_open(now)), None)

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        prefetch_related_objects([instance], "changes")  # asked for once, and told of twice
        shown = super().to_representation(instance) | {
            "organisation": instance.organisation and instance.organisation.slug,
            "cost_centre": instance.cost_centre,
            "reference": instance.reference,
            "asked_with": instance.asked_with and str(instance.asked_with),
            "agreed_at": moment(instance.agreed_at),
            "change": self.get_change(instance),
            "checkout_url": self.get_checkout_url(instance),
        }
        return {
            name: value
            for name, value in shown.items()
            if value is not None or name not in WHERE_THERE_IS
        }


@extend_schema_field(OpenApiTypes.STR)
class OwnOrganisationField(serializers.SlugRelatedField[Organisation]):
    """One that the person is a member of."""

    def get_queryset(self) -> QuerySet[Organisation]:
        request = self.context.get("request")
        user = request.user if request else None
        if not isinstance(user, User):
            return Organisation.objects.none()
        return Organisation.objects.filter(memberships__user=user)


class OnBehalfSerializer(serializers.Serializer[Any]):
    """For an organisation of one's own."""

    organisation = OwnOrganisationField(
        slug_field="slug",
        default=None,
        allow_null=True,
        help_text="One that the booker is a member of.",
    )
    cost_centre = serializers.CharField(max_length=60, default="", allow_blank=True)
    reference = serializers.CharField(max_length=60, default="", allow_blank=True)
    on_account = serializers.BooleanField(
        default=False, help_text="By what the owner has agreed with the organisation."
    )

    @property
    def on_behalf(self) -> dict[str, Any]:
        names = ("organisation", "cost_centre", "reference", "on_account")
        return {name: self.validated_data[name] for name in names}


class WhomSerializer(serializers.Serializer[Any]):
    """Somebody else to book for."""

    for_email = serializers.EmailField(
        required=False,
        default="",
        allow_blank=True,
        help_text="Whose it is to be, where it is not your own: a colleague in `organisation`, "
        "or anybody where you run the space.",
    )
    for_name = serializers.CharField(
        max_length=120, required=False, default="", allow_blank=True, help_text="If they are new."
    )

    @property
    def whom(self) -> Whom | None:
        address: str = self.validated_data["for_email"]
        return Whom(address, self.validated_data["for_name"]) if address else None


class BookingRequestSerializer(
    AboutSerializer, WhomSerializer, OnBehalfSerializer, QuoteRequestSerializer
):
    title = serializers.CharField(max_length=140, required=False, default="", allow_blank=True)


class DescribeRequestSerializer(AboutSerializer):
    title = serializers.CharField(max_length=140, required=False, default="", allow_blank=True)


class ItemSerializer(QuoteRequestSerializer):
    title = serializers.CharField(max_length=140, required=False, default="", allow_blank=True)

    def item(self, data: dict[str, Any]) -> Item:
        along: dict[Any, int] = {}
        for one in data.get("add_ons", ()):
            along[one["id"]] = along.get(one["id"], 0) + one["count"]
        return Item(
            space=data["space"],
            span=period(data["start"], data["end"]),
            quantity=data["quantity"],
            people=data["people"],
            add_ons=along,
            title=data["title"],
        )


class OrderRequestSerializer(WhomSerializer, OnBehalfSerializer):
    code = serializers.CharField(
        max_length=30,
        default="",
        allow_blank=True,
        help_text="Of a campaign; used for those of them that it holds for.",
    )
    bookings = serializers.ListField(child=ItemSerializer(), min_length=1, max_length=60)

    @property
    def means(self) -> Means:
        return Means(code=self.validated_data["code"])

    @property
    def items(self) -> list[Item]:
        shape = ItemSerializer(context=self.context)
        return [shape.item(data) for data in self.validated_data["bookings"]]


class RescheduleSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none(), required=False)
    start = MomentField(required=False)
    end = MomentField(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    people = serializers.IntegerField(min_value=1, max_value=100_000, required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        spaces = Space.objects.visible_to(request.user if request else None)
        fields["space"].queryset = spaces.select_related("place", "organisation", "in_force")
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        booking: Booking | None = self.context.get("booking")
        if not attrs:
            raise serializers.ValidationError(_("Say what is to be changed."))
        if booking and ("start" in attrs or "end" in attrs):
            start, end = attrs.get("start", booking.start), attrs.get("end", booking.end)
            if end <= start:
                raise serializers.ValidationError({"end": _("The end must be after the start.")})
        return attrs

    def wish(self, booking: Booking) -> dict[str, Any]:
        said = dict(self.validated_data)
        start, end = said.pop("start", None), said.pop("end", None)
        span: Period | None = None
        if start or end:
            span = period(start or booking.start, end or booking.end)
        return {**said, "span": span}


class ExtendSerializer(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(
        min_value=1,
        max_value=24 * 60,
        required=False,
        default=None,
        allow_null=True,
        help_text="Else half an hour, or the space's step when that is longer.",
    )
    until = MomentField(
        required=False,
        default=None,
        allow_null=True,
        help_text="The new end, instead of `minutes`: sent twice, it is one extension.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["minutes"] is not None and attrs["until"] is not None:
            raise serializers.ValidationError({"until": _("Give either minutes or until.")})
        return attrs


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class RefundRequestSerializer(serializers.Serializer[Any]):
    """In minor units. `left` is what the asker believes is left to give back: another sum there
    is a 409 `left_changed` with the right one, so that one wish sent twice gives back once."""

    amount = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    left = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    reason = serializers.CharField(max_length=300)


class RefundSerializer(serializers.ModelSerializer[Refund]):
    amount = serializers.SerializerMethodField()

    class Meta:
        model = Refund
        fields = ("id", "order", "amount", "status", "reason", "created_at")

    @extend_schema_field(MoneySerializer)
    def get_amount(self, refund: Refund) -> dict[str, Any]:
        return refund.money.as_json()


class AsksSerializer(serializers.Serializer[Any]):
    owners = serializers.ListField(child=serializers.SlugField())
    answer_by = serializers.DateTimeField()


class TierSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField()
    percent = serializers.IntegerField()
    back = MoneySerializer()


class RefundQuoteSerializer(serializers.Serializer[Any]):
    """What a cancellation would give back now, and until when what does."""

    refund = MoneySerializer()
    price = MoneySerializer()
    can_cancel = serializers.BooleanField()
    tiers = TierSerializer(many=True)
