"""The prices of a space as its page shows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from spaces import formats
from spaces.models import Audience, Per, Price, Space
from spaces.prices.buyers import Buyer
from spaces.prices.lines import about_price, conditions
from spaces.prices.rates import Rate, is_limited


@dataclass(frozen=True, slots=True)
class Row:
    """What one audience pays, for each length of time in use."""

    who: str
    is_everyone: bool
    is_mine: bool
    cells: list[Price | None]


@dataclass(frozen=True, slots=True)
class Limited:
    """A price that holds at some times, on some dates or for groups."""

    price: Price
    words: str  # for whom, when and how many
    rate: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Table:
    pers: list[Per]
    rows: list[Row]
    limited: list[Limited]
    extras: list[str]  # discounts and what comes in addition, a sentence each

    @classmethod
    def of(cls, space: Space, buyer: Buyer, *, today: date) -> "Table":
        """What holds on `today` and later, in the order of audiences and lengths."""
        order = {audience: number for number, audience in enumerate(Audience)}
        prices = sorted(
            (price for price in space.prices.all() if not is_over(price, today)),
            key=lambda price: (order[Audience(price.audience)], price.minutes, price.amount),
        )
        plain = [price for price in prices if not is_limited(price)]
        pers = [per for per in Per if any(price.per == per for price in plain)]
        limited = [
            Limited(
                price,
                limits(price),
                Rate(price, is_from=False).words,
                buyer.belongs_to(price, space),
            )
            for price in prices
            if is_limited(price)
        ]
        return cls(pers, list(_rows(plain, pers, space, buyer)), limited, list(_extras(space)))


def is_over(price: Price, today: date) -> bool:
    return price.valid_until is not None and price.valid_until < today


def limits(price: Price) -> str:
    """`Students, mon–fri, 16–22, from 1 January 2027`"""
    found = conditions(price.audience, about_price(price))
    if price.valid_from:
        found.append(_("from %(day)s") % {"day": formats.day_full(price.valid_from)})
    if price.valid_until:
        found.append(_("until %(day)s") % {"day": formats.day_full(price.valid_until)})
    words = ", ".join(found)
    return words[:1].upper() + words[1:]


def _rows(prices: Iterable[Price], pers: list[Per], space: Space, buyer: Buyer) -> Iterator[Row]:
    by_audience: dict[tuple[str, int | None], dict[str, Price]] = {}
    for price in prices:
        by_audience.setdefault((price.audience, price.organisation_id), {})[price.per] = price
    for (audience, _organisation), found in by_audience.items():
        one = next(iter(found.values()))
        who = one.organisation.name if one.organisation else str(Audience(audience).label)
        yield Row(
            who=who,
            is_everyone=audience == Audience.EVERYONE,
            is_mine=buyer.belongs_to(one, space),
            cells=[found.get(per) for per in pers],
        )


def _extras(space: Space) -> Iterator[str]:
    for one in space.length_discounts.all():
        yield _("%(percent)s %% off from %(time)s.") % {
            "percent": one.percent,
            "time": formats.duration(one.from_minutes),
        }
    if space.minimum_charge:
        yield _("At least %(price)s for a booking that costs something.") % {
            "price": formats.price(space.minimum_charge)
        }
    if space.cleaning_fee:
        yield _("Cleaning of %(price)s is added to a booking that costs something.") % {
            "price": formats.price(space.cleaning_fee)
        }
    if space.deposit:
        yield _("A deposit of %(price)s is reserved on the card, and let go after the stay.") % {
            "price": formats.price(space.deposit)
        }
