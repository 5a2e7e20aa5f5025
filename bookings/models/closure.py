"""An owner's blocks: why nobody can book."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.models.booking import REAL_PERIOD
from bookings.models.timed import Timed
from spaces.models import Place, Space


class ClosureRule(models.Model):
    """Closures that come again: an RFC 5545 RRULE, from a first day on.

    Each is from `opens` to `closes`, minutes from local midnight in the place's zone;
    `closes` may pass 1440 into the next day. Closures are made up to `made_until`, a year
    ahead, and further each night.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="closure_rules")
    space = models.ForeignKey(
        Space, models.CASCADE, null=True, blank=True, related_name="closure_rules"
    )  # empty: the whole place
    rrule = models.CharField(max_length=200)  # without DTSTART: FREQ=WEEKLY;BYDAY=TU
    starts_on = models.DateField()
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    reason = models.CharField(_("reason"), max_length=140, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    made_until = models.DateField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                name="closure_rule_in_order",
                condition=Q(opens__lt=1440, closes__lte=F("opens") + 1440, closes__gt=F("opens")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.space or self.place}: {self.rrule}"


class Closure(Timed, models.Model):
    """An owner's block on a space, or on a whole place.

    One on a space takes its units, as a booking does, so that the spaces that share them are
    closed too. One on a place is time when the place is not open, whatever its hours say:
    so it also holds for a unit that is added later.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="closures", db_index=False)
    space = models.ForeignKey(
        Space, models.CASCADE, null=True, blank=True, related_name="closures"
    )  # empty: the whole place
    rule = models.ForeignKey(
        ClosureRule, models.CASCADE, null=True, blank=True, related_name="closures"
    )
    period = DateTimeRangeField()
    reason = models.CharField(_("reason"), max_length=140, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["place"], condition=Q(space=None), name="closure_of_place"),
        ]
        constraints = [
            models.CheckConstraint(name="closure_real_period", condition=REAL_PERIOD),
            models.UniqueConstraint(fields=["rule", "period"], name="closure_of_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.space or self.place} closed {self.period}"
