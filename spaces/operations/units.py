"""The physical things that spaces are made of."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Refused
from accounts.transactions import operation
from spaces.models import Place, Space, Unit


class UnitInUse(Refused):
    code = "unit_in_use"
    message = gettext_lazy("A space is made of it, or something has been booked in it.")


class UnitNamed(Refused):
    code = "unit_named"
    message = gettext_lazy("There is one of that name already.")


@operation
def add_units(*, place: Place, names: Sequence[str], part_of: Space | None = None) -> list[Unit]:
    """New units, all or none, and the space made of these too. Raises `UnitNamed` when the
    place has one of that name."""
    Place.objects.select_for_update().get(pk=place.pk)
    known = set(place.units.filter(name__in=names).values_list("name", flat=True))
    if known or len(set(names)) < len(names):
        taken = next((name for name in names if name in known), names[0])
        raise UnitNamed(_("There is a %(name)s here already.") % {"name": taken}, name=taken)
    made = Unit.objects.bulk_create(Unit(place=place, name=name) for name in names)
    if part_of is not None:
        part_of.units.add(*made)
    return made


@operation
def rename_unit(*, unit: Unit, name: str) -> None:
    """Raises `UnitNamed` when its place has another of that name."""
    Place.objects.select_for_update().get(pk=unit.place_id)
    if Unit.objects.filter(place=unit.place_id, name=name).exclude(pk=unit.pk).exists():
        raise UnitNamed(_("There is a %(name)s here already.") % {"name": name}, name=name)
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
