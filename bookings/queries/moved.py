"""A series before it is changed: what becomes of each of its bookings, and what one that cannot
become that may become instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import cached_property

from accounts.errors import Refused
from accounts.models import User
from bookings.models import Series
from bookings.operations.offering import Offer, Wish, preview
from bookings.operations.repeating import Pick
from bookings.operations.shapes import Shape
from bookings.operations.shifting import LeftOf, Shift, most_back, shifts_of
from bookings.queries.table import Choice, Table
from spaces.money import Money, sum_of
from spaces.prices import Buyer

MOST = 30  # days for which others are looked for
STAYS = ""  # what a form says of a day that is to stay as it is


@dataclass(frozen=True, slots=True)
class Instead:
    """Another time or space for one of its days, and what the change to it costs."""

    choice: Choice
    offer: Offer

    @property
    def value(self) -> str:
        return self.choice.value


@dataclass(slots=True)
class Moved:
    """One booking: what becomes of it, as picked. With a `refusal` it cannot be what the series
    is to be, and one of `instead` is `chosen`, by its value, or else it stays."""

    shift: Shift
    refusal: str = ""
    instead: list[Instead] = field(default_factory=list)
    chosen: str = STAYS
    is_said: bool = True  # whether somebody has seen that it cannot be had, and chosen

    @property
    def day(self) -> date:
        assert self.shift.booking.recurrence_date is not None  # the database holds it
        return self.shift.booking.recurrence_date

    @property
    def name(self) -> str:
        """Of its field."""
        return f"pick-{self.day.isoformat()}"

    @property
    def picked(self) -> Pick | None:
        one = next((one.choice for one in self.instead if one.value == self.chosen), None)
        return Pick(self.day, one.space, one.span) if one else None


class Moves:
    """What changing a series would do. `said` is what a form says was picked, by the names of
    the days; without one, the same time in another space is proposed, or that it stays.
    `left_of`: as `move_series`. Raises `NoOtherWeekday`."""

    def __init__(
        self,
        series: Series,
        to: Shape,
        *,
        user: User,
        now: datetime,
        first: date | None = None,
        said: Mapping[str, str] | None = None,
        left_of: LeftOf | None = None,
    ) -> None:
        self.series, self.to, self.user, self.now, self.first = series, to, user, now, first
        self._said, self._left_of = said, left_of
        self.rows = self._rows()

    @property
    def shape(self) -> Shape:
        """With what is picked."""
        return replace(self.to, instead={one.day: one.picked for one in self.rows if one.refusal})

    @property
    def refused(self) -> Moved | None:
        """The first that cannot be had and of which nobody has said what it is to be instead."""
        return next((one for one in self.rows if one.shift.refusal or not one.is_said), None)

    @cached_property
    def offers(self) -> list[Offer]:
        """Of those that move."""
        return [one.shift.offer for one in self.rows if one.shift.offer is not None]

    @property
    def due(self) -> Money:
        return sum_of(one.due for one in self.offers)

    @property
    def back(self) -> Money:
        return sum_of(one.back for one in self.offers)

    @property
    def is_mixed(self) -> bool:
        """Some cost more and some do not."""
        return len({bool(one.due) for one in self.offers}) > 1

    def _shifts(self, to: Shape) -> list[Shift]:
        return shifts_of(self.series, to, now=self.now, first=self.first, left_of=self._left_of)

    def _rows(self) -> list[Moved]:
        rows = [Moved(one, one.refusal) for one in self._shifts(self.to)]
        refused = [one for one in rows if one.refusal]
        if not refused:
            return rows
        costs_more = any(one.shift.offer and one.shift.offer.due for one in rows)
        self._offer_others(refused, costs_more=costs_more)
        for row in refused:
            self._choose(row)
        picked = {**self.to.instead, **{row.day: row.picked for row in refused}}
        for row, shift in zip(rows, self._shifts(replace(self.to, instead=picked)), strict=True):
            row.shift = shift
        return rows

    def _choose(self, row: Moved) -> None:
        if self._said is None:
            row.chosen = row.instead[0].value if row.instead else STAYS
            return
        said = self._said.get(row.name)
        row.is_said = said in {STAYS, *(one.value for one in row.instead)}
        row.chosen = said if said is not None and row.is_said else STAYS

    def _offer_others(self, rows: Sequence[Moved], *, costs_more: bool) -> None:
        onto = self.to.onto(self.series)
        left = self._left_of([one.shift.booking for one in rows]) if self._left_of else None
        by_day = {onto[row.day]: row for row in rows[:MOST] if row.day in onto}
        table = Table(
            self.to.applied(self.series),
            user=self.user,
            buyer=Buyer.of(self.user, self.now),
            now=self.now,
        )
        for found in table.rows_on(set(by_day)):
            row = by_day[found.day]
            for choice in (*found.spaces, *found.times):
                if (one := self._instead(row, choice, left)) and bool(one.offer.due) == costs_more:
                    row.instead.append(one)

    def _instead(
        self, row: Moved, choice: Choice, left: Mapping[UUID, int] | None
    ) -> Instead | None:
        booking = row.shift.booking
        wish = Wish.of(booking, space=choice.space, span=choice.span, quantity=choice.item.quantity)
        try:
            offer = preview(booking, wish, now=self.now)
        except Refused:
            return None
        offer = offer.at_most(most_back(left, booking))
        is_theirs = choice.space.organisation_id == booking.space.organisation_id
        return Instead(choice, offer) if is_theirs or not offer.asks_owner else None
