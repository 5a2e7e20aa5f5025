"""Changing a booking, with the money that goes either way."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import Sum

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from billing import idempotency, stripe_gateway
from billing.models import IdempotencyKey, LineKind, Order, OrderLine, OrderStatus
from billing.nudge import nudge
from billing.operations.booking import SESSION, PaymentsClosed, open_checkout
from billing.operations.cancelling import PaymentUnderWay, close_page, give_back
from billing.operations.cards import Means, may_charge
from billing.operations.documenting import issue_correction
from billing.operations.on_account import agreement_of, credit, owe_more, owed_for
from billing.operations.settling import carry_out
from billing.returns import left_of_stay
from bookings import operations as bookings
from bookings.deliveries import tell
from bookings.models import OPEN, Booking, Change, ChangeStatus, Kind, Status
from bookings.operations.shapes import Shape
from bookings.operations.shifting import require_quotas_together
from bookings.operations.waiting_changes import locked_with
from bookings.refusals import WrongState
from spaces.models import Space
from spaces.periods import Period, period


def reschedule(
    *,
    booking: Booking,
    by: User,
    now: datetime,
    space: Space | None = None,
    span: Period | None = None,
    quantity: int | None = None,
    people: int | None = None,
    as_owner: bool = False,
    reason: str = "",
    key: str = "",
) -> Change:
    """Make a booking another: at another time, in another space, for more or fewer.

    What it costs less is on its way back when this returns. What it costs more is to be paid
    first: the change comes back held, with an order of its own, and the booking stands as it
    was until then. Raises the `Refused` that says why not; the old time is never lost. Asked
    again with the same `key`, the same change. `as_owner` it is changed at once and costs no
    more, by who runs the space: the caller checks.
    """
    asked = ("reschedule", booking.pk, space and space.pk, span, quantity, people, as_owner)
    return _changed(
        booking,
        lambda: bookings.reschedule(
            booking=booking,
            by=by,
            now=now,
            space=space,
            span=span,
            quantity=quantity,
            people=people,
            as_owner=as_owner,
            reason=reason,
            most_back=left_of_stay(booking),
        ),
        by=by,
        now=now,
        key=key,
        asked=asked,
    )


def extend(
    *,
    booking: Booking,
    by: User,
    now: datetime,
    minutes: int | None = None,
    until: datetime | None = None,
    key: str = "",
) -> Change:
    """More time at its end, also while sitting there. What it costs is charged at once to the
    saved card of a booker who has said yes to that; without one, or when their bank says no,
    it is paid for as `reschedule` is. Asked again with the same `key`, or for the same
    `until`, the same change."""
    if until is not None and (same := _extension(booking, until, now=now)):
        return same
    try:
        return _changed(
            booking,
            lambda: bookings.extend(booking=booking, by=by, now=now, minutes=minutes, until=until),
            by=by,
            now=now,
            key=key,
            asked=("extend", booking.pk, minutes, until),
            is_charged=True,
        )
    except Refused:  # perhaps another tap on the same button was a moment earlier
        booking.refresh_from_db()
        if until is not None and (same := _extension(booking, until, now=now)):
            return same
        raise


def _extension(booking: Booking, until: datetime, *, now: datetime) -> Change | None:
    """The change that made it last until then, or that waits to."""
    if until <= booking.start:
        return None
    alike = booking.changes.filter(period=period(booking.start, until), space=booking.space)
    latest = alike.order_by("created_at", "pk").last()
    if latest is None:
        return None
    is_made = latest.status == ChangeStatus.MADE and booking.end == until
    return latest if is_made or latest.is_open(now) else None


def release(*, booking: Booking, by: User, now: datetime) -> Change:
    """Free the rest of a time that has begun. A payment for more of it is closed."""
    return _changed(
        booking,
        lambda: bookings.release(booking=booking, by=by, now=now, most_back=left_of_stay(booking)),
        by=by,
        now=now,
    )


@operation
def withdraw(*, booking: Booking, by: User, now: datetime) -> Change | None:
    """Take back a change that waits, with all that its series waits for, and close the page
    where it would be paid. Raises `PaymentUnderWay` while the money for it is being drawn."""
    ended = bookings.withdraw(booking=booking, by=by, now=now)
    close_page(Order.objects.filter(lines__change__in=ended), now=now)
    return next((one for one in ended if one.booking_id == booking.pk), None)


def _changed(
    booking: Booking,
    change_it: Callable[[], Change],
    *,
    by: User,
    now: datetime,
    key: str = "",
    asked: tuple[object, ...] = (),
    is_charged: bool = False,
) -> Change:
    with idempotency.once(user=by, key=key, asked=asked, now=now) as claim:
        if claim is not None and claim.booking_id is not None:  # done before
            change = claim.change or booking.changes.latest("created_at", "pk")
        else:
            change = change_and_order(change_it, now=now, is_charged=is_charged, claim=claim)
    open_change_to_pay(change, now=now)
    return change


def open_change_to_pay(change: Change, *, now: datetime) -> None:
    """Charge what a held change costs, or give it a page to pay on, if Stripe answers."""
    if change.status != ChangeStatus.HELD:
        return
    try:
        if _charge(change, now=now):
            change.refresh_from_db()
            return
        open_checkout(booking=change.booking, now=now)
    except stripe_gateway.PaymentsUnavailable:
        nudge()  # silent now: charged, or to be paid on the booking's page, once it answers
    except PaymentsClosed:  # it can never be paid, so nothing is kept for it
        withdraw(booking=change.booking, by=change.by, now=now)
        raise


def _charge(change: Change, *, now: datetime) -> bool:
    """Charge what is to be charged by itself; False when it is to be paid on a page."""
    order = Order.objects.filter(lines__change=change).select_related("card").get()
    if order.status == OrderStatus.CHARGING:
        order = carry_out(order, now=now)
    return order.status != OrderStatus.OPEN


@operation
def change_and_order(
    change_it: Callable[[], Change],
    *,
    now: datetime,
    is_charged: bool = False,
    claim: IdempotencyKey | None = None,
) -> Change:
    change = change_it()
    idempotency.done(claim, [change.booking], change=change)
    settle_change(change, now=now, is_charged=is_charged)
    return change


def settle_change(change: Change, *, now: datetime, is_charged: bool = False) -> None:
    """Order what is to be paid for a change, or promise back what it makes less. Call it in the
    transaction of the change. What `is_charged` goes to a saved card, if there may be one."""
    booking = change.booking
    ended = booking.changes.filter(status__in=(ChangeStatus.ENDED, ChangeStatus.EXPIRED))
    orders = Order.objects.filter(lines__change__in=ended)
    close_page(orders.exclude(lines__change__status__in=OPEN), now=now)
    agreement = agreement_of(booking) if change.status == ChangeStatus.HELD else None
    if agreement is not None:
        change = owe_more(change, agreement, now=now)
    elif change.status == ChangeStatus.HELD:
        _order(change, now=now, is_charged=is_charged)
        if change.by_id != booking.booker_id:
            tell(booking, Kind.TO_PAY, to=[booking.booker], now=now)
    elif change.status == ChangeStatus.MADE and booking.status == Status.REQUESTED:
        _reserve_no_more(booking, now=now)
    elif change.status == ChangeStatus.MADE:
        give_back(booking, change.back, now=now)
        issue_correction(booking=booking, now=now)


def _order(change: Change, *, now: datetime, is_charged: bool) -> None:
    is_instant = change.space.in_force.is_instant
    is_theirs = is_charged and is_instant and change.by_id == change.booking.booker_id
    charge = may_charge(change.booking, change.due) if is_theirs else None
    order_changes([change], now=now, charge=charge)


def order_changes(
    changes: Sequence[Change],
    *,
    now: datetime,
    charge: Means | None = None,
) -> Order:
    """The order that pays for changes of bookings of one person, which are held; at once with
    a card where there is a `charge`. Call it in the transaction that holds them."""
    if not stripe_gateway.is_configured():
        raise PaymentsClosed
    one = changes[0]
    order = Order.objects.create(
        status=OrderStatus.CHARGING if charge else OrderStatus.OPEN,
        card=charge.card if charge else None,
        consent=charge.consent if charge else None,
        buyer=one.booking.booker,
        amount=sum(change.due for change in changes),
        currency=one.booking.currency,
        is_captured_later=any(not change.space.in_force.is_instant for change in changes),
        created_at=now,
        session_expires_at=now + SESSION,
        not_before=now,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            kind=LineKind.CHANGE,
            booking=change.booking,
            change=change,
            owner_id=change.space.organisation_id,
            amount=change.due,
        )
        for change in changes
    )
    return order


def _reserve_no_more(booking: Booking, *, now: datetime) -> None:
    """What is reserved for a request is drawn only as far as the request now goes."""
    line = booking.order_lines.filter(kind=LineKind.BOOKING).select_related("order").first()
    if line is None:
        return
    order = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=line.order_id)
    if order.status == OrderStatus.CAPTURING:
        raise PaymentUnderWay
    if order.status == OrderStatus.ACCOUNT:
        taken = line.credits.filter(by=None).aggregate(sum=Sum("amount", default=0))["sum"]
        less = min(line.amount - taken - booking.amount, owed_for(line))  # beside any goodwill
        if less > 0:
            credit(line, less, now=now)
        return
    order.amount = line.amount = booking.amount
    order.save(update_fields=["amount"])
    line.save(update_fields=["amount"])


# --- The owner's answer ---------------------------------------------------------------------

GRACE = timedelta(hours=1)  # for a capture that Stripe does not answer at once


@operation
def approve_change(*, change: Change, by: User, now: datetime) -> Order | None:
    """Say yes to a change, and to what else its series waits for: all of it is made. What was
    reserved for it is to be drawn first: then the order that waits for that is returned."""
    together = locked_with(change, now=now)
    order = _order_of(change)
    if not together:
        raise WrongState(change_status=change.status)
    if order is None or order.status == OrderStatus.ACCOUNT:
        _make(together, by=by, now=now)
        return None
    if order.status not in (OrderStatus.AUTHORISED, OrderStatus.CAPTURING):
        raise WrongState(change_status=change.status)
    require_quotas_together(together, now=now)
    for one in together:
        bookings.keep_change(change=one, until=now + GRACE, now=now)
    order.lines.exclude(change__in=together).delete()  # what has come to nothing meanwhile
    order.amount = sum(one.due for one in together)
    order.status, order.approved_by, order.not_before = OrderStatus.CAPTURING, by, now
    order.save(update_fields=["amount", "status", "approved_by", "not_before"])
    return order


def _make(together: Sequence[Change], *, by: User, now: datetime) -> None:
    """They cost nothing now; of a series the rule follows, and one letter tells of all."""
    of = together[0].series_change
    for change in together:
        made = bookings.approve_change(
            change=change,
            by=by,
            now=now,
            is_told=of is None,
            most_back=left_of_stay(change.booking),
        )
        give_back(made.booking, made.back, now=now)
        issue_correction(booking=made.booking, now=now)
    if of is not None:
        bookings.follow_series(
            series=of.series,
            to=Shape.of(of),
            moved=[change.booking for change in together],
            by=by,
            now=now,
            first=of.first,
        )


@operation
def decline_change(*, change: Change, by: User, now: datetime, reason: str = "") -> Change:
    """Say no to a change, and so to what else its series waits for. What was reserved for it is
    let go."""
    ended = bookings.end_changes(change=change, why="declined", by=by, now=now, reason=reason)
    if not ended:
        raise WrongState(change_status=change.status)
    close_page(Order.objects.filter(lines__change__in=ended), now=now)
    return next(one for one in ended if one.pk == change.pk)


def _order_of(change: Change) -> Order | None:
    orders = Order.objects.select_for_update(no_key=True, of=("self",))
    return orders.filter(lines__change=change).first()
