"""The same time again and again, over all owners: which space has most of the days, and where
those that it lacks fit best.

The engine is asked once about all spaces and all days; what a person may have of that, and
for how much, is worked out beside it. So the number of queries grows with neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from accounts.models import User
from bookings import availability
from bookings.forms import Recurring, Sort
from bookings.grounds import Grounds
from bookings.models import Unmet
from bookings.queries.candidates import Candidates
from bookings.queries.obtaining import Asker, quantity_of
from bookings.quotas import QuotaUse, QuotaUsed, Share, shares_of
from spaces.listed import listed
from spaces.models import Place, Quota, Space
from spaces.models.space import SpaceQuerySet, address
from spaces.money import Money, sum_of
from spaces.periods import Period
from spaces.prices import total
from spaces.walking import Point, metres_between, walking_minutes

PER_PAGE = 24
LOOKED_AT = 72  # spaces: which of them has most of the days is only known once all are asked
TIMES = 2000  # asked about at most: of a rule with many days, fewer spaces
LEAST = 24  # but so many
BATCHES = 4  # of so many spaces, one after the other while nothing is found in them


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: `spaces` are candidates in their order, `near` is what the walk is
    measured from, and what is offered of a space comes to `max_price` in all, in minor units."""

    spaces: SpaceQuerySet
    asked: Recurring
    near: Point
    max_price: int | None = None


def wish_of(asked: Candidates, wanted: Recurring) -> Wish:
    """What an address asks for."""
    return Wish(asked.narrowed, wanted, asked.origin.point, wanted.most)


