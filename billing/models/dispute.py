"""A buyer's bank has taken a payment back, and asks why it should not."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.order import Order
from spaces.money import Money

OPEN = ("warning_needs_response", "warning_under_review", "needs_response", "under_review")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def being_asked(self) -> Self:
        """Those that are not decided yet: their money stays where it is."""
        return self.filter(status__in=OPEN)


class Dispute(models.Model):
    """As Stripe tells it; nothing of it is decided here. It is answered in Stripe's own
    dashboard, before `answer_by`."""

    stripe_id = models.CharField(max_length=100, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="disputes")
    amount = models.PositiveIntegerField()  # minor units of the order's currency
    reason = models.CharField(_("reason"), max_length=40)  # Stripe's word: fraudulent, …
    status = models.CharField(_("status"), max_length=30)  # Stripe's word: needs_response, …
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    changed_at = models.DateTimeField()

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [models.CheckConstraint(name="dispute_amount", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.stripe_id} ({self.status})"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def money(self) -> Money:
        return Money(self.amount, self.order.currency)
