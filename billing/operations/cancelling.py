"""Cancelling returns money."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import idempotency
from billing.models import IdempotencyKey, Order, OrderLine, OrderStatus
from billing.nudge import nudge
from billing.operations.on_account import credit
from billing.operations.refunding import refund
from billing.returns import left_of_stay, lines_sold
from bookings import operations as bookings
from bookings.models import OPEN, UNSETTLED, Booking
from bookings.operations.ending import refund_on_cancel
from bookings.operations.moves import locked


class PaymentUnderWay(Refused):
    code = "payment_under_way"
    message = _("The payment is being made right now. Try again in a moment.")


@operation
def cancel(
    *,
    booking: Booking,
    by: User,
    as_owner: bool,
    now: datetime,
    reason: str = "",
    is_told: bool = True,
) -> Booking:
    """Cancel a booking and, in the same transaction, promise back what its terms say."""
    returned = refund_on_cancel(locked(booking), as_owner=as_owner, now=now)
    back = min(returned.amount, left_of_stay(booking))
    booking = bookings.cancel(
        booking=booking,
        by=by,
        as_owner=as_owner,
        now=now,
        reason=reason,
        is_told=is_told,
        back=back,
    )
    let_go(booking, now=now)
    give_back(booking, back, now=now)
    return booking


@operation
def cancel_all(
    *,
    bookings: Iterable[Booking],
    by: User,
    as_owner: bool,
    now: datetime,
    is_told: bool = False,
) -> list[Booking]:
    """`cancel` each of these; what is asked for with another of them ends with it. One letter for
    all of them is the caller's, unless each `is_told` of."""
    ended: list[Booking] = []
    withdrawn: set[UUID] = set()
    for booking in bookings:
        if booking.asked_with in withdrawn:
            booking.refresh_from_db()
            ended.append(booking)
            continue
        if booking.asked_with is not None and booking.status in UNSETTLED:
            withdrawn.add(booking.asked_with)
        ended.append(cancel(booking=booking, by=by, as_owner=as_owner, now=now, is_told=is_told))
    return ended


def cancel_once(
    *, booking: Booking, by: User, as_owner: bool, now: datetime, reason: str = "", key: str = ""
) -> Booking:
    """`cancel`; asked again with the same `key`, the booking as it is."""
    asked = ("cancel", booking.pk, reason)
    with idempotency.once(user=by, key=key, asked=asked, now=now) as claim:
        if claim is None or claim.booking_id is None:
            return _cancel_claimed(
                claim, booking=booking, by=by, as_owner=as_owner, now=now, reason=reason
            )
    return booking


@operation
def _cancel_claimed(
    claim: IdempotencyKey | None,
    *,
    booking: Booking,
    by: User,
    as_owner: bool,
    now: datetime,
    reason: str,
) -> Booking:
    booking = cancel(booking=booking, by=by, as_owner=as_owner, now=now, reason=reason)
    idempotency.done(claim, [booking])
    return booking


def let_go(booking: Booking, *, now: datetime) -> None:
    """Close what a booking that has ended has open or reserved at Stripe, also for a change,
    unless other bookings are to be paid with it: should they be, its part is paid back.
    While money is being drawn, nothing can be ended."""
    wanted = Q(booking__status__in=UNSETTLED) | Q(change__status__in=OPEN)
    others = OrderLine.objects.filter(wanted, order=OuterRef("pk")).exclude(booking=booking)
    close_page(Order.objects.filter(~Exists(others), lines__booking=booking), now=now)


def close_page(orders: "QuerySet[Order]", *, now: datetime) -> None:
    """What these orders have open or reserved at Stripe is to be closed. Raises
    `PaymentUnderWay`."""
    done = (OrderStatus.PAID, OrderStatus.VOID, OrderStatus.ACCOUNT)
    unpaid = orders.exclude(status__in=done)
    for order in unpaid.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        if order.status in (OrderStatus.CHARGING, OrderStatus.CAPTURING):
            raise PaymentUnderWay
        if order.status in (OrderStatus.OPEN, OrderStatus.AUTHORISED):
            order.status, order.not_before = OrderStatus.VOIDING, now
            order.save(update_fields=["status", "not_before"])
            nudge()


def give_back(booking: Booking, amount: int, *, now: datetime) -> None:
    """Promise so much back of what was paid for a booking, of what was paid last first. A
    booking that nobody has paid for gives nothing back."""
    for line in lines_sold([booking]).order_by("-order__created_at", "-pk"):
        part = min(amount, line.left)
        if part <= 0:
            continue
        if line.order.status == OrderStatus.ACCOUNT:
            credit(line, part, now=now)
        else:
            refund(line=line, amount=part, now=now)
        amount -= part
