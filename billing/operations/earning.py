"""After the stay: what is left of a price becomes its owner's, and is sent to them. Of a pass,
what was used becomes theirs when that time is over, and the rest when the pass ends.

Two steps, each of which can be done twice, late, or by two workers at once. Earning moves
money in the ledger; sending writes an intent, which `settle` carries out.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Organisation
from accounts.transactions import operation
from billing import purses
from billing.fees import fee_on
from billing.models import (
    Balance,
    Code,
    Dispute,
    Order,
    OrderLine,
    OrderStatus,
    PayoutAccount,
    Refund,
    SendStatus,
    Transfer,
    TransferReversal,
)
from billing.models.dispute import OPEN as DISPUTED
from billing.models.order import UNDER_WAY
from bookings.models import OPEN, Change, Counts, Pass, PassStatus, PassUse
from bookings.models.states import ENDED
from bookings.operations.moves import locked

SWEEP = 200  # lines a round, each in a transaction of its own


def due_to_earn(now: datetime) -> "models.QuerySet[OrderLine]":
    """Paid lines whose time is over, with nothing about them open: a dispute, a change that
    waits, a refund that has failed, another payment under way. A pass is over when it ends."""
    stays = Q(booking__status__in=ENDED, booking__period__endswith__lte=now)
    passes = Q(sold_pass__ends_at__lte=now) | Q(sold_pass__status=PassStatus.RETURNED)
    return _undoubted(now).filter(stays | passes)


def due_of_passes(now: datetime) -> "models.QuerySet[OrderLine]":
    """Lines of passes of which more is `used` than is earned, by times that are over: each
    with the minutes or days, and `worth`, their part of the price. What a bank has taken some
    of waits until the pass ends."""
    over = PassUse.objects.filter(
        used_of=OuterRef("sold_pass"),
        booking__status__in=ENDED,
        booking__period__endswith__lte=now,
    )
    used = over.order_by().values("used_of").annotate(sum=Sum("amount")).values("sum")
    return (
        _undoubted(now)
        .filter(lost=0, sold_pass__status=PassStatus.ACTIVE)
        .exclude(sold_pass__counts=Counts.PERCENT)
        .annotate(used=Coalesce(Subquery(used), 0, output_field=models.BigIntegerField()))
        .annotate(worth=F("used") * F("amount") / F("sold_pass__amount"))
        .filter(worth__gt=F("earned"))
    )


def _undoubted(now: datetime) -> "models.QuerySet[OrderLine]":
    """Paid lines not all earned, with nothing open about them."""
    disputes = Dispute.objects.filter(order=OuterRef("order"), status__in=DISPUTED)
    changes = Change.objects.filter(booking=OuterRef("booking"), status__in=OPEN)
    failed = Refund.objects.filter(line=OuterRef("pk")).open_cases()
    drawn = OrderLine.objects.filter(booking=OuterRef("booking"), order__status__in=UNDER_WAY)
    return OrderLine.objects.filter(
        ~Exists(disputes),
        ~Exists(changes),
        ~Exists(failed),
        ~Exists(drawn),
        earned_at=None,
        order__status=OrderStatus.PAID,
    )


def earn_due(*, now: datetime) -> int:
    """Earn what is due, oldest first, at most `SWEEP` lines; how many were earned."""
    lines = list(due_to_earn(now).order_by("pk")[:SWEEP])
    used = list(due_of_passes(now).order_by("pk")[:SWEEP])
    return sum(_earn(line, now) for line in lines) + sum(_earn_used(line, now) for line in used)


@operation
def _earn(line: OrderLine, now: datetime) -> bool:
    if line.booking_id is not None:
        locked(line.booking_id)
    Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=line.order_id)
    found = due_to_earn(now).select_related("owner", "order").filter(pk=line.pk).first()
    if found is None:
        return False
    kept = left_of(found)
    if kept > found.earned:
        _post(found, f"earned:{found.pk}", kept, now=now)
    found.earned, found.earned_at = kept, now
    found.save(update_fields=["earned", "earned_at"])
    return True


@operation
def _earn_used(line: OrderLine, now: datetime) -> bool:
    """The price of a pass, so far as it is used: rounded down, so that the last part is what
    is left and no øre is earned before its time."""
    Order.objects.select_for_update(no_key=True, of=("self",)).get(pk=line.order_id)
    list(Pass.objects.select_for_update(no_key=True).filter(order_line=line))
    found: Any = due_of_passes(now).select_related("owner", "order").filter(pk=line.pk).first()
    if found is None or (worth := min(found.worth, left_of(found))) <= found.earned:
        return False
    _post(found, f"earned-use:{found.used}:{found.pk}", worth, now=now)
    found.earned = worth
    found.save(update_fields=["earned"])
    return True


def _post(line: OrderLine, source: str, until: int, *, now: datetime) -> None:
    """So much of its price is earned from now on, of which some was before."""
    fee = fee_on(line, until) - fee_on(line, line.earned)
    purses.earned(line, source, until - line.earned, fee, now=now)


def left_of(line: OrderLine) -> int:
    """What of the price of a line is not given back, nor lost to the buyer’s bank. A refund
    that has failed is still owed to the booker, until it is sent anew."""
    returned = line.refunds.counting().aggregate(sum=Sum("amount", default=0))
    return line.amount - line.lost - int(returned["sum"])


# --- Sending --------------------------------------------------------------------------------


def send_due(*, now: datetime) -> int:
    """Intend transfers of what owners have earned and can receive; how many."""
    waiting = Organisation.objects.filter(
        Exists(_payable().filter(account__organisation=OuterRef("pk"))),
        payout_account__can_receive=True,
    )
    return sum(_send(organisation, now=now) for organisation in waiting.order_by("pk"))


def _payable() -> "models.QuerySet[Balance]":
    return Balance.objects.filter(account__code=Code.OWNER_PAYABLE, amount__lt=0)


@operation
def _send(organisation: Organisation, *, now: datetime) -> int:
    """What the owner owes us is taken from it first, unless it is being fetched back."""
    refused = Transfer.objects.filter(
        organisation=organisation,
        order=OuterRef("account__order"),
        status=SendStatus.FAILED,
        not_before__gt=now,
    )
    under_way = Transfer.objects.filter(
        organisation=organisation, order=OuterRef("account__order"), status=SendStatus.INTENDED
    )
    disputed = Dispute.objects.filter(order=OuterRef("account__order"), status__in=DISPUTED)
    waiting = (
        _payable()
        .filter(
            ~Exists(refused),
            ~Exists(under_way),
            ~Exists(disputed),
            account__organisation=organisation,
        )
        .select_related("account__order")
        .order_by("account")
    )
    currencies = {found.account.currency for found in waiting}
    debts = {
        currency: purses.lock_purse(organisation, currency) - coming_back(organisation, currency)
        for currency in sorted(currencies)
    }
    account = PayoutAccount.objects.get(organisation=organisation)
    sent = 0
    for balance in waiting.all():  # read anew, now that the purse is locked
        order = balance.account.order
        assert order is not None
        amount = -balance.amount
        owed = min(max(debts[order.currency], 0), amount)
        if owed:
            purses.offset(organisation, order, owed, now=now)
            debts[order.currency] -= owed
        if amount > owed:
            _intend(organisation, order, amount - owed, account.stripe_id, now=now)
            sent += 1
    return sent


def _intend(
    organisation: Organisation, order: Order, amount: int, destination: str, *, now: datetime
) -> None:
    of_charge = order.transfers.filter(is_of_charge=True).exclude(status=SendStatus.FAILED)
    used = int(of_charge.aggregate(sum=Sum("amount", default=0))["sum"])
    transfer = Transfer.objects.create(
        organisation=organisation,
        order=order,
        amount=amount,
        destination=destination,
        # Stripe counts what was fetched back too; what was on account has no charge.
        is_of_charge=bool(order.charge_id) and used + amount <= order.amount,
        created_at=now,
        not_before=now,
    )
    purses.transfer_intended(transfer, now=now)


def coming_back(organisation: Organisation, currency: str) -> int:
    """What is being fetched back of what the owner was sent."""
    asked = TransferReversal.objects.filter(
        transfer__organisation=organisation,
        transfer__order__currency=currency,
        status=SendStatus.INTENDED,
    )
    return int(asked.aggregate(sum=Sum("amount", default=0))["sum"])


def fetch_back(organisation: Organisation, order: Order, amount: int, *, now: datetime) -> int:
    """Ask for so much back of what the owner was sent of an order, the newest transfer first;
    how much was there to ask for. Call it with the purse locked."""
    taken = Q(reversals__status__in=(SendStatus.INTENDED, SendStatus.SENT))
    sent = (
        Transfer.objects.filter(organisation=organisation, order=order, status=SendStatus.SENT)
        .annotate(back=Sum("reversals__amount", filter=taken, default=0))
        .filter(amount__gt=F("back"))
        .order_by("-created_at", "-pk")
    )
    asked = 0
    for transfer in sent:
        part = min(amount - asked, transfer.amount - transfer.back)
        if part <= 0:
            break
        TransferReversal.objects.create(
            transfer=transfer, amount=part, created_at=now, not_before=now
        )
        asked += part
    return asked
