"""Giving money back: by the terms, as goodwill, and anew when it could not be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import ledger, purses
from billing.fees import Fee, fee_on, split
from billing.ledger import MoreThanPaid
from billing.models import Dispute, Order, OrderLine, OrderStatus, Refund, RefundStatus
from billing.models.dispute import OPEN as DISPUTED
from billing.nudge import nudge
from billing.operations.crediting import credit_some, left_on_account
from billing.operations.documenting import issue_credit_note
from billing.operations.earning import fetch_back, left_of
from bookings.deliveries import tell
from bookings.models import Booking, Kind
from bookings.operations.moves import locked, record
from spaces.money import Money


class LeftHasChanged(Refused):
    """Between looking and deciding, somebody else gave some of it back; perhaps oneself, with
    the same click."""

    code = "left_changed"
    message = _("What is left of the payment has changed. Look again before you decide.")


class BankAsks(Refused):
    code = "disputed"
    message = _(
        "The booker’s bank has taken the payment back and asks why it should not. Nothing can "
        "be given back until that is decided."
    )


class NotFailed(Refused):
    code = "not_failed"
    message = _("This has not failed, or it is sent anew already.")


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one line, of which we give `fee` of ours."""

    line: OrderLine
    amount: int
    fee: Fee
    is_owed: bool = False  # on account: taken off what is to be paid

    @property
    def share(self) -> int:
        """What of it is the owner's."""
        return self.amount - self.fee.gross


@operation
def refund(
    *,
    line: OrderLine,
    amount: int,
    now: datetime,
    by: User | None = None,
    reason: str = "",
) -> Refund:
    """Promise part of what was paid for a line back, with its credit note; a worker sends it.

    It comes out of what the order holds. Once the owner has earned it, out of that and of our
    fee, and what the owner was sent is fetched back. Raises `MoreThanPaid`.
    """
    order = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=line.order_id)
    line = order.lines.select_related("owner", "booking").get(pk=line.pk)
    left = left_of(line)
    if amount > left:
        raise MoreThanPaid(left=left)
    returned = Refund.objects.create(
        order=order,
        booking=line.booking,
        line=line,
        amount=amount,
        by=by,
        reason=reason,
        created_at=now,
        not_before=now,
    )
    taken = split(line, amount, left)
    if taken.earned:
        owed = purses.refund_promised(returned, taken, now=now)
        fetch_back(line.owner, order, owed, now=now)
        line.earned -= taken.earned
        line.save(update_fields=["earned"])
    else:
        ledger.refund_promised(returned, now=now)
    issue_credit_note(refund=returned, now=now)
    nudge()
    return returned


def left_to_give(booking: Booking) -> Money:
    """What was paid for a booking, in all its orders, and is not given back."""
    paid = sum(left_of(line) for line in _paid(booking))
    return Money(paid + sum(map(left_on_account, _owed(booking))), booking.currency)


def parts_of(booking: Booking, amount: int) -> list[Part]:
    """Which lines an amount would come out of: of what was paid last first."""
    parts: list[Part] = []
    for line in _paid(booking):
        left = left_of(line)
        part = min(amount, left)
        if part > 0:
            parts.append(Part(line, part, split(line, part, left).back))
            amount -= part
    for line in _owed(booking):
        part = min(amount, left_on_account(line))
        if part > 0:
            back = fee_on(line, line.earned) - fee_on(line, max(0, line.earned - part))
            parts.append(Part(line, part, back, is_owed=True))
            amount -= part
    return parts


@operation
def give_back_some(
    *, booking: Booking, amount: int, left: int, by: User, reason: str, now: datetime
) -> list[Refund]:
    """Goodwill: any amount up to what is left, with a reason, and the booker is told. `left`
    is what was left when it was decided: the same click twice gives back once. What is on
    account is credited instead; the refunds are returned.

    Raises `LeftHasChanged`, `MoreThanPaid` and `BankAsks`.
    """
    booking = locked(booking)
    lines = [*_paid(booking), *_owed(booking)]
    orders = Order.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(orders.filter(pk__in=[line.order_id for line in lines]))
    if Dispute.objects.filter(order__lines__in=lines, status__in=DISPUTED).exists():
        raise BankAsks
    there = left_to_give(booking)
    if left != there.amount:
        raise LeftHasChanged(left=there.amount)
    if not 0 < amount <= there.amount:
        raise MoreThanPaid(left=there.amount)
    parts = parts_of(booking, amount)
    told: dict[str, Any] = {"amount": amount, "currency": booking.currency, "reason": reason}
    told["on_account"] = all(part.is_owed for part in parts)
    made = []
    for part in parts:
        if part.is_owed:
            credit_some(line=part.line, amount=part.amount, by=by, reason=reason, now=now)
        else:
            made.append(refund(line=part.line, amount=part.amount, by=by, reason=reason, now=now))
    record(booking, Kind.REFUNDED, by=by, now=now, is_told=False, **told)
    count = booking.events.filter(kind=Kind.REFUNDED).count()
    tell(booking, Kind.REFUNDED, to=[booking.booker], version=count, by=by, now=now)
    return made


@operation
def resend_refund(*, refund: Refund, by: User, now: datetime) -> Refund:
    """Send anew what could not be given back: out of what the order has held for the booker
    since. Raises `NotFailed`."""
    order = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=refund.order_id)
    failed = order.refunds.open_cases().select_related("line__owner").filter(pk=refund.pk).first()
    if failed is None:
        raise NotFailed
    again = Refund.objects.create(
        order=order,
        booking=failed.booking,
        line=failed.line,
        amount=failed.amount,
        again_of=failed,
        by=by,
        reason=failed.reason,
        created_at=now,
        not_before=now,
    )
    ledger.refund_promised(again, now=now)
    issue_credit_note(refund=again, now=now)
    nudge()
    return again


def note_refund(refund: Refund, status: RefundStatus, *, now: datetime) -> None:
    """Post what has come of a refund, which is locked. One that had succeeded may fail days
    later: then the money is at Stripe again, and held for the booker."""
    before = refund.status
    if status == RefundStatus.SUCCEEDED:
        ledger.refund_sent(refund, now=now)
    elif status == RefundStatus.FAILED and before == RefundStatus.SUCCEEDED:
        ledger.refund_returned(refund, now=now)
    elif status == RefundStatus.FAILED:
        ledger.refund_failed(refund, now=now)


def _paid(booking: Booking) -> list[OrderLine]:
    return _lines(booking, OrderStatus.PAID)


def _owed(booking: Booking) -> list[OrderLine]:
    return _lines(booking, OrderStatus.ACCOUNT)


def _lines(booking: Booking, status: OrderStatus) -> list[OrderLine]:
    lines = booking.order_lines.filter(order__status=status)
    lines = lines.select_related("order", "owner", "invoice")
    return list(lines.order_by("-order__created_at", "-pk"))
