"""Floor plans as a booker sees them."""

from dataclasses import dataclass

from spaces.models import FloorPlan, PlanPoint, Space
from spaces.models.space import Listing


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan with the space that one looks at, and the others that can be looked at."""

    plan: FloorPlan
    here: PlanPoint
    others: tuple[PlanPoint, ...]


def plans_of(space: Space) -> list[PlanShown]:
    """In the order of the place's plans, those on which the space is marked; one query."""
    points = PlanPoint.objects.filter(plan__points__space=space).select_related("plan", "space")
    found: dict[FloorPlan, list[PlanPoint]] = {}
    for point in points.order_by("plan__order", "plan_id", "space__name", "pk"):
        found.setdefault(point.plan, []).append(point)
    return [
        PlanShown(
            plan=plan,
            here=next(point for point in row if point.space_id == space.pk),
            others=tuple(
                point
                for point in row
                if point.space_id != space.pk and point.space.listing == Listing.PUBLISHED
            ),
        )
        for plan, row in found.items()
    ]
