"""The physical things that spaces are made of."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.transactions import operation
from spaces.models import Place, Space, Unit


class UnitInUse(Refused):
    code = "unit_in_use"
    message = _("A space is made of it, or something has been booked in it.")


@operation
def add_unit(*, place: Place, name: str) -> Unit:
    return Unit.objects.create(place=place, name=name)


@operation
def rename_unit(*, unit: Unit, name: str) -> None:
    unit.name = name
    unit.save(update_fields=["name"])


@operation
def drop_unit(*, unit: Unit) -> None:
    """Raises `UnitInUse`."""
    if unit.spaces.exists():
        raise UnitInUse
    try:
        with transaction.atomic():
            unit.delete()
    except ProtectedError as error:
        raise UnitInUse from error


@operation
def compose(*, space: Space, units: Collection[Unit], allocation: str) -> None:
    """Make the space of these units, all of its place. What is booked already keeps the
    units it has: an occupancy names them."""
    assert all(unit.place_id == space.place_id for unit in units)
    space = Space.objects.select_for_update().get(pk=space.pk)
    space.allocation = allocation
    space.save(update_fields=["allocation"])
    space.units.set(units)
