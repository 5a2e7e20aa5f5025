"""What a person wants to be mailed about."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Reminder(models.TextChoices):
    DAY = "day", _("The day before, at 16")
    HOUR = "hour", _("An hour before")
    NEVER = "never", _("Never")


class NoticeChoices(models.Model):
    """A person's choices. Who has made none has no row, and these defaults."""

    user = models.OneToOneField(User, models.CASCADE, related_name="notice_choices")
    unmailed = ArrayField(models.CharField(max_length=40), default=list)  # topics' keys
    reminder = models.CharField(max_length=5, choices=Reminder, default=Reminder.DAY)
    is_digest = models.BooleanField(default=False)  # one mail a day about one's spaces
    uninvited_since = models.DateTimeField(null=True, blank=True)  # they follow a calendar

    def __str__(self) -> str:
        return f"notices of {self.user}"

    def takes_invitation(self, booked_at: datetime) -> bool:
        """Whether mails carry a booking made then into their calendar. One that was put there
        before they chose otherwise is followed to its end, or it would stand there for ever."""
        return self.uninvited_since is None or booked_at < self.uninvited_since
