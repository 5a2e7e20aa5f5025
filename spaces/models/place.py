"""Where: buildings and outdoor areas."""

from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import RUNS_SPACES, Organisation, User
from accounts.texts import in_language
from spaces.models.holidays import KeepsHours, OnHolidays


def known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("Unknown time zone."))


class PlaceQuerySet(models.QuerySet["Place"]):
    def kept_by(self, user: User) -> Self:
        """Places whose facts and hours this person may change, and list spaces at."""
        return self.filter(
            organisation__in=user.memberships.filter(role__in=RUNS_SPACES).values("organisation")
        )

    def with_space_counts(self) -> Self:
        """`space_count`, without those archived."""
        archived = models.Q(spaces__listing="archived")
        return self.annotate(space_count=models.Count("spaces", filter=~archived))


class Place(KeepsHours):
    """A building or outdoor area of one organisation: address, point, time zone, arrival."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="places")
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(unique=True, max_length=120)
    address = models.CharField(_("address"), max_length=120)
    postcode = models.CharField(_("postcode"), max_length=10)
    city = models.CharField(_("city"), max_length=60)
    latitude = models.FloatField()
    longitude = models.FloatField()
    time_zone = models.CharField(max_length=40, default="Europe/Oslo", validators=[known_zone])
    on_holidays = models.CharField(
        _("on public holidays"), max_length=6, choices=OnHolidays, default=OnHolidays.CLOSED
    )
    is_outdoor = models.BooleanField(default=False)
    is_step_free = models.BooleanField(_("step-free"), default=False)
    has_lift = models.BooleanField(_("lift"), default=False)
    has_automatic_doors = models.BooleanField(_("doors that open by themselves"), default=False)
    has_accessible_toilet = models.BooleanField(_("accessible toilet"), default=False)
    has_hearing_loop = models.BooleanField(_("hearing loop"), default=False)
    has_accessible_parking = models.BooleanField(_("accessible parking"), default=False)
    arrival = models.JSONField(_("arrival"), default=dict, blank=True)  # {language: text}
    doors = models.JSONField(_("doors"), default=dict, blank=True)
    parking = models.JSONField(_("parking"), default=dict, blank=True)
    public_transport = models.JSONField(_("public transport"), default=dict, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            *KeepsHours.Meta.constraints,
            models.CheckConstraint(
                name="place_point_on_earth",
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]
        indexes = [
            GistIndex(
                models.Func("latitude", "longitude", function="ll_to_earth"), name="place_by_spot"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        known_zone(self.time_zone)  # every query trusts it
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def full_address(self) -> str:
        return f"{self.address}, {self.postcode} {self.city}"

    @property
    def arrival_text(self) -> str:
        return in_language(self.arrival)

    @property
    def doors_text(self) -> str:
        return in_language(self.doors)

    @property
    def parking_text(self) -> str:
        return in_language(self.parking)

    @property
    def public_transport_text(self) -> str:
        return in_language(self.public_transport)
