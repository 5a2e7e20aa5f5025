"""The sheet of spaces: their facts, units and rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.bulk.cells import (
    Choice,
    ChoiceOrPlace,
    Counted,
    Kroner,
    Names,
    OneWindow,
    Text,
    Tiers,
    Whole,
    YesNo,
    in_order,
    plain,
)
from spaces.bulk.columns import Column, HolidayHours, spoken
from spaces.bulk.places import (
    HOLIDAY_HOURS_HELP,
    SLUG_HELP,
    Slug,
    holiday_problems,
    require_free,
    slug_in,
)
from spaces.bulk.sheets import Sheet, missing
from spaces.models import (
    Allocation,
    Kind,
    Listing,
    OnHolidays,
    Place,
    Space,
    SpaceAmenity,
    Unit,
    Vat,
)
from spaces.models.limits import ANSWERED

MINUTES = gettext_lazy("In minutes.")
ANSWER_HELP = gettext_lazy("Where requests are answered: within how many minutes.")
LAST_NOTICE_HELP = gettext_lazy(
    "How many minutes before the start a booker may cancel or change at the latest."
)
YEAR = 366 * 24 * 60


class SpaceSheet(Sheet):
    title = "spaces"
    words = gettext_lazy("Spaces")
    key = ("slug",)
    must_have = frozenset({"slug"})

    listed = (
        Column("slug", Text(), SLUG_HELP, example="moterom-nidelva"),
        Column("place", Slug(), gettext_lazy("The place’s slug."), example="elveporten"),
        Column("kind", Choice(Kind), example="meeting_room", needed=True),
        Column("name", Text(120), gettext_lazy("What people call it."), needed=True),
        Column("capacity", Whole(1, 100_000), example="8", needed=True),
        Column("area", Whole(1, 1_000_000), gettext_lazy("In m²."), can_be_emptied=True),
        Column("is_step_free", YesNo(), gettext_lazy("Without steps: yes or no.")),
        *spoken("floor", gettext_lazy("Where in the building it is."), 120),
        *spoken("summary", gettext_lazy("One sentence about it."), 300),
        *spoken("description", gettext_lazy("All there is to say about it.")),
        *spoken("house_rules", gettext_lazy("What those who come must know.")),
        Column(
            "counted",
            Text(),  # the real cell knows what amenities there are
            gettext_lazy("What is there, with how many: screen; whiteboard x2."),
            name="amenities",
            example="screen; whiteboard x2",
            can_be_emptied=True,
        ),
        Column(
            "allocation",
            Choice(Allocation),
            gettext_lazy("A booking takes all its units, or any of them (desks)."),
            example="all",
        ),
        Column(
            "unit_names",
            Names(),
            gettext_lazy(
                "The physical things it is made of, by name. Spaces of one place that name the "
                "same unit share it. Left empty for a new space: one, called as the space."
            ),
            name="units",
            example="Hall A; Hall B",
        ),
        Column("is_instant", YesNo(), gettext_lazy("Booked at once: yes, or no for requests.")),
        Column("answer_within", Whole(*ANSWERED), ANSWER_HELP, example="1440"),
        Column("step", Whole(5, 1440), MINUTES, example="30"),
        Column("min_length", Whole(1, YEAR), MINUTES, example="30"),
        Column("max_length", Whole(1, YEAR), MINUTES, example="480"),
        Column("lead_time", Whole(0, YEAR), MINUTES, example="60"),
        Column("horizon_days", Whole(1, 1100), gettext_lazy("How far ahead one may book.")),
        Column("buffer_before", Whole(0, 1440), MINUTES),
        Column("buffer_after", Whole(0, 1440), MINUTES, example="15"),
        Column(
            "on_holidays",
            ChoiceOrPlace(OnHolidays),
            gettext_lazy("On public holidays: closed, open or short, or place: as its place."),
            example="place",
        ),
        HolidayHours(
            "holiday_opens",
            OneWindow(),
            HOLIDAY_HOURS_HELP,
            name="holiday_hours",
            example="10:00-14:00",
            can_be_emptied=True,
        ),
        Column(
            "cancellation",
            Tiers(),
            gettext_lazy("Minutes before the start and what comes back then: 1440=100; 120=50."),
            example="1440=100; 120=50",
        ),
        Column("last_notice", Whole(0, YEAR), LAST_NOTICE_HELP, example="120"),
        Column("vat", Choice(Vat), gettext_lazy("How it is taxed."), example="exempt_3_11"),
        Column("minimum_charge", Kroner(), gettext_lazy("In kroner."), example="200"),
        Column("cleaning_fee", Kroner(), gettext_lazy("In kroner, once a booking.")),
        Column("deposit", Kroner(), gettext_lazy("In kroner.")),
        Column("no_show_fee", Kroner(), gettext_lazy("In kroner.")),
        Column("overstay_fee", Kroner(), gettext_lazy("In kroner.")),
        Column(
            "listing",
            Choice(Listing),
            gettext_lazy("Only for reading. New spaces are drafts."),
            is_only_shown=True,
        ),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        words = {}
        for code, amenity in self.known.amenities.items():
            words.update({word.lower(): code for word in (code, *amenity.name.values())})
        told = self.fields["amenities"]
        self.fields["amenities"] = Column(
            told.attribute, Counted(words), told.help, name="amenities", can_be_emptied=True
        )
        self.links: list[Any] = []  # written together at the end

    def everything(self) -> Iterable[Space]:
        return sorted(
            self.known.spaces.values(), key=lambda one: (one.place.name, one.name, one.slug)
        )

    def address(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return (slug_in(row),)

    def find(self, row: Mapping[str, Any]) -> Space | None:
        space = self.known.spaces.get(slug_in(row))
        given = plain(row.get("place")).strip()
        if space is not None and given and given != space.place.slug:
            self._place(given)
            raise ValidationError({"place": _("A space cannot be moved to another place.")})
        return space

    def new(self, row: Mapping[str, Any]) -> Space:
        require_free(Space, slug_in(row))
        given = plain(row.get("place")).strip()
        if not given:
            raise ValidationError({"place": _("Fill this in.")})
        place = self._place(given)
        space = Space(
            slug=slug_in(row),
            place=place,
            organisation=place.organisation,
            listing=Listing.DRAFT,
            is_step_free=place.is_step_free,
        )
        return self.known.dress(space)

    def _place(self, slug: str) -> Place:
        try:
            return self.known.places[slug]
        except KeyError:
            raise missing("place", slug) from None

    def import_instance(self, instance: Space, row: Any, **kwargs: Any) -> None:
        row = {name: cell for name, cell in row.items() if name not in ("slug", "place")}
        super().import_instance(instance, row, **kwargs)
        if not instance.unit_names and instance.name:  # type: ignore[attr-defined]
            instance.unit_names = (self._own_unit(instance),)  # type: ignore[attr-defined]

    def _own_unit(self, space: Space) -> str:
        """The name of a unit that no other space has."""
        taken = self.known.units.get((space.place_id, space.name))
        return f"{space.name[:100]} ({space.slug})"[:120] if taken else space.name

    def problems(self, instance: Space) -> dict[str, str]:
        found = holiday_problems(instance)
        if instance.max_length < instance.min_length:
            found["max_length"] = _("The longest booking is shorter than the shortest.")
        elif instance.max_length < instance.step:
            found["max_length"] = _("The longest booking is shorter than the step.")
        for name in instance.unit_names:  # type: ignore[attr-defined]
            if len(self._candidates(instance, name)) > 1:
                found["units"] = _(
                    "Several units there are called “%(name)s”. Give each a name of its own first."
                ) % {"name": name}
        return found

    def _candidates(self, space: Space, name: str) -> list[Unit]:
        own = [unit for unit in self.known.units_of[space.pk] if unit.name == name]
        return own or self.known.units[space.place_id, name]

    # --- Writing -------------------------------------------------------------------------

    def after_save_instance(self, instance: Space, row: Any, **kwargs: Any) -> None:
        self.known.spaces[instance.slug] = instance
        self._set_units(instance)
        self._set_amenities(instance)

    def _set_units(self, space: Space) -> None:
        had = self.known.units_of[space.pk]
        names: tuple[str, ...] = space.unit_names  # type: ignore[attr-defined]
        if in_order(unit.name for unit in had) == names:
            return
        units = []
        for name in names:
            found = self._candidates(space, name)
            if not found:
                made = Unit.objects.create(place_id=space.place_id, name=name)
                self.known.units[space.place_id, name].append(made)
                found = [made]
            units.append(found[0])
        kept = {unit.pk for unit in units}
        gone = [unit.pk for unit in had if unit.pk not in kept]
        if gone:
            Space.units.through.objects.filter(space=space, unit__in=gone).delete()
        before = {unit.pk for unit in had}
        self.links += [
            Space.units.through(space_id=space.pk, unit_id=unit.pk)
            for unit in units
            if unit.pk not in before
        ]
        self.known.units_of[space.pk] = units

    def _set_amenities(self, space: Space) -> None:
        counted: dict[str, int] = space.counted  # type: ignore[attr-defined]
        if not self.is_new:
            SpaceAmenity.objects.filter(space=space).exclude(amenity__in=counted).delete()
        SpaceAmenity.objects.bulk_create(
            [SpaceAmenity(space=space, amenity_id=code, count=n) for code, n in counted.items()],
            update_conflicts=True,
            unique_fields=["space", "amenity"],
            update_fields=["count"],
        )

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        Space.units.through.objects.bulk_create(self.links)
