"""Balance transactions: the append-only list every balance is the sum of."""

from tools.stripe_standin.errors import Doc
from tools.stripe_standin.scope import Scope
from tools.stripe_standin.store import new_id

# Illustrative: about what a Norwegian card payment costs. Not taken from any agreement.
FEE_PER_MILLE = 24
FEE_FIXED = 200
DISPUTE_FEE = 15_000
SETTLES_AFTER = 7 * 86_400
# The least Stripe charges, per currency; illustrative outside NOK.
MINIMUM = {"nok": 300, "sek": 300, "dkk": 250, "eur": 50, "usd": 50, "gbp": 30}
SYMBOLS = {"nok": "kr", "sek": "kr", "dkk": "kr.", "eur": "€", "usd": "$", "gbp": "£"}


def fee_for(amount: int) -> int:
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED


def in_words(amount: int, currency: str) -> str:
    """As Stripe writes an amount in its error messages."""
    return f"{SYMBOLS.get(currency, currency.upper() + ' ')}{amount // 100}.{amount % 100:02d}"


def record(
    scope: Scope,
    type_: str,
    amount: int,
    *,
    source: str,
    currency: str,
    fee: int = 0,
    available_on: int | None = None,
) -> Doc:
    """Book one movement on the scope's account."""
    at = scope.now if available_on is None else available_on
    details: list[Doc] = []
    if fee:
        details.append(
            {
                "amount": fee,
                "application": None,
                "currency": currency,
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        )
    return scope.add(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": at,
            "balance_type": "payments",
            "created": scope.now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details,
            "net": amount - fee,
            "reporting_category": type_,
            "source": source,
            "status": "pending" if at > scope.now else "available",
            "type": type_,
        }
    )


def with_status(txn: Doc, now: int) -> Doc:
    """Pending money becomes available by itself, so the status is read off the clock."""
    return {**txn, "status": "pending" if txn["available_on"] > now else "available"}


def available(scope: Scope, currency: str) -> int:
    return _sums(scope)[0].get(currency, 0)


def balance(scope: Scope) -> Doc:
    ready, pending = _sums(scope)
    currencies = sorted({*ready, *pending}) or ["nok"]
    return {
        "object": "balance",
        "available": [_line(ready, currency) for currency in currencies],
        "livemode": False,
        "pending": [_line(pending, currency) for currency in currencies],
    }


def _sums(scope: Scope) -> tuple[dict[str, int], dict[str, int]]:
    ready: dict[str, int] = {}
    pending: dict[str, int] = {}
    for currency, available_on, net in scope.store.sql(
        "select json_extract(body, '$.currency'), json_extract(body, '$.available_on'), "
        "json_extract(body, '$.net') from object where account = ? "
        "and kind = 'balance_transaction'",
        scope.account,
    ):
        sums = ready if available_on <= scope.now else pending
        sums[currency] = sums.get(currency, 0) + net
    return ready, pending


def _line(sums: dict[str, int], currency: str) -> Doc:
    amount = sums.get(currency, 0)
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}
