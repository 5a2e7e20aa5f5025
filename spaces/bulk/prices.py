"""The sheet of prices: a row is one price of a space, and all but its amount addresses it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from accounts.models import Organisation
from spaces.bulk.cells import Choice, Kroner, OneWindow, Text, Whole, YesNo, parts, plain
from spaces.bulk.columns import Column
from spaces.bulk.hours import DAYS
from spaces.bulk.places import Slug
from spaces.bulk.sheets import Sheet, missing
from spaces.models import Audience, Per, Price


class Weekdays(Widget):
    """monday; friday, as ISO numbers."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[int]:
        try:
            return sorted({DAYS.index(part.lower()) + 1 for part in parts(value)})
        except ValueError:
            raise ValueError(_("Write weekdays as monday; friday.")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "; ".join(DAYS[number - 1] for number in value or ())


class Day(Widget):
    """2027-01-31, or a date of the spreadsheet's own."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        text = plain(value).strip()
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            raise ValueError(_("Write the day as 2027-01-31.")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class PriceSheet(Sheet):
    title = "prices"
    words = gettext_lazy("Prices")
    key = (
        "space",
        "audience",
        "organisation",
        "per",
        "weekdays",
        "hours",
        "min_people",
        "valid_from",
        "valid_until",
    )
    must_have = frozenset({"space", "amount"})

    listed = (
        Column("space", Slug(), gettext_lazy("The space’s slug."), example="moterom-nidelva"),
        Column("audience", Choice(Audience), gettext_lazy("Who gets it."), example="everyone"),
        Column(
            "partner",
            Text(50),
            gettext_lazy("Whose people get it, as a slug: only for the audience organisation."),
            name="organisation",
        ),
        Column("per", Choice(Per), gettext_lazy("What it is for."), example="hour"),
        Column(
            "amount",
            Kroner(),
            gettext_lazy("In kroner, VAT included. 0 is free."),
            example="320",
            needed=True,
        ),
        Column("weekdays", Weekdays(), gettext_lazy("On which days it holds; empty: on all.")),
        Column(
            "hours",
            OneWindow(),
            gettext_lazy("At which time of day it holds; empty: at all."),
            example="16:00-22:00",
        ),
        Column("min_people", Whole(2, 100_000), gettext_lazy("For groups of at least so many.")),
        Column("valid_from", Day(), gettext_lazy("The first day."), example="2027-01-01"),
        Column("valid_until", Day(), gettext_lazy("The last day."), example="2027-06-30"),
        Column("remove", YesNo(), gettext_lazy("Yes takes the price away.")),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.slugs = {space.pk: space.slug for space in self.known.spaces.values()}
        self.partners = {one.slug: one for one in Organisation.objects.all()}
        names = {one.pk: one.slug for one in self.partners.values()}
        self.prices: dict[tuple[Any, ...], Price] = {}
        for price in self.known.prices():
            self._dress(price, names.get(price.organisation_id or 0, ""))
            self.prices[self._address_of(price)] = price

    def everything(self) -> Iterable[Price]:
        return self.prices.values()

    def _dress(self, price: Price, partner: str) -> Price:
        """Give it what its row says in another way than its table."""
        price.space = self.known.spaces[self.slugs[price.space_id]]
        price.partner = partner  # type: ignore[attr-defined]
        price.hours = (  # type: ignore[attr-defined]
            None if price.opens is None else (price.opens, price.closes)
        )
        price.remove = False  # type: ignore[attr-defined]
        return price

    def _address_of(self, price: Price) -> tuple[Any, ...]:
        found = (self.fields[name] for name in self.key[1:])
        rest = (plain(column.widget.render(column.get_value(price))) for column in found)
        return self.slugs[price.space_id], *rest

    # --- Reading a row -------------------------------------------------------------------

    def address(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Left out, the audience is everyone and the time an hour."""
        return plain(row.get("space")).strip(), *(self._said(name, row) for name in self.key[1:])

    def _said(self, name: str, row: Mapping[str, Any]) -> str:
        cell = self.fields[name].widget
        text = plain(row.get(name)).strip()
        if not text:
            return {"audience": str(Audience.EVERYONE), "per": str(Per.HOUR)}.get(name, "")
        try:
            return plain(cell.render(cell.clean(row[name])))
        except ValueError:
            return text  # which is said to be wrong when the row is read

    def find(self, row: Mapping[str, Any]) -> Price | None:
        address = self.address(row)
        if address[0] not in self.known.spaces:
            raise missing("space", address[0])
        return self.prices.get(address)

    def new(self, row: Mapping[str, Any]) -> Price:
        said = dict(zip(self.key, self.address(row), strict=True))
        price = Price(
            space=self.known.spaces[said["space"]], audience=said["audience"], per=said["per"]
        )
        return self._dress(price, "")

    def import_instance(self, instance: Price, row: Any, **kwargs: Any) -> None:
        row = {name: cell for name, cell in row.items() if name != "space"}
        super().import_instance(instance, row, **kwargs)
        partner: str = instance.partner  # type: ignore[attr-defined]
        if partner and partner not in self.partners:
            raise missing("organisation", partner)
        instance.organisation = self.partners.get(partner)
        hours: Any = instance.hours  # type: ignore[attr-defined]
        instance.opens, instance.closes = hours or (None, None)

    def problems(self, instance: Price) -> dict[str, str]:
        is_deal = instance.audience == Audience.ORGANISATION
        if is_deal != (instance.organisation is not None):
            return {"organisation": _("The audience organisation has one; others have none.")}
        if instance.organisation == instance.space.organisation:
            return {"organisation": _("The owner’s people have an audience of their own.")}
        if instance.per != Per.HOUR and instance.is_windowed:
            return {"per": _("Only a price per hour can be for some days or times of day.")}
        first, last = instance.valid_from, instance.valid_until
        if first and last and last < first:
            return {"valid_until": _("The last day is before the first.")}
        return {}

    def for_delete(self, row: Mapping[str, Any], instance: Price) -> bool:
        cell = plain(row.get("remove")).strip()
        try:
            return bool(cell) and self.fields["remove"].widget.clean(cell)
        except ValueError:
            return False  # which is said to be wrong when the row is read
