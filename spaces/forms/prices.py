"""What a space costs."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces.models import Audience, Per, Price, Space, Vat

MOST = Decimal(1_000_000)  # kroner


class PricesForm(forms.Form):
    """A table: a row for each audience, a price per hour and per day. Empty is no price,
    which is something else than 0."""

    vat = forms.ChoiceField(
        label=_("VAT"),
        choices=Vat,
        help_text=_("Prices include it. Letting a bare room is exempt; services are not."),
    )

    def __init__(self, data: Any = None, *, space: Space) -> None:
        rows = list(space.prices.all())
        initial: dict[str, Any] = {
            cell(price.audience, price.per): Decimal(price.amount) / 100 for price in rows
        }
        super().__init__(data, initial={**initial, "vat": rows[0].vat if rows else Vat.EXEMPT_3_11})
        for audience in Audience:
            for per in Per:
                self.fields[cell(audience, per)] = forms.DecimalField(
                    label=f"{audience.label}, {per.label}",
                    min_value=0,
                    max_value=MOST,
                    decimal_places=2,
                    required=False,
                    localize=True,
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                )

    def rows(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        for audience in Audience:
            yield str(audience.label), [self[cell(audience, per)] for per in Per]

    def prices(self) -> list[Price]:
        return [
            Price(
                audience=audience, per=per, amount=int(kroner * 100), vat=self.cleaned_data["vat"]
            )
            for audience in Audience
            for per in Per
            if (kroner := self.cleaned_data[cell(audience, per)]) is not None
        ]


def cell(audience: str, per: str) -> str:
    return f"{audience}-{per}"
