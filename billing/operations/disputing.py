"""Disputes: what a buyer's bank takes back, and what comes of it.

While a bank asks, nothing of the payment is earned, sent to its owners or given back, and
what they were sent of it is fetched back. Won, all goes on by itself. Lost, each owner
bears what their line was, we give our fee for it back, and the fee of the dispute is ours
(docs/adr/0031-what-a-bank-takes-back.md).
"""

import logging
from datetime import datetime
from uuid import UUID

from accounts.transactions import operation
from billing import ledger, purses, stripe_gateway
from billing.fees import split
from billing.models import Dispute, Order, OrderLine, Refund, RefundStatus
from billing.operations.earning import coming_back, fetch_back, left_of

log = logging.getLogger("ledig.billing")


def note_dispute(stripe_id: str, *, now: datetime) -> Dispute | None:
    """Fetch a dispute anew and apply it: any number of times, in any order. None when it is
    about no order of ours. Raises `PaymentsUnavailable`."""
    state = stripe_gateway.dispute_state(stripe_id)
    if state.order_id is None:
        log.error("dispute %s is about no order of ours", stripe_id)
        return None
    return _apply(state.order_id, state, now=now)


def is_asked_about(order: Order) -> bool:
    """Whether a bank asks about it now."""
    return any(dispute.is_open for dispute in order.disputes.all())


@operation
def _apply(pk: UUID, state: stripe_gateway.DisputeState, *, now: datetime) -> Dispute:
    order = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    before = Dispute.objects.filter(stripe_id=state.stripe_id).values_list("status", flat=True)
    was_lost = "lost" in before
    dispute, _is_new = Dispute.objects.update_or_create(
        stripe_id=state.stripe_id,
        defaults={
            "order": order,
            "amount": state.amount,
            "reason": state.reason,
            "status": state.status,
            "answer_by": state.answer_by,
            "opened_at": state.opened_at,
            "changed_at": now,
        },
    )
    lines = list(order.lines.select_related("owner", "order").order_by("pk"))
    for movement in state.movements:
        is_new = ledger.disputed(order, movement, now=now)
        if is_new and movement.amount < 0 and dispute.is_open:
            for line, part in _parts(lines, dispute.amount):
                _hold_back(line, part, now=now)
    if state.status == "lost" and not was_lost:
        _lose(dispute, lines, now=now)
    return dispute


def _hold_back(line: OrderLine, part: int, *, now: datetime) -> None:
    """Fetch the owner's share back, where they were sent it."""
    if not line.earned:
        return
    purses.lock_purse(line.owner, line.order.currency)
    taken = split(line, part, left_of(line))
    away = taken.share - purses.payable(line.owner, line.order)
    if away > 0:
        fetch_back(line.owner, line.order, away, now=now)


def _lose(dispute: Dispute, lines: list[OrderLine], *, now: datetime) -> None:
    for refund in dispute.order.refunds.filter(status=RefundStatus.INTENDED, stripe_id=""):
        _drop(refund, now=now)  # the bank has done it
    rest = dispute.amount - sum(left_of(line) for line in lines)
    for failed in dispute.order.refunds.open_cases().order_by("pk"):
        if rest > 0:  # and has done this too, as far as it took more than what else is left
            failed.status = RefundStatus.DROPPED
            failed.save(update_fields=["status"])
            rest -= failed.amount
    beyond = dispute.amount
    for line, part in _parts(lines, dispute.amount):
        taken = split(line, part, left_of(line))
        source = f"dispute-lost:{dispute.stripe_id}:{line.pk}"
        owed = purses.lost(line, source, taken, now=now)
        wanted = owed - coming_back(line.owner, line.order.currency)
        if wanted > 0:
            fetch_back(line.owner, line.order, wanted, now=now)
        line.lost += part
        line.earned -= taken.earned
        line.save(update_fields=["lost", "earned"])
        beyond -= part
    if beyond:
        ledger.dispute_lost(dispute, beyond, now=now)


def _drop(refund: Refund, *, now: datetime) -> None:
    ledger.refund_failed(refund, now=now)
    refund.status = RefundStatus.DROPPED
    refund.save(update_fields=["status"])


def _parts(lines: list[OrderLine], amount: int) -> list[tuple[OrderLine, int]]:
    """How a disputed amount falls on the lines: as they stand to each other in what is left of
    them, to the øre, and never more than that."""
    left = [(line, left_of(line)) for line in lines]
    total = sum(part for _line, part in left)
    amount = min(amount, total)
    parts, given, seen = [], 0, 0
    for line, part in left:
        seen += part
        until = amount * seen // total if total else 0
        if until > given:
            parts.append((line, until - given))
        given = until
    return parts
