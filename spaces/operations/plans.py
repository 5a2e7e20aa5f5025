"""Floor plans, and where spaces are on them."""

import uuid

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.transactions import operation
from spaces.drawings import plan_picture
from spaces.models import FloorPlan, Place, PlanPoint, Space
from spaces.operations.ordering import move, next_order

MOST = 30


class TooManyPlans(Refused):
    code = "too_many_plans"
    message = _("A place has at most thirty plans.")


@operation
def add_plan(*, place: Place, name: str, content: bytes) -> FloorPlan:
    """A plan from a picture or an SVG drawing, drawn anew. Raises `NoPicture`, `TooManyPlans`."""
    drawn, width, height = plan_picture(content)
    Place.objects.select_for_update().get(pk=place.pk)
    if place.plans.count() >= MOST:
        raise TooManyPlans
    plan = FloorPlan(
        place=place, name=name, width=width, height=height, order=next_order(place.plans.all())
    )
    plan.file.save(f"{uuid.uuid4().hex}.webp", ContentFile(drawn), save=False)
    plan.save()
    return plan


@operation
def rename_plan(*, plan: FloorPlan, name: str) -> None:
    plan.name = name
    plan.save(update_fields=["name"])


@operation
def move_plan(*, plan: FloorPlan, by: int) -> None:
    """Earlier (`by` = -1) or later (1) among the plans of its place."""
    place = Place.objects.select_for_update().get(pk=plan.place_id)
    move(plan, by=by, among=place.plans.all())


@operation
def drop_plan(*, plan: FloorPlan) -> None:
    """Delete it with its points, and its file once that is certain."""
    storage, name = plan.file.storage, plan.file.name
    plan.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


@operation
def mark(*, plan: FloorPlan, space: Space, x: float, y: float) -> PlanPoint:
    """The space is here on the plan, and no longer elsewhere on it: percent from the left and
    from the top."""
    assert space.place_id == plan.place_id
    point, _made = PlanPoint.objects.update_or_create(
        plan=plan, space=space, defaults={"x": x, "y": y}
    )
    return point


@operation
def unmark(*, point: PlanPoint) -> None:
    point.delete()
