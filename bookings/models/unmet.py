"""Searches that found nothing, counted without anybody's name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models import Kind, Place


class Unmet(models.TextChoices):
    NONE_FREE = "none_free", _("None was free then")
    NONE_AT_ALL = "none_at_all", _("There is none like it")


class UnmetSearch(models.Model):
    """How often nothing was found: for a day and hour that was wanted, a kind and a size.

    Of a search for any time, `day` and `hour` are the first that would have done, `last_day`
    the last, and `minutes` how long it was to be; of one for a time both are null.

    Neither the words of a search nor who searched is kept.
    """

    day = models.DateField(_("day"))  # that was searched for, in the district's zone
    hour = models.PositiveSmallIntegerField(_("hour"))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, blank=True)
    people = models.PositiveSmallIntegerField(_("people, at least"))  # the least of the bucket
    place = models.ForeignKey(
        Place, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Unmet)
    count = models.PositiveIntegerField(_("searches"), default=1)

    class Meta:
        verbose_name = _("unmet search")
        verbose_name_plural = _("unmet searches")
        ordering = ("-day", "hour", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "day",
                    "hour",
                    "last_day",
                    "minutes",
                    "kind",
                    "people",
                    "place",
                    "reason",
                ],
                nulls_distinct=False,
                name="unmet_search_once",
            ),
            models.CheckConstraint(
                name="unmet_search_hour", condition=models.Q(hour__range=(0, 23))
            ),
            models.CheckConstraint(
                name="unmet_search_any_time",
                condition=models.Q(last_day=None, minutes=None)
                | models.Q(
                    last_day__isnull=False,
                    last_day__gte=models.F("day"),
                    minutes__isnull=False,
                    minutes__gte=1,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}: {self.count}"
