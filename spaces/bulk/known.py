"""What one person keeps, read once, so that a row costs no question."""

from collections import defaultdict
from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.models import RUNS_SPACES, Organisation, User
from spaces.bulk.cells import in_order
from spaces.models import Amenity, OpeningHours, Place, Price, Season, Space, SpaceAmenity, Unit

M = TypeVar("M", bound=Model)


class Known:
    """Organisations, places, spaces and units by the words that address them. What the
    person does not keep is not in here, and so cannot be read or written.

    With `lock`, places and spaces stay as they were read until the transaction ends.
    """

    def __init__(self, user: User, *, lock: bool = False) -> None:
        run = user.memberships.filter(role__in=RUNS_SPACES).values("organisation")
        self.organisations = {
            one.slug: one for one in Organisation.objects.filter(pk__in=run).order_by("name")
        }
        self.places = {one.slug: one for one in _read(Place.objects.kept_by(user), lock=lock)}
        spaces = _read(Space.objects.kept_by(user).select_related("place", "organisation"), lock)
        self.spaces = {one.slug: one for one in spaces}
        self.amenities = {one.code: one for one in Amenity.objects.all()}
        self._read_units()
        self._read_contents(spaces)

    def _read_units(self) -> None:
        self.units: dict[tuple[int, str], list[Unit]] = defaultdict(list)
        places = {one.pk for one in self.places.values()}
        places |= {one.place_id for one in self.spaces.values()}
        found = Unit.objects.filter(place__in=places, add_on=None).order_by("pk")
        self.units_by_id = {one.pk: one for one in found}
        for unit in self.units_by_id.values():
            self.units[unit.place_id, unit.name].append(unit)

    def _read_contents(self, spaces: list[Space]) -> None:
        ids = [space.pk for space in spaces]
        self.units_of: dict[int, list[Unit]] = defaultdict(list)
        self.users_of: dict[int, list[str]] = defaultdict(list)  # unit -> slugs
        slugs = {space.pk: space.slug for space in spaces}
        links = Space.units.through.objects.filter(space__in=ids).order_by("pk")
        for space_id, unit_id in links.values_list("space_id", "unit_id"):
            self.units_of[space_id].append(self.units_by_id[unit_id])
            self.users_of[unit_id].append(slugs[space_id])
        amenities: dict[int, dict[str, int]] = defaultdict(dict)
        has = SpaceAmenity.objects.filter(space__in=ids).order_by("amenity_id")
        for space_id, code, count in has.values_list("space_id", "amenity_id", "count"):
            amenities[space_id][code] = count
        for space in spaces:
            self.dress(space, amenities[space.pk])

    def dress(self, space: Space, amenities: dict[str, int] | None = None) -> Space:
        """Give it what its sheet shows and other tables hold."""
        names = [unit.name for unit in self.units_of[space.pk]] if space.pk else []
        space.unit_names = in_order(names)  # type: ignore[attr-defined]
        space.counted = amenities or {}  # type: ignore[attr-defined]
        return space

    # --- Read when its sheet is there --------------------------------------------------

    def prices(self) -> list[Price]:
        return list(
            Price.objects.filter(space__in=self.spaces.values()).order_by(
                "space__place__name", "space__name", "space_id", "pk"
            )
        )

    def seasons(self) -> list[Season]:
        return list(Season.objects.filter(space__in=self.spaces.values())) + list(
            Season.objects.filter(place__in=self.places.values())
        )

    def opening_hours(self) -> list[OpeningHours]:
        return list(OpeningHours.objects.filter(space__in=self.spaces.values())) + list(
            OpeningHours.objects.filter(place__in=self.places.values())
        )


def _read(rows: QuerySet[M], lock: bool = False) -> list[M]:
    rows = rows.order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True) if lock else rows)
