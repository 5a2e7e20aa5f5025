"""Saved cards, and what their holders have said yes to."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from spaces.ids import uuid7
from spaces.money import Money


class StripeCustomer(models.Model):
    """A person as Stripe knows them, made when they first save a card. The row is committed
    before Stripe is asked, and its id is in the idempotency key."""

    user = models.OneToOneField(
        User, models.PROTECT, primary_key=True, related_name="stripe_customer"
    )
    stripe_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id"], condition=~Q(stripe_id=""), name="stripe_customer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.stripe_id})"


class CardConsentQuerySet(models.QuerySet["CardConsent"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)


class CardConsent(models.Model):
    """A yes to charging one's saved card without being asked each time: for what `text` says,
    word for word as it was shown, and for at most `cap` on one booking."""

    user = models.ForeignKey(User, models.CASCADE, related_name="card_consents")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    cap = models.PositiveIntegerField()  # minor units, for each booking
    currency = models.CharField(max_length=3, default="NOK")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CardConsentQuerySet.as_manager()

    class Meta:
        ordering = ("-given_at",)
        constraints = [
            models.CheckConstraint(name="card_consent_cap", condition=Q(cap__gt=0)),
            models.UniqueConstraint(
                fields=["user"], condition=Q(withdrawn_at=None), name="card_consent_one_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.version} of {self.user}"

    @property
    def most(self) -> Money:
        return Money(self.cap, self.currency)


class CardStatus(models.TextChoices):
    SAVED = "saved", _("Saved")
    REMOVING = "removing", _("Being removed")  # recorded intent: Stripe is still to be told
    REMOVED = "removed", _("Removed")


class CardQuerySet(models.QuerySet["Card"]):
    def saved_by(self, user: User) -> Self:
        return self.filter(user=user, status=CardStatus.SAVED)

    def to_charge(self, user: User) -> "Card | None":
        """The card to charge while they are not there: only with a consent that stands."""
        consents = CardConsent.objects.standing().filter(user=user)
        return self.saved_by(user).filter(is_default=True, user__in=consents.values("user")).first()


class Card(models.Model):
    """A card kept at Stripe. What Ledig knows of it is what a person tells it apart by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="cards")
    stripe_id = models.CharField(max_length=100, unique=True)
    status = models.CharField(max_length=10, choices=CardStatus, default=CardStatus.SAVED)
    fingerprint = models.CharField(max_length=40, blank=True)  # the same for the same number
    brand = models.CharField(max_length=30)
    last4 = models.CharField(max_length=4)
    exp_month = models.PositiveSmallIntegerField()
    exp_year = models.PositiveSmallIntegerField()
    is_default = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()  # next try of an intent

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ("-is_default", "-saved_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="card_one_default"
            ),
            models.CheckConstraint(
                name="card_default_is_saved", condition=Q(is_default=False) | Q(status="saved")
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(status="removing"), name="card_to_remove"
            )
        ]

    def __str__(self) -> str:
        return f"{self.brand.title()} •••• {self.last4}"

    @property
    def expires(self) -> str:
        return f"{self.exp_month:02d}/{self.exp_year % 100:02d}"


class SetupStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Card saved")
    ENDED = "ended", _("Came to nothing")


class CardSetup(models.Model):
    """A page of Stripe's where a person saves a card without paying. The row is committed
    before Stripe is asked for the page, and its id is in the idempotency key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    consent = models.ForeignKey(CardConsent, models.CASCADE, related_name="+")
    status = models.CharField(max_length=5, choices=SetupStatus, default=SetupStatus.OPEN)
    session_id = models.CharField(max_length=100, blank=True)
    url = models.TextField(blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consent"], condition=Q(status="open"), name="card_setup_one_open"
            ),
            models.UniqueConstraint(
                fields=["session_id"], condition=~Q(session_id=""), name="card_setup_session_once"
            ),
        ]

    def __str__(self) -> str:
        return f"card setup {self.pk} ({self.status})"
