"""Who else comes: people a booker has invited by mail."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.models.states import COMES

MOST_INVITED = 100  # to one booking

Invited = tuple[str, str]  # a name, which may be empty, and an address


class Answer(models.TextChoices):
    """As calendars say it (RFC 5545, PARTSTAT), in lower case."""

    NEEDS_ACTION = "needs-action", _("No answer yet")
    ACCEPTED = "accepted", _("Comes")
    TENTATIVE = "tentative", _("Comes perhaps")
    DECLINED = "declined", _("Does not come")


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def invited(self) -> Self:
        return self.filter(removed_at=None)

    def with_token(self, token: str, now: datetime) -> Self:
        """The one this token is for, while there is something to come to."""
        return self.invited().filter(
            digest=Attendee.digest_of(token),
            booking__status__in=COMES,
            booking__period__endswith__gt=now,
        )


class Attendee(models.Model):
    """One address invited to a booking; it need not have an account.

    Only the SHA-256 of its token is stored. The 256-bit token is an HMAC of the row under
    SECRET_KEY, in base32: it fits before the @ of the address that answers go to. Who is
    removed stays as a row, so that the mail about it can still be written.
    """

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="attendees")
    email = models.EmailField(_("e-mail address"))  # in lower case
    name = models.CharField(_("name"), max_length=120, blank=True)
    answer = models.CharField(max_length=12, choices=Answer, default=Answer.NEEDS_ACTION)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_stamp = models.DateTimeField(null=True, blank=True)  # DTSTAMP of a reply by mail
    invited_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    digest = models.BinaryField(max_length=32, unique=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["booking", "email"], name="attendee_once"),
            models.CheckConstraint(
                name="attendee_answered_at",
                condition=Q(answer="needs-action", answered_at=None)
                | (~Q(answer="needs-action") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def token(self) -> str:
        key = f"attendee:{settings.SECRET_KEY}".encode()
        row = f"{self.booking_id}:{self.email}"
        secret = hmac.new(key, row.encode(), hashlib.sha256).digest()
        return base64.b32encode(secret).decode().rstrip("=").lower()

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("answer_invitation", args=[self.token])

    @property
    def reply_address(self) -> str:
        """Where a calendar program sends the answer."""
        return f"reply+{self.token}@{settings.MAIL_DOMAIN}"

    @staticmethod
    def digest_of(token: str) -> bytes:
        return hashlib.sha256(token.encode()).digest()
