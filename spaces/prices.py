"""What a space costs for a period and a person: pure arithmetic over its price rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from spaces.models import Audience, Per, Price, Space, Vat
from spaces.models.price import VAT_PERCENT
from spaces.money import Money
from spaces.periods import Period, minutes_in


class NotForSale(Refused):
    code = "not_for_sale"
    message = _("This space has no price for you.")


@dataclass(frozen=True, slots=True)
class Buyer:
    """What about a person decides a price."""

    affiliations: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()  # works or studies there

    @classmethod
    def of(cls, user: User | AnonymousUser | None, now: datetime) -> "Buyer":
        if user is None or not isinstance(user, User):
            return cls()
        current = [a for a in user.affiliations.all() if not a.expires_at or a.expires_at > now]
        return cls(
            affiliations=frozenset(a.kind for a in current),
            organisations=frozenset(m.organisation_id for m in user.memberships.all())
            | frozenset(a.organisation_id for a in current if a.kind != "student"),
        )

    def belongs_to(self, price: Price, space: Space) -> bool:
        if price.audience == Audience.EVERYONE:
            return True
        if price.audience == Audience.OWN:
            return space.organisation_id in self.organisations
        return price.audience in self.affiliations


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quote, frozen on the booking when it is sold. VAT is included."""

    per: str  # Per
    count: Fraction  # hours or days
    quantity: int  # units, such as desks
    unit_price: Money
    amount: Money
    audience: str
    vat: str

    @property
    def vat_percent(self) -> int:
        return VAT_PERCENT[Vat(self.vat)]

    @property
    def vat_amount(self) -> Money:
        return self.amount.times(Fraction(self.vat_percent, 100 + self.vat_percent))

    def as_json(self) -> dict[str, Any]:
        return {
            "per": self.per,
            "count": str(self.count),
            "quantity": self.quantity,
            "unit_amount": self.unit_price.amount,
            "amount": self.amount.amount,
            "currency": self.amount.currency,
            "audience": self.audience,
            "vat": self.vat,
            "vat_percent": self.vat_percent,
            "vat_amount": self.vat_amount.amount,
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """A price before anything is stored: the total is the sum of its lines."""

    lines: tuple[Line, ...]
    total: Money


def quote(space: Space, span: Period, *, quantity: int = 1, buyer: Buyer) -> Quote:
    """The cheapest price this buyer is entitled to, VAT included.

    Elapsed time is billed. A day price caps the hours of each begun 24 hours. Raises
    `NotForSale` when the space has no price for this buyer.
    """
    offers = [_lines(prices, minutes_in(span), quantity) for prices in _by_audience(space, buyer)]
    if not offers:
        raise NotForSale(space=space.pk)
    return min((_total(lines) for lines in offers), key=lambda offer: offer.total.amount)


def cheapest(space: Space, buyer: Buyer) -> Price | None:
    """The price row to show beside the space before a time is chosen."""
    mine = [price for price in space.prices.all() if buyer.belongs_to(price, space)]
    hourly = [price for price in mine if price.per == Per.HOUR]
    return min(hourly or mine, key=lambda price: price.amount, default=None)


def _by_audience(space: Space, buyer: Buyer) -> Iterable[dict[str, Price]]:
    found: dict[str, dict[str, Price]] = {}
    for price in space.prices.all():
        if buyer.belongs_to(price, space):
            found.setdefault(price.audience, {})[price.per] = price
    return found.values()


def _lines(prices: dict[str, Price], minutes: int, quantity: int) -> tuple[Line, ...]:
    hourly, daily = prices.get(Per.HOUR), prices.get(Per.DAY)
    days, rest = divmod(minutes, 24 * 60)
    if hourly is None:
        assert daily is not None
        return (_line(daily, Fraction(days + bool(rest)), quantity),)
    if daily is None or daily.amount > 24 * hourly.amount:  # a cap that is never reached
        return (_line(hourly, Fraction(minutes, 60), quantity),)
    remainder = _line(hourly, Fraction(rest, 60), quantity)
    if rest and remainder.amount.amount >= daily.amount * quantity:
        days, remainder = days + 1, _line(hourly, Fraction(0), quantity)
    whole = (_line(daily, Fraction(days), quantity),) if days else ()
    return whole + ((remainder,) if remainder.count or not whole else ())


def _line(price: Price, count: Fraction, quantity: int) -> Line:
    return Line(
        per=price.per,
        count=count,
        quantity=quantity,
        unit_price=price.money,
        amount=price.money.times(count * quantity),
        audience=price.audience,
        vat=price.vat,
    )


def _total(lines: tuple[Line, ...]) -> Quote:
    total = Money(0, lines[0].amount.currency)
    for line in lines:
        total += line.amount
    return Quote(lines, total)
