"""What public holidays do to the hours of a place or a space."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class OnHolidays(models.TextChoices):
    CLOSED = "closed", _("Closed")
    OPEN = "open", _("Open as usual")
    SHORT = "short", _("Shorter hours")


class KeepsHours(models.Model):
    """A place or a space, as one that has opening hours. Minutes from local midnight. Which of
    `OnHolidays` it chooses is a field of its own: only a space may choose none."""

    holiday_opens = models.PositiveSmallIntegerField(null=True, blank=True)
    holiday_closes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_holiday_hours",
                condition=Q(holiday_opens=None, holiday_closes=None) & ~Q(on_holidays="short")
                | Q(
                    on_holidays__isnull=False,
                    on_holidays="short",
                    holiday_opens__lt=1440,
                    holiday_closes__lte=2880,
                    holiday_closes__gt=F("holiday_opens"),
                ),
            )
        ]
