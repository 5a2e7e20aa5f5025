"""The only truth about "taken": one row for each unit and range."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from bookings.models.booking import Booking
from bookings.models.change import Change
from bookings.models.closure import Closure
from spaces.models import Place, Unit

REAL_RANGE = Q(
    during__isempty=False,
    during__lower_inf=False,
    during__upper_inf=False,
    during__lower_inc=True,
    during__upper_inc=False,
)


class Occupancy(models.Model):
    """This unit is taken during this range, by a booking or by a closure.

    A row exists exactly while its booking is in an occupying state or its closure stands.
    `during` is the booking's period widened by the space's buffers. A row whose
    `held_until` has passed counts for nothing: readers skip it, and an operation that
    needs the unit deletes it first, under the unit's lock.

    `place` is carried so that the table can be sharded by place (docs/scale.md).
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="occupancies", db_index=False)
    during = DateTimeRangeField()
    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="occupancies"
    )
    closure = models.ForeignKey(
        Closure, models.CASCADE, null=True, blank=True, related_name="occupancies"
    )
    change = models.ForeignKey(
        Change, models.CASCADE, null=True, blank=True, related_name="occupancies"
    )  # what its booking is to become needs it; the booking itself does not
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "occupancies"
        indexes = [models.Index(F("unit"), F("during__endswith"), name="occupancy_by_end")]
        constraints = [
            ExclusionConstraint(
                name="occupancy_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="occupancy_one_cause",
                condition=Q(booking__isnull=False, closure__isnull=True)
                | Q(booking__isnull=True, closure__isnull=False),
            ),
            models.CheckConstraint(
                name="occupancy_of_change_is_held",
                condition=Q(change=None) | Q(booking__isnull=False, held_until__isnull=False),
            ),
            models.CheckConstraint(
                name="occupancy_real_range",
                condition=REAL_RANGE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.during}"
