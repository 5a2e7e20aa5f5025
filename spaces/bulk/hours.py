"""The sheet of opening hours: a row is the whole week of a place, a space or one season."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.bulk.cells import Text, Windows
from spaces.bulk.columns import Column
from spaces.bulk.sheets import Sheet, missing
from spaces.models import OpeningHours, Place, Season, Space

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class Week:
    """The weekly rules of one owner of hours."""

    place: str  # slugs; one of them is empty
    space: str
    season: str
    owner: Place | Space | None
    of_season: Season | None = None
    ids: list[int] = field(default_factory=list)  # of the rules as they stand
    monday: tuple[tuple[int, int], ...] = ()
    tuesday: tuple[tuple[int, int], ...] = ()
    wednesday: tuple[tuple[int, int], ...] = ()
    thursday: tuple[tuple[int, int], ...] = ()
    friday: tuple[tuple[int, int], ...] = ()
    saturday: tuple[tuple[int, int], ...] = ()
    sunday: tuple[tuple[int, int], ...] = ()
    pk: int | None = None  # which django-import-export asks every row for

    def __deepcopy__(self, memo: Any) -> "Week":
        return Week(**{name: getattr(self, name) for name in self.__dataclass_fields__})

    def rules(self) -> Iterable[OpeningHours]:
        of = {"place": self.owner} if self.place else {"space": self.owner}
        for weekday, name in enumerate(DAYS, 1):
            for opens, closes in getattr(self, name):
                yield OpeningHours(
                    **of, season=self.of_season, weekday=weekday, opens=opens, closes=closes
                )


class HoursSheet(Sheet):
    title = "hours"
    words = gettext_lazy("Opening hours")
    key = ("place", "space", "season")
    must_have = frozenset({"monday"})

    listed = (
        Column("place", Text(), gettext_lazy("A place’s slug, or else:"), example="elveporten"),
        Column(
            "space",
            Text(),
            gettext_lazy(
                "A space’s slug, if it has hours of its own. All days empty: its place’s."
            ),
        ),
        Column("season", Text(), gettext_lazy("The name of a season that is there, or empty.")),
        *(
            Column(
                day,
                Windows(),
                gettext_lazy("When it is open; several with a semicolon; empty: closed."),
                example="08:00-16:00",
                can_be_emptied=True,
            )
            for day in DAYS
        ),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.weeks: dict[tuple[str, str, str], Week] = {}
        self.changed: list[Week] = []
        slugs_of_places = {one.pk: one.slug for one in self.known.places.values()}
        slugs_of_spaces = {one.pk: one.slug for one in self.known.spaces.values()}

        def words(owned: Any) -> tuple[str, str]:
            return slugs_of_places.get(owned.place_id, ""), slugs_of_spaces.get(owned.space_id, "")

        self.seasons = {(*words(one), one.name): one for one in self.known.seasons()}
        names = {season.pk: season.name for season in self.seasons.values()}
        for rule in sorted(self.known.opening_hours(), key=lambda one: (one.weekday, one.opens)):
            season = names[rule.season_id] if rule.season_id else ""
            week = self._week(*words(rule), season)
            week.ids.append(rule.pk)
            day = DAYS[rule.weekday - 1]
            setattr(week, day, (*getattr(week, day), (rule.opens, rule.closes)))

    def _week(self, place: str, space: str, season: str) -> Week:
        address = place, space, season
        if address not in self.weeks:
            owner = self.known.places[place] if place else self.known.spaces[space]
            self.weeks[address] = Week(
                *address, owner=owner, of_season=self.seasons[address] if season else None
            )
        return self.weeks[address]

    def everything(self) -> Iterable[Week]:
        for place in self.known.places:
            self._week(place, "", "")
        return [self.weeks[address] for address in sorted(self.weeks)]

    def find(self, row: Mapping[str, Any]) -> Week:
        place, space, season = self.address(row)
        if bool(place) == bool(space):
            raise ValidationError({"space": _("Name either a place or a space.")})
        if place and place not in self.known.places:
            raise missing("place", place)
        if space and space not in self.known.spaces:
            raise missing("space", space)
        if season and (place, space, season) not in self.seasons:
            raise ValidationError(
                {"season": _("It has no season called “%(name)s”.") % {"name": season}}
            )
        return self._week(place, space, season)

    def import_instance(self, instance: Week, row: Any, **kwargs: Any) -> None:
        row = {name: cell for name, cell in row.items() if name in DAYS}
        super().import_instance(instance, row, **kwargs)

    def do_instance_save(self, instance: Week, is_create: bool) -> None:
        self.changed.append(instance)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        gone = [pk for week in self.changed for pk in week.ids]
        OpeningHours.objects.filter(pk__in=gone).delete()
        OpeningHours.objects.bulk_create(rule for week in self.changed for rule in week.rules())
