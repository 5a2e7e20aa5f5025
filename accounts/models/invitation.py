"""Invitations to work for an organisation."""

import hashlib
import hmac
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation, Role
from accounts.models.people import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def to_mail(self, now: datetime) -> Self:
        """Those whose letter has not gone out."""
        return self.filter(mailed_at=None, accepted_at=None, due_at__lte=now, expires_at__gt=now)

    def with_token(self, token: str, now: datetime) -> Self:
        """The one that this token opens, if it still does."""
        digest = Invitation.digest_of(token)
        return self.filter(digest=digest, accepted_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A letter that lets one person join an organisation, once, until it runs out.

    Only the SHA-256 of its token is stored. The token is an HMAC of the row under
    SECRET_KEY, so that the worker that writes the mail needs no secret from the queue.
    What is withdrawn is deleted.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))  # in lower case
    role = models.CharField(_("role"), max_length=10, choices=Role)
    digest = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    sent_at = models.DateTimeField()  # when it was asked for
    due_at = models.DateTimeField()  # when a worker may try to mail it
    mailed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                name="invitation_open_once",
                condition=Q(accepted_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organisation} as {self.get_role_display()}"

    @property
    def token(self) -> str:
        key = f"invitation:{settings.SECRET_KEY}".encode()
        row = f"{self.organisation_id}:{self.email}:{self.sent_at.timestamp():.6f}"
        return hmac.new(key, row.encode(), hashlib.sha256).hexdigest()

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("invitation", args=[self.token])

    @staticmethod
    def digest_of(token: str) -> bytes:
        return hashlib.sha256(token.encode()).digest()
