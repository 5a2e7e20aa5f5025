"""The same request twice is one request."""

from django.db import models

from accounts.models import User


class IdempotencyKey(models.Model):
    """A person's key for one POST that books or pays; forgotten after 24 hours.

    See the IETF draft "The Idempotency-Key HTTP Header Field". `status` is empty while the
    first request is under way; a lock older than a minute was left by a process that died.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)  # SHA-256 of method, path and body
    locked_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["locked_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
