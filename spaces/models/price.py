"""What a space costs, for whom and per what."""

from collections.abc import Collection
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from spaces.models.space import Space, for_people
from spaces.money import Money


class Per(models.TextChoices):
    """A length of elapsed time. A price for more than an hour caps what its hours cost."""

    HOUR = "hour", _("hour")
    HALF_DAY = "half_day", _("half day")  # 4 hours
    DAY = "day", _("day")  # 24 hours
    WEEK = "week", _("week")  # 7 days of 24 hours
    MONTH = "month", _("month")  # 30 days of 24 hours


PER_MINUTES = {
    Per.HOUR: 60,
    Per.HALF_DAY: 4 * 60,
    Per.DAY: 24 * 60,
    Per.WEEK: 7 * 24 * 60,
    Per.MONTH: 30 * 24 * 60,
}


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("Everyone")
    OWN = "own", _("The owner's own people")
    STUDENT = "student", _("Students")
    EMPLOYEE = "employee", _("Employees in the district")
    STARTUP = "startup", _("Start-ups")
    ORGANISATION = "organisation", _("An organisation’s people")  # a deal between two


class PriceQuerySet(models.QuerySet["Price"]):
    def for_people(self, affiliations: Collection[str], organisations: Collection[int]) -> Self:
        """Those that a person of these affiliations and organisations may have."""
        mine = for_people(affiliations, organisations)
        if organisations:
            mine |= Q(audience="own", space__organisation__in=organisations)
        return self.filter(mine)

    def plain(self) -> Self:
        """The cells of the table: one for each audience and length, at all times."""
        return self.unlimited().filter(organisation=None)

    def unlimited(self) -> Self:
        """Those that hold at all times and for groups of any size, for whomever they are."""
        return self.filter(
            weekdays=[], opens=None, min_people=None, valid_from=None, valid_until=None
        )


class Price(models.Model):
    """A price per length of time and unit of quantity, VAT included, for one audience.

    An hourly price may hold on some weekdays, and in some hours of the day: minutes from
    local midnight, past 1440 into the next day, which then counts as the day it began. Any
    price may ask for a group of some size, or hold on some dates only: those of the local
    day on which the time lies.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="prices")
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.EVERYONE)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+"
    )  # whose people, for that audience
    per = models.CharField(max_length=8, choices=Per, default=Per.HOUR)
    amount = models.PositiveIntegerField()  # minor units
    currency = models.CharField(max_length=3, default="NOK")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)  # ISO
    opens = models.PositiveSmallIntegerField(null=True, blank=True)
    closes = models.PositiveSmallIntegerField(null=True, blank=True)
    min_people = models.PositiveIntegerField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)  # the last day

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("amount", "id")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "space",
                    "audience",
                    "organisation",
                    "per",
                    "weekdays",
                    "opens",
                    "closes",
                    "min_people",
                    "valid_from",
                    "valid_until",
                ],
                name="price_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="price_organisation",
                condition=Q(audience="organisation", organisation__isnull=False)
                | (~Q(audience="organisation") & Q(organisation=None)),
            ),
            models.CheckConstraint(
                name="price_window",
                condition=Q(opens=None, closes=None)
                | Q(
                    per="hour",
                    opens__isnull=False,
                    closes__isnull=False,
                    opens__lt=1440,
                    closes__lte=F("opens") + 1440,
                    closes__gt=F("opens"),
                ),
            ),
            models.CheckConstraint(
                name="price_weekdays",
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7])
                & (Q(weekdays=[]) | Q(per="hour")),
            ),
            models.CheckConstraint(
                name="price_dates",
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} per {self.per} ({self.audience})"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_special(self) -> bool:
        """Whether it is more than a cell of the table: audience × length of time."""
        return bool(
            self.organisation_id
            or self.weekdays
            or self.opens is not None
            or self.min_people
            or self.valid_from
            or self.valid_until
        )

    @property
    def minutes(self) -> int:
        """The elapsed time it is for."""
        return PER_MINUTES[Per(self.per)]

    @property
    def is_windowed(self) -> bool:
        return bool(self.weekdays) or self.opens is not None


class LengthDiscount(models.Model):
    """So many percent off the time when a booking is at least so long."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="length_discounts")
    from_minutes = models.PositiveIntegerField()
    percent = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("from_minutes",)
        constraints = [
            models.UniqueConstraint(fields=["space", "from_minutes"], name="length_discount_once"),
            models.CheckConstraint(
                name="length_discount_percent",
                condition=Q(percent__range=(1, 100), from_minutes__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % from {self.from_minutes} min"
