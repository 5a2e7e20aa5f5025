"""The secret in the address of a personal feed."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from accounts.models.people import User
from accounts.models.secret_address import SecretAddress


class CalendarToken(SecretAddress):
    """The secret in a personal feed's address. Revoking is deleting; rotating is deleting and
    making anew."""

    PURPOSE = "calendar-token"

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_token")

    def __str__(self) -> str:
        return f"feed of {self.user}"

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + reverse("personal_feed", args=[self.token])
