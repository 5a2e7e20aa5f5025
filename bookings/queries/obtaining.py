"""What a person can have of what is free: what the booking operation would not refuse them.

Who they are, their certificates and their quotas are conditions, asked of all spaces at once.
Whether there is a price for them at that time, and what it comes to, is quoted, but only
where the rows of prices alone do not say.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import count
from typing import Any, Protocol

from django.db.models import Q

from accounts.models import User
from bookings import availability
from bookings.availability import Barred, InOrder, Slots
from bookings.quotas import spent, used_up
from bookings.strikes import paused
from spaces.access import Access
from spaces.listed import listed
from spaces.models import Price, Space
from spaces.models.space import SpaceQuerySet
from spaces.money import Money
from spaces.periods import Period
from spaces.prices import Buyer, total

FURTHER_BY = 4  # so much further it is looked each time, when what is free cannot be had


class Means(Protocol):
    """What somebody wants to pay."""

    @property
    def free(self) -> bool: ...
    @property
    def most(self) -> int | None: ...  # minor units


class Wish(Means, Protocol):
    """What decides whether the price of a time suits."""

    @property
    def span(self) -> Period: ...
    @property
    def people(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish and no more."""

    span: Period
    people: int
    free: bool = False
    most: int | None = None  # minor units


@dataclass(frozen=True)
class Asker:
    """Who searches. A stranger may turn out to be anybody: nothing is held against them."""

    user: User | None
    buyer: Buyer
    now: datetime

    @classmethod
    def at(cls, now: datetime, user: User | None) -> "Asker":
        return cls(user, Buyer.of(user, now), now)

    @cached_property
    def access(self) -> Access:
        return Access(self.user, self.now)

    def may_book(self, span: Period) -> Q:
        """Spaces that neither access, training, quota nor strikes keep from them."""
        if self.user is None:
            return Q()
        is_used_up = used_up(span, access=self.access, now=self.now)
        return self.opens(span.upper) & ~is_used_up

    def opens(self, until: datetime) -> Q:
        """The same, but for quotas, of times that end then."""
        if self.user is None:
            return Q()
        return self.access.opens(until) & ~self._is_paused

    @cached_property
    def _is_paused(self) -> Q:
        return paused(access=self.access, now=self.now)

    def lacks(self, space: Space, until: datetime) -> bool:
        """Whether a certificate that the space asks for does not hold so long."""
        return self.user is not None and bool(self.access.lacks(space, until))

    def barred(self, asked: Slots, *, times: int = 1) -> list[Barred]:
        """When their quotas keep them from what is asked for; or of what is not one space's
        alone, from so many `times` it. Not in the spaces that they run."""
        window, sort = asked.window, (asked.minutes, times)
        for known, bars in self._barred.get(sort, ()):
            if known.lower <= window.lower and window.upper <= known.upper:
                return bars
        bars = spent(
            window.lower,
            window.upper,
            asked.minutes,
            access=self.access,
            now=self.now,
            times=times,
        )
        self._barred.setdefault(sort, []).append((window, bars))
        return bars

    def bars(self, space: Space, asked: Slots) -> list[Period]:
        """When they may begin nothing of it in this space, the first first."""
        if space.organisation_id in self.access.runs:
            return []
        bars = [one.during for one in self.barred(asked) if one.bears_on(space)]
        return sorted(bars, key=lambda bar: bar.lower)

    @cached_property
    def _barred(self) -> dict[tuple[int, int], list[tuple[Period, list[Barred]]]]:
        return {}


def first_obtainable(
    candidates: SpaceQuerySet | InOrder, wanted: Wish, asker: Asker, *, limit: int
) -> tuple[list[int], bool]:
    """The first candidates that are free and for sale, and whether there may be more.

    Where many of the free ones have no price for this person or too high a one, it is looked
    further, to the last candidate: only then there is none.
    """
    known = availability.in_order(candidates)
    buyer = asker.buyer
    # Whoever asks for a price asks of each what it costs.
    noting = ("false", ()) if is_priced(wanted) else always_sold(buyer)
    dropped: set[int] = set()
    for most in further(limit):
        found = availability.first_free(
            known,
            wanted.span,
            now=asker.now,
            quantity=wanted.people,
            limit=most,
            besides=dropped,
            noting=noting,
        )
        doubtful = [pk for pk, is_sold in found.items() if not is_sold]
        costs = costs_of(doubtful, wanted, buyer)
        kept = [pk for pk in found if pk not in costs or suits(costs[pk], wanted)]
        if len(found) < most or len(kept) >= limit:
            break
        dropped |= {*found} - {*kept}
    return kept[:limit], len(kept) >= limit and (len(found) == most or len(kept) > limit)


def further(limit: int) -> Iterator[int]:
    """How many to look for at once, as long as what is found cannot be had: ever more, so
    that all `CANDIDATES` are looked at in a few times."""
    return (limit * FURTHER_BY**n for n in count())


@lru_cache(maxsize=256)
def always_sold(buyer: Buyer) -> tuple[str, tuple[Any, ...]]:
    """SQL: whether the space `candidate` has a price for such a buyer at any time."""
    prices = Price.objects.for_people(buyer.affiliations, buyer.organisations).unlimited()
    sql, known = prices.order_by().values_list("space", flat=True).query.sql_with_params()
    return f"EXISTS ({sql} AND spaces_price.space_id = candidate)", known


def is_priced(wanted: Means) -> bool:
    """Whether what it costs decides what is found."""
    return wanted.free or wanted.most is not None


def suits(total: Money | None, wanted: Means) -> bool:
    if total is None or (wanted.free and total.amount):
        return False
    return wanted.most is None or total.amount <= wanted.most


def cheapest_first(pks: Iterable[int], wanted: Wish, buyer: Buyer) -> list[int]:
    """As they came where they cost the same."""
    pks = list(pks)
    costs = costs_of(pks, wanted, buyer)

    def dearness(pk: int) -> float:
        total = costs.get(pk)
        return float("inf") if total is None else total.amount

    return sorted(pks, key=dearness)


def costs_of(pks: Collection[int], wanted: Wish, buyer: Buyer) -> dict[int, Money | None]:
    span = wanted.span
    return {pk: cost(one, span, wanted, buyer) for pk, one in listed(pks).items()}


def cost(space: Space, span: Period, wanted: Wish, buyer: Buyer) -> Money | None:
    """What this buyer would pay; None when it is not for sale to them."""
    quantity = quantity_of(space, wanted)
    return total(space, span, quantity=quantity, people=wanted.people, buyer=buyer)


def quantity_of(space: Space, wanted: Wish) -> int:
    return wanted.people if space.is_pool else 1
