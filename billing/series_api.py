"""Series, for programs: first what a rule comes to, then the bookings of it."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from billing import operations
from billing.api.shapes import BESIDE, IDEMPOTENCY_KEY, PaidBookingSerializer
from billing.asking import Asking
from billing.operations.repeating import cancel_series
from billing.returns import left_of_stays
from billing.series_asked import (
    AddDaySerializer,
    CancelSeriesSerializer,
    InviteSerializer,
    MoveSeriesSerializer,
    SeriesRequestSerializer,
)
from billing.series_told import MovesSerializer, SeriesPreviewSerializer
from bookings import operations as bookings
from bookings.models import Booking, Series
from bookings.queries.moved import Moved, Moves
from bookings.queries.table import Choice, Row, Table
from bookings.queries.whom import known_to
from spaces.models import Space
from spaces.prices import Buyer


class PreviewSerializer(serializers.Serializer[Any]):
    """What is neither yes nor no is refused: else it would be booked, and perhaps paid for."""

    preview = serializers.BooleanField(
        default=False, help_text="1: only say what it would come to."
    )


def is_preview(request: Request) -> bool:
    asked = PreviewSerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    wanted: bool = asked.validated_data["preview"]
    return wanted


class SeriesBookingSerializer(PaidBookingSerializer):
    class Meta(PaidBookingSerializer.Meta):
        fields = (*PaidBookingSerializer.Meta.fields, "recurrence_date")

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        return {
            **super().to_representation(instance),
            "recurrence_date": instance.recurrence_date,
        }


class SeriesSerializer(serializers.ModelSerializer[Series]):
    bookings = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Series
        fields = ("id", "space", "title", "rrule", "starts_on", "time_zone", "bookings", "url")

    @extend_schema_field(SeriesBookingSerializer(many=True))
    def get_bookings(self, series: Series) -> Any:
        found = series.bookings.for_listing().prefetch_related(*BESIDE)
        found = found.order_by("recurrence_date", "pk")
        return SeriesBookingSerializer(found, many=True, context=self.context).data

    def get_url(self, series: Series) -> str:
        return settings.PUBLIC_URL + series.get_absolute_url()


class SeriesViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[Series]):
    """One's own series, and those one has made for others: bookings made together by a rule."""

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
        responses={200: SeriesPreviewSerializer, 201: SeriesSerializer},
        parameters=[PreviewSerializer, IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book all times of a rule, or none; also for somebody else. With `preview=1`: each
        time with whether it is free, and else why not and what could be had instead."""
        asked = SeriesRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        user = request.user
        assert user.is_authenticated
        if is_preview(request):
            of: User | None = user
            series = asked.series
            if asked.whom is not None:
                of = known_to(
                    user,
                    asked.whom.email,
                    spaces=[series.space],
                    organisation=series.organisation,
                )
            buyer = Buyer.of(of, self._now)
            table = Table(series, user=of, buyer=buyer, now=self._now, means=asked.means)
            on_account = asked.validated_data["on_account"]
            return Response(shown(table, on_account=on_account))
        booked = operations.book_series(
            series=asked.series,
            picks=asked.picked,
            by=user,
            now=self._now,
            means=asked.means,
            on_account=asked.validated_data["on_account"],
            whom=asked.whom,
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

    @extend_schema(request=AddDaySerializer, responses={201: SeriesSerializer})
    @action(detail=True, methods=["post"])
    def add(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book a day that was left out after all, as the others were booked: for the same
        organisation, on account, with the same code, and with who is invited to all of them."""
        series = self.get_object()
        asked = AddDaySerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        operations.add_to_series(
            series=series,
            pick=asked.pick_of(series),
            by=request.user,
            now=self._now,
            on_account=asked.validated_data.get("on_account"),
        )
        return Response(self.get_serializer(series).data, status=status.HTTP_201_CREATED)

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
        responses=PolymorphicProxySerializer(
            component_name="SeriesOrMoves",
            serializers=[SeriesSerializer, MovesSerializer],
            resource_type_field_name=None,
        ),
        parameters=[PreviewSerializer],
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another time of day, weekday, space or number for all that has not begun, or from a
        day on: all or none. From a day on it becomes a series of its own, which is the answer;
        on another weekday also what is left of one that has begun. What it costs more is paid
        in one go, at the `checkout_url` of its bookings; until then the series is as it was.
        So it is where the owner answers first: all of it waits for one answer, as the `change`
        of each booking says. With `preview=1`: what would become of each, and who is asked."""
        series = self.get_object()
        context = {"request": request, "series": series}
        asked = MoveSeriesSerializer(data=request.data, context=context)
        asked.is_valid(raise_exception=True)
        user = request.user
        assert user.is_authenticated
        to, first = asked.shape, asked.validated_data.get("first")
        if is_preview(request):
            moves = Moves(series, to, user=user, first=first, now=self._now, left_of=left_of_stays)
            asking = Asking.of_moves(moves, now=self._now)
            return Response(
                {
                    "bookings": [moved(one) for one in moves.rows],
                    "asks": asking.as_json() if asking else None,
                }
            )
        changed = operations.move_series(series=series, to=to, first=first, by=user, now=self._now)
        return Response(self.get_serializer(changed).data)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        super().initial(request, *args, **kwargs)


def shown(table: Table, *, on_account: bool) -> dict[str, Any]:
    """The table as JSON; `asks`: who is to answer before the card is charged, and until when."""
    summed = table.sum()
    asking = None if on_account else Asking.of(summed.sold, now=table.now)
    return {
        "rrule": table.series.rrule,
        "occurrences": [occurrence(row) for row in table.rows],
        "free": len(table.free),
        "total": summed.total.as_json(),
        "asks": asking.as_json() if asking else None,
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


def moved(row: Moved) -> dict[str, Any]:
    """Of one booking: its new time, what comes back, or why not and what may be had instead."""
    one = row.shift
    wish = None if row.refusal else one.wish
    span = wish.span if wish else one.booking.period
    zone = one.booking.space.place.zone
    offer = None if row.refusal else one.offer
    return {
        "id": str(one.booking.pk),
        "date": row.day.isoformat(),
        "start": span.lower.astimezone(zone).isoformat(),
        "end": span.upper.astimezone(zone).isoformat(),
        "status": "refused" if row.refusal else "moves" if wish else "stays",
        "message": row.refusal,
        "space": (wish.space if wish else one.booking.space).pk,
        "back": offer.back.as_json() if offer else None,
        "due": offer.due.as_json() if offer else None,
        "alternatives": [
            {
                "space": other.choice.space.pk,
                **times_of(other.choice),
                "back": other.offer.back.as_json(),
                "due": other.offer.due.as_json(),
            }
            for other in row.instead
        ],
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
