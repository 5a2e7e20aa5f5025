"""The same request twice is one request."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from bookings.models import Booking, Change


class IdempotencyKey(models.Model):
    """A person's key for one request to book; forgotten after 24 hours.

    See the IETF draft "The Idempotency-Key HTTP Header Field". `booking` is set in the
    transaction that books, so a repeat finds it whatever has died since. Without one, the
    first request is still under way, unless its lock is so old that its process has died.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)  # SHA-256 of what is asked for
    locked_at = models.DateTimeField()
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, blank=True, related_name="+")
    change = models.ForeignKey(
        Change, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )  # of that booking, where it was to become another
    others = ArrayField(models.UUIDField(), default=list, blank=True)  # booked with it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["locked_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
