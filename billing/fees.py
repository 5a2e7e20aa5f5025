"""What the platform takes of what an owner earns: the terms, and the sum.

The terms stand in the rulebook, or in an agreement with the organisation; the database
writes those in force on each line when it is sold. VAT is part of the fee: letting through
somebody else is a service, and taxed as one (merverdiavgiftsloven § 5-1).
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from accounts.models import Organisation
from billing.models import FeeAgreement, OrderLine
from spaces import rulebook
from spaces.models import Rulebook, Vat
from spaces.models.vat import VAT_PERCENT
from spaces.money import Money

PERCENT = VAT_PERCENT[Vat.STANDARD_25]


@dataclass(frozen=True, slots=True)
class Fee:
    """In minor units; `gross` is what is kept back, of which `vat` is the state's."""

    gross: int
    vat: int

    @property
    def net(self) -> int:
        return self.gross - self.vat

    def __sub__(self, other: "Fee") -> "Fee":
        return Fee(self.gross - other.gross, self.vat - other.vat)


@dataclass(frozen=True, slots=True)
class Split:
    """Where part of a line's price comes from when it leaves its owner: so much is held still,
    so much they have earned, of which we give `back` our fee."""

    held: int
    earned: int
    back: Fee

    @property
    def share(self) -> int:
        """What the owner gives of what they have earned."""
        return self.earned - self.back.gross


@dataclass(frozen=True, slots=True)
class Terms:
    """`of`: where they stand; None when nothing says anything, and nothing is taken."""

    points: int
    least: int
    of: FeeAgreement | Rulebook | None

    @property
    def percent(self) -> float:
        return self.points / 100

    @property
    def is_agreed(self) -> bool:
        return isinstance(self.of, FeeAgreement)


def fee_on(line: OrderLine, kept: int) -> Fee:
    """The fee when `kept` of the line's price stays with its owner, by the line's own terms."""
    part = Money(kept).times(Fraction(line.fee_points, 10_000)).amount
    gross = min(kept, max(part, line.fee_least))
    return Fee(gross, Money(gross).times(Fraction(PERCENT, 100 + PERCENT)).amount)


def split(line: OrderLine, amount: int, left: int) -> Split:
    """Take an amount from a line that has so much `left`: what is not earned goes first."""
    held = min(amount, left - line.earned)
    earned = amount - held
    return Split(held, earned, fee_on(line, line.earned) - fee_on(line, line.earned - earned))


def terms_for(organisation: Organisation, now: datetime) -> Terms:
    """What is written on a line that is sold at `now`; the database does the same."""
    agreed = organisation.fee_agreements.filter(starts_at__lte=now).first()
    if agreed is not None:
        return Terms(agreed.points, agreed.least, agreed)
    newest = rulebook.in_force()
    if newest is not None:
        return Terms(newest.fee_points, newest.fee_least, newest)
    return Terms(0, 0, None)
