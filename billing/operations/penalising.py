"""Fees for not coming and for staying too long: raised from the history, charged after a
day's grace, waived by the owner."""

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import stripe_gateway
from billing.models import (
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    Penalty,
    PenaltyStatus,
)
from billing.models.penalty import GRACE
from billing.nudge import nudge
from billing.operations.cancelling import close_page
from billing.operations.cards import may_charge
from billing.operations.earning import left_of
from billing.operations.refunding import refund
from billing.operations.telling import tell_of_money
from bookings.models import Booking, BookingEvent, Kind
from bookings.operations.moves import locked

log = logging.getLogger("ledig.billing")

LOOKS_BACK = timedelta(days=30)  # for what was recorded while nothing ran
SWEEP = 200
BECAUSE = {Kind.NO_SHOW: LineKind.NO_SHOW, Kind.LEFT_LATE: LineKind.OVERSTAY}


class AlreadyWaived(Refused):
    code = "already_waived"
    message = _("That fee is waived already.")


def penalise(*, now: datetime) -> int:
    """Raise what has become owed, and charge what is due. Any number of workers may run at
    once; returns how many were raised or ordered."""
    raised = [_raise(event, now=now) for event in unraised(now=now)[:SWEEP]]
    if not stripe_gateway.is_configured():
        return len(raised)
    due = Penalty.objects.due(now).order_by("due_at")[:SWEEP]
    return len(raised) + sum(_order(one, now=now) for one in due)


def unraised(*, now: datetime) -> "list[BookingEvent]":
    """What happened that costs a fee by the booking's terms, and has none yet."""
    found = BookingEvent.objects.filter(at__gt=now - LOOKS_BACK, at__lte=now)
    raised = Penalty.objects.filter(booking=OuterRef("booking"))
    missed = Q(kind=Kind.NO_SHOW, booking__no_show_fee__gt=0) & ~Exists(
        raised.filter(kind=LineKind.NO_SHOW)
    )
    late = Q(kind=Kind.LEFT_LATE, booking__overstay_fee__gt=0) & ~Exists(
        raised.filter(kind=LineKind.OVERSTAY)
    )
    return list(found.filter(missed | late).order_by("pk"))


@operation
def waive(*, penalty: Penalty, by: User, now: datetime, reason: str = "") -> Penalty:
    """Let them off, for the owner. Before it is charged nothing ever is; after, all of it is on
    its way back. Raises `AlreadyWaived`, and `PaymentUnderWay` while it is being charged."""
    booking = locked(penalty.booking_id)
    penalty = Penalty.objects.select_for_update(of=("self",)).get(pk=penalty.pk)
    if penalty.status == PenaltyStatus.WAIVED:
        raise AlreadyWaived
    back = 0
    if penalty.order_id is not None:
        close_page(Order.objects.filter(pk=penalty.order_id), now=now)
        order = Order.objects.get(pk=penalty.order_id)
        if order.status == OrderStatus.PAID:
            line = order.lines.get()
            back = left_of(line)
            if back:
                refund(line=line, amount=back, now=now)
    penalty.status, penalty.waived_by, penalty.waived_at = PenaltyStatus.WAIVED, by, now
    penalty.save(update_fields=["status", "waived_by", "waived_at"])
    tell_of_money(
        booking,
        Kind.FEE_WAIVED,
        by=by,
        now=now,
        amount=penalty.amount,
        of=penalty.kind,
        back=back,
        reason=reason,
    )
    return penalty


@operation
def _raise(event: BookingEvent, *, now: datetime) -> Penalty:
    booking = locked(event.booking_id)
    kind = BECAUSE[Kind(event.kind)]
    amount = booking.no_show_fee if kind == LineKind.NO_SHOW else booking.overstay_fee
    penalty, is_new = Penalty.objects.get_or_create(
        booking=booking,
        kind=kind,
        defaults={"amount": amount, "raised_at": now, "due_at": now + GRACE},
    )
    if is_new:
        tell_of_money(
            booking,
            Kind.FEE_DUE,
            now=now,
            amount=amount,
            of=kind,
            due=penalty.due_at.isoformat(),
        )
    return penalty


@operation
def _order(penalty: Penalty, *, now: datetime) -> bool:
    booking = locked(penalty.booking_id)
    penalty = Penalty.objects.select_for_update(of=("self",)).get(pk=penalty.pk)
    if penalty.status != PenaltyStatus.WAITING:
        return False
    order = order_beside(booking, LineKind(penalty.kind), penalty.amount, now=now)
    penalty.status, penalty.order = PenaltyStatus.ORDERED, order
    penalty.save(update_fields=["status", "order"])
    return True


def order_beside(
    booking: Booking,
    kind: LineKind,
    amount: int,
    *,
    now: datetime,
    is_reserved: bool = False,
    besides: Order | None = None,
) -> Order:
    """Order what is owed beside the price of a locked booking: to be charged to (or reserved
    on) the saved card, or else to be paid on a page, which its booker is told of. `besides` is
    the reservation that it replaces."""
    means = may_charge(booking, amount, besides=besides)
    order = Order.objects.create(
        buyer=booking.booker,
        status=OrderStatus.CHARGING if means else OrderStatus.OPEN,
        card=means.card if means else None,
        consent=means.consent if means else None,
        amount=amount,
        currency=booking.currency,
        is_captured_later=is_reserved,
        created_at=now,
        session_expires_at=now,
        not_before=now,
    )
    line = OrderLine.objects.create(
        order=order,
        kind=kind,
        booking=booking,
        owner_id=booking.space.organisation_id,
        amount=amount,
    )
    if means is None:
        tell_of_money(
            booking,
            Kind.NOT_CHARGED,
            about=line,
            now=now,
            code="no_card",
            amount=amount,
            of=kind,
        )
    nudge()
    return order
