"""What can be booked along: offering it, changing it, offering it no more."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from accounts.texts import in_language
from accounts.transactions import operation
from spaces.models import AddOn, Place, Space, Unit


@operation
def add_add_on(
    *, place: Place, spaces: Collection[Space], count: int | None, **values: Any
) -> AddOn:
    """Offer it with these spaces of the place. `count` is how many there are; None: it is a
    service that does not run out."""
    add_on = AddOn.objects.create(place=place, is_counted=count is not None, **values)
    _set_spaces(add_on, spaces)
    _set_count(add_on, count or 0)
    return add_on


@operation
def change_add_on(
    *, add_on: AddOn, spaces: Collection[Space], count: int | None, **values: Any
) -> None:
    """For bookings from now on. Where there are fewer than before, the last ones go; what is
    booked keeps the one it has."""
    AddOn.objects.select_for_update().get(pk=add_on.pk)
    for name, value in values.items():
        setattr(add_on, name, value)
    add_on.is_counted = count is not None
    add_on.save()
    _set_spaces(add_on, spaces)
    _set_count(add_on, count or 0)


def _set_spaces(add_on: AddOn, spaces: Collection[Space]) -> None:
    assert all(space.place_id == add_on.place_id for space in spaces)
    add_on.spaces.set(spaces)


def _set_count(add_on: AddOn, count: int) -> None:
    units = list(add_on.units.order_by("pk"))
    name = in_language(add_on.name)[:110]
    Unit.objects.bulk_create(
        Unit(place_id=add_on.place_id, add_on=add_on, name=f"{name} {number}")
        for number in range(len(units) + 1, count + 1)
    )
    for unit in units[count:]:
        try:
            with transaction.atomic():
                unit.delete()
        except ProtectedError:  # it is in a booking, which keeps it
            unit.add_on = None
            unit.save(update_fields=["add_on"])
