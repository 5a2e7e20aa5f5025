"""What a booking costs, what has been paid of it and what comes back: for a page to show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import cached_property

from billing.models import STAY, Document, LineKind, Order, OrderLine, OrderStatus, Refund
from billing.returns import left_of_stay
from bookings.models import MOVES, OCCUPYING, Actor, Booking, Change, Status
from bookings.operations.ending import refund_at, refund_on_cancel
from spaces.money import Money
from spaces.prices.lines import Line, vat_of


@dataclass(frozen=True, slots=True)
class TierAhead:
    """Cancelled at the latest then, so much comes back."""

    until: datetime
    percent: int
    back: Money


class Receipt:
    """One booking's money, as it is at `now`. Five queries: its orders, what is left of them,
    its refunds, its documents, and the change that waits."""

    def __init__(self, booking: Booking, *, now: datetime) -> None:
        self.booking, self.now = booking, now

    @cached_property
    def orders(self) -> list[OrderLine]:
        lines = self.booking.order_lines.select_related("order", "change")
        return list(lines.order_by("order__created_at", "pk"))

    @property
    def _stay(self) -> list[OrderLine]:
        """What the booking itself was sold for, fees apart."""
        return [line for line in self.orders if line.kind in STAY]

    @property
    def order(self) -> Order | None:
        """What the booking was sold on; of one that was free of charge, what was paid since."""
        sold = [line.order for line in self.orders if line.kind == LineKind.BOOKING]
        paid = [line.order for line in self._stay if line.order.status == OrderStatus.PAID]
        return next(iter([*sold, *paid]), None)

    @property
    def to_pay(self) -> Money:
        """Of all that is paid together with it."""
        return self.order.total if self.order is not None else self.booking.price

    @cached_property
    def change(self) -> Change | None:
        """What it is to become, once that is paid or answered."""
        return self.booking.changes.open(self.now).select_related("space__place").first()

    @cached_property
    def refunds(self) -> list[Refund]:
        if not self.orders:
            return []
        refunds = self.booking.refunds.select_related("order")
        return list(refunds.order_by("created_at", "pk"))

    @cached_property
    def documents(self) -> list[Document]:
        """Its receipts and credit notes, the first first."""
        if not self.orders:
            return []
        return list(Document.objects.about(self.booking).select_related("series"))

    @cached_property
    def lines(self) -> list[Line]:
        """As they were sold."""
        return [Line.from_json(line) for line in self.booking.lines]

    @property
    def vat(self) -> list[tuple[int, Money]]:
        return vat_of(self.lines)

    @property
    def deposit(self) -> Money:
        is_ahead = self.booking.status in OCCUPYING
        return Money(self.booking.deposit if is_ahead else 0, self.booking.currency)

    @property
    def is_paid(self) -> bool:
        return any(line.order.status == OrderStatus.PAID for line in self._stay)

    @property
    def paid(self) -> Money:
        """All that was ever paid for it, also what has been given back since."""
        paid = [line.amount for line in self.orders if line.order.status == OrderStatus.PAID]
        return Money(sum(paid), self.booking.currency)

    @property
    def is_on_account(self) -> bool:
        return any(line.order.status == OrderStatus.ACCOUNT for line in self.orders)

    @property
    def is_reserved(self) -> bool:
        return self.order is not None and self.order.status in (
            OrderStatus.AUTHORISED,
            OrderStatus.CAPTURING,
        )

    @property
    def is_being_drawn(self) -> bool:
        return any(line.order.status == OrderStatus.CAPTURING for line in self._stay)

    @property
    def is_unpaid(self) -> bool:
        """The hold stands and waits for the money."""
        return self.booking.status_at(self.now) == Status.HELD

    @cached_property
    def left(self) -> Money:
        """Of its price, what is paid or owed and not given back already."""
        has_price = self.is_paid or self.is_on_account
        return Money(left_of_stay(self.booking) if has_price else 0, self.booking.currency)

    @property
    def given_back(self) -> Money:
        """Of its price, what is back with the buyer already, or lost to their bank."""
        has_price = self.is_paid or self.is_on_account
        given = self.booking.amount - self.left.amount if has_price else 0
        return Money(max(0, given), self.booking.currency)

    def back_if_cancelled(self, *, as_owner: bool) -> Money:
        """What cancelling gives back by the terms, but no more than is left."""
        by_terms = refund_on_cancel(self.booking, as_owner=as_owner, now=self.now)
        return min(by_terms, self.left)

    @property
    def tiers(self) -> list[TierAhead]:
        """What comes back until when, of the tiers that can still be kept."""
        ends = [
            (self.booking.start - timedelta(minutes=minutes), percent)
            for minutes, percent in self.booking.tiers
        ]
        return [
            TierAhead(until, percent, min(refund_at(self.booking, percent), self.left))
            for until, percent in ends
            if until >= self.now
        ]

    def can_cancel(self, *, as_owner: bool) -> bool:
        """Whether it is worth offering; the operation decides."""
        status = self.booking.status_at(self.now)
        actor = Actor.OWNER if as_owner else Actor.BOOKER
        allowed: Any = MOVES[status].get(Status.CANCELLED, ())
        if not as_owner and self.booking.is_fixed(self.now):
            return False
        return actor in allowed and self.booking.start > self.now and not self.is_being_drawn
