"""What is owed beside the price: for not coming, for staying too long, and of a deposit."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.models.order import LineKind, Order, OrderStatus
from bookings.models import Booking
from spaces.ids import uuid7
from spaces.money import Money

GRACE = timedelta(hours=24)  # in which the owner may waive it before anything is charged


PENALTIES = (LineKind.NO_SHOW, LineKind.OVERSTAY)


class PenaltyStatus(models.TextChoices):
    WAITING = "waiting", _("Not charged yet")
    ORDERED = "ordered", _("To be paid")  # its order says how far that has come
    WAIVED = "waived", _("Waived")


class PenaltyQuerySet(models.QuerySet["Penalty"]):
    def due(self, now: datetime) -> Self:
        return self.filter(status=PenaltyStatus.WAITING, due_at__lte=now)


class Penalty(models.Model):
    """A fee as the booking's terms say, once for each kind. Nothing is charged before
    `due_at`, and nothing when it is waived; waived later, it is paid back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="penalties")
    kind = models.CharField(max_length=10, choices=[(one.value, one.label) for one in PENALTIES])
    amount = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PenaltyStatus, default=PenaltyStatus.WAITING)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    order = models.OneToOneField(
        Order, models.PROTECT, null=True, blank=True, related_name="penalty"
    )
    waived_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    waived_at = models.DateTimeField(null=True, blank=True)

    objects = PenaltyQuerySet.as_manager()

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        constraints = [
            models.UniqueConstraint(fields=["booking", "kind"], name="penalty_once"),
            models.CheckConstraint(name="penalty_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="penalty_kind", condition=Q(kind__in=["no_show", "overstay"])
            ),
            models.CheckConstraint(
                name="penalty_ordered",
                condition=~Q(status="ordered") | Q(order__isnull=False),
            ),
            models.CheckConstraint(
                name="penalty_waived",
                condition=Q(status="waived", waived_at__isnull=False)
                | ~Q(status="waived") & Q(waived_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="waiting"), name="penalty_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.booking} ({self.status})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.booking.currency)

    @property
    def is_to_pay(self) -> bool:
        """By its booker, on a page."""
        order = self.order
        return order is not None and order.status == OrderStatus.OPEN

    @property
    def is_paid(self) -> bool:
        order = self.order
        return order is not None and order.status == OrderStatus.PAID

    @property
    def can_be_waived(self) -> bool:
        return self.status != PenaltyStatus.WAIVED


class DepositClaim(models.Model):
    """What an owner has taken of a deposit that was reserved, and why. The order is the
    reservation; its amount is what was claimed, and the rest was let go."""

    order = models.OneToOneField(Order, models.PROTECT, primary_key=True, related_name="claim")
    amount = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="deposit_claim_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="deposit_claim_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.order}"
