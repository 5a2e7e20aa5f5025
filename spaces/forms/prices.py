"""What a space costs."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spaces import formats, rulebook
from spaces.forms.kroner import KronerField
from spaces.models import Audience, LengthDiscount, Per, Price, Space, Vat
from spaces.models.vat import VAT_REASON, misfit

TABLED = tuple(audience for audience in Audience if audience != Audience.ORGANISATION)
HOUR, DAY = 60, 24 * 60
LONG = (*(n * HOUR for n in (2, 3, 4, 6, 8, 12)), *(n * DAY for n in (1, 2, 3, 7, 14, 30)))
DISCOUNTS = range(3)  # as many as a booker can take in
FEES = ("minimum_charge", "cleaning_fee", "deposit", "no_show_fee", "overstay_fee")


class PricesForm(forms.Form):
    """A table: a row for each audience, a price for each length of time. Empty is no price,
    which is something else than 0. Below it what comes off and on."""

    vat = forms.ChoiceField(
        label=_("VAT"),
        choices=Vat,
        help_text=_("Prices include it. Letting a bare room is exempt; services are not."),
    )
    minimum_charge = KronerField(
        label=_("Minimum charge"),
        required=False,
        help_text=_("A booking that costs something costs at least this."),
    )
    cleaning_fee = KronerField(
        label=_("Cleaning"),
        required=False,
        help_text=_("Added once to a booking that costs something."),
    )
    deposit = KronerField(
        label=_("Deposit"),
        required=False,
        help_text=_(
            "Reserved on the booker’s card before the stay, and let go 48 hours after it. Until "
            "then you may draw what you claim of it, with a reason."
        ),
    )
    no_show_fee = KronerField(
        label=_("Fee for not coming"),
        required=False,
        help_text=_("Charged a day after nobody came, unless you waive it."),
    )
    overstay_fee = KronerField(
        label=_("Fee for staying too long"),
        required=False,
        help_text=_("Charged a day after you say that they are still there, unless you waive it."),
    )

    def __init__(self, data: Any = None, *, space: Space) -> None:
        initial: dict[str, Any] = {
            cell(price.audience, price.per): price.amount for price in space.prices.plain()
        }
        for n, one in zip(DISCOUNTS, space.length_discounts.all(), strict=False):
            initial |= {f"from-{n}": one.from_minutes, f"percent-{n}": one.percent}
        for name in ("vat", *FEES):
            initial[name] = getattr(space, name) or None
        super().__init__(data, initial=initial)
        self.is_vat_registered = space.organisation.is_vat_registered
        newest = rulebook.in_force()
        for name in ("no_show_fee", "overstay_fee"):
            if newest is not None and newest.most_fee is not None:
                cap = {"price": formats.price(newest.most_fee)}
                told = _("The district’s rulebook says: at most %(price)s.") % cap
                self.fields[name].help_text = f"{self.fields[name].help_text} {told}"
        for audience in TABLED:
            for per in Per:
                label = f"{audience.label}, {per.label}"
                self.fields[cell(audience, per)] = KronerField(label=label, required=False)
        for n in DISCOUNTS:
            self._offer_discount(n, initial.get(f"from-{n}"))

    def _offer_discount(self, n: int, current: int | None) -> None:
        lengths = sorted({*LONG, *([current] if current else [])})
        words = [(minutes, formats.duration(minutes)) for minutes in lengths]
        self.fields[f"from-{n}"] = forms.TypedChoiceField(
            label=_("From"), required=False, coerce=int, choices=[("", "–"), *words]
        )
        self.fields[f"percent-{n}"] = forms.IntegerField(
            label=_("Off (%)"), required=False, min_value=1, max_value=100
        )

    def clean_vat(self) -> str:
        vat: str = self.cleaned_data["vat"]
        if wrong := misfit(vat, is_registered=self.is_vat_registered):
            raise forms.ValidationError(wrong, "misfit")
        return vat

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = set()
        for n in DISCOUNTS:
            begins, percent = cleaned.get(f"from-{n}"), cleaned.get(f"percent-{n}")
            if bool(begins) != bool(percent) and not self.errors:
                missing = f"percent-{n}" if begins else f"from-{n}"
                self.add_error(missing, _("Choose both a length and a discount."))
            elif begins and begins in seen:
                self.add_error(f"from-{n}", _("There is a discount from that length already."))
            seen.add(begins)
        return cleaned

    def rows(self) -> Iterator[tuple[str, list[tuple[str, forms.BoundField]]]]:
        for audience in TABLED:
            cells = [(str(per.label), self[cell(audience, per)]) for per in Per]
            yield str(audience.label), cells

    def vat_reasons(self) -> list[tuple[str, str]]:
        """Each treatment, and when it is the right one."""
        return [(str(vat.label), str(VAT_REASON[vat])) for vat in Vat]

    def discount_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"from-{n}"], self[f"percent-{n}"]) for n in DISCOUNTS]

    def fee_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FEES]

    def terms(self) -> dict[str, Any]:
        """What `operations.set_prices` takes."""
        said = self.cleaned_data
        return {
            "prices": [
                Price(audience=audience, per=per, amount=amount)
                for audience in TABLED
                for per in Per
                if (amount := said[cell(audience, per)]) is not None
            ],
            "discounts": [
                LengthDiscount(from_minutes=said[f"from-{n}"], percent=said[f"percent-{n}"])
                for n in DISCOUNTS
                if said[f"from-{n}"]
            ],
            "vat": said["vat"],
            **{name: said[name] or 0 for name in FEES},
        }


def cell(audience: str, per: str) -> str:
    return f"{audience}-{per}"
