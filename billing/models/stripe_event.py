"""What Stripe has told us: each event once."""

from django.db import models
from django.db.models import Q


class StripeEvent(models.Model):
    """A webhook that was verified and stored. A worker fetches its object anew and applies
    that: neither the order of events nor their payload is trusted."""

    event_id = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=100)
    account = models.CharField(max_length=100, blank=True)  # of an owner; else the platform's
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(handled_at__isnull=True),
                name="stripe_event_unhandled",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
