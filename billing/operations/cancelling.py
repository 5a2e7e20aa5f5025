"""Cancelling returns money."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import ledger
from billing.models import Order, OrderStatus, Refund
from billing.nudge import nudge
from bookings import operations as bookings
from bookings.models import Booking, Status
from bookings.operations.ending import refund_on_cancel
from bookings.operations.moves import locked


class PaymentUnderWay(Refused):
    code = "payment_under_way"
    message = _("The payment is being made right now. Try again in a moment.")


@operation
def cancel(
    *, booking: Booking, by: User, as_owner: bool, now: datetime, reason: str = ""
) -> Booking:
    """Cancel a booking and, in the same transaction, promise back what its terms say."""
    returned = refund_on_cancel(locked(booking), as_owner=as_owner, now=now)
    booking = bookings.cancel(booking=booking, by=by, as_owner=as_owner, now=now, reason=reason)
    order = let_go(booking, now=now)
    if order is not None and order.status == OrderStatus.PAID and returned:
        refund(booking=booking, order=order, amount=returned.amount, now=now)
    return booking


def let_go(booking: Booking, *, now: datetime) -> Order | None:
    """The locked order of a booking that has ended. What it has open or reserved at Stripe
    is to be closed, unless others are to be paid with it: should they be, its part is paid
    back. While money is being drawn, nothing can be ended."""
    orders = Order.objects.select_for_update(no_key=True, of=("self",))
    order = orders.filter(lines__booking=booking).first()
    if order is None:
        return None
    if order.status == OrderStatus.CAPTURING:
        raise PaymentUnderWay
    if order.status in (OrderStatus.OPEN, OrderStatus.AUTHORISED) and not _others_wait(
        booking, order
    ):
        order.status, order.not_before = OrderStatus.VOIDING, now
        order.save(update_fields=["status", "not_before"])
        nudge()
    return order


def _others_wait(booking: Booking, order: Order) -> bool:
    others = order.lines.exclude(booking=booking)
    return others.filter(booking__status__in=(Status.HELD, Status.REQUESTED)).exists()


@operation
def refund(*, booking: Booking, order: Order, amount: int, now: datetime) -> Refund:
    """Promise part of what was paid back; a worker sends it. Raises `MoreThanPaid`."""
    returned = Refund.objects.create(
        order=order, booking=booking, amount=amount, created_at=now, not_before=now
    )
    ledger.refund_promised(returned, now=now)
    nudge()
    return returned
