"""Opening hours: wall-clock rules in the place's zone.

Minutes count from the midnight that begins the day; `closes` may pass 1440, since a studio
open until 02:00 closes at minute 1560. Open around the clock is 0 to 1440 every day.

Hours belong to a place or to a space. A space without weekly rules of its own has its
place's; one with its own is open when both are. A date asks, in this order: an exception
on it; a public holiday; the season it lies in; the ordinary week.
"""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spaces.models.place import Place
from spaces.models.space import Space

LEAP_YEAR = 2028  # has all the days there are
OF_ONE = Q(space__isnull=False, place__isnull=True) | Q(space__isnull=True, place__isnull=False)


class Weekday(models.IntegerChoices):
    """ISO 8601: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def days_of(
    *, first_month: int, first_day: int, last_month: int, last_day: int
) -> list[tuple[int, int]]:
    """(month, day) of each day from one to another, both included, past new year if need be."""
    at, last = date(LEAP_YEAR, first_month, first_day), (last_month, last_day)
    days = [(at.month, at.day)]
    while days[-1] != last and len(days) < 366:
        at = (at + timedelta(days=1)).replace(year=LEAP_YEAR)
        days.append((at.month, at.day))
    return days


class Season(models.Model):
    """A part of each year with a week of its own, from one day to another, both included.

    A season may pass new year: 1 November to 31 March.
    """

    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="seasons")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="seasons")
    name = models.CharField(_("name"), max_length=60)
    first_month = models.PositiveSmallIntegerField()
    first_day = models.PositiveSmallIntegerField()
    last_month = models.PositiveSmallIntegerField()
    last_day = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("first_month", "first_day", "pk")
        constraints = [
            models.CheckConstraint(name="season_of_one", condition=OF_ONE),
            models.CheckConstraint(
                name="season_days",
                condition=Q(
                    first_month__range=(1, 12),
                    last_month__range=(1, 12),
                    first_day__range=(1, 31),
                    last_day__range=(1, 31),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def days(self) -> list[tuple[int, int]]:
        return days_of(
            first_month=self.first_month,
            first_day=self.first_day,
            last_month=self.last_month,
            last_day=self.last_day,
        )


class OpeningHours(models.Model):
    """Open from `opens` to `closes` every such weekday. Several rows a day are one union."""

    place = models.ForeignKey(
        Place, models.CASCADE, null=True, blank=True, related_name="opening_hours"
    )
    space = models.ForeignKey(
        Space, models.CASCADE, null=True, blank=True, related_name="opening_hours"
    )
    season = models.ForeignKey(
        Season, models.CASCADE, null=True, blank=True, related_name="opening_hours"
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("weekday", "opens")
        verbose_name_plural = "opening hours"
        constraints = [
            models.UniqueConstraint(
                fields=["space", "place", "season", "weekday", "opens"],
                name="opening_hours_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="opening_hours_of_one", condition=OF_ONE),
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

    place = models.ForeignKey(
        Place, models.CASCADE, null=True, blank=True, related_name="hours_exceptions"
    )
    space = models.ForeignKey(
        Space, models.CASCADE, null=True, blank=True, related_name="hours_exceptions"
    )
    date = models.DateField()
    opens = models.PositiveSmallIntegerField(null=True, blank=True)
    closes = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("date", "opens")
        constraints = [
            models.UniqueConstraint(
                fields=["space", "place", "date", "opens"],
                name="hours_exception_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="hours_exception_of_one", condition=OF_ONE),
            models.CheckConstraint(
                name="hours_exception_in_order",
                condition=Q(opens__isnull=True, closes__isnull=True)
                | (Q(opens__lt=1440, closes__lte=2880) & Q(closes__gt=F("opens"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {'closed' if self.opens is None else 'other hours'}"
