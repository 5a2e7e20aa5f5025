"""Each night: do our books say what Stripe's say? What does not agree is asked about anew, and
what then still differs is a case that somebody sees and settles.

Nothing here trusts the order of things or that it has run before: it reads a week of Stripe's
books each time, and a case is closed by itself once the two agree.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.transactions import Busy, operation
from billing import ledger, stripe_books, stripe_gateway
from billing.ledger import Leg
from billing.models import (
    Case,
    CaseKind,
    Code,
    Entry,
    Order,
    PayoutAccount,
    Refund,
    Transfer,
    TransferReversal,
)
from billing.operations.settling import receive_event, settle, settle_order
from billing.stripe_books import Movement

log = logging.getLogger("ledig.billing")

BACK = timedelta(days=7)  # how far the nightly run reads; events are kept for 30 days
SETTLING = timedelta(minutes=10)  # younger ones may still be on their way to us
SETTLED = "settled:"  # begins the sources of what was settled by hand
OUT = ("payout", "payout_failure", "payout_cancel")  # to and from the platform's own bank


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run found: webhooks that never came, and cases opened and closed."""

    lost: int
    opened: int
    closed: int


def reconcile(*, now: datetime, back: timedelta = BACK) -> Reconciled:
    """Compare Stripe's books of the last `back` with ours. Raises `PaymentsUnavailable`; what
    was done by then stays."""
    lost = hear_again(now=now, back=back)
    if lost:
        settle(now=now)
    told = stripe_books.movements(now - back)
    _post_payouts(told, now)
    charges = {movement.charge for movement, _posted in _differing(told)} - {""}
    for order in Order.objects.filter(charge_id__in=charges):
        _ask_again(order, now)
    differing = _differing(told)
    opened = sum(
        _open(_case_kind(movement, posted), movement, posted, now)
        for movement, posted in differing
        if movement.at <= now - SETTLING
    )
    closed = _close_agreeing(told, {movement.stripe_id for movement, _posted in differing}, now)
    opened += _missing(told, now, back)
    opened += _compare_balances(stripe_books.balance(), now)
    return Reconciled(lost, opened, closed)


def hear_again(*, now: datetime, back: timedelta = BACK) -> int:
    """Events that Stripe has and we never heard of, of our account and of each owner's: stored,
    for `settle` to handle. How many."""
    owners = PayoutAccount.objects.exclude(stripe_id="").order_by("pk")
    lost = 0
    for account in ("", *owners.values_list("stripe_id", flat=True)):
        for notice in _told(now - back, account):
            if receive_event(notice, now=now):
                lost += 1
                log.warning("a webhook was lost: %s %s", notice.type, notice.event_id)
    return lost


def _told(since: datetime, account: str) -> list[stripe_gateway.Notice]:
    try:
        return stripe_books.notices(since, account)
    except stripe_gateway.PaymentRefused as no:
        if not account:
            raise
        log.warning("the events of %s are not ours to read: %s", account, no)  # it may be gone
        return []


def _post_payouts(told: Iterable[Movement], now: datetime) -> None:
    """What the platform pays out to its own bank is posted as Stripe tells it."""
    for one in told:
        if one.type in OUT:
            _moved(f"payout:{one.stripe_id}", Code.BANK, one, one.net, now)


@operation
def _moved(source: str, code: Code, one: Movement, net: int, now: datetime) -> bool:
    legs = (Leg(Code.STRIPE_BALANCE, net), Leg(code, -net))
    return ledger.post(source, now, one.currency, *legs)


def _ask_again(order: Order, now: datetime) -> None:
    try:
        settle_order(order, now=now)
    except (stripe_gateway.PaymentRefused, Busy) as no:
        log.warning("order %s could not be asked about: %s", order.pk, no)


# --- What our books say of a movement ---------------------------------------------------------


def sources_of(told: Iterable[Movement]) -> dict[str, list[str]]:
    """The sources under which the ledger posts each movement, by its id at Stripe."""
    ids = {one.source for one in told}
    refunds = dict(Refund.objects.filter(stripe_id__in=ids).values_list("stripe_id", "pk"))
    sent = dict(Transfer.objects.filter(stripe_id__in=ids).values_list("stripe_id", "pk"))
    back = TransferReversal.objects.filter(stripe_id__in=ids)
    reversed_ = dict(back.values_list("stripe_id", "pk"))
    ours: dict[str, Callable[[Movement], list[str]]] = {
        "refund": lambda one: [f"refund-sent:{refunds.get(one.source)}"],
        "refund_failure": lambda one: [f"refund-returned:{refunds.get(one.source)}"],
        "transfer": lambda one: [f"transfer-sent:{sent.get(one.source)}"],
        "transfer_refund": lambda one: [f"reversal:{reversed_.get(one.source)}"],
    }
    return {one.stripe_id: [*_sources(one, ours), SETTLED + one.stripe_id] for one in told}


