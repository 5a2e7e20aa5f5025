"""Opening hours: wall-clock rules in the place's zone.

Minutes count from the midnight that begins the day; `closes` may pass 1440, since a studio
open until 02:00 closes at minute 1560. Open around the clock is 0 to 1440 every day.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space


class Weekday(models.IntegerChoices):
    """ISO 8601: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class OpeningHours(models.Model):
    """Open from `opens` to `closes` every such weekday. Several rows a day are one union."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("weekday", "opens")
        verbose_name_plural = "opening hours"
        constraints = [
            models.UniqueConstraint(
                fields=["space", "weekday", "opens"], name="opening_hours_once"
            ),
            models.CheckConstraint(
                name="opening_hours_in_order",
                condition=Q(weekday__range=(1, 7), opens__lt=1440, closes__lte=2880)
                & Q(closes__gt=F("opens")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens}–{self.closes}"


class HoursException(models.Model):
    """What holds on one date instead of the weekly rules. Without times: closed all day."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="hours_exceptions")
    date = models.DateField()
    opens = models.PositiveSmallIntegerField(null=True, blank=True)
    closes = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("date", "opens")
        constraints = [
            models.UniqueConstraint(
                fields=["space", "date", "opens"],
                name="hours_exception_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="hours_exception_in_order",
                condition=Q(opens__isnull=True, closes__isnull=True)
                | (Q(opens__lt=1440, closes__lte=2880) & Q(closes__gt=F("opens"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {'closed' if self.opens is None else 'other hours'}"
