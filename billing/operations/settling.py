"""Making bookings and ledger agree with what Stripe holds to be true.

Everything here can be done twice, late, or by two workers at once: state is fetched anew,
applied under lock, and each ledger posting has a source that posts once. Locks are taken
in one order: a series that is to become another, quotas, an order's bookings by id, the
order, and then all their units at once.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.errors import Refused
from accounts.transactions import Busy, operation
from billing import ledger, stripe_cards, stripe_gateway
from billing.leasing import lease
from billing.models import (
    Card,
    CardSetup,
    CardStatus,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    PayoutAccount,
    Refund,
    RefundStatus,
    SendStatus,
    SetupStatus,
    StripeEvent,
    Transfer,
    TransferReversal,
)
from billing.operations import fulfilling, sending
from billing.operations.cancelling import close_page
from billing.operations.cards import (
    customer_of,
    note_card,
    refresh_card,
    settle_setup,
    tell_stripe,
)
from billing.operations.dispatching import post_to
from billing.operations.disputing import is_asked_about, note_dispute
from billing.operations.documenting import issue_receipts
from billing.operations.on_account import credit_what_came_to_nothing
from billing.operations.payouts import note_payout
from billing.operations.refunding import note_refund
from bookings import operations as bookings
from bookings.models import Series
from bookings.operations.moves import locked_all

log = logging.getLogger("ledig.billing")

UNPAID = (OrderStatus.OPEN, OrderStatus.AUTHORISED)


def receive_event(notice: stripe_gateway.Notice, *, now: datetime) -> bool:
    """Store a verified webhook; False when it had come before."""
    _event, is_new = StripeEvent.objects.get_or_create(
        event_id=notice.event_id,
        defaults={
            "type": notice.type,
            "object_id": notice.object_id,
            "account": notice.account,
            "received_at": now,
            "not_before": now,
        },
    )
    return is_new


def handle_event(event: StripeEvent, *, now: datetime) -> None:
    """Apply what an event is about, by fetching that anew."""
    about = event.object_id
    order = (
        Order.objects.filter(Q(session_id=about) | Q(intent_id=about) | Q(charge_id=about))
        .exclude(session_id="")
        .first()
    )
    if order is not None:
        settle_order(order, now=now)
    if event.type.startswith("refund."):
        for returned in Refund.objects.filter(stripe_id=about):
            send_refund(returned, now=now)
    if event.type.startswith("payment_method."):
        refresh_card(about, now=now)
    for setup in CardSetup.objects.filter(session_id=about).exclude(session_id=""):
        settle_setup(setup, now=now)
    if event.type.startswith("charge.dispute."):
        note_dispute(about, now=now)
    if event.type.startswith(("account.", "v2.core.account")):
        for account in PayoutAccount.objects.filter(stripe_id=about):
            sending.check_account(account, now=now)
    if event.type.startswith("payout.") and event.account:
        note_payout(event.account, about, now=now)
    StripeEvent.objects.filter(pk=event.pk).update(handled_at=now)


def settle_order(order: Order, *, now: datetime) -> Order:
    """Fetch the order's payment and apply it. Raises `PaymentsUnavailable`."""
    if not (order.session_id or order.intent_id):
        return order
    state = stripe_gateway.payment_state(order)
    order = _apply(order.pk, state, now=now)
    return carry_out(order, now=now) if order.status == OrderStatus.VOIDING else order


def carry_out(order: Order, *, now: datetime) -> Order:
    """Do what an order's status says is to be done at Stripe: charge, capture, or release."""
    if order.status == OrderStatus.CHARGING:
        return _charge(order, now=now)
    if order.status == OrderStatus.CAPTURING:
        try:
            stripe_gateway.capture(order)
        except stripe_gateway.PaymentRefused as no:
            if not stripe_gateway.payment_state(order).captured:
                return _capture_failed(order.pk, reason=no.code, now=now)
        return settle_order(order, now=now)
    if order.status == OrderStatus.VOIDING:
        return _release(order, now=now)
    return order


def _charge(order: Order, *, now: datetime) -> Order:
    """Off-session, to the saved card. When the bank says no, or wants to ask its holder, the
    order is to be paid on a page, and they are told."""
    if order.intent_id:
        return _apply(order.pk, stripe_gateway.payment_state(order), now=now)
    try:
        state = stripe_cards.charge(order, customer=customer_of(order.buyer, now=now))
    except stripe_gateway.PaymentRefused as no:
        return _not_charged(order.pk, reason=no.code, now=now)
    return _apply(order.pk, state, now=now)


