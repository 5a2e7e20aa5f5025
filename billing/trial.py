"""The trial balance: what stands on the ledger's accounts, and what has moved on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Abs, Coalesce

from billing.models import Account, Code, Entry
from spaces.money import Money


@dataclass(frozen=True, slots=True)
class Row:
    """All accounts of one code in one currency. Debits are above zero, credits below; closing
    is opening and both."""

    code: str
    opening: Money
    debit: Money
    credit: Money
    closing: Money


def trial_balance(begins: datetime | None, ends: datetime) -> list[Row]:
    """What was posted from `begins`, or from the beginning, until `ends`. One query. Each
    column sums to zero in each currency, debit and credit together."""
    before = Q(transaction__at__lt=begins) if begins else Q(pk__in=[])
    within = ~before
    rows = (
        Entry.objects.filter(transaction__at__lt=ends)
        .values(code=F("account__code"), currency=F("account__currency"))
        .annotate(
            opening=Sum("amount", filter=before, default=0),
            debit=Sum("amount", filter=within & Q(amount__gt=0), default=0),
            credit=Sum("amount", filter=within & Q(amount__lt=0), default=0),
        )
    )
    order = {code: place for place, code in enumerate(Code.values)}
    return [
        Row(
            code=row["code"],
            opening=Money(row["opening"], row["currency"]),
            debit=Money(row["debit"], row["currency"]),
            credit=Money(row["credit"], row["currency"]),
            closing=Money(row["opening"] + row["debit"] + row["credit"], row["currency"]),
        )
        for row in sorted(rows, key=lambda row: (row["currency"], order[row["code"]]))
    ]


def sums(rows: Iterable[Row]) -> list[Row]:
    """One row for each currency, of all codes."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.closing.currency, []).append(row)
    return [
        Row(
            "",
            *(
                Money(sum(getattr(row, name).amount for row in theirs), currency)
                for name in ("opening", "debit", "credit", "closing")
            ),
        )
        for currency, theirs in found.items()
    ]


def accounts_of(code: str, ends: datetime) -> "QuerySet[Any]":
    """The accounts of a code that anything has moved on until `ends`, with their sum as
    `stands`, the largest first."""
    posted = Sum("entries__amount", filter=Q(entries__transaction__at__lt=ends))
    stands = Coalesce(posted, Value(0), output_field=BigIntegerField())
    return (
        Account.objects.filter(code=code, entries__transaction__at__lt=ends)
        .annotate(
            stands=stands,
            size=Abs("stands"),
        )
        .select_related("organisation", "order")
        .order_by("-size", "pk")
    )