def _sources(one: Movement, ours: dict[str, Callable[[Movement], list[str]]]) -> list[str]:
    if one.type in ("charge", "payment"):
        return [f"capture:{one.source}", f"fee:{one.source}"]
    if one.type == "adjustment":
        return [f"dispute:{one.stripe_id}"]
    if one.type in OUT:
        return [f"payout:{one.stripe_id}"]
    return ours[one.type](one) if one.type in ours else []


def _differing(told: list[Movement]) -> list[tuple[Movement, int]]:
    """Those of which the ledger says something else, and what it says. Five queries."""
    sources = sources_of(told)
    entries = Entry.objects.filter(
        account__code=Code.STRIPE_BALANCE,
        transaction__source__in=[source for of in sources.values() for source in of],
    )
    sums = dict(entries.values_list("transaction__source").annotate(sum=Sum("amount")).order_by())
    posted = {pk: sum(sums.get(source, 0) for source in of) for pk, of in sources.items()}
    return [(one, posted[one.stripe_id]) for one in told if posted[one.stripe_id] != one.net]


def _case_kind(movement: Movement, posted: int) -> CaseKind:
    if movement.type in ("charge", "payment"):
        return CaseKind.FEE if posted else CaseKind.PAYMENT
    if movement.type == "refund" and not posted:
        return CaseKind.REFUND
    return CaseKind.MOVEMENT


# --- Cases ------------------------------------------------------------------------------------


@operation
def _open(kind: CaseKind, movement: Movement, posted: int, now: datetime) -> bool:
    order = Order.objects.filter(charge_id=movement.charge).exclude(charge_id="").first()
    case, is_new = Case.objects.get_or_create(
        kind=kind,
        stripe_id=movement.stripe_id,
        settled_at=None,
        defaults={
            "source": movement.source,
            "order": order,
            "posted": posted,
            "told": movement.net,
            "currency": movement.currency,
            "opened_at": now,
        },
    )
    if is_new:
        log.error("Stripe's books differ from ours: %s, %s", case, case.difference)
    return is_new


@operation
def _close_agreeing(told: Iterable[Movement], differ: set[str], now: datetime) -> int:
    agree = {one.stripe_id for one in told} - differ
    found = Case.objects.open().filter(stripe_id__in=agree)
    return found.update(settled_at=now, how=_("They agree now."))


@operation
def _missing(told: Iterable[Movement], now: datetime, back: timedelta) -> int:
    """What we have posted as moved at Stripe in this time, and Stripe has not."""
    known = {source for of in sources_of(told).values() for source in of}
    entries = Entry.objects.filter(
        account__code=Code.STRIPE_BALANCE,
        transaction__at__gt=now - back + timedelta(days=1),
        transaction__at__lte=now - SETTLING,
    ).exclude(transaction__source__in=known)
    unknown = entries.exclude(transaction__source__startswith=SETTLED)
    sums = dict(unknown.values_list("transaction__source").annotate(Sum("amount")).order_by())
    done = Entry.objects.filter(transaction__source__in=[SETTLED + source for source in sums])
    settled = set(done.values_list("transaction__source", flat=True))
    currencies = dict(unknown.values_list("transaction__source", "account__currency"))
    opened = 0
    for source, posted in sums.items():
        if posted and SETTLED + source not in settled:
            _case, is_new = Case.objects.get_or_create(
                kind=CaseKind.MISSING,
                stripe_id=source[:100],
                settled_at=None,
                defaults={
                    "posted": posted,
                    "told": 0,
                    "currency": currencies[source],
                    "opened_at": now,
                },
            )
            opened += is_new
    return opened


@operation
def _compare_balances(told: Mapping[str, int], now: datetime) -> int:
    """All of it together: what no open case explains is a case of its own."""
    held = Counter(told)
    ours = ledger.trial_balance()
    opened = 0
    currencies = {currency for code, currency in ours if code == Code.STRIPE_BALANCE}
    for currency in sorted({*held, *currencies}):
        posted = ours.get((Code.STRIPE_BALANCE, currency), 0)
        known = Case.objects.open().filter(currency=currency).exclude(kind=CaseKind.BALANCE)
        explained = sum(case.told - case.posted for case in known)
        mine = Case.objects.open().filter(kind=CaseKind.BALANCE, stripe_id=currency)
        if posted + explained == held[currency]:
            mine.update(settled_at=now, how=_("They agree now."))
        elif not mine.update(posted=posted + explained, told=held[currency]):
            Case.objects.create(
                kind=CaseKind.BALANCE,
                stripe_id=currency,
                posted=posted + explained,
                told=held[currency],
                currency=currency,
                opened_at=now,
            )
            opened += 1
    return opened
