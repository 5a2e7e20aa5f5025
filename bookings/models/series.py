"""Bookings made together by a rule."""

from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from bookings.models.described import Described
from bookings.models.keeper import of_keeper
from spaces.ids import uuid7
from spaces.models import Place, Space


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and those one has made for others. Those who answer for a space see each
        booking by itself."""
        return self.filter(of_keeper(user))


class Series(Described, models.Model):
    """What somebody wanted again and again: an RFC 5545 RRULE from a first local day on.

    Each time is from `opens` to `closes`, minutes from local midnight in `time_zone`; the
    second may pass 1440 into the next day. What came of it are its bookings, each with an
    id of its own: some may be at another time or in another space, and some days none. What
    else is said here is said of each when it is booked, also of a day that is added later.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, models.PROTECT, related_name="series")  # wanted first
    booker = models.ForeignKey(User, models.PROTECT, related_name="series")
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )  # who has booked it for the booker; null: they themselves
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="series"
    )
    rrule = models.CharField(max_length=200)  # without DTSTART; it ends
    starts_on = models.DateField()
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    time_zone = models.CharField(max_length=50)
    cost_centre = models.CharField(_("cost centre"), max_length=60, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)  # theirs, not ours
    add_ons = models.JSONField(default=dict, blank=True)  # how many, by id
    quantity = models.PositiveIntegerField(default=1)
    people = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                name="series_in_order",
                condition=Q(opens__lt=1440, closes__lte=F("opens") + 1440, closes__gt=F("opens")),
            ),
            models.CheckConstraint(name="series_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="series_made_by_another",
                condition=Q(made_by=None) | ~Q(made_by=F("booker")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space}: {self.rrule}"

    def get_absolute_url(self) -> str:
        return reverse("series", args=[self.pk])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class SeriesChange(models.Model):
    """What a series, or what comes from a day of its rule on, is to become once it is paid for
    or its owner has said yes.

    Its bookings have changes of their own, and what they cost is on one order; this is what the
    rule is to say then. A quantity or space that is not said stays. `days`: on weekdays so much
    later.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    series = models.ForeignKey(Series, models.CASCADE, related_name="changes")
    first = models.DateField(null=True, blank=True)
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    days = models.SmallIntegerField(default=0)
    space = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="+")
    quantity = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of a series")
        verbose_name_plural = _("changes of series")
        ordering = ("created_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="series_change_in_order",
                condition=Q(opens__lt=1440, closes__lte=F("opens") + 1440, closes__gt=F("opens")),
            ),
            models.CheckConstraint(
                name="series_change_in_its_week", condition=Q(days__gte=-6, days__lte=6)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series}, from {self.first}"
