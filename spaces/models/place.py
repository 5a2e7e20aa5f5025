"""Where: buildings and outdoor areas."""

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from spaces.texts import in_language


def known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("Unknown time zone."))


class Place(models.Model):
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
    is_outdoor = models.BooleanField(default=False)
    is_step_free = models.BooleanField(_("step-free"), default=False)
    arrival = models.JSONField(_("arrival"), default=dict, blank=True)  # {language: text}

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="place_point_on_earth",
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
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
