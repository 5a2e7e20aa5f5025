"""Disputes: what a buyer's bank takes back, and what comes of it."""

import logging
from datetime import datetime
from uuid import UUID

from accounts.transactions import operation
from billing import ledger, stripe_gateway
from billing.models import Dispute, Order

log = logging.getLogger("ledig.billing")


def note_dispute(stripe_id: str, *, now: datetime) -> Dispute | None:
    """Fetch a dispute anew and apply it: any number of times, in any order. None when it is
    about no order of ours. Raises `PaymentsUnavailable`."""
    state = stripe_gateway.dispute_state(stripe_id)
    if state.order_id is None:
        log.error("dispute %s is about no order of ours", stripe_id)
        return None
    return _apply(state.order_id, state, now=now)


@operation
def _apply(pk: UUID, state: stripe_gateway.DisputeState, *, now: datetime) -> Dispute:
    order = Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
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
    for movement in state.movements:
        ledger.disputed(order, movement, now=now)
    if state.status == "lost":
        ledger.dispute_lost(dispute, now=now)
    return dispute
