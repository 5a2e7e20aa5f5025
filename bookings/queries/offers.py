"""A time in a space as it is offered to somebody: what they can book, and for how much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings.allowed import Allowed
from spaces.models import Space
from spaces.money import Money
from spaces.periods import Period
from spaces.prices import Buyer, NotForSale, quote
from spaces.walking import Point, walking_minutes


class What(TextChoices):
    """What is otherwise about a near miss."""

    TIME = "time", _("Time")
    MINUTES = "minutes", _("Length")
    PEOPLE = "people", _("People")
    PRICE = "price", _("Price")
    ROOMS = "rooms", _("Rooms")


@dataclass(frozen=True, slots=True)
class Difference:
    """`asked` and `offered` are minutes, people, minor units, a number of rooms, or of a
    time the minutes from midnight between which it was to lie, and lies."""

    what: What
    asked: Any
    offered: Any


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in a space that can be booked, what it costs, and how far it is to walk."""

    space: Space
    span: Period
    price: Money
    walk: int
    quantity: int = 1
    beside: Space | None = None  # the other of two rooms
    differs: tuple[Difference, ...] = ()


class Asker:
    """Who asks: what they may book, and at which prices."""

    def __init__(self, user: User | None, now: datetime) -> None:
        self.now, self.buyer, self.allowed = now, Buyer.of(user, now), Allowed(user, now)

    def offers(
        self, space: Space, spans: Iterable[Period], *, people: int, near: Point
    ) -> Iterator[Slot]:
        """Those of some free times that this person may book and has a price for; of a pool,
        for as many units."""
        quantity = people if space.is_pool else 1
        for span in spans:
            if self.allowed.to_book(space, span):
                try:
                    price = quote(
                        space, span, quantity=quantity, people=people, buyer=self.buyer
                    ).total
                except NotForSale:
                    continue
                yield Slot(space, span, price, walking_minutes(space.place, near), quantity)
