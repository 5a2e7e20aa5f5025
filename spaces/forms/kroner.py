"""Amounts in forms: kroner to people, øre to us."""

from decimal import Decimal
from typing import Any

from django import forms

MOST = Decimal(1_000_000)  # kroner


class KronerField(forms.DecimalField):
    """An amount in kroner, given as whole øre; None when it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            min_value=0, max_value=MOST, decimal_places=2, localize=True, widget=widget, **kwargs
        )

    def clean(self, value: Any) -> int | None:
        kroner = super().clean(value)
        return None if kroner is None else int(kroner * 100)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value
