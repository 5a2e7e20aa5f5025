"""Where spaces are in a building."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from spaces.models.place import Place
from spaces.models.space import Space


class FloorPlan(models.Model):
    """A drawing of a floor, on which spaces are marked."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="plans")
    name = models.CharField(_("name"), max_length=60)
    file = models.FileField(upload_to="plans/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name


class PlanPoint(models.Model):
    """Where a space is on a plan: percent of its width and of its height, from the top left."""

    plan = models.ForeignKey(FloorPlan, models.CASCADE, related_name="points")
    space = models.ForeignKey(Space, models.CASCADE, related_name="plan_points")
    x = models.FloatField()
    y = models.FloatField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["plan", "space"], name="plan_point_once"),
            models.CheckConstraint(
                name="plan_point_on_plan", condition=Q(x__range=(0, 100), y__range=(0, 100))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space} on {self.plan}"
