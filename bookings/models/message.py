"""What booker and owner write to each other about a booking."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.models.booking import Booking


class Message(models.Model):
    """One message. Its number, in its booking, is the version of the mail about it."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="messages", db_index=False)
    number = models.PositiveIntegerField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    as_owner = models.BooleanField()  # for those who run the space
    text = models.TextField(_("message"), max_length=2000)
    at = models.DateTimeField()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["booking", "number"], name="message_number_once")
        ]

    def __str__(self) -> str:
        return f"message {self.number} on {self.booking_id}"
