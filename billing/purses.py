"""Posting what is between us and an owner: earned, sent, given back, owed.

Whoever posts here first locks the owner's purse, the balance of what the owner owes us:
one row that stands for all the owner's accounts, so that what is read of them stays true.
The row is locked after those of bookings and orders, and before all other balances.
"""

from datetime import datetime

from accounts.errors import refused_by
from accounts.models import Organisation
from billing.fees import Fee, Split
from billing.ledger import Leg, MoreThanPaid, account_of, balance_of, of_refund, post
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


def earned(line: OrderLine, source: str, part: int, fee: Fee, *, now: datetime) -> bool:
    """So much more of the price is the owner's, less the fee: what was sold is used, or over."""
    owner, order = line.owner, line.order
    lock_purse(owner, order.currency)
    return post(
        source,
        now,
        order.currency,
        Leg(Code.HELD, part, order, owner),
        *_fee_legs(fee, order, owner),
        Leg(Code.OWNER_PAYABLE, fee.gross - part, order, owner),
    )


def refund_promised(refund: Refund, taken: Split, *, now: datetime) -> int:
    """Set aside from what is held, and from what the owner has earned already. What the owner
    has been sent is owed by them; returns how much that is."""
    leg = of_refund(refund, Code.REFUNDS_DUE, -refund.amount)
    return _take(refund.line, f"refund:{refund.pk}", taken, leg, now=now)


def lost(line: OrderLine, source: str, taken: Split, *, now: datetime) -> int:
    """A bank has decided for the buyer: the owner bears what their line was. What they have
    been sent is owed by them; returns how much that is."""
    leg = Leg(Code.DISPUTED, -taken.held - taken.earned, order=line.order)
    return _take(line, source, taken, leg, now=now)


def _take(line: OrderLine, source: str, taken: Split, leg: Leg, *, now: datetime) -> int:
    owner, order = line.owner, line.order
    lock_purse(owner, order.currency)
    there = min(taken.share, payable(owner, order))
    with refused_by("ledger_account_limits", MoreThanPaid):
        post(
            source,
            now,
            order.currency,
            leg,
            Leg(Code.HELD, taken.held, order, owner),
            *_fee_legs(Fee(0, 0) - taken.back, order, owner),
            Leg(Code.OWNER_PAYABLE, there, order, owner),
            Leg(Code.OWNER_DEBT, taken.share - there, organisation=owner),
        )
    return taken.share - there


def fee_owed(line: OrderLine, fee: Fee, *, now: datetime) -> bool:
    """Our fee of what was sold on account, which none of it passes through us: the owner owes
    it, and it is taken from what they earn next."""
    owner, order = line.owner, line.order
    lock_purse(owner, order.currency)
    return post(
        f"account-fee:{line.pk}",
        now,
        order.currency,
        Leg(Code.OWNER_DEBT, fee.gross, organisation=owner),
        *_fee_legs(fee, order, owner),
    )


def fee_returned(line: OrderLine, source: str, back: Fee, *, now: datetime) -> bool:
    """Part of that, for what was credited: off what the owner owes, or else to be sent."""
    owner, order = line.owner, line.order
    paid = min(lock_purse(owner, order.currency), back.gross)
    return post(
        source,
        now,
        order.currency,
        Leg(Code.OWNER_DEBT, -paid, organisation=owner),
        Leg(Code.OWNER_PAYABLE, paid - back.gross, order, owner),
        *_fee_legs(Fee(0, 0) - back, order, owner),
    )


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
