"""The spaces that may be what is wanted, before any clock is looked at."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from django.conf import settings
from django.db.models import Exists, Q

from bookings.availability import InOrder, in_order
from bookings.filters import Spot, asks, box_of, within
from bookings.forms import Sort, Wanted
from bookings.queries.obtaining import Asker
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.prices import Buyer

AT_NO_TIME = datetime.min.replace(tzinfo=UTC)  # a stranger's search asks no clock


@dataclass(frozen=True)
class Candidates:
    """`here` are those of the words, the number of people and the area; of them, `narrowed`
    are those that all filters let through. The order is total: pages never overlap."""

    wanted: Wanted
    asker: Asker

    @cached_property
    def spot(self) -> Spot | None:
        """What is asked near, when it is known."""
        return Spot.named(self.wanted.near)

    @property
    def origin(self) -> Spot:
        """What distances are measured from."""
        return self.spot or Spot(*settings.DISTRICT_CENTRE)

    @cached_property
    def here(self) -> SpaceQuerySet:
        wanted = self.wanted
        spaces = Space.objects.visible_to(self.asker.user).published()
        spaces = spaces.filter(capacity__gte=wanted.people).matching(wanted.q)
        if box := box_of(wanted.bbox) if wanted.bbox else None:
            spaces = spaces.filter(within(box))
        spaces = spaces.by_distance(self.origin.latitude, self.origin.longitude)
        if self.spot and wanted.radius:
            spaces = spaces.filter(Q(distance__lte=wanted.radius))
        return spaces

    @cached_property
    def conditions(self) -> dict[str, Q]:
        """What each filter that is on asks, by its name."""
        asked = {name: asks(name, value) for name, value in self.wanted.asked.items()}
        return {**asked, "free": self.free_of_charge} if self.wanted.free else asked

    @property
    def free_of_charge(self) -> Q:
        """With a price of nothing for this person; whether it holds then, a quote says."""
        buyer = self.asker.buyer
        prices = Space.objects.prices_for(buyer.affiliations, buyer.organisations)
        return Q(Exists(prices.filter(amount=0)))

    @cached_property
    def narrowed(self) -> SpaceQuerySet:
        return sorted_by(self.here.filter(*self.conditions.values()), self.wanted.sort)

    def in_order(self, theirs: Q) -> InOrder:
        """`narrowed`, of them `theirs`, for the engine. A stranger's plain search, as most are,
        is put into SQL once: that is a tenth of what its page costs."""
        wanted, asker = self.wanted, self.asker
        asks_words = bool(wanted.q) or (wanted.near and self.spot and self.spot.name)
        if asker.user is not None or asks_words:
            return in_order(self.narrowed.filter(theirs))
        return _in_order(wanted.at_no_time, asker.buyer, self.origin)

    @property
    def of_any_size(self) -> SpaceQuerySet:
        """`narrowed`, however many they hold."""
        return Candidates(replace(self.wanted, people=1), self.asker).narrowed

    def of_any_size_within(self, metres: int) -> SpaceQuerySet:
        """The same within another radius."""
        wanted = replace(self.wanted, people=1, radius=metres)
        return Candidates(wanted, self.asker).narrowed


@lru_cache(maxsize=512)
def _in_order(wanted: Wanted, buyer: Buyer, _origin: Spot) -> InOrder:
    return in_order(Candidates(wanted, Asker(None, buyer, AT_NO_TIME)).narrowed)


def sorted_by(spaces: SpaceQuerySet, sort: str) -> SpaceQuerySet:
    """By what does not depend on the time; what is left in the same place, by distance."""
    first = {Sort.CAPACITY: ["capacity"], Sort.SIZE: ["-capacity"]}
    order = [*first.get(Sort(sort), []), "distance", "pk"]
    return spaces.order_by(*order)
