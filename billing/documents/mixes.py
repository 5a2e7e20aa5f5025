"""Of an amount, how much is sold at which VAT: exact arithmetic, in minor units.

Prices include VAT. The VAT of each line was rounded once, when it was sold, and is only ever
summed from then on. Where an amount is split anew, what was rounded goes to the greatest
remainders: the parts always come to the whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from spaces.money import Money
from spaces.prices import Line


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """How something is taxed: the treatment, and its rate as it was frozen."""

    treatment: str
    percent: int


@dataclass(frozen=True, slots=True)
class Part:
    """So much, VAT included, and what of it is VAT."""

    gross: int = 0
    vat: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(self.gross + other.gross, self.vat + other.vat)

    def __sub__(self, other: "Part") -> "Part":
        return Part(self.gross - other.gross, self.vat - other.vat)

    def __bool__(self) -> bool:
        return bool(self.gross or self.vat)

    @property
    def net(self) -> int:
        return self.gross - self.vat


Mix = Mapping[Rate, Part]


def mix_of(parts: Iterable[tuple[Rate, Part]]) -> Mix:
    """Summed by rate; what comes to nothing is left out."""
    summed: dict[Rate, Part] = defaultdict(Part)
    for rate, part in parts:
        summed[rate] += part
    return {rate: part for rate, part in sorted(summed.items()) if part}


def mix_of_sold(lines: Iterable[Line]) -> Mix:
    """Of lines as they were sold."""
    return mix_of(
        (Rate(line.vat, line.vat_percent), Part(line.amount.amount, line.vat_amount.amount))
        for line in lines
    )


def total(mix: Mix) -> int:
    return sum(part.gross for part in mix.values())


def scaled(mix: Mix, amount: int) -> Mix:
    """The same proportions, come to `amount`. A mix that comes to nothing has none, and is
    given back as it is."""
    whole = total(mix)
    if not whole or whole == amount:
        return mix
    exact = {rate: Fraction(part.gross * amount, whole) for rate, part in mix.items()}
    gross = _whole(exact, amount)
    return mix_of((rate, Part(of, vat_within(of, rate.percent))) for rate, of in gross.items())


def less(mix: Mix, other: Mix) -> Mix:
    return mix_of(
        (rate, mix.get(rate, Part()) - other.get(rate, Part()))
        for rate in sorted(mix.keys() | other.keys())
    )


def vat_within(gross: int, percent: int) -> int:
    """What of an amount is VAT that it includes."""
    return Money(gross).times(Fraction(percent, 100 + percent)).amount


def _whole(exact: Mapping[Rate, Fraction], amount: int) -> dict[Rate, int]:
    """Whole numbers that come to `amount`, none further than one from what is exact."""
    floors = {rate: value.numerator // value.denominator for rate, value in exact.items()}
    missing = amount - sum(floors.values())
    by_remainder = sorted(exact, key=lambda rate: (floors[rate] - exact[rate], rate))
    return {rate: floors[rate] + (rate in by_remainder[:missing]) for rate in exact}