@dataclass(frozen=True, slots=True)
class Instead:
    """Another space for a day, and how far it is to walk from the one that lacks it."""

    space: Space
    price: Money
    walk: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the rule in one space. With a `price` it can be had there; else perhaps
    `instead`. `span` is None when the clocks skip that hour."""

    day: date
    span: Period | None
    price: Money | None
    instead: Instead | None = None


@dataclass(frozen=True)
class Row:
    """What one space has of the days, and others instead."""

    wanted: Recurring
    space: Space
    days: tuple[Day, ...]
    walk: int
    quantity: int

    @property
    def free(self) -> int:
        """How many can be had here."""
        return sum(one.price is not None for one in self.days)

    @property
    def missing(self) -> list[Day]:
        return [one for one in self.days if one.price is None]

    @cached_property
    def offered(self) -> list[tuple[Space, Money]]:
        """What can be had, here or elsewhere, with its price."""
        found = (
            (self.space, one.price)
            if one.price is not None
            else one.instead and (one.instead.space, one.instead.price)
            for one in self.days
        )
        return [one for one in found if one]

    @cached_property
    def total(self) -> Money:
        """Of all that can be had."""
        return sum_of(price for _space, price in self.offered)

    @property
    def is_apart(self) -> bool:
        """The owner answers each, and each is paid: they cannot be booked in one go."""
        return bool(self.total) and self.free > 1 and not self.space.in_force.is_instant

    @property
    def url(self) -> str:
        """The table of its times, with the same chosen instead."""
        query = self.wanted.rule()
        query["people"] = str(self.wanted.people)
        if self.quantity > 1:
            query["quantity"] = str(self.quantity)
        others = (one.instead.space.pk for one in self.days if one.instead)
        query.setlist("instead", [str(pk) for pk in dict.fromkeys(others)])
        return f"{address('repeat', self.space.slug)}?{query.urlencode()}#times"


@dataclass(frozen=True, slots=True)
class Found:
    rows: list[Row]  # of the page
    has_more: bool
    passed: int = 0  # where nothing was found in so many spaces, the first, and there are more
    compared: int = 0  # so many spaces at most


def recurring(wish: Wish, *, user: User | None, now: datetime) -> Found:
    """The page of spaces: first those with most of the days, of as many in the wish's order."""
    asker = Asker.at(now, user)
    rows, batch = [], min(LOOKED_AT, max(LEAST, TIMES // len(wish.asked.days)))
    for start in range(0, BATCHES * batch, batch):
        among = Recurrences(wish, asker, first=start, most=batch)
        if rows := list(among.rows()):
            break
        if not among.is_more:
            return Found([], has_more=False)
    else:
        return Found([], has_more=False, passed=BATCHES * batch)
    if wish.asked.sort == Sort.PRICE:
        rows.sort(key=lambda row: row.total.amount)
    rows.sort(key=lambda row: (-row.free, row.is_apart))
    first = (wish.asked.page - 1) * PER_PAGE
    shown = rows[first : first + PER_PAGE]
    return Found(shown, has_more=len(rows) > first + PER_PAGE, compared=batch)


def reason_of(wish: Wish, found: Found) -> Unmet | None:
    """Why a search is in vain; None where it is not, or was given up."""
    if found.rows or found.passed or wish.asked.page > 1:
        return None
    return Unmet.NONE_FREE if wish.spaces.exists() else Unmet.NONE_AT_ALL


class Recurrences:
    """The days of a rule in the spaces of a wish, for one person."""

    def __init__(self, wish: Wish, asker: Asker, *, first: int, most: int) -> None:
        """In so many of them, from the `first` on."""
        self.wish, self.wanted, self.asker = wish, wish.asked, asker
        self.first, self.most = first, most
        self.days = wish.asked.days
        zones = Place.objects.order_by().values_list("time_zone", flat=True).distinct()
        self.spans = {zone: wish.asked.spans(zone) for zone in zones}

    def rows(self) -> Iterator[Row]:
        for pk in self.theirs:
            row = self._row(self.spaces[pk])
            dearest = 0 if self.wanted.free else self.wish.max_price
            if dearest is None or row.total.amount <= dearest:
                yield row

    @cached_property
    def spaces(self) -> dict[int, Space]:
        return listed(self._free)

    @cached_property
    def theirs(self) -> dict[int, dict[int, Money]]:
        """What they can have: by space the price of each of its days, by its number."""
        found = {}
        for pk in self._free:
            if (space := self.spaces.get(pk)) is None:  # deleted in this moment
                continue
            prices = {number: self._price(space, number) for number in self._within_quota(space)}
            found[pk] = {number: price for number, price in prices.items() if price is not None}
        return {pk: prices for pk, prices in found.items() if prices}

    @cached_property
    def _free(self) -> Mapping[int, Sequence[int]]:
        """The numbers of the days on which nothing but a quota or a price is in the way."""
        if not self._ends:
            return {}
        return availability.free_of_each(
            self._candidates[self.first :],
            self.spans,
            now=self.asker.now,
            quantity=self.wanted.people,
            most=self.most,
        )

    @property
    def is_more(self) -> bool:
        """Whether there are spaces after these."""
        after = self.first + self.most
        return bool(self._ends) and self._candidates[after : after + 1].exists()

    @cached_property
    def _candidates(self) -> SpaceQuerySet:
        return self.wish.spaces.filter(self.asker.opens(min(self._ends)))

    @cached_property
    def _ends(self) -> list[datetime]:
        return [span.upper for spans in self.spans.values() for span in spans if span]

    def _span(self, space: Space, number: int) -> Period | None:
        return self.spans[space.place.time_zone][number]

    def _price(self, space: Space, number: int) -> Money | None:
        span = self._span(space, number)
        if span is None:
            return None
        quantity, people = quantity_of(space, self.wanted), self.wanted.people
        return total(space, span, quantity=quantity, people=people, buyer=self.asker.buyer)

    # --- Quotas ---------------------------------------------------------------------------

    def _within_quota(self, space: Space) -> Iterator[int]:
        """Of the free days those that they have the certificates for and a quota has room for,
        the earlier ones booked too."""
        use = self._use.anew()
        for number in self._free[space.pk]:
            span = self._span(space, number)
            assert span is not None  # it is free
            if not self.asker.lacks(space, span.upper) and self._takes(use, space, number):
                yield number

    def _takes(self, use: QuotaUse, space: Space, number: int) -> bool:
        """Whether a quota has room for it, which it takes then."""
        span = self._span(space, number)
        assert span is not None  # it is free
        try:
            use.require(self._shares[space.pk, number], span)
        except QuotaUsed:
            return False
        return True

    @cached_property
    def _shares(self) -> dict[tuple[int, int], list[Share]]:
        grounds = self._grounds
        return {
            (pk, number): shares_of(self.spaces[pk], span, grounds, organisation=None)
            for pk, numbers in self._free.items()
            if pk in self.spaces
            for number in numbers
            if (span := self._span(self.spaces[pk], number)) is not None
        }

    @cached_property
    def _use(self) -> QuotaUse:
        return QuotaUse([one for shares in self._shares.values() for one in shares], self.asker.now)

    @property
    def _grounds(self) -> Grounds:
        asker = self.asker
        quotas = list(Quota.objects.standing()) if asker.user else []
        return Grounds(asker.access, asker.buyer, rulebook=None, strikes=[], quotas=quotas)

    # --- Elsewhere ------------------------------------------------------------------------

    def _row(self, space: Space) -> Row:
        prices = self.theirs[space.pk]
        others = self._alike(space) if len(prices) < len(self.days) else []
        use = self._use.anew()
        for number in prices if others else ():
            self._takes(use, space, number)
        return Row(
            wanted=self.wanted,
            space=space,
            days=tuple(
                Day(
                    day,
                    self._span(space, number),
                    prices.get(number),
                    None if number in prices else self._instead(space, number, others, use),
                )
                for number, day in enumerate(self.days)
            ),
            walk=walking_minutes(space.place, self.wish.near),
            quantity=quantity_of(space, self.wanted),
        )

    def _alike(self, space: Space) -> list[Space]:
        """Those of the same kind among what was asked for, the nearest to it first; and where
        it is had at once, only such."""
        here = space.place.latitude, space.place.longitude
        others = [
            other
            for pk in self.theirs
            if (other := self.spaces[pk]).kind == space.kind
            and other.allocation == space.allocation
            and other.pk != space.pk
            and (other.in_force.is_instant or not space.in_force.is_instant)
        ]
        return sorted(others, key=lambda other: metres_between(other.place, here))

    def _instead(
        self, space: Space, number: int, others: Sequence[Space], use: QuotaUse
    ) -> Instead | None:
        """The first that they can have then, beside what they have already of a quota that is
        not one space's alone; but nothing that costs instead of what does not, nor where the
        clocks show another time."""
        wanted = self._price(space, number)
        currency = next(iter(self.theirs[space.pk].values())).currency
        here = space.place.latitude, space.place.longitude
        for other in others:
            price = self.theirs[other.pk].get(number)
            if price is None or self._span(other, number) != self._span(space, number):
                continue
            is_cheap = wanted is None or wanted or not price
            if price.currency == currency and is_cheap and self._takes(use, other, number):
                return Instead(other, price, walking_minutes(other.place, here))
        return None
