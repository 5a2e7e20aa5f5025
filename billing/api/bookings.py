"""Booking, changing and cancelling, for programs."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from billing import operations
from billing.api.shapes import (
    BESIDE,
    IDEMPOTENCY_KEY,
    BookingRequestSerializer,
    DescribeRequestSerializer,
    ExtendSerializer,
    PaidBookingSerializer,
    ReasonSerializer,
    RefundQuoteSerializer,
    RefundRequestSerializer,
    RefundSerializer,
    RescheduleSerializer,
)
from billing.money_access import bookings_paid_to
from billing.receipt import Receipt
from bookings import operations as bookings
from bookings.models import Booking

# Who sees a booking may not do all with it: for the others it is as if it were not there.
ONLY_BOOKER = {"describe", "extend", "reschedule"}
ONLY_OWNER = {"approve", "decline"}


class BookingViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Booking]
):
    """One's own bookings and those made for others; single ones also for who runs the space."""

    serializer_class = PaidBookingSerializer
    filter_backends = ()
    queryset = Booking.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Booking]:
        user = self.request.user
        if not user.is_authenticated:
            return Booking.objects.none()
        if self.action == "refund":
            return bookings_paid_to(user).for_listing()
        seen = Booking.objects.visible_to(user).for_listing().prefetch_related(*BESIDE)
        if self.action == "list":
            return seen.kept_by(user).order_by("-created_at", "pk")
        if self.action in ONLY_BOOKER:
            return seen.kept_by(user)
        return seen.run_by(user) if self.action in ONLY_OWNER else seen

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
        booking = operations.book(
            space=asked.validated_data["space"],
            span=asked.span,
            quantity=asked.validated_data["quantity"],
            people=asked.validated_data["people"],
            add_ons=asked.along,
            title=asked.validated_data["title"],
            about=asked.about,
            means=asked.means,
            by=self._person,
            now=self._now,
            key=self._key,
            whom=asked.whom,
            **asked.on_behalf,
        )
        return Response(self.get_serializer(booking).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=DescribeRequestSerializer, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def describe(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say anew what it is for and who sees it; only one's own."""
        booking = self.get_object()
        asked = DescribeRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        booking = bookings.describe(
            booking=booking,
            title=asked.validated_data["title"],
            about=asked.about,
            by=self._person,
            now=self._now,
        )
        return self._as_it_is(booking)

    @extend_schema(
        request=ReasonSerializer,
        responses=PaidBookingSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel it. What its terms return of the price is on its way when this answers."""
        booking = self.get_object()
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        booking = operations.cancel_once(
            booking=booking,
            by=self._person,
            as_owner=booking.as_owner(self._person),
            now=self._now,
            reason=asked.validated_data["reason"],
            key=self._key,
        )
        return self._as_it_is(booking)

    @extend_schema(responses=RefundQuoteSerializer)
    @action(detail=True, methods=["get"], url_path="refund-quote")
    def refund_quote(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What cancelling now would give back; the page shows the same before the click."""
        booking = self.get_object()
        receipt = Receipt(booking, now=self._now)
        as_owner = booking.as_owner(self._person)
        answer = {
            "refund": receipt.back_if_cancelled(as_owner=as_owner).as_json(),
            "price": booking.price.as_json(),
            "can_cancel": receipt.can_cancel(as_owner=as_owner),
            "tiers": [
                {"until": tier.until, "percent": tier.percent, "back": tier.back.as_json()}
                for tier in receipt.tiers
            ],
        }
        return Response(RefundQuoteSerializer(answer).data)

    @extend_schema(
        request=RescheduleSerializer,
        responses=PaidBookingSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another time or space, longer, shorter, more or fewer, in one step. What costs more
        comes back as a `change` that is held, with a `checkout_url`; the booking stands as it
        was until that is paid."""
        booking = self.get_object()
        asked = RescheduleSerializer(
            data=request.data, context={"request": request, "booking": booking}
        )
        asked.is_valid(raise_exception=True)
        operations.reschedule(
            booking=booking, by=self._person, now=self._now, key=self._key, **asked.wish(booking)
        )
        return self._as_it_is(booking)

    @extend_schema(
        request=ExtendSerializer,
        responses=PaidBookingSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """More time at its end, also while sitting there."""
        booking = self.get_object()
        asked = ExtendSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        operations.extend(
            booking=booking,
            by=self._person,
            now=self._now,
            minutes=asked.validated_data["minutes"],
            until=asked.validated_data["until"],
            key=self._key,
        )
        return self._as_it_is(booking)

    @extend_schema(request=None, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Free the rest: it ends at the next step from now, by the booker or the owner."""
        booking = self.get_object()
        operations.release(booking=booking, by=self._person, now=self._now)
        return self._as_it_is(booking)

    @extend_schema(request=None, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say yes, for the owner: to a request, or to a change that is asked for."""
        booking = self.get_object()
        operations.approve(booking=booking, by=self._person, now=self._now)
        return self._as_it_is(booking)

    @extend_schema(request=ReasonSerializer, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say no, for the owner. What was reserved on the card is let go."""
        booking = self.get_object()
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        operations.decline(booking=booking, by=self._person, now=self._now, reason=reason)
        return self._as_it_is(booking)

    @extend_schema(request=RefundRequestSerializer, responses={201: RefundSerializer(many=True)})
    @action(detail=True, methods=["post"], pagination_class=None)
    def refund(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give money back, for those who look after the owner's money: any amount up to what
        is left of what was paid. The booker is told, with the reason."""
        booking = self.get_object()
        asked = RefundRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = operations.give_back_some(
            booking=booking, by=self._person, now=self._now, **asked.validated_data
        )
        shown = RefundSerializer(made, many=True).data
        return Response(shown, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """They are here: from 15 minutes before the start, by the booker or the owner."""
        booking = self.get_object()
        booking = bookings.check_in(
            booking=booking,
            by=self._person,
            as_owner=booking.as_owner(self._person),
            now=self._now,
        )
        return self._as_it_is(booking)

    @property
    def _key(self) -> str:
        key: str = self.request.headers.get("Idempotency-Key", "")
        return key

    @property
    def _person(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise Http404
        return user

    def _as_it_is(self, booking: Booking) -> Response:
        """The booking as it has become."""
        return Response(self.get_serializer(self.get_queryset().get(pk=booking.pk)).data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)
