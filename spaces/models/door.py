"""The door of a space: its display, its sign, and how one gets in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.secret_address import SecretAddress
from accounts.texts import in_language
from spaces.models.space import Space


class CodeFrom(models.TextChoices):
    """Where the code of the lock comes from. `bookings/entering.py` has a provider of each."""

    NOBODY = "nobody", _("There is no code")
    OWNER = "owner", _("The same code for all, as written here")
    BOOKING = "booking", _("A code of its own for each booking")


class Door(SecretAddress):
    """Who has the secret address sees what anybody at the door may see. Rotating it makes the
    display ask for the new one, and the printed signs lead nowhere.

    The code and the way in are for those who come, while they come.
    """

    PURPOSE = "door-token"

    space = models.OneToOneField(Space, models.CASCADE, related_name="door")
    code_from = models.CharField(
        _("door code"), max_length=8, choices=CodeFrom, default=CodeFrom.NOBODY
    )
    sealed_code = models.BinaryField(max_length=300, default=b"")  # spaces/sealing.py
    way_in = models.JSONField(default=dict, blank=True)  # {language: text}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="door_code_is_written", condition=~Q(code_from="owner") | ~Q(sealed_code=b"")
            )
        ]

    def __str__(self) -> str:
        return f"door of {self.space}"

    @property
    def url(self) -> str:
        """Of the display."""
        return settings.PUBLIC_URL + reverse("door", args=[self.token])

    @property
    def sign_url(self) -> str:
        """What the sign leads to: checking in, or booking."""
        return settings.PUBLIC_URL + reverse("at_the_door", args=[self.token])

    @property
    def way_in_text(self) -> str:
        return in_language(self.way_in)
