"""Passwords for calendar programs, one for each device."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models.people import User

NOTE_USE_EVERY = timedelta(minutes=5)
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none of them looks like another: 5 bits each
GROUPS, GROUP = 5, 5  # 125 bits, to be typed on a phone


class AppPassword(models.Model):
    """What a calendar program signs in with, instead of the person's own password.

    It opens `/dav/` and nothing else. Ledig makes it, so it is long and random: its SHA-256
    is all that is stored, and finding the row is checking it. Revoking is deleting.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="app_passwords")
    name = models.CharField(max_length=60)  # the person's word for the device
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)  # the last time, within 5 minutes
    client = models.CharField(max_length=120, blank=True)  # what the program called itself then

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def fresh() -> str:
        """`abcde-fghij-kmnpq-rstuv-wxyz2`"""
        groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
        return "-".join(groups)

    @staticmethod
    def digest_of(password: str) -> bytes:
        """However it was typed: with its hyphens, spaces or neither."""
        plain = re.sub(r"[\s-]", "", password).lower()
        return hashlib.sha256(plain.encode()).digest()

    def note_use(self, client: str, now: datetime) -> None:
        """When it was last used and by which program, to within five minutes."""
        client = "".join(c for c in client if c.isprintable())[:120]
        if self.used_at and self.used_at >= now - NOTE_USE_EVERY and self.client == client:
            return
        stale = Q(used_at=None) | Q(used_at__lt=now - NOTE_USE_EVERY) | ~Q(client=client)
        AppPassword.objects.filter(stale, pk=self.pk).update(used_at=now, client=client)
