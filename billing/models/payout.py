"""Money on its way to an owner: the owner's account at Stripe, transfers to it, what of them
is fetched back, and what Stripe pays out of it to a bank."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from billing.models.order import Order
from spaces.ids import uuid7
from spaces.money import Money


class PayoutState(models.TextChoices):
    """How far an owner has come in being paid."""

    NOT_BEGUN = "not_begun", _("Not begun")
    BEGUN = "begun", _("Cannot be paid yet")
    RESTRICTED = "restricted", _("Something is missing")
    READY = "ready", _("Ready")


class PayoutAccount(models.Model):
    """An organisation's account at Stripe, as Stripe last told. The row is there before Stripe
    is asked for an account, and its id is in the idempotency key: asked twice, one is opened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.OneToOneField(
        Organisation, models.PROTECT, related_name="payout_account", verbose_name=_("organisation")
    )
    stripe_id = models.CharField(max_length=100, blank=True)
    is_submitted = models.BooleanField(default=False)  # the owner has been through Stripe's pages
    can_receive = models.BooleanField(_("can receive transfers"), default=False)
    can_pay_out = models.BooleanField(_("can be paid out"), default=False)
    missing = ArrayField(
        models.CharField(max_length=200), default=list, blank=True
    )  # Stripe's words
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id"], condition=~Q(stripe_id=""), name="payout_account_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.state})"

    @property
    def state(self) -> PayoutState:
        if not self.stripe_id:
            return PayoutState.NOT_BEGUN
        if self.can_receive and self.can_pay_out and not self.missing:
            return PayoutState.READY
        return PayoutState.RESTRICTED if self.is_submitted else PayoutState.BEGUN


class SendStatus(models.TextChoices):
    INTENDED = "intended", _("On its way")  # to be asked of Stripe, or the answer is unknown
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


UNSENT = Q(status="intended")


class Transfer(models.Model):
    """An intent to send an owner what an order has earned them, committed before Stripe is
    asked. The ledger is posted with the intent, so that no øre is sent twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="transfers")
    order = models.ForeignKey(Order, models.PROTECT, related_name="transfers")
    amount = models.PositiveIntegerField()
    destination = models.CharField(max_length=100)  # the owner's account at Stripe
    is_of_charge = models.BooleanField(default=True)  # of that payment, as soon as it has cleared
    status = models.CharField(max_length=10, choices=SendStatus, default=SendStatus.INTENDED)
    stripe_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(name="transfer_amount", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["organisation", "order"], condition=UNSENT, name="transfer_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["stripe_id"], condition=~Q(stripe_id=""), name="transfer_once"
            ),
        ]
        indexes = [models.Index(fields=["not_before"], condition=UNSENT, name="transfer_unsent")]

    def __str__(self) -> str:
        return f"transfer of {self.amount} to {self.organisation} ({self.status})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.order.currency)


class TransferReversal(models.Model):
    """An intent to fetch back part of a transfer: it was given back to the booker, or a bank
    has taken it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="reversals")
    amount = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=SendStatus, default=SendStatus.INTENDED)
    stripe_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("transfer fetched back")
        verbose_name_plural = _("transfers fetched back")
        constraints = [
            models.CheckConstraint(name="reversal_amount", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["stripe_id"], condition=~Q(stripe_id=""), name="reversal_once"
            ),
        ]
        indexes = [models.Index(fields=["not_before"], condition=UNSENT, name="reversal_unsent")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.transfer}, back ({self.status})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.transfer.order.currency)


class Payout(models.Model):
    """What Stripe pays out of an owner's account to their bank, as Stripe last told. It is
    beside our ledger: the money was the owner's when it was transferred."""

    stripe_id = models.CharField(max_length=100, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="payouts")
    amount = models.IntegerField()  # below zero: fetched from the bank
    currency = models.CharField(max_length=3)
    status = models.CharField(_("status"), max_length=20)  # Stripe's word: pending, paid, …
    arrives_on = models.DateField(_("arrives"))
    created_at = models.DateTimeField(_("begun"))
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        indexes = [models.Index(fields=["organisation", "-created_at"], name="payout_of_owner")]

    def __str__(self) -> str:
        return f"payout of {self.amount} to {self.organisation} ({self.status})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_paid(self) -> bool:
        return self.status == "paid"

    @property
    def has_failed(self) -> bool:
        return self.status in ("failed", "canceled")
