"""Deposits: reserved on the card shortly before the stay, let go after it, and drawn only as
far as the owner claims with a reason.

A bank keeps money reserved for some days only, and says until when (`Order.lapses_at`). So
it is reserved two days ahead at the earliest; for a stay that lasts longer than the bank
does, it is reserved anew before the first lapses, and then the first is let go.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import stripe_gateway
from billing.models import DepositClaim, LineKind, Order, OrderLine, OrderStatus
from billing.nudge import nudge
from billing.operations.cancelling import PaymentUnderWay
from billing.operations.penalising import order_beside
from billing.operations.settling import carry_out
from billing.operations.telling import tell_of_money
from bookings.models import COMES, Booking, Kind, Status
from bookings.operations.moves import locked

AHEAD = timedelta(days=2)  # of the start, at the earliest
TO_CLAIM = timedelta(hours=48)  # after the end
BEFORE_IT_LAPSES = timedelta(hours=36)  # it is reserved anew
SWEEP = 200
LIVE = (
    OrderStatus.OPEN,
    OrderStatus.CHARGING,
    OrderStatus.AUTHORISED,
    OrderStatus.CAPTURING,
    OrderStatus.PAID,
)
SECURED = (OrderStatus.AUTHORISED, OrderStatus.CAPTURING, OrderStatus.PAID)
STAYED = (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)


class NothingReserved(Refused):
    code = "nothing_reserved"
    message = _("Nothing of the deposit is reserved now, so nothing can be drawn.")


class MoreThanDeposit(Refused):
    code = "more_than_deposit"
    message = _("That is more than is reserved of the deposit.")


class TooLateToClaim(Refused):
    code = "too_late_to_claim"
    message = _("It is more than 48 hours since the stay, so the deposit is let go.")


def tend_deposits(*, now: datetime) -> int:
    """Reserve what is to be reserved, anew what is about to lapse, and let go of what nobody
    has claimed. Any number of workers may run at once."""
    if not stripe_gateway.is_configured():
        return 0
    count = 0
    for pk in to_reserve(now=now):
        count += _reserve(pk, now=now)
    for line in to_let_go(now=now):
        count += _let_go(line, now=now)
    return count


def reservation_of(booking: Booking) -> Order | None:
    """What there is of a booking's deposit: the newest that is reserved or drawn, else the
    newest that is to be."""
    found = Order.objects.filter(lines__booking=booking, lines__kind=LineKind.DEPOSIT)
    wanted = list(found.filter(Q(status__in=LIVE) | Q(claim__isnull=False)).select_related("claim"))
    return max(wanted, key=lambda one: (one.status in SECURED, one.created_at), default=None)


def claim_deposit(
    *, booking: Booking, amount: int, reason: str, by: User, now: datetime
) -> DepositClaim:
    """Draw so much (minor units) of what is reserved, for the owner, and let go of the rest. The
    booker is told how much and why. Raises `NothingReserved`, `MoreThanDeposit` and
    `TooLateToClaim`."""
    claim = _claim(booking=booking, amount=amount, reason=reason, by=by, now=now)
    try:
        carry_out(claim.order, now=now)
    except stripe_gateway.PaymentsUnavailable:
        nudge()
    return claim


def to_reserve(*, now: datetime) -> "list[UUID]":
    """Bookings whose deposit is not reserved and should be, or is about to lapse."""
    covered = Order.objects.filter(
        lines__booking=OuterRef("pk"), lines__kind=LineKind.DEPOSIT, status__in=LIVE
    ).exclude(lapses_at__lte=now + BEFORE_IT_LAPSES)
    lapsing = Order.objects.filter(
        lines__booking=OuterRef("pk"),
        lines__kind=LineKind.DEPOSIT,
        status=OrderStatus.AUTHORISED,
    )
    soon = Booking.objects.filter(
        Q(status__in=COMES, period__endswith__gt=now) | Exists(lapsing),
        deposit__gt=0,
        status__in=STAYED,
        period__startswith__lte=now + AHEAD,
        period__endswith__gt=now - TO_CLAIM,
    )
    return list(soon.filter(~Exists(covered)).order_by("pk").values_list("pk", flat=True)[:SWEEP])


def to_let_go(*, now: datetime) -> "list[int]":
    """Reservations that nobody has claimed anything of in time, or that another replaces."""
    lines = OrderLine.objects.filter(
        kind=LineKind.DEPOSIT,
        order__status__in=(OrderStatus.OPEN, OrderStatus.AUTHORISED),
    )
    newer = OrderLine.objects.filter(
        kind=LineKind.DEPOSIT,
        booking=OuterRef("booking"),
        order__status=OrderStatus.AUTHORISED,
        pk__gt=OuterRef("pk"),
    )
    over = (
        Q(booking__period__endswith__lte=now - TO_CLAIM)
        | ~Q(booking__status__in=STAYED)
        | Q(order__status=OrderStatus.OPEN, booking__period__endswith__lte=now)
        | Exists(newer)
    )
    return list(lines.filter(over).order_by("pk").values_list("pk", flat=True)[:SWEEP])


@operation
def _reserve(pk: UUID, *, now: datetime) -> bool:
    booking = locked(pk)
    if booking.pk not in to_reserve(now=now):
        return False
    order_beside(
        booking,
        LineKind.DEPOSIT,
        booking.deposit,
        now=now,
        is_reserved=True,
        besides=reservation_of(booking),
    )
    return True


@operation
def _let_go(pk: int, *, now: datetime) -> bool:
    line = OrderLine.objects.get(pk=pk)
    booking = locked(line.booked)
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=line.order_id)
    if line.pk not in to_let_go(now=now):  # claimed or renewed a moment ago
        return False
    was_reserved = order.status == OrderStatus.AUTHORISED
    order.status, order.not_before = OrderStatus.VOIDING, now
    order.save(update_fields=["status", "not_before"])
    nudge()
    renewed = reservation_of(booking)
    if was_reserved and (renewed is None or renewed.status != OrderStatus.AUTHORISED):
        tell_of_money(booking, Kind.DEPOSIT_RELEASED, about=line, now=now, amount=order.amount)
    return True


@operation
def _claim(*, booking: Booking, amount: int, reason: str, by: User, now: datetime) -> DepositClaim:
    booking = locked(booking)
    order = reservation_of(booking)
    if order is not None:
        order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)
    if order is not None and order.status in (OrderStatus.CAPTURING, OrderStatus.CHARGING):
        raise PaymentUnderWay
    if order is None or order.status != OrderStatus.AUTHORISED:
        raise NothingReserved
    if now >= booking.end + TO_CLAIM:
        raise TooLateToClaim
    if amount > order.amount:
        raise MoreThanDeposit
    line = order.lines.get()
    order.amount = line.amount = amount
    order.status, order.approved_by, order.not_before = OrderStatus.CAPTURING, by, now
    order.save(update_fields=["amount", "status", "approved_by", "not_before"])
    line.save(update_fields=["amount"])
    claim = DepositClaim.objects.create(order=order, amount=amount, reason=reason, by=by, at=now)
    tell_of_money(
        booking,
        Kind.DEPOSIT_CLAIMED,
        about=line,
        by=by,
        now=now,
        amount=amount,
        reason=reason,
    )
    return claim
