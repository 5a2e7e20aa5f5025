"""A person's favourites, for programs."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from bookings import operations
from bookings.models import Favourite
from spaces.models import Space


class FavouriteSerializer(serializers.Serializer[Any]):
    is_favourite = serializers.BooleanField()


class Favourites(viewsets.GenericViewSet[Space]):
    """`…/spaces/{id}/favourite/`: whether it is one, make it one, let it go."""

    @extend_schema(responses=FavouriteSerializer, filters=False)
    @action(
        detail=True,
        permission_classes=[IsAuthenticated],
        pagination_class=None,
        filterset_class=None,
    )
    def favourite(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Whether the space is among the asker's favourites."""
        space = self.get_object()
        liked = Favourite.objects.liked_by(request.user, [space.pk])
        return Response({"is_favourite": bool(liked)})

    @extend_schema(request=None, responses=FavouriteSerializer)
    @favourite.mapping.put
    def like(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make it a favourite; again changes nothing."""
        assert isinstance(request.user, User)  # signed in
        operations.like(space=self.get_object(), by=request.user, now=timezone.now())
        return Response({"is_favourite": True})

    @extend_schema(responses={204: OpenApiResponse(description="It is none now.")})
    @favourite.mapping.delete
    def unlike(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let it go."""
        assert isinstance(request.user, User)  # signed in
        operations.unlike(space=self.get_object(), by=request.user)
        return Response(status=204)
