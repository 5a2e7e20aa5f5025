"""Who is asking: tokens, app passwords, and what one is. `GET me/` itself is in
`bookings/api/me.py`, for it names a calendar too."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import authenticate
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from accounts import operations
from accounts.models import Affiliation, AppPassword, Member, User


class CredentialsSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=256)


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()


class OrganisationOfMineSerializer(serializers.ModelSerializer[Member]):
    id = serializers.IntegerField(source="organisation_id")
    name = serializers.CharField(source="organisation.name")

    class Meta:
        model = Member
        fields = ("id", "name", "role")


class AffiliationSerializer(serializers.ModelSerializer[Affiliation]):
    organisation = serializers.CharField(source="organisation.name")

    class Meta:
        model = Affiliation
        fields = ("kind", "organisation", "expires_at")


class MeSerializer(serializers.ModelSerializer[User]):
    feed_url = serializers.URLField(read_only=True)
    affiliations = AffiliationSerializer(many=True)
    organisations = OrganisationOfMineSerializer(source="memberships", many=True)

    class Meta:
        model = User
        fields = ("email", "name", "language", "feed_url", "affiliations", "organisations")


class Guesses(ScopedRateThrottle):
    """Counts the tries that fail: who knows the password need not wait."""

    duration: int  # of the rate, in seconds

    def forgive(self) -> None:
        tries = self.cache.get(self.key, [])
        self.cache.set(self.key, [one for one in tries if one != self.now], self.duration)


class Tokens(APIView):
    """A token for a program that acts for a person. Sent as `Authorization: Token …`."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_scope = "tokens"

    def get_throttles(self) -> list[BaseThrottle]:
        self._guesses = Guesses()
        return [self._guesses]

    @extend_schema(request=CredentialsSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        asked = CredentialsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = authenticate(
            request._request,
            username=asked.validated_data["email"],
            password=asked.validated_data["password"],
        )
        if not isinstance(user, User):
            raise exceptions.AuthenticationFailed(_("The e-mail or the password is wrong."))
        if not EmailAddress.objects.filter(user=user, verified=True).exists():
            raise exceptions.PermissionDenied(_("Verify your e-mail address first."))
        self._guesses.forgive()
        _row, token = AuthToken.objects.create(user=user)
        return Response({"token": token}, status=status.HTTP_201_CREATED)

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"


class AppPasswordSerializer(serializers.ModelSerializer[AppPassword]):
    class Meta:
        model = AppPassword
        fields = ("id", "name", "created_at", "used_at", "client")
        read_only_fields = ("created_at", "used_at", "client")


class NewAppPasswordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    username = serializers.EmailField()
    password = serializers.CharField(help_text="Shown this once.")
    dav_url = serializers.URLField()


class AppPasswords(APIView):
    """What calendar programs sign in with. Each is for one device, and only for `/dav/`."""

    @extend_schema(operation_id="app_passwords_list", responses=AppPasswordSerializer(many=True))
    def get(self, request: Request) -> Response:
        mine = cast(User, request.user).app_passwords.all()
        return Response(AppPasswordSerializer(mine, many=True).data)

    @extend_schema(request=AppPasswordSerializer, responses={201: NewAppPasswordSerializer})
    def post(self, request: Request) -> Response:
        asked = AppPasswordSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        made, password = operations.make_app_password(
            user=user, now=timezone.now(), **asked.validated_data
        )
        told = {
            "id": made.pk,
            "name": made.name,
            "username": user.email,
            "password": password,
            "dav_url": settings.DAV_URL,
        }
        answer = Response(told, status=status.HTTP_201_CREATED)
        answer["Cache-Control"] = "no-store"
        return answer


class OneAppPassword(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """The device that has it is let in no more."""
        mine = cast(User, request.user).app_passwords.all()
        operations.revoke_app_password(app_password=get_object_or_404(mine, pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
