"""What a booking costs, what has been paid of it and what comes back: for a page to show."""

from datetime import datetime
from typing import Any

from django.utils.functional import cached_property

from billing.models import Order, OrderStatus, Refund
from bookings.models import MOVES, Actor, Booking, Status
from bookings.operations.ending import refund_on_cancel
from spaces.money import Money
from spaces.prices.lines import Line, vat_of


class Receipt:
    """One booking's money, as it is at `now`. Two queries: the order and its refunds."""

    def __init__(self, booking: Booking, *, now: datetime) -> None:
        self.booking, self.now = booking, now

    @cached_property
    def order(self) -> Order | None:
        return Order.objects.filter(lines__booking=self.booking).first()

    @cached_property
    def refunds(self) -> list[Refund]:
        if self.order is None:
            return []
        refunds = self.booking.refunds.select_related("order")
        return list(refunds.order_by("created_at", "pk"))

    @cached_property
    def lines(self) -> list[Line]:
        """As they were sold."""
        return [Line.from_json(line) for line in self.booking.lines]

    @property
    def vat(self) -> list[tuple[int, Money]]:
        return vat_of(self.lines)

    @property
    def deposit(self) -> Money:
        return Money(self.booking.deposit, self.booking.currency)

    @property
    def is_paid(self) -> bool:
        return self.order is not None and self.order.status == OrderStatus.PAID

    @property
    def is_reserved(self) -> bool:
        return self.order is not None and self.order.status in (
            OrderStatus.AUTHORISED,
            OrderStatus.CAPTURING,
        )

    @property
    def is_being_drawn(self) -> bool:
        return self.order is not None and self.order.status == OrderStatus.CAPTURING

    @property
    def is_unpaid(self) -> bool:
        """The hold stands and waits for the money."""
        return self.booking.status_at(self.now) == Status.HELD

    def back_if_cancelled(self, *, as_owner: bool) -> Money:
        if not self.is_paid:
            return Money(0, self.booking.currency)
        return refund_on_cancel(self.booking, as_owner=as_owner, now=self.now)

    def can_cancel(self, *, as_owner: bool) -> bool:
        """Whether it is worth offering; the operation decides."""
        status = self.booking.status_at(self.now)
        actor = Actor.OWNER if as_owner else Actor.BOOKER
        allowed: Any = MOVES[status].get(Status.CANCELLED, ())
        return actor in allowed and self.booking.start > self.now and not self.is_being_drawn
