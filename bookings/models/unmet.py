"""Searches that found nothing, counted without anybody's name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models import Kind, Place


class Unmet(models.TextChoices):
    NONE_FREE = "none_free", _("None was free then")
    NONE_AT_ALL = "none_at_all", _("There is none like it")


class UnmetSearch(models.Model):
    """How often nothing was found: for a day and hour that was wanted, a kind and a size.

    Neither the words of a search nor who searched is kept.
    """

    day = models.DateField(_("day"))  # that was searched for, in the district's zone
    hour = models.PositiveSmallIntegerField(_("hour"))
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
                fields=["day", "hour", "kind", "people", "place", "reason"],
                nulls_distinct=False,
                name="unmet_search_once",
            ),
            models.CheckConstraint(
                name="unmet_search_hour", condition=models.Q(hour__range=(0, 23))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour}: {self.count}"
