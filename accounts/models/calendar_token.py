"""The secret in the address of a personal feed."""

import hashlib
import hmac

from django.conf import settings
from django.db import models
from django.urls import reverse

from accounts.models.people import User


class CalendarToken(models.Model):
    """The secret in a personal feed's address.

    Only its SHA-256 is stored. The 256-bit token itself is an HMAC of the row under
    SECRET_KEY, so that its holder can be shown the address again while a leaked database
    opens no calendar. Revoking is deleting; rotating is deleting and making anew.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_token")
    salt = models.UUIDField(unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"feed of {self.user}"

    @property
    def token(self) -> str:
        key = f"calendar-token:{settings.SECRET_KEY}".encode()
        return hmac.new(key, self.salt.bytes, hashlib.sha256).hexdigest()

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("personal_feed", args=[self.token])

    @staticmethod
    def digest_of(token: str) -> bytes:
        return hashlib.sha256(token.encode()).digest()
