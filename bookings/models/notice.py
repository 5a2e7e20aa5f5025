"""What a person wants to be mailed about."""

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

    def __str__(self) -> str:
        return f"notices of {self.user}"
