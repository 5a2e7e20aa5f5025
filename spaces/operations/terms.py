"""How a space is booked, and what it costs.

What changes here is for bookings from now on: those that are made keep the terms and the
price they were made at.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.transactions import operation
from spaces.models import Audience, LengthDiscount, Per, Price, Space


class PriceThere(Refused):
    code = "price_there"
    message = _("There is a price for just that already. Change that one.")


@operation
def set_rules(*, space: Space, **rules: Any) -> None:
    for name, value in rules.items():
        setattr(space, name, value)
    space.save(update_fields=list(rules))


@operation
def set_prices(
    *,
    space: Space,
    prices: Iterable[Price],
    discounts: Iterable[LengthDiscount],
    **fees: Any,
) -> None:
    """The table of prices, the discounts and the fees, in place of those there were. Special
    prices stand."""
    Space.objects.select_for_update().get(pk=space.pk)
    space.prices.plain().delete()
    space.length_discounts.all().delete()
    for price in prices:
        price.space = space
        price.save()
    for discount in discounts:
        discount.space = space
        discount.save()
    for name, value in fees.items():
        setattr(space, name, value)
    space.save(update_fields=list(fees))


@operation
def set_hourly(*, space: Space, amount: int) -> None:
    """What an hour costs everyone, in øre; all other prices stand."""
    Space.objects.select_for_update().get(pk=space.pk)
    for_everyone = space.prices.plain().filter(audience=Audience.EVERYONE, per=Per.HOUR)
    if not for_everyone.update(amount=amount):
        Price.objects.create(space=space, amount=amount)


@operation
def add_price(*, space: Space, **values: Any) -> Price:
    """A special price. Raises `PriceThere`."""
    with refused_by("price_once", PriceThere), transaction.atomic():
        return Price.objects.create(space=space, **values)


@operation
def change_price(*, price: Price, **values: Any) -> None:
    """Raises `PriceThere`."""
    for name, value in values.items():
        setattr(price, name, value)
    with refused_by("price_once", PriceThere), transaction.atomic():
        price.save()


@operation
def drop_price(*, price: Price) -> None:
    price.delete()
