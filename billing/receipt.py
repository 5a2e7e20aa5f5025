"""What a booking costs, what has been paid of it and what comes back: for a page to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.functional import cached_property

from billing.models import Order, OrderStatus, Refund
from bookings.models import MOVES, Actor, Booking, Status
from bookings.operations.ending import refund_on_cancel
from spaces.models import Audience
from spaces.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was sold."""

    per: str
    count: Fraction
    quantity: int
    unit_price: Money
    amount: Money
    audience: str  # in words, when it is a price not everyone has

    @property
    def minutes(self) -> int:
        return round(self.count * 60)

    @property
    def days(self) -> int:
        return int(self.count)


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

    @property
    def lines(self) -> Iterator[Line]:
        for line in self.booking.lines:
            currency = line["currency"]
            yield Line(
                per=line["per"],
                count=Fraction(line["count"]),
                quantity=line["quantity"],
                unit_price=Money(line["unit_amount"], currency),
                amount=Money(line["amount"], currency),
                audience=audience_of(line),
            )

    @property
    def vat(self) -> list[tuple[int, Money]]:
        """What of the total is VAT, by rate; nothing where there is none."""
        by_rate: dict[int, Money] = {}
        for line in self.booking.lines:
            amount = Money(line["vat_amount"], line["currency"])
            rate = line["vat_percent"]
            by_rate[rate] = by_rate.get(rate, Money(0, line["currency"])) + amount
        return [(rate, amount) for rate, amount in sorted(by_rate.items()) if amount]

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


def audience_of(line: dict[str, Any]) -> str:
    audience = line.get("audience", Audience.EVERYONE)
    return "" if audience == Audience.EVERYONE else str(Audience(audience).label)
