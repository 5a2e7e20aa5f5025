"""An owner's answer to a request, with the money that was reserved for it."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from billing import stripe_gateway
from billing.models import Order, OrderStatus
from billing.nudge import nudge
from billing.operations.cancelling import let_go
from billing.operations.changing import GRACE, approve_change, decline_change
from billing.operations.settling import carry_out
from bookings import operations as bookings
from bookings.models import Booking, Change, ChangeStatus, Status
from bookings.operations.late import lock_quotas
from bookings.operations.moves import locked
from bookings.operations.units import keep_units, lock_units
from bookings.refusals import WrongState
from spaces.models import AddOn


def approve(*, booking: Booking, by: User, now: datetime) -> Booking:
    """Say yes, to a request or to a change that is asked for. What was reserved is drawn first,
    and the booking stands once that is done: normally before this returns, else when Stripe
    answers. Of what is asked for together, it is drawn once nobody else is waited for."""
    order = _approve_or_capture(booking=booking, by=by, now=now)
    draw(order, now=now)
    booking.refresh_from_db()
    return booking


def draw(order: Order | None, *, now: datetime) -> None:
    """Draw what is to be drawn, or leave it to a worker while Stripe is silent."""
    if order is not None:
        try:
            carry_out(order, now=now)
        except stripe_gateway.PaymentsUnavailable:
            nudge()


@operation
def decline(*, booking: Booking, by: User, now: datetime, reason: str = "") -> Booking:
    """Say no, to a request or to a change that is asked for. What was reserved is let go."""
    change = asked_change(booking)
    if change is not None:
        decline_change(change=change, by=by, now=now, reason=reason)
        booking.refresh_from_db()
        return booking
    booking = bookings.decline(booking=booking, by=by, now=now, reason=reason)
    let_go(booking, now=now)
    return booking


def asked_change(booking: Booking) -> Change | None:
    """The change that waits for the owner's answer, if any."""
    return booking.changes.filter(status=ChangeStatus.REQUESTED).first()


@operation
def _approve_or_capture(*, booking: Booking, by: User, now: datetime) -> Order | None:
    if booking.asked_with is not None and booking.status == Status.REQUESTED:
        return agree([booking], by=by, now=now)
    change = asked_change(booking)
    if change is not None:
        return approve_change(change=change, by=by, now=now)
    lock_quotas([booking], now=now)
    booking = locked(booking)
    order = Order.objects.select_for_update(no_key=True, of=("self",)).sold_with(booking)
    if order is None or order.status == OrderStatus.ACCOUNT:
        bookings.approve(booking=booking, by=by, now=now)
        return None
    if booking.status != Status.REQUESTED or booking.has_run_out(now):
        raise WrongState(booking_status=booking.status_at(now))
    if order.status not in (OrderStatus.AUTHORISED, OrderStatus.CAPTURING):
        raise WrongState(booking_status=booking.status)
    return _to_be_drawn(order, [booking], by=by, now=now)


@operation
def agree(asked: Sequence[Booking], *, by: User, now: datetime) -> Order | None:
    """Say yes to some of what is asked for with one card. The order, once it is the last yes:
    then what is reserved is to be drawn."""
    together = Booking.objects.filter(asked_with=asked[0].asked_with)
    lock_quotas(together.for_listing(), now=now)
    for booking in asked:
        agreed = bookings.agree(booking=booking, by=by, now=now)
    order = Order.objects.select_for_update(no_key=True, of=("self",)).sold_with(asked[0])
    if order is None or order.status not in (OrderStatus.AUTHORISED, OrderStatus.CAPTURING):
        raise WrongState(booking_status=Status.REQUESTED)
    if order.status == OrderStatus.AUTHORISED and agreed:
        return _to_be_drawn(order, agreed, by=by, now=now)
    return order if order.status == OrderStatus.CAPTURING else None


def _to_be_drawn(order: Order, asked: Sequence[Booking], *, by: User, now: datetime) -> Order:
    """What is reserved for these is to be drawn, and they keep their time until it is."""
    order.status, order.approved_by, order.not_before = OrderStatus.CAPTURING, by, now
    order.save(update_fields=["status", "approved_by", "not_before"])
    along = AddOn.objects.filter(booked__booking__in=asked)
    lock_units({booking.space for booking in asked}, along)
    for booking in asked:
        booking.expires_at = max(booking.expires_at or now, now + GRACE)
        booking.save(update_fields=["expires_at"])
        keep_units(booking, held_until=booking.expires_at, now=now)
    return order
