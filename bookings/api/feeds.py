"""Calendars to subscribe to, for programs."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import person
from accounts.models import Organisation
from bookings import operations
from bookings.calendars.programs import program_of
from bookings.models import Feed, FeedKind, SavedSearch
from bookings.models.feed import ABOUT
from spaces.models import Space


class FeedSerializer(serializers.ModelSerializer[Feed]):
    """`url` is secret: whoever has it reads the calendar."""

    url = serializers.URLField()
    name = serializers.CharField()
    program = serializers.SerializerMethodField(help_text="That fetched it last.")

    class Meta:
        model = Feed
        fields = (
            "id",
            "kind",
            "name",
            "space",
            "organisation",
            "search",
            "url",
            "created_at",
            "fetched_at",
            "program",
        )

    def get_program(self, feed: Feed) -> str:
        return program_of(feed.fetched_by)


class FollowSerializer(serializers.Serializer[Any]):
    """What to follow: of `mine` nothing more, else the id of what it is about."""

    kind = serializers.ChoiceField(choices=FeedKind.choices)
    space = serializers.PrimaryKeyRelatedField(queryset=Space.objects.none(), required=False)
    organisation = serializers.PrimaryKeyRelatedField(
        queryset=Organisation.objects.none(), required=False
    )
    search = serializers.PrimaryKeyRelatedField(queryset=SavedSearch.objects.none(), required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        if user.is_authenticated:
            fields["space"].queryset = Space.objects.run_by(user)
            ours = Organisation.objects.filter(memberships__user=user)
            fields["organisation"].queryset = ours.distinct()
            fields["search"].queryset = SavedSearch.objects.filter(user=user)
        return fields

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        needed = ABOUT.get(FeedKind(asked["kind"]))
        if needed and needed not in asked:
            raise serializers.ValidationError({needed: [self.error_messages["required"]]})
        return {"kind": asked["kind"], **({needed: asked[needed]} if needed else {})}


class FeedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Feed]):
    """The asker's own calendars."""

    permission_classes = (IsAuthenticated,)
    serializer_class = FeedSerializer
    queryset = Feed.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Feed]:
        if not self.request.user.is_authenticated:
            return Feed.objects.none()
        mine = Feed.objects.filter(user=self.request.user).readable()
        return mine.select_related("space", "organisation", "search")

    @extend_schema(request=FollowSerializer, responses={201: FeedSerializer})
    def create(self, request: Request) -> Response:
        """Follow something; what is followed already is answered as it is."""
        asked = FollowSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        feed = operations.open_feed(
            user=person(request._request), now=timezone.now(), **asked.validated_data
        )
        return Response(self.get_serializer(feed).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        """Close it: its address answers 404 from now on."""
        operations.close_feed(feed=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Another address; the old one answers 404 from now on."""
        feed = operations.rotate_feed(feed=self.get_object(), now=timezone.now())
        return Response(self.get_serializer(feed).data)
