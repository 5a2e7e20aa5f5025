"""Money: whole minor units and a currency. Rounding happens here and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (øre) of one currency (ISO 4217)."""

    amount: int
    currency: str = "NOK"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def times(self, factor: int | Fraction) -> "Money":
        """`factor` times this, rounded half away from zero to a whole minor unit."""
        exact = self.amount * Fraction(factor)
        quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
        return Money(int(quotient.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def as_json(self) -> dict[str, int | str]:
        return {"amount": self.amount, "currency": self.currency}

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def sum_of(amounts: Iterable[Money]) -> Money:
    """What amounts of one currency come to together; none of them: nothing, in kroner. Raises
    `ValueError` for several currencies."""
    amounts = list(amounts)
    return sum(amounts[1:], amounts[0]) if amounts else Money(0)
