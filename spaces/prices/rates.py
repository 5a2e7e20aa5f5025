"""What to say a space costs before a time is chosen."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces import formats
from spaces.models import AddOn, Audience, Per, Price, Space
from spaces.money import Money
from spaces.prices.buyers import Buyer
from spaces.prices.lines import before_vat
from spaces.versions import once_a_version

PER_LENGTH = {
    Per.HOUR: gettext_lazy("%(price)s/hour"),
    Per.HALF_DAY: gettext_lazy("%(price)s/half day"),
    Per.DAY: gettext_lazy("%(price)s/day"),
    Per.WEEK: gettext_lazy("%(price)s/week"),
    Per.MONTH: gettext_lazy("%(price)s/month"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """A price per length of time; `is_from` when other times or groups cost otherwise."""

    price: Price
    is_from: bool

    @property
    def money(self) -> Money:
        return self.price.money

    @property
    def is_free(self) -> bool:
        return not self.price.amount

    @property
    def audience(self) -> str:
        """Who has it, when not everyone has."""
        if self.price.audience == Audience.EVERYONE:
            return ""
        if self.price.organisation is not None:
            return self.price.organisation.name
        return str(Audience(self.price.audience).label)

    @property
    def words(self) -> str:
        """`320 kr/time`, `from 320 kr/hour`"""
        return self._words(self.money)

    def words_before_vat(self, vat: str) -> str:
        return self._words(before_vat(self.money, vat))

    def _words(self, money: Money) -> str:
        per = str(PER_LENGTH[Per(self.price.per)]) % {"price": formats.price(money)}
        return _("from %(price)s") % {"price": per} if self.is_from else per


@once_a_version
def cheapest(space: Space, buyer: Buyer) -> Rate | None:
    """What to show beside the space: the cheapest hour, else the shortest other time.

    A price that holds only at some times, or for groups, is told only where there is no
    other.
    """
    mine = [price for price in space.prices.all() if buyer.belongs_to(price, space)]
    if not mine:
        return None
    plain = [price for price in mine if not is_limited(price)]
    best = min(plain or mine, key=lambda price: (price.minutes, price.amount))
    return Rate(best, is_from=not plain)


@once_a_version
def student_rate(space: Space, rate: Rate | None, buyer: Buyer) -> Rate | None:
    """What students pay for that length, when this buyer is no student and would pay more."""
    if Audience.STUDENT in buyer.affiliations:
        return None
    per = rate.price.per if rate else Per.HOUR
    theirs = (
        price
        for price in space.prices.all()
        if price.audience == Audience.STUDENT and price.per == per and not is_limited(price)
    )
    best = min(theirs, key=lambda price: price.amount, default=None)
    if best is None or (rate is not None and best.amount >= rate.price.amount):
        return None
    return Rate(best, is_from=False)


def asks_people(space: Space) -> bool:
    """Whether what it costs depends on how many come."""
    of_add_ons = (one.per == AddOn.Per.PERSON for one in space.add_ons.all() if one.is_offered)
    return any(price.min_people for price in space.prices.all()) or any(of_add_ons)


def is_limited(price: Price) -> bool:
    """Whether it holds only at some times, on some dates or for groups."""
    return bool(price.is_windowed or price.min_people or price.valid_from or price.valid_until)
