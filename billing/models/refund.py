"""Money on its way back."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.models.order import Order, OrderLine
from bookings.models import Booking
from spaces.ids import uuid7
from spaces.money import Money


class RefundStatus(models.TextChoices):
    INTENDED = "intended", _("On its way")  # to be sent to Stripe, or the answer is unknown
    PENDING = "pending", _("On its way")  # Stripe has it
    SUCCEEDED = "succeeded", _("Refunded")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Not needed")  # the buyer's bank has given it back


class RefundQuerySet(models.QuerySet["Refund"]):
    def open_cases(self) -> Self:
        """Those that came to nothing and are not sent anew: the booker is still owed them."""
        return self.filter(status=RefundStatus.FAILED, again=None)

    def counting(self) -> Self:
        """What is given back, or owed to the booker."""
        again = Q(status=RefundStatus.FAILED, again__isnull=False)
        return self.exclude(again | Q(status=RefundStatus.DROPPED))


class Refund(models.Model):
    """An intent to give money back, committed before Stripe is asked.

    The ledger is posted with the intent, under a ceiling on what the order holds: two
    refunds at once can never give back more than was paid. Its id is in the idempotency
    key, so a repeated call refunds once. One that failed is never repeated: another, its
    `again`, is sent in its place.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    booking = models.ForeignKey(
        Booking, models.PROTECT, null=True, blank=True, related_name="refunds"
    )  # None: of a pass
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refunds")
    amount = models.PositiveIntegerField()
    again_of = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="again"
    )
    status = models.CharField(max_length=10, choices=RefundStatus, default=RefundStatus.INTENDED)
    stripe_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)  # told to the booker

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(name="refund_amount", condition=Q(amount__gt=0))]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=["intended", "pending"]),
                name="refund_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"refund of {self.amount} ({self.status})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.order.currency)
