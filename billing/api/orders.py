"""Several bookings paid in one go, for programs."""

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from billing import operations
from billing.api.shapes import (
    BESIDE,
    IDEMPOTENCY_KEY,
    AsksSerializer,
    OrderRequestSerializer,
    PaidBookingSerializer,
)
from billing.asking import Asking
from billing.models import LineKind, Order, OrderStatus
from bookings.api.fields import MoneySerializer
from bookings.models import Booking


class OrderSerializer(serializers.Serializer[Any]):
    """`id`, `status` and `checkout_url` are null when nothing of it costs anything."""

    id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(OrderStatus.choices, allow_null=True)
    total = MoneySerializer()
    bookings = PaidBookingSerializer(many=True)
    checkout_url = serializers.SerializerMethodField()
    asks = serializers.SerializerMethodField(
        help_text="Whose answer it waits for before the card is charged, and until when: all of "
        "them say yes, or nothing is booked and what is reserved is let go. Else null."
    )

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_checkout_url(self, answer: dict[str, Any]) -> str | None:
        order: Order | None = answer["order"]
        if order is None or order.buyer_id != self.context["request"].user.pk:
            return None  # who pays has it by mail
        return order.checkout_url if order.session_is_open(self.context["now"]) else None

    @extend_schema_field(AsksSerializer(allow_null=True))
    def get_asks(self, answer: dict[str, Any]) -> dict[str, Any] | None:
        order: Order | None = answer["order"]
        if order is None or not order.is_captured_later:
            return None
        asking = Asking.of_bookings(answer["bookings"], now=self.context["now"])
        return asking.as_json() if asking else None


class OrderViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Order]):
    """One's own orders: what is, or was, paid in one go."""

    serializer_class = OrderSerializer
    filter_backends = ()
    queryset = Order.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Order]:
        user = self.request.user
        if not user.is_authenticated:
            return Order.objects.none()
        return Order.objects.filter(buyer=user, lines__booking__isnull=False).distinct()

    @extend_schema(
        request=OrderRequestSerializer,
        responses={201: OrderSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book several times, of one or more owners, all or none. A refusal says in `item`
        which of them it is about, counted from 0. Where an owner is to answer first, the card
        is only reserved until all have said yes: `asks` says who, and until when."""
        asked = OrderRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        booked = operations.book_together(
            items=asked.items,
            by=request.user,
            now=self._now,
            means=asked.means,
            key=request.headers.get("Idempotency-Key", ""),
            whom=asked.whom,
            **asked.on_behalf,
        )
        order = Order.objects.filter(
            lines__booking__in=booked, lines__kind=LineKind.BOOKING
        ).first()
        return Response(self._shown(order, booked), status=status.HTTP_201_CREATED)

    @extend_schema(responses=OrderSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        order = self.get_object()
        booked = Booking.objects.filter(order_lines__order=order).for_listing()
        return Response(self._shown(order, list(booked.order_by("pk"))))

    def _shown(self, order: Order | None, booked: list[Booking]) -> dict[str, Any]:
        prefetch_related_objects(booked, *BESIDE)
        total = {"amount": 0, "currency": booked[0].currency}
        answer = {
            "id": order.pk if order else None,
            "status": order.status if order else None,
            "total": order.total.as_json() if order else total,
            "bookings": booked,
            "order": order,
        }
        context = {**self.get_serializer_context(), "now": self._now}
        shown: dict[str, Any] = OrderSerializer(answer, context=context).data
        return shown

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)
