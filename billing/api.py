"""Booking and cancelling, for programs."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing import operations
from billing.models import Order
from bookings import operations as bookings
from bookings.api import AboutSerializer, BookingSerializer, QuoteRequestSerializer
from bookings.models import Booking, Status

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body give the same booking for 24 hours.",
)


class PaidBookingSerializer(BookingSerializer):
    checkout_url = serializers.SerializerMethodField(
        help_text="Where to pay; only there while the booking is held."
    )

    class Meta(BookingSerializer.Meta):
        fields: tuple[str, ...] = (*BookingSerializer.Meta.fields, "checkout_url")

    def get_checkout_url(self, booking: Booking) -> str | None:
        if booking.status_at(self.context["now"]) != Status.HELD:
            return None
        order = Order.objects.filter(lines__booking=booking).first()
        return (order and order.checkout_url) or None

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return {
            name: value
            for name, value in shown.items()
            if value is not None or name not in ("checkout_url", "expires_at")
        }


class BookingRequestSerializer(AboutSerializer, QuoteRequestSerializer):
    title = serializers.CharField(max_length=140, required=False, default="", allow_blank=True)


class DescribeRequestSerializer(AboutSerializer):
    title = serializers.CharField(max_length=140, required=False, default="", allow_blank=True)


class CancelRequestSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class BookingViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Booking]
):
    """One's own bookings; single ones also for those who run the space."""

    serializer_class = PaidBookingSerializer
    filter_backends = ()
    queryset = Booking.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Booking]:
        user = self.request.user
        if not user.is_authenticated:
            return Booking.objects.none()
        seen = Booking.objects.visible_to(user).for_listing()
        return seen.booked_by(user).order_by("-created_at", "pk") if self.action == "list" else seen

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": self._now}

    @extend_schema(
        request=BookingRequestSerializer,
        responses={201: PaidBookingSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book a time: confirmed, requested, or held with a `checkout_url` to pay at."""
        asked = BookingRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        booking = operations.book(
            space=asked.validated_data["space"],
            span=asked.span,
            quantity=asked.validated_data["quantity"],
            people=asked.validated_data["people"],
            add_ons=asked.along,
            title=asked.validated_data["title"],
            about=asked.about,
            by=request.user,
            now=self._now,
            key=request.headers.get("Idempotency-Key", ""),
        )
        return Response(self.get_serializer(booking).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CancelRequestSerializer, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel it. What its terms return of the price is on its way when this answers."""
        booking = self.get_object()
        asked = CancelRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        booking = operations.cancel(
            booking=booking,
            by=request.user,
            as_owner=booking.booker_id != request.user.pk,
            now=self._now,
            reason=asked.validated_data["reason"],
        )
        return Response(self.get_serializer(booking).data)

    @extend_schema(request=DescribeRequestSerializer, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def describe(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say anew what it is for and who sees it; only one's own."""
        assert request.user.is_authenticated
        booking = self.get_object()
        if booking.booker_id != request.user.pk:
            raise Http404
        asked = DescribeRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        booking = bookings.describe(
            booking=booking,
            title=asked.validated_data["title"],
            about=asked.about,
            by=request.user,
            now=self._now,
        )
        return Response(self.get_serializer(booking).data)

    @extend_schema(request=None, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """They are here: from 15 minutes before the start, by the booker or the owner."""
        booking = self.get_object()
        assert request.user.is_authenticated
        booking = bookings.check_in(
            booking=booking,
            by=request.user,
            as_owner=booking.booker_id != request.user.pk,
            now=self._now,
        )
        return Response(self.get_serializer(booking).data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)
