"""Who is asking: tokens, and what one is. `GET me/` itself is in `bookings/api/me.py`, for it
names a calendar too."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.models import Affiliation, Member, User


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


class Tokens(APIView):
    """A token for a program that acts for a person. Sent as `Authorization: Token …`."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "tokens"

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
        _row, token = AuthToken.objects.create(user=user)
        return Response({"token": token}, status=status.HTTP_201_CREATED)

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"
