"""One's saved cards, for programs."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.errors import Refused
from billing import consent, operations, stripe_gateway
from billing.models import Card, CardConsent
from bookings.api.fields import MoneySerializer


class SilentNow(Refused):
    code = "payments_silent"
    message = _("The payment page does not answer now. Try again in a moment.")


class CardSerializer(serializers.ModelSerializer[Card]):
    class Meta:
        model = Card
        fields = ("id", "brand", "last4", "exp_month", "exp_year", "is_default", "saved_at")


class ConsentSerializer(serializers.Serializer[Any]):
    """What the person has said yes to, word for word."""

    text = serializers.CharField()
    most = MoneySerializer(help_text="For one booking.")
    given_at = serializers.DateTimeField()


class SaveCardSerializer(serializers.Serializer[Any]):
    """`agrees` says that the person has read the words of `text` and means them."""

    agrees = serializers.BooleanField()
    cap = serializers.ChoiceField(
        choices=consent.CAPS, default=consent.USUAL, help_text="Øre, for one booking."
    )

    def validate_agrees(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError(consent.text())
        return value


class SetupSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Where the person types the card number, at Stripe.")
    consent = ConsentSerializer()


class CardViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Card]):
    """One's own saved cards."""

    serializer_class = CardSerializer
    filter_backends = ()
    queryset = Card.objects.none()  # for the schema; see get_queryset

    def get_queryset(self) -> QuerySet[Card]:
        user = self.request.user
        return Card.objects.saved_by(user) if user.is_authenticated else Card.objects.none()

    @extend_schema(request=SaveCardSerializer, responses={201: SetupSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say yes to what a saved card may be charged for, and get the page to save one on."""
        asked = SaveCardSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        assert request.user.is_authenticated
        try:
            setup = operations.open_setup(
                by=request.user, now=timezone.now(), cap=asked.validated_data["cap"]
            )
        except stripe_gateway.PaymentsUnavailable as silence:
            raise SilentNow from silence
        said: CardConsent = setup.consent
        answer = {
            "url": setup.url,
            "consent": {
                "text": said.text,
                "most": said.most.as_json(),
                "given_at": said.given_at,
            },
        }
        return Response(SetupSerializer(answer).data, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: Card) -> None:
        assert self.request.user.is_authenticated
        operations.remove_card(card=instance, by=self.request.user, now=timezone.now())
