"""The sheet of prices: one row for each audience of a space and each length of time."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from spaces.bulk.cells import Choice, Kroner, YesNo, plain
from spaces.bulk.columns import Column
from spaces.bulk.places import Slug
from spaces.bulk.sheets import Sheet, missing
from spaces.models import Audience, Per, Price, Vat


class PriceSheet(Sheet):
    title = "prices"
    words = gettext_lazy("Prices")
    key = ("space", "audience", "per")
    must_have = frozenset({"space", "amount"})

    listed = (
        Column("space", Slug(), gettext_lazy("The space’s slug."), example="moterom-nidelva"),
        Column("audience", Choice(Audience), gettext_lazy("Who gets it."), example="everyone"),
        Column("per", Choice(Per), gettext_lazy("What it is for."), example="hour"),
        Column(
            "amount",
            Kroner(),
            gettext_lazy("In kroner, VAT included. 0 is free."),
            example="320",
            needed=True,
        ),
        Column("vat", Choice(Vat), gettext_lazy("How it is taxed."), example="exempt_3_11"),
        Column("remove", YesNo(), gettext_lazy("Yes takes the price away.")),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        slugs = {space.pk: space.slug for space in self.known.spaces.values()}
        self.prices = {
            (slugs[one.space_id], one.audience, one.per): one for one in self.known.prices()
        }

    def everything(self) -> Iterable[Price]:
        for (slug, _audience, _per), price in self.prices.items():
            price.space = self.known.spaces[slug]
            yield self._dressed(price)

    @staticmethod
    def _dressed(price: Price) -> Price:
        price.remove = False  # type: ignore[attr-defined]
        return price

    def address(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """Left out, the audience is everyone and the time an hour."""
        slug, audience, per = super().address(row)
        return slug, *(
            self._code(column, text) for column, text in (("audience", audience), ("per", per))
        )

    def _code(self, column: str, text: str) -> str:
        if not text:
            return {"audience": Audience.EVERYONE, "per": Per.HOUR}[column]
        try:
            return str(self.fields[column].widget.clean(text))
        except ValueError:
            return text  # which is said to be wrong when the row is read

    def find(self, row: Mapping[str, Any]) -> Price | None:
        slug, audience, per = self.address(row)
        if slug not in self.known.spaces:
            raise missing("space", slug)
        price = self.prices.get((slug, audience, per))
        if price is not None:
            price.space = self.known.spaces[slug]
            return self._dressed(price)
        return None

    def new(self, row: Mapping[str, Any]) -> Price:
        slug, audience, per = self.address(row)
        price = Price(space=self.known.spaces[slug], audience=audience, per=per)
        return self._dressed(price)

    def import_instance(self, instance: Price, row: Any, **kwargs: Any) -> None:
        row = {name: cell for name, cell in row.items() if name != "space"}
        super().import_instance(instance, row, **kwargs)

    def for_delete(self, row: Mapping[str, Any], instance: Price) -> bool:
        cell = plain(row.get("remove")).strip()
        try:
            return bool(cell) and self.fields["remove"].widget.clean(cell)
        except ValueError:
            return False  # which is said to be wrong when the row is read
