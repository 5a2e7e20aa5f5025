"""Adding spaces and changing what is said about them."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.slugs import create_named
from accounts.transactions import operation
from spaces.models import Allocation, Layout, Place, Space, SpaceAmenity, Unit


@operation
def add_space(
    *, place: Place, kind: str, name: str, capacity: int, units: int | None = None
) -> Space:
    """A draft of the place's owner. With `units`, a pool of so many; without, one room."""
    space = create_named(
        Space,
        name=name,
        place=place,
        organisation=place.organisation,
        kind=kind,
        capacity=capacity,
        is_step_free=place.is_step_free,
        allocation=Allocation.ANY if units else Allocation.ALL,
    )
    names = [f"{name} {number}" for number in range(1, units + 1)] if units else [name]
    made = Unit.objects.bulk_create(Unit(place=place, name=one[:120]) for one in names)
    space.units.set(made)
    return space


@operation
def describe_space(
    *,
    space: Space,
    amenities: Mapping[str, int],
    layouts: Mapping[str, int],
    **facts: Any,
) -> None:
    """`amenities`: {code: count}, `layouts`: {seating: people}; what is not named goes."""
    for name, value in facts.items():
        setattr(space, name, value)
    space.save(update_fields=list(facts))
    SpaceAmenity.objects.filter(space=space).exclude(amenity__in=amenities).delete()
    SpaceAmenity.objects.bulk_create(
        [SpaceAmenity(space=space, amenity_id=code, count=n) for code, n in amenities.items()],
        update_conflicts=True,
        unique_fields=["space", "amenity"],
        update_fields=["count"],
    )
    Layout.objects.filter(space=space).exclude(seating__in=layouts).delete()
    Layout.objects.bulk_create(
        [Layout(space=space, seating=name, capacity=n) for name, n in layouts.items()],
        update_conflicts=True,
        unique_fields=["space", "seating"],
        update_fields=["capacity"],
    )


@operation
def set_amenities(*, space: Space, codes: Collection[str]) -> None:
    """What is there: how many of each stays as it is, of what is new one."""
    SpaceAmenity.objects.filter(space=space).exclude(amenity__in=codes).delete()
    SpaceAmenity.objects.bulk_create(
        [SpaceAmenity(space=space, amenity_id=code) for code in sorted(codes)],
        ignore_conflicts=True,
    )
