"""Oneself, and the address of one's calendar."""

from typing import cast

from django.db.models import prefetch_related_objects
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import MeSerializer
from accounts.models import User
from bookings import operations


class Me(APIView):
    """The person whose token this is."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        user = cast(User, request.user)
        prefetch_related_objects([user], "affiliations__organisation", "memberships__organisation")
        user.feed_url = operations.my_feed(user=user, now=timezone.now()).url  # type: ignore[attr-defined]
        return Response(MeSerializer(user).data)
