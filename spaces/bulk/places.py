"""The sheet of places."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from accounts.models import Organisation
from accounts.slugs import slug_of
from spaces.bulk.cells import Choice, Degrees, OneWindow, Text, YesNo, plain
from spaces.bulk.columns import Column, HolidayHours, spoken
from spaces.bulk.sheets import Sheet, missing
from spaces.models import OnHolidays, Place
from spaces.models.place import known_zone

SLUG_HELP = gettext_lazy(
    "Its address in Ledig: small letters, digits and hyphens. A new one makes a new row; "
    "left empty, it is made of the name."
)
HOLIDAYS_HELP = gettext_lazy("On public holidays: closed, open or short.")
HOLIDAY_HOURS_HELP = gettext_lazy("The hours of public holidays, when they are short.")


class Slug(Widget):
    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.slug if value is not None else ""


class PlaceSheet(Sheet):
    title = "places"
    words = gettext_lazy("Places")
    key = ("slug",)
    must_have = frozenset({"slug"})

    listed = (
        Column("slug", Text(), SLUG_HELP, example="elveporten"),
        Column("organisation", Slug(), gettext_lazy("Whose place it is."), example="teknobyen"),
        Column("name", Text(120), gettext_lazy("What people call it."), needed=True),
        Column("address", Text(120), example="Klæbuveien 72", needed=True),
        Column("postcode", Text(10), example="7030", needed=True),
        Column("city", Text(60), example="Trondheim", needed=True),
        Column(
            "latitude", Degrees(90), gettext_lazy("In degrees."), example="63.4189", needed=True
        ),
        Column(
            "longitude", Degrees(180), gettext_lazy("In degrees."), example="10.3953", needed=True
        ),
        Column("time_zone", Text(40), example="Europe/Oslo"),
        Column("is_outdoor", YesNo(), gettext_lazy("Outdoors: yes or no.")),
        Column("is_step_free", YesNo(), gettext_lazy("Without steps: yes or no.")),
        Column("has_lift", YesNo()),
        Column("has_automatic_doors", YesNo()),
        Column("has_accessible_toilet", YesNo()),
        Column("has_hearing_loop", YesNo()),
        Column("has_accessible_parking", YesNo()),
        Column("on_holidays", Choice(OnHolidays), HOLIDAYS_HELP, example="closed"),
        HolidayHours(
            "holiday_opens",
            OneWindow(),
            HOLIDAY_HOURS_HELP,
            name="holiday_hours",
            example="10:00-14:00",
            can_be_emptied=True,
        ),
        *spoken("arrival", gettext_lazy("How to find the way in.")),
        *spoken("doors", gettext_lazy("About the doors.")),
        *spoken("parking", gettext_lazy("Where to park.")),
        *spoken("public_transport", gettext_lazy("Stops nearby.")),
    )

    def everything(self) -> Iterable[Place]:
        return sorted(self.known.places.values(), key=lambda place: (place.name, place.slug))

    def address(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return (slug_in(row),)

    def find(self, row: Mapping[str, Any]) -> Place | None:
        place = self.known.places.get(slug_in(row))
        given = plain(row.get("organisation")).strip()
        if place is not None and given and given != place.organisation.slug:
            self._organisation(given)
            raise ValidationError(
                {"organisation": _("A place cannot be handed to another organisation here.")}
            )
        return place

    def new(self, row: Mapping[str, Any]) -> Place:
        require_free(Place, slug_in(row))
        given = plain(row.get("organisation")).strip()
        if not given and len(self.known.organisations) != 1:
            raise ValidationError({"organisation": _("Fill this in.")})
        given = given or next(iter(self.known.organisations))
        return Place(slug=slug_in(row), organisation=self._organisation(given))

    def _organisation(self, slug: str) -> Organisation:
        try:
            return self.known.organisations[slug]
        except KeyError:
            raise missing("organisation", slug) from None

    def import_instance(self, instance: Place, row: Any, **kwargs: Any) -> None:
        row = {name: cell for name, cell in row.items() if name not in ("slug", "organisation")}
        super().import_instance(instance, row, **kwargs)

    def problems(self, instance: Place) -> dict[str, str]:
        found = holiday_problems(instance)
        try:
            known_zone(instance.time_zone)
        except ValidationError as error:
            found["time_zone"] = error.messages[0]
        return found

    def after_save_instance(self, instance: Place, row: Any, **kwargs: Any) -> None:
        self.known.places[instance.slug] = instance


def slug_in(row: Mapping[str, Any]) -> str:
    given = plain(row.get("slug")).strip()
    return given or slug_of(plain(row.get("name")))


def require_free(model: type[Any], slug: str) -> None:
    """For a new row: an address that is one, and nobody's."""
    try:
        validate_slug(slug)
    except ValidationError:
        slug = ""
    if not slug or slug != slug.lower() or len(slug) > 120:
        raise ValidationError(
            {"slug": _("An address is small letters, digits and hyphens, such as moterom-2.")}
        )
    if model.objects.filter(slug=slug).exists():
        raise ValidationError(
            {
                "slug": _("There is no “%(slug)s” among yours, and a new one cannot be called so.")
                % {"slug": slug}
            }
        )


def holiday_problems(instance: Any) -> dict[str, str]:
    is_short = instance.on_holidays == OnHolidays.SHORT
    if is_short and instance.holiday_opens is None:
        return {"holiday_hours": _("Fill this in, since holidays are short.")}
    if not is_short and instance.holiday_opens is not None:
        return {"holiday_hours": _("Only for holidays that are short.")}
    return {}
