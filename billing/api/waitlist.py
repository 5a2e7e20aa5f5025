"""The waiting list, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from billing import operations
from billing.api.shapes import PaidBookingSerializer
from bookings import operations as bookings
from bookings.api.fields import MomentField
from bookings.forms import search_of
from bookings.models import Queue, Waiting
from bookings.queries.fitting import wish_for
from bookings.queries.line import numbers_in_line
from spaces.models import Space
from spaces.periods import Period, period


class WaitingSerializer(serializers.ModelSerializer[Waiting]):
    """An entry. `state` is what holds now: an offer whose time has passed has passed on."""

    state = serializers.SerializerMethodField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    minutes = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="How long, of any time between `start` and `end`; null: just then.",
    )
    had = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Of a search for the same time again and again: how many of its times the space "
        "with most of them has. You are told once when one has more; nothing is held for you.",
    )
    number = serializers.SerializerMethodField(
        help_text="In line; 1 is asked first. Null: not in one."
    )
    offer = serializers.SerializerMethodField(help_text="The hold that waits for a yes.")

    class Meta:
        model = Waiting
        fields = (
            "id",
            "state",
            "space",
            "search",
            "start",
            "end",
            "minutes",
            "had",
            "quantity",
            "people",
            "organisation",
            "created_at",
            "until",
            "number",
            "offer",
        )

    @extend_schema_field(serializers.ChoiceField(choices=Queue.choices))
    def get_state(self, entry: Waiting) -> str:
        return entry.state_at(self.context["now"]).value

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_number(self, entry: Waiting) -> int | None:
        if entry.state_at(self.context["now"]) != Queue.WAITING:
            return None
        known: dict[UUID, int] = self.context["numbers"]
        numbers = known if entry.pk in known else numbers_in_line([entry], now=self.context["now"])
        return numbers.get(entry.pk)

    @extend_schema_field(PaidBookingSerializer(allow_null=True))
    def get_offer(self, entry: Waiting) -> dict[str, Any] | None:
        if entry.booking is None or entry.state_at(self.context["now"]) != Queue.OFFERED:
            return None
        return PaidBookingSerializer(entry.booking, context=self.context).data


class WaitRequestSerializer(serializers.Serializer[Any]):
    """A time in a space, or a search."""

    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none(), required=False)
    start = MomentField(required=False)
    end = MomentField(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000, default=1)
    people = serializers.IntegerField(min_value=1, max_value=100_000, default=None, allow_null=True)
    search = serializers.CharField(
        max_length=1000,
        required=False,
        help_text="As in the address of the search page: `kind=lab&people=8&date=2026-12-01&…`; "
        "with `minutes` as in that of any time: `minutes=120&date=2026-12-01&last=2026-12-05&…`; "
        "with `repeat` as in that of the same time again and again: "
        "`repeat=weekly&date=2026-12-01&until=2026-12-22&…`.",
    )
    organisation = serializers.PrimaryKeyRelatedField(
        queryset=Organisation.objects.none(),
        default=None,
        allow_null=True,
        help_text="Whom you book for; one of yours.",
    )
    until = MomentField(default=None, allow_null=True, help_text="No offer after this.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        seen = Space.objects.visible_to(user).published()
        fields["space"].queryset = seen.select_related("place", "organisation", "in_force")
        if user.is_authenticated:
            ours = Organisation.objects.filter(memberships__user=user)
            fields["organisation"].queryset = ours
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("space" in attrs) == ("search" in attrs):
            raise serializers.ValidationError({"space": _("Give a space or a search.")})
        if "space" in attrs:
            if not ("start" in attrs and "end" in attrs and attrs["start"] < attrs["end"]):
                raise serializers.ValidationError({"end": _("The end must be after the start.")})
        elif attrs.keys() & {"start", "end"}:
            raise serializers.ValidationError({"start": _("The search says when.")})
        return attrs

    def asked(self, now: Any) -> dict[str, Any]:
        """What `join` is told."""
        said = self.validated_data
        about: dict[str, Any] = {name: said[name] for name in ("organisation", "until")}
        if "search" in said:
            return about | wish_for(search_of(QueryDict(said["search"]), now=now))
        span: Period = period(said["start"], said["end"])
        return about | {"span": span, **{n: said[n] for n in ("space", "quantity", "people")}}


class WaitlistViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Waiting]
):
    """One's own entries on the waiting list. Who else waits is told to nobody."""

    serializer_class = WaitingSerializer
    filter_backends = ()
    queryset = Waiting.objects.none()  # for the schema; see get_queryset
    _numbers: dict[UUID, int]  # in line, of a page's entries

    def get_queryset(self) -> QuerySet[Waiting]:
        mine = Waiting.objects.visible_to(self.request.user).for_listing()
        return mine.order_by("-created_at", "pk")

    def get_serializer_context(self) -> dict[str, Any]:
        counted = {"now": self._now, "numbers": self._numbers}
        return {**super().get_serializer_context(), **counted}

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page, of which all are counted in line at once."""
        page = super().paginate_queryset(queryset)
        self._numbers = numbers_in_line(page or (), now=self._now)
        return page

    @extend_schema(request=WaitRequestSerializer, responses={201: WaitingSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Wait for a time that is not free. Asked again for the same, the same entry."""
        asked = WaitRequestSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        entry = bookings.join(by=request.user, now=self._now, **asked.asked(self._now))
        return Response(self._shown(entry), status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Wait no longer, and say no to what is offered."""
        operations.leave(entry=self.get_object(), now=self._now)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=PaidBookingSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take what is offered: confirmed, requested, or held with a `checkout_url`."""
        assert request.user.is_authenticated
        booking = operations.accept(entry=self.get_object(), by=request.user, now=self._now)
        shown = PaidBookingSerializer(booking, context=self.get_serializer_context())
        return Response(shown.data)

    @extend_schema(request=None, responses=WaitingSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say no: the next in line is asked at once."""
        entry = self.get_object()
        assert request.user.is_authenticated
        operations.decline_offer(entry=entry, by=request.user, now=self._now)
        return Response(self._shown(entry))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._now = timezone.now()
        self._numbers = {}
        super().initial(request, *args, **kwargs)

    def _shown(self, entry: Waiting) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=entry.pk)).data
