"""Addresses that open something to whoever has them."""

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

NOTE_FETCHES_EVERY = timedelta(minutes=5)


class SecretAddress(models.Model):
    """A secret in an address.

    Only its SHA-256 is stored. The 256-bit token itself is an HMAC of the row under
    SECRET_KEY, so that its holder can be shown the address again while a leaked database
    opens nothing.
    """

    PURPOSE: ClassVar[str]  # tokens of different kinds have different keys

    salt = models.UUIDField(unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)  # the last time, within 5 minutes

    class Meta:
        abstract = True

    @property
    def token(self) -> str:
        key = f"{self.PURPOSE}:{settings.SECRET_KEY}".encode()
        return hmac.new(key, self.salt.bytes, hashlib.sha256).hexdigest()

    @staticmethod
    def digest_of(token: str) -> bytes:
        return hashlib.sha256(token.encode()).digest()

    def renew(self, now: datetime) -> None:
        """Another token; the old one opens nothing once this is saved."""
        self.salt, self.created_at, self.fetched_at = uuid.uuid4(), now, None
        self.digest = self.digest_of(self.token)

    def note_fetch(self, now: datetime, **more: str) -> None:
        """When it was last asked for, to within five minutes, and `more` about it."""
        stale = Q(fetched_at=None) | Q(fetched_at__lt=now - NOTE_FETCHES_EVERY)
        if self.fetched_at is None or self.fetched_at < now - NOTE_FETCHES_EVERY:
            rows = type(self)._default_manager.filter(stale, pk=self.pk)
            rows.update(fetched_at=now, **more)
