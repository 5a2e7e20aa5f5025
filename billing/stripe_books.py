"""Stripe's own books: what moved on our balance there, and what it has told us."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.stripe_gateway import Notice, _call, _client

MOST = 100  # a page


@dataclass(frozen=True, slots=True)
class Movement:
    """One balance transaction: `net` is what our balance grew by, after Stripe's `fee`, in
    minor units. `source` is the id of what caused it, `charge` of the charge behind that."""

    stripe_id: str
    type: str  # Stripe's word: charge, refund, transfer, payout, …
    amount: int
    fee: int
    net: int
    currency: str
    at: datetime
    source: str
    charge: str

    @property
    def about(self) -> str:
        return self.source or self.stripe_id


def movements(since: datetime) -> list[Movement]:
    """All since then, the oldest first. Raises `PaymentsUnavailable`."""
    asked = {**_since(since), "expand": ["data.source"]}
    found = _all(_client().v1.balance_transactions.list, asked)
    return [_movement(one) for one in reversed(found)]


def notices(since: datetime, account: str = "") -> list[Notice]:
    """The events that Stripe says it has told us, the oldest first: of our own account, or of
    an owner's."""
    asked = [_since(since), *([{"stripe_account": account}] if account else [])]
    found = _all(_client().v1.events.list, *asked)
    return [
        Notice(one.id, one.type, getattr(one.data.object, "id", ""), account)
        for one in reversed(found)
    ]


def balance() -> dict[str, int]:
    """What Stripe holds for us, ready and on its way together, by currency."""
    held = _call(_client().v1.balance.retrieve)
    sums: dict[str, int] = {}
    for part in (*held.available, *held.pending):
        currency = part.currency.upper()
        sums[currency] = sums.get(currency, 0) + part.amount
    return sums


def _since(moment: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(moment.timestamp())}, "limit": MOST}


def _all(method: Callable[..., Any], *asked: dict[str, Any]) -> list[Any]:
    def pages() -> Iterable[Any]:
        return list(method(*asked).auto_paging_iter())

    return list(_call(pages))


def _movement(one: Any) -> Movement:
    source = one.source
    kind = getattr(source, "object", "")
    charge = source.id if kind == "charge" else getattr(source, "charge", "") or ""
    return Movement(
        stripe_id=one.id,
        type=one.type,
        amount=one.amount,
        fee=one.fee,
        net=one.net,
        currency=one.currency.upper(),
        at=datetime.fromtimestamp(one.created, UTC),
        source=getattr(source, "id", source) or "",
        charge=charge if isinstance(charge, str) else charge.id,
    )
