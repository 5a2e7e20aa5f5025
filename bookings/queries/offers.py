"""A time in a space as it is offered to somebody: what they can book, and for how much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.forms.times import chosen_time
from bookings.queries.obtaining import Asker
from spaces import formats
from spaces.forms.clock import DAY
from spaces.models import Space
from spaces.money import Money
from spaces.periods import Period
from spaces.prices import total
from spaces.walking import Point, walking_minutes


class What(TextChoices):
    """What is otherwise about a near miss."""

    TIME = "time", gettext_lazy("Time")
    MINUTES = "minutes", gettext_lazy("Length")
    PEOPLE = "people", gettext_lazy("People")
    PRICE = "price", gettext_lazy("Price")
    ROOMS = "rooms", gettext_lazy("Rooms")
    DISTANCE = "distance", gettext_lazy("Distance")


@dataclass(frozen=True, slots=True)
class Difference:
    """`asked` and `offered` are minutes, people, minor units, metres, a number of rooms, or of
    a time the minutes from midnight between which it was to lie, and lies."""

    what: What
    asked: Any
    offered: Any

    def in_words(self, slot: "Slot") -> str:
        match self.what:
            case What.TIME:
                opens, closes = (minute % DAY or minute for minute in self.asked)
                hours = formats.minute_range(opens, closes)
                return _("Not between %(hours)s") % {"hours": hours}
            case What.MINUTES:
                told = {"is": formats.duration(self.offered), "was": formats.duration(self.asked)}
                return _("%(is)s instead of %(was)s") % told
            case What.PEOPLE:
                holds = ngettext("Holds %(n)d person", "Holds %(n)d people", self.offered)
                return holds % {"n": self.offered}
            case What.PRICE:
                more = formats.price(Money(self.offered - self.asked))
                return _("%(price)s more than you set") % {"price": more}
            case What.DISTANCE:
                farther = max(1, self.offered - self.asked)
                return _("%(n)s m farther away") % {"n": farther}
            case What.ROOMS:
                return _("Together with %(space)s, beside it") % {"space": slot.beside}


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

    @property
    def url(self) -> str:
        """The space's page with this time chosen already."""
        query: dict[str, str | int] = {**chosen_time(self.span, self.space.place.zone)}
        if self.quantity > 1:
            query["quantity"] = self.quantity
        return f"{self.space.get_absolute_url()}?{urlencode(query)}"

    @property
    def otherwise(self) -> list[str]:
        """What is otherwise about it than asked for, in words."""
        return [difference.in_words(self) for difference in self.differs]


def offers(
    space: Space, spans: Iterable[Period], *, asker: Asker, people: int, near: Point
) -> Iterator[Slot]:
    """Those of some free times that this person may book and has a price for; of a pool, for
    as many units."""
    quantity = people if space.is_pool else 1
    for span in spans:
        if asker.allowed.to_book(space, span):
            price = total(space, span, quantity=quantity, people=people, buyer=asker.buyer)
            if price is not None:
                yield Slot(space, span, price, walking_minutes(space.place, near), quantity)
