"""A time in a space as it is offered to somebody: what they can book, and for how much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.forms.rooms import rooms_query
from bookings.forms.times import time_query
from bookings.queries.obtaining import Asker, Means, suits
from spaces import formats
from spaces.forms.clock import DAY
from spaces.models import Space
from spaces.money import Money
from spaces.periods import Period, at_minute
from spaces.prices import total
from spaces.walking import Point, walking_minutes


class What(TextChoices):
    """What is otherwise about a near miss."""

    TIME = "time", gettext_lazy("Time")
    MINUTES = "minutes", gettext_lazy("Length")
    PEOPLE = "people", gettext_lazy("People")
    UNITS = "units", gettext_lazy("Units")
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

    @property
    def is_one_time(self) -> bool:
        """Whether there was but one time between the hours that were asked for."""
        (opens, closes), (start, end) = self.asked, self.offered
        return bool(closes - opens == end - start)

    def in_words(self, slot: "Slot") -> str:
        match self.what:
            case What.TIME if self.is_one_time:
                zone = slot.space.place.zone
                day = slot.span.lower.astimezone(zone).date()
                wanted = at_minute(day, self.asked[0], zone)
                told = {
                    "is": formats.clock(slot.span.lower, zone),
                    "was": formats.clock(wanted, zone),
                }
                return _("%(is)s instead of %(was)s") % told
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
            case What.UNITS:
                told = {"is": self.offered, "was": self.asked}
                return _("%(is)s places instead of %(was)s") % told
            case What.PRICE:
                more = formats.price(Money(self.offered - self.asked))
                return _("%(price)s more than you set") % {"price": more}
            case What.DISTANCE:
                farther = max(1, self.offered - self.asked)
                return _("%(n)s m farther away") % {"n": farther}
            case What.ROOMS:
                one, other = slot.rooms
                rooms = {"one": one.space, "n": one.people, "other": other.space, "m": other.people}
                return _("%(n)s in %(one)s and %(m)s in %(other)s, beside it") % rooms


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in a space that can be booked, what it costs in all, and how far it is to walk."""

    space: Space
    span: Period
    price: Money
    walk: int
    quantity: int = 1
    people: int = 1
    rooms: "tuple[Slot, ...]" = ()  # where it takes two, each with those who come to it
    differs: tuple[Difference, ...] = ()

    @property
    def url(self) -> str:
        """The space's page with this time chosen already; of two rooms, where both are put
        into the cart."""
        if self.rooms:
            parties = [(one.space, one.people) for one in self.rooms]
            return f"{reverse('cart_rooms')}?{rooms_query(self.span, parties)}"
        party = {}
        if self.quantity > 1:
            party["quantity"] = self.quantity
        elif self.people > 1:
            party["people"] = self.people
        time = time_query(self.span, self.space.place.zone, **party)
        return f"{self.space.get_absolute_url()}?{time}"

    @property
    def otherwise(self) -> list[str]:
        """What is otherwise about it than asked for, in words."""
        return [difference.in_words(self) for difference in self.differs]


def offers(
    space: Space,
    spans: Iterable[Period],
    *,
    asker: Asker,
    people: int,
    units: int | None = None,
    near: Point,
    means: Means | None = None,
) -> Iterator[Slot]:
    """Those of some times, free and neither by access nor quota kept from this person, that
    they have the certificates and a price for, and one that they want; for those of the
    `people` whom it holds, and of a pool for so many `units`, or as many."""
    quantity = (units or people) if space.is_pool else 1
    people = min(people, space.capacity)
    for span in spans:
        if asker.lacks(space, span.upper):
            continue
        price = total(space, span, quantity=quantity, people=people, buyer=asker.buyer)
        if price is not None and (means is None or suits(price, means)):
            yield Slot(space, span, price, walking_minutes(space.place, near), quantity, people)