def _release(order: Order, *, now: datetime) -> Order:
    if order.session_id or order.intent_id:
        state = stripe_gateway.payment_state(order)
        if state.captured:  # paid at the last moment
            return _apply(order.pk, state, now=now)
        stripe_gateway.release(order, state)
    Order.objects.filter(pk=order.pk, status=OrderStatus.VOIDING).update(status=OrderStatus.VOID)
    order.refresh_from_db()
    return order


def send_refund(returned: Refund, *, now: datetime) -> None:
    """Ask Stripe to return the money, or how far that has come. While a bank asks about the
    payment, Stripe returns nothing: it waits."""
    if not returned.stripe_id and is_asked_about(returned.order):
        return
    try:
        state = (
            stripe_gateway.refund_state(returned)
            if returned.stripe_id
            else stripe_gateway.send_refund(returned)
        )
    except stripe_gateway.PaymentRefused as no:
        log.error("refund %s was refused: %s", returned.pk, no)
        _refund_came_to(returned.pk, RefundStatus.FAILED, "", str(no), now=now)
        return
    status = {"succeeded": RefundStatus.SUCCEEDED, "failed": RefundStatus.FAILED}.get(
        state.status, RefundStatus.FAILED if state.status == "canceled" else RefundStatus.PENDING
    )
    _refund_came_to(returned.pk, status, state.stripe_id, state.why, now=now)


def expire_holds(*, now: datetime) -> int:
    """End what was not paid or answered in time, and close the pages it could be paid on."""
    ended = [*bookings.expire_due(now=now), *bookings.expire_changes_due(now=now)]
    _void_what_nobody_wants(now)
    credit_what_came_to_nothing(now=now)
    return len(ended)


def settle(*, now: datetime) -> int:
    """Everything that waits for Stripe: stored events, captures, releases, refunds, and what
    is sent to owners or fetched back.

    Each is leased first, so that workers share the work; what fails is tried again later.
    Returns how many were tried.
    """
    _close_unpaid_passes(now=now)
    _void_what_nobody_wants(now)
    waiting = Refund.objects.filter(status__in=(RefundStatus.INTENDED, RefundStatus.PENDING))
    removing = Card.objects.filter(status=CardStatus.REMOVING)
    forgotten = CardSetup.objects.filter(status=SetupStatus.OPEN, expires_at__lte=now)[:50]
    transfers = Transfer.objects.filter(status=SendStatus.INTENDED)
    reversals = TransferReversal.objects.filter(status=SendStatus.INTENDED)
    steps: list[Callable[[], object]] = [
        *(
            partial(handle_event, event, now=now)
            for event in lease(StripeEvent.objects.filter(handled_at=None), now)
        ),
        *(partial(carry_out, order, now=now) for order in lease(Order.objects.unsettled(), now)),
        *(partial(send_refund, returned, now=now) for returned in lease(waiting, now)),
        *(partial(tell_stripe, card, now=now) for card in lease(removing, now)),
        *(partial(settle_setup, setup, now=now) for setup in forgotten),
        *(partial(sending.send_transfer, one, now=now) for one in lease(transfers, now)),
        *(partial(sending.fetch_back, one, now=now) for one in lease(reversals, now)),
    ]
    for step in steps:  # one must not keep the others back
        try:
            step()
        except stripe_gateway.PaymentsUnavailable as silence:
            log.warning("Stripe is silent, to be tried again: %s", silence)
        except stripe_gateway.PaymentRefused as no:
            log.error("Stripe says no, to be tried again: %s", no)
        except Busy:
            log.warning("somebody else is at it, to be tried again")
        except Exception:  # a bug in one step too, such as an event that nobody foresaw
            log.exception("a step failed, to be tried again")
    return len(steps)


