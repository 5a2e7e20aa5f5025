"""Other calendars of a space, for programs of those who keep it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings import operations, outside
from bookings.forms.calendars import name_for
from bookings.queries.outside import Freshness, freshness
from spaces.models import CalendarSource, Space, Unit


class BusySerializer(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class CalendarSourceSerializer(serializers.ModelSerializer[CalendarSource]):
    """Of the address only the host is told, to anybody."""

    address = serializers.CharField(
        max_length=2000, write_only=True, help_text="https:// or webcal://; kept sealed."
    )
    name = serializers.CharField(max_length=80, required=False)
    unit = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.none(),
        required=False,
        allow_null=True,
        help_text="One unit of the space; without, the whole space.",
    )
    freshness = serializers.SerializerMethodField()
    times = serializers.SerializerMethodField(help_text="When it is busy from now on, UTC.")
    skipped = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="How many events, by why."
    )

    class Meta:
        model = CalendarSource
        fields = (
            "id",
            "space",
            "unit",
            "name",
            "address",
            "host",
            "maker",
            "freshness",
            "is_paused",
            "read_at",
            "due_at",
            "problem",
            "failing_since",
            "skipped",
            "times",
        )
        read_only_fields = (
            "space",
            "host",
            "maker",
            "is_paused",
            "read_at",
            "due_at",
            "problem",
            "failing_since",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        space = self.context.get("space")
        if space is not None:
            self.fields["unit"].queryset = space.units.all()  # type: ignore[attr-defined]

    @extend_schema_field(serializers.ChoiceField(Freshness.choices))
    def get_freshness(self, source: CalendarSource) -> str:
        return freshness(source, timezone.now()).value

    @extend_schema_field(BusySerializer(many=True))
    def get_times(self, source: CalendarSource) -> list[dict[str, Any]]:
        now = timezone.now()
        return [{"start": one.lower, "end": one.upper} for one in source.times if one.upper > now]


class CalendarsOfSpace(mixins.ListModelMixin, generics.GenericAPIView[CalendarSource]):
    """The calendars attached to a space one keeps."""

    serializer_class = CalendarSourceSerializer
    filter_backends = ()
    queryset = CalendarSource.objects.none()  # for the schema; see get_queryset

    def space(self) -> Space:
        assert isinstance(self.request.user, User)  # signed in
        kept = Space.objects.kept_by(self.request.user).select_related("place")
        return get_object_or_404(kept, pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[CalendarSource]:
        return self.space().calendar_sources.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @extend_schema(responses={201: CalendarSourceSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read a calendar, and show what it says: it is paused until it is used."""
        assert isinstance(request.user, User)  # signed in
        space = self.space()
        context = {**self.get_serializer_context(), "space": space}
        asked = CalendarSourceSerializer(data=request.data, context=context)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        source = outside.attach(
            space=space,
            name=said.get("name") or name_for(said),
            address=said["address"],
            unit=said.get("unit"),
            by=request.user,
            now=timezone.now(),
        )
        answer = CalendarSourceSerializer(source, context=context).data
        return Response(answer, status=status.HTTP_201_CREATED)


class CalendarSourceViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet[CalendarSource]):
    """One attached calendar: look at it, use it, pause it, read it now, remove it."""

    serializer_class = CalendarSourceSerializer
    filter_backends = ()
    queryset = CalendarSource.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[CalendarSource]:
        assert isinstance(self.request.user, User)  # signed in
        return CalendarSource.objects.kept_by(self.request.user).select_related("space__place")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def use(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it says is busy cannot be booked from now on."""
        used = operations.use_calendar(source=self.get_object(), now=timezone.now())
        return Response(self.get_serializer(used).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Nothing is busy because of it until it is used again."""
        paused = operations.pause_calendar(source=self.get_object(), now=timezone.now())
        return Response(self.get_serializer(paused).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read it now, at most once a minute (409 `read_just_now`); `problem` says how it went."""
        source = outside.read_when_asked(self.get_object(), now=timezone.now())
        return Response(self.get_serializer(source).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it said is forgotten."""
        operations.remove_calendar(source=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
