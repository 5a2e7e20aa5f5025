"""Posting what is between us and an owner: earned, sent, given back, owed.

Whoever posts here first locks the owner's purse, the balance of what the owner owes us:
one row that stands for all the owner's accounts, so that what is read of them stays true.
The row is locked after those of bookings and orders, and before all other balances.
"""

from datetime import datetime

from accounts.models import Organisation
from billing.fees import Fee
from billing.ledger import Leg, account_of, balance_of, of_refund, post
from billing.models import Balance, Code, Order, OrderLine, Refund, Transfer, TransferReversal


def lock_purse(organisation: Organisation, currency: str) -> int:
    """Lock it until the transaction ends; what the owner owes us."""
    account = account_of(Code.OWNER_DEBT, currency, organisation=organisation)
    Balance.objects.get_or_create(account=account)
    locked = Balance.objects.select_for_update(no_key=True, of=("self",)).get(account=account)
    return locked.amount


def lock_purse_of(transfer: Transfer) -> int:
    return lock_purse(transfer.organisation, transfer.order.currency)


def payable(organisation: Organisation, order: Order) -> int:
    """What an order has earned its owner that is not yet sent."""
    return -balance_of(Code.OWNER_PAYABLE, organisation=organisation, order=order)


def earned(line: OrderLine, kept: int, fee: Fee, *, now: datetime) -> bool:
    """The stay is over: what is left of the price is the owner's, less the fee."""
    owner, order = line.owner, line.order
    lock_purse(owner, order.currency)
    return post(
        f"earned:{line.pk}",
        now,
        order.currency,
        Leg(Code.HELD, kept, order, owner),
        *_fee_legs(fee, order, owner),
        Leg(Code.OWNER_PAYABLE, fee.gross - kept, order, owner),
    )


def refund_promised(refund: Refund, back: Fee, *, now: datetime) -> int:
    """Set aside from what the owner has earned already, and we give our fee `back`. What the
    owner has been sent is owed by them; returns how much that is."""
    owner, order = refund.line.owner, refund.order
    lock_purse(owner, order.currency)
    share = refund.amount - back.gross
    there = min(share, payable(owner, order))
    post(
        f"refund:{refund.pk}",
        now,
        order.currency,
        of_refund(refund, Code.REFUNDS_DUE, -refund.amount),
        *_fee_legs(Fee(0, 0) - back, order, owner),
        Leg(Code.OWNER_PAYABLE, there, order, owner),
        Leg(Code.OWNER_DEBT, share - there, organisation=owner),
    )
    return share - there


def lost(line: OrderLine, source: str, part: int, back: Fee, *, now: datetime) -> int:
    """A bank has decided for the buyer: the owner bears what their line was, and we give our
    fee `back`. What the owner has been sent is owed by them; returns how much that is."""
    owner, order = line.owner, line.order
    lock_purse(owner, order.currency)
    if line.earned_at is None:
        legs, owed = [Leg(Code.HELD, part, order, owner)], 0
    else:
        share = part - back.gross
        there = min(share, payable(owner, order))
        owed = share - there
        legs = [
            *_fee_legs(Fee(0, 0) - back, order, owner),
            Leg(Code.OWNER_PAYABLE, there, order, owner),
            Leg(Code.OWNER_DEBT, owed, organisation=owner),
        ]
    post(source, now, order.currency, Leg(Code.DISPUTED, -part, order=order), *legs)
    return owed


def offset(organisation: Organisation, order: Order, amount: int, *, now: datetime) -> None:
    """What an order has earned pays what the owner owes. Call it with the purse locked."""
    account = account_of(Code.OWNER_PAYABLE, order.currency, order=order, organisation=organisation)
    newest = account.entries.order_by("-pk").values_list("pk", flat=True)[0]
    post(
        f"offset:{newest}",
        now,
        order.currency,
        Leg(Code.OWNER_PAYABLE, amount, order, organisation),
        Leg(Code.OWNER_DEBT, -amount, organisation=organisation),
    )


def transfer_intended(transfer: Transfer, *, now: datetime) -> bool:
    return post(
        f"transfer:{transfer.pk}",
        now,
        transfer.order.currency,
        _of(transfer, Code.OWNER_PAYABLE, transfer.amount),
        _of(transfer, Code.TRANSFERRING, -transfer.amount),
    )


def transfer_sent(transfer: Transfer, *, now: datetime) -> bool:
    return post(
        f"transfer-sent:{transfer.pk}",
        now,
        transfer.order.currency,
        _of(transfer, Code.TRANSFERRING, transfer.amount),
        Leg(Code.STRIPE_BALANCE, -transfer.amount),
    )


def transfer_failed(transfer: Transfer, *, now: datetime) -> bool:
    """Stripe said no: it is still to be sent."""
    return post(
        f"transfer-failed:{transfer.pk}",
        now,
        transfer.order.currency,
        _of(transfer, Code.TRANSFERRING, transfer.amount),
        _of(transfer, Code.OWNER_PAYABLE, -transfer.amount),
    )


def fetched_back(reversal: TransferReversal, *, now: datetime) -> bool:
    """It is with us again, and pays what the owner owes; what is more is the owner's."""
    transfer = reversal.transfer
    debt = lock_purse_of(transfer)
    paid = min(debt, reversal.amount)
    return post(
        f"reversal:{reversal.pk}",
        now,
        transfer.order.currency,
        Leg(Code.STRIPE_BALANCE, reversal.amount),
        Leg(Code.OWNER_DEBT, -paid, organisation=transfer.organisation),
        _of(transfer, Code.OWNER_PAYABLE, paid - reversal.amount),
    )


def _of(transfer: Transfer, code: Code, amount: int) -> Leg:
    return Leg(code, amount, order=transfer.order, organisation=transfer.organisation)


def _fee_legs(fee: Fee, order: Order, owner: Organisation) -> tuple[Leg, Leg]:
    return (
        Leg(Code.PLATFORM_FEE, -fee.net, order, owner),
        Leg(Code.PLATFORM_VAT, -fee.vat, order, owner),
    )