@operation
def _apply(pk: UUID, state: stripe_gateway.PaymentState, *, now: datetime) -> Order:
    if state.captured or state.authorised:
        _lock_series_of(pk)
        fulfilling.lock_quotas_of(pk, now=now)
    order, lines = _locked(pk)
    order.intent_id = state.intent_id or order.intent_id
    order.charge_id = state.charge_id or order.charge_id
    if order.consent is not None and state.card is not None and state.card.is_kept:
        note_card(state.card, consent=order.consent, now=now)
    if state.captured:
        if order.status != OrderStatus.PAID:
            order.status = OrderStatus.PAID
            order.save()
            ledger.captured(order, charge_id=state.charge_id, gross=state.captured, now=now)
            fulfilling.fulfil(lines, now=now)
            receipts = issue_receipts(order=order, now=now)
            if any(line.sold_pass_id for line in lines):  # no booking's letter tells of it
                for receipt in receipts:
                    post_to(receipt, order.buyer, now=now)
        if state.fee:
            ledger.fee_charged(order, charge_id=state.charge_id, fee=state.fee, now=now)
        return order
    if state.authorised and order.status in (OrderStatus.OPEN, OrderStatus.CHARGING):
        order.status, order.lapses_at = OrderStatus.AUTHORISED, state.lapses_at
        try:
            with transaction.atomic():
                fulfilling.reserve(lines, now=now)
        except Refused as no:
            fulfilling.tell_all_too_late(lines, no, now=now)
            order.status = OrderStatus.VOIDING
    elif state.authorised and order.status == OrderStatus.VOID:  # on a page thought closed
        order.status = OrderStatus.VOIDING
    elif order.status != OrderStatus.CAPTURING and (
        state.is_released or (state.session_is_expired and order.status == OrderStatus.OPEN)
    ):
        if order.status == OrderStatus.AUTHORISED:  # by its bank, or at Stripe by hand
            fulfilling.lapse(lines, now=now)
        order.status = OrderStatus.VOID
        if order.status == OrderStatus.VOID and fulfilling.outlasts_its_page(order, lines):
            # Owed all the same: its page is opened anew when its buyer comes to pay.
            order.status, order.session_id, order.checkout_url = OrderStatus.OPEN, "", ""
    order.save()
    return order


@operation
def _capture_failed(pk: UUID, *, reason: str, now: datetime) -> Order:
    order, lines = _locked(pk)
    if order.status == OrderStatus.CAPTURING:
        order.status = OrderStatus.VOIDING
        order.save(update_fields=["status"])
        fulfilling.fail(lines, reason=reason, now=now)
    return order


@operation
def _not_charged(pk: UUID, *, reason: str, now: datetime) -> Order:
    order, lines = _locked(pk)
    if order.status == OrderStatus.CHARGING:
        order.status, order.card, order.declined = OrderStatus.OPEN, None, reason[:60]
        order.save(update_fields=["status", "card", "declined"])
        for line in lines:
            fulfilling.tell_not_charged(line, reason=reason, now=now)
    return order


@operation
def _refund_came_to(
    pk: UUID, status: RefundStatus, stripe_id: str, error: str, *, now: datetime
) -> None:
    returned = (
        Refund.objects.select_for_update(of=("self",))
        .select_related("order", "line__owner")
        .get(pk=pk)
    )
    came_back = returned.status == RefundStatus.SUCCEEDED and status == RefundStatus.FAILED
    if returned.status in (RefundStatus.SUCCEEDED, RefundStatus.FAILED) and not came_back:
        return
    note_refund(returned, status, now=now)
    returned.status, returned.error = status, error[:300]
    returned.stripe_id = stripe_id or returned.stripe_id
    returned.save(update_fields=["status", "error", "stripe_id"])


def _lock_series_of(order: UUID) -> None:
    """That is to become another once it is paid: before anything else, as everybody does who
    changes one."""
    changed = OrderLine.objects.filter(order=order).exclude(change=None)
    rows = Series.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    list(rows.filter(pk__in=changed.values("booking__series")))


def _locked(pk: UUID) -> tuple[Order, list[OrderLine]]:
    """An order and its lines, their bookings first."""
    of_it = OrderLine.objects.filter(order=pk)
    rows = locked_all(of_it.exclude(booking=None).values_list("booking", flat=True))
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    lines = list(of_it.order_by("booking", "pk").select_related("change__space"))
    for line in lines:
        line.order = order
        if line.booking_id is not None:
            line.booking = rows[line.booking_id]
    return order, lines


def _void_what_nobody_wants(now: datetime) -> None:
    """Orders still open or reserved whose bookings, or the change, have all ended: to be
    closed at Stripe."""
    wanted = OrderLine.objects.filter(fulfilling.WANTED, order=OuterRef("pk"))
    for pk in Order.objects.filter(~Exists(wanted), status__in=UNPAID).values_list("pk", flat=True):
        _void(pk, now=now)


@operation
def _close_unpaid_passes(*, now: datetime) -> None:
    """Passes keep nothing from others, so their orders wait until the page has run out."""
    unpaid = Order.objects.filter(
        lines__kind=LineKind.PASS,
        lines__sold_pass__membership=None,  # those have days
        status=OrderStatus.OPEN,
        session_expires_at__lte=now,
    )
    close_page(unpaid, now=now)


@operation
def _void(pk: UUID, *, now: datetime) -> None:
    """Looked at again under lock: the payment may have come and revived the booking."""
    order, lines = _locked(pk)
    nobody_wants = not any(fulfilling.is_wanted(line) for line in lines)
    if nobody_wants and order.status in UNPAID:
        order.status, order.not_before = OrderStatus.VOIDING, now
        order.save(update_fields=["status", "not_before"])
