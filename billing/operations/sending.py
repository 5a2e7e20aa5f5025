"""Carrying out at Stripe what is to be sent to owners, and what is fetched back of it."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from accounts.transactions import operation
from billing import purses, stripe_owners
from billing.models import PayoutAccount, SendStatus, Transfer, TransferReversal
from billing.operations import earning
from billing.operations.disputing import is_asked_about

log = logging.getLogger("ledig.billing")

LATER = timedelta(hours=6)  # what Stripe has refused is intended anew after so long


def send_transfer(transfer: Transfer, *, now: datetime) -> None:
    """Raises `PaymentsUnavailable`; then it is tried again with the same key."""
    try:
        stripe_id = stripe_owners.send_transfer(transfer)
    except stripe_owners.PaymentRefused as no:
        log.error("transfer %s was refused: %s", transfer.pk, no)
        _transfer_came_to(transfer.pk, SendStatus.FAILED, "", f"{no.code}: {no}", now=now)
        with suppress(stripe_owners.PaymentRefused):  # it may be gone
            check_account(PayoutAccount.objects.get(organisation=transfer.organisation_id), now=now)
        return
    _transfer_came_to(transfer.pk, SendStatus.SENT, stripe_id, "", now=now)


def fetch_back(reversal: TransferReversal, *, now: datetime) -> None:
    """Raises `PaymentsUnavailable`. What Stripe refuses stays owed by the owner, and is taken
    from what they earn next."""
    try:
        stripe_id = stripe_owners.fetch_back(reversal)
    except stripe_owners.PaymentRefused as no:
        log.error("reversal %s was refused: %s", reversal.pk, no)
        _reversal_came_to(reversal.pk, SendStatus.FAILED, "", f"{no.code}: {no}", now=now)
        return
    _reversal_came_to(reversal.pk, SendStatus.SENT, stripe_id, "", now=now)


def check_account(account: PayoutAccount, *, now: datetime) -> PayoutAccount:
    """Fetch an owner's account anew, and note how it stands."""
    state = stripe_owners.account_state(account.stripe_id)
    return note_account(account, state, now=now)


def note_account(
    account: PayoutAccount, state: stripe_owners.AccountState, *, now: datetime
) -> PayoutAccount:
    account.stripe_id = state.stripe_id
    account.is_submitted = state.is_submitted
    account.can_receive, account.can_pay_out = state.can_receive, state.can_pay_out
    account.missing = list(state.missing)
    account.checked_at = now
    account.save()
    return account


@operation
def _transfer_came_to(
    pk: UUID, status: SendStatus, stripe_id: str, error: str, *, now: datetime
) -> None:
    found = Transfer.objects.select_related("organisation", "order").get(pk=pk)
    debt = purses.lock_purse_of(found)
    transfer = Transfer.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if transfer.status != SendStatus.INTENDED:
        return
    transfer.status, transfer.stripe_id, transfer.error = status, stripe_id, error[:300]
    if status == SendStatus.SENT:
        transfer.sent_at = now
        purses.transfer_sent(transfer, now=now)
        # Given back while it was on its way, or asked for back: it could not be fetched until now.
        debt -= earning.coming_back(transfer.organisation, transfer.order.currency)
        if is_asked_about(transfer.order):
            debt = max(debt, transfer.amount)
    else:
        transfer.not_before = now + LATER
        purses.transfer_failed(transfer, now=now)
    transfer.save(update_fields=["status", "stripe_id", "error", "sent_at", "not_before"])
    if status == SendStatus.SENT and debt > 0:
        earning.fetch_back(transfer.organisation, transfer.order, debt, now=now)


@operation
def _reversal_came_to(
    pk: UUID, status: SendStatus, stripe_id: str, error: str, *, now: datetime
) -> None:
    found = TransferReversal.objects.select_related("transfer__organisation", "transfer__order")
    purses.lock_purse_of(found.get(pk=pk).transfer)
    reversal = found.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if reversal.status != SendStatus.INTENDED:
        return
    reversal.status, reversal.stripe_id, reversal.error = status, stripe_id, error[:300]
    if status == SendStatus.SENT:
        purses.fetched_back(reversal, now=now)
    reversal.save(update_fields=["status", "stripe_id", "error"])
