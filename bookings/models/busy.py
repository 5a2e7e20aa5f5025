"""When calendars that are kept elsewhere say that a unit is busy."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models

from bookings.models.occupancy import REAL_RANGE
from spaces.models import CalendarSource, Place, Space, Unit
from spaces.periods import Period


class BusyTime(models.Model):
    """Nobody can book this unit during this range, since a calendar says so.

    It is no occupancy: it may clash with a booking that stands, which then goes to the
    owner's conflicts. Rows are written by triggers only, so that they always are what their
    source last said, for each unit that it is about. `place` is carried as in Occupancy.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="busy_times", db_index=False)
    source = models.ForeignKey(
        CalendarSource, models.CASCADE, related_name="busy_times", db_index=False
    )
    during = DateTimeRangeField()

    class Meta:
        indexes = [GistIndex(fields=["unit", "during"], name="busy_time_of_unit")]
        constraints = [
            models.UniqueConstraint(fields=["source", "unit", "during"], name="busy_time_once"),
            models.CheckConstraint(
                name="busy_time_real_range",
                condition=REAL_RANGE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.during}"

    @property
    def period(self) -> Period:
        during: Period = self.during
        return during

    @property
    def space(self) -> Space:
        """Whose calendar it is; the unit may be part of others too."""
        return self.source.space

    @property
    def space_id(self) -> int:
        return self.source.space_id
