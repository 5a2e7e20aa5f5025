"""The sheet of units. Which spaces are made of a unit is said in the sheet of spaces."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.bulk.cells import Names, Text, plain
from spaces.bulk.columns import Column
from spaces.bulk.places import Slug
from spaces.bulk.sheets import Sheet, missing
from spaces.models import Unit


class UnitSheet(Sheet):
    title = "units"
    words = gettext_lazy("Units")
    key = ("place", "name")
    must_have = frozenset({"place", "name"})

    listed = (
        Column("place", Slug(), gettext_lazy("The place’s slug."), example="elveporten"),
        Column("name", Text(120), gettext_lazy("What it is called now."), needed=True),
        Column("new_name", Text(120), gettext_lazy("What it shall be called. Empty: as now.")),
        Column(
            "users",
            Names(),
            gettext_lazy("Only for reading: the spaces made of it."),
            name="spaces",
            is_only_shown=True,
        ),
    )

    def everything(self) -> Iterable[Unit]:
        places = {place.pk: place for place in self.known.places.values()}
        units = [unit for unit in self.known.units_by_id.values() if unit.place_id in places]
        for unit in units:
            unit.place = places[unit.place_id]
        return [self._dressed(one) for one in sorted(units, key=lambda u: (u.place.name, u.pk))]

    def _dressed(self, unit: Unit) -> Unit:
        unit.new_name = ""  # type: ignore[attr-defined]
        unit.users = tuple(sorted(self.known.users_of[unit.pk]))  # type: ignore[attr-defined]
        return unit

    def find(self, row: Mapping[str, Any]) -> Unit | None:
        slug, name = self.address(row)
        place = self.known.places.get(slug)
        if place is None:
            raise missing("place", slug)
        found = self.known.units.get((place.pk, name), [])
        if len(found) > 1:
            raise ValidationError(
                {
                    "name": _(
                        "Several units there are called “%(name)s”. Give each a name of its own "
                        "first."
                    )
                    % {"name": name}
                }
            )
        return self._dressed(found[0]) if found else None

    def new(self, row: Mapping[str, Any]) -> Unit:
        slug, name = self.address(row)
        return self._dressed(Unit(place=self.known.places[slug], name=name))

    def import_instance(self, instance: Unit, row: Any, **kwargs: Any) -> None:
        row = {name: cell for name, cell in row.items() if name not in ("place", "name")}
        super().import_instance(instance, row, **kwargs)
        if renamed := plain(row.get("new_name")).strip():
            instance.name = renamed
        instance.new_name = ""  # type: ignore[attr-defined]

    def problems(self, instance: Unit) -> dict[str, str]:
        others = self.known.units.get((instance.place_id, instance.name), [])
        if any(other.pk != instance.pk for other in others):
            return {"new_name": _("Another unit there is called so.")}
        return {}

    def after_save_instance(self, instance: Unit, row: Any, **kwargs: Any) -> None:
        self.known.units[instance.place_id, instance.name] = [instance]
