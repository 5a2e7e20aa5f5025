"""What an organisation has taken in, from the ledger: each figure is a sum of entries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Organisation
from billing.models import Code, Entry, OrderLine, OrderStatus, RefundStatus
from spaces.money import Money, sum_of

PAID = Q(account__code=Code.HELD, transaction__source__startswith="capture:")
# Promised back when it is posted; taken back of that when Stripe could not return it.
BACK = Q(account__code=Code.REFUNDS_DUE) & (
    Q(transaction__source__startswith="refund:")
    | Q(transaction__source__startswith="refund-failed:")
)
RETURNED = Q(account__code=Code.HELD, transaction__source__startswith="refund-returned:")
STANDING = ~Q(refunds__status__in=(RefundStatus.FAILED, RefundStatus.DROPPED))
FEES = Q(account__code__in=(Code.PLATFORM_FEE, Code.PLATFORM_VAT))


@dataclass(frozen=True, slots=True)
class Month:
    """One month, in the given zone, and one currency. Refunds are of the month in which they
    were promised, whenever the booking was paid, and fees of the month of the stay."""

    first: date
    payments: int
    sold: Money
    refunded: Money
    fee: Money

    @property
    def kept(self) -> Money:
        return self.sold - self.refunded


def months(organisation: Organisation, zone: ZoneInfo) -> list[Month]:
    """The months with any money in them, the newest first. One query."""
    rows = (
        Entry.objects.filter(PAID | BACK | RETURNED | FEES, account__organisation=organisation)
        .annotate(month=TruncMonth("transaction__at", tzinfo=zone))
        .values("month", "account__currency")
        .annotate(
            payments=Count("pk", filter=PAID),
            sold=-Sum("amount", filter=PAID, default=0),
            refunded=Sum("amount", filter=RETURNED, default=0)
            - Sum("amount", filter=BACK, default=0),
            fee=-Sum("amount", filter=FEES, default=0),
        )
        .order_by("-month", "account__currency")
    )
    return [
        Month(
            first=row["month"].date(),
            payments=row["payments"],
            sold=Money(row["sold"], row["account__currency"]),
            refunded=Money(row["refunded"], row["account__currency"]),
            fee=Money(row["fee"], row["account__currency"]),
        )
        for row in rows
    ]


def total(found: Iterable[Month]) -> Money | None:
    """What the organisation has kept of it all; None when nothing was ever sold, or in
    several currencies."""
    kept = [month.kept for month in found]
    if len({money.currency for money in kept}) != 1:
        return None
    return sum_of(kept)


def payments(organisation: Organisation) -> "QuerySet[Any]":
    """What was paid, the newest first, with what was given back of each as `back`: refunds and
    ledger agree, as the audit promises."""
    return (
        OrderLine.objects.filter(owner=organisation, order__status=OrderStatus.PAID)
        .annotate(back=Sum("refunds__amount", filter=STANDING, default=0))
        .select_related("order", "booking__space__place", "booking__booker", "sold_pass__type")
        .order_by("-order__created_at", "-pk")
    )
