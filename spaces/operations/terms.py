"""How a space is booked, and what it costs."""

from collections.abc import Iterable
from typing import Any

from accounts.transactions import operation
from spaces.models import Price, Space


@operation
def set_rules(*, space: Space, **rules: Any) -> None:
    """For bookings from now on: those that are made keep the terms they were made on."""
    for name, value in rules.items():
        setattr(space, name, value)
    space.save(update_fields=list(rules))


@operation
def set_prices(*, space: Space, prices: Iterable[Price]) -> None:
    """These prices, in place of those there were. A booking keeps the price it was made at."""
    Space.objects.select_for_update().get(pk=space.pk)
    space.prices.all().delete()
    for price in prices:
        price.space = space
        price.save()
