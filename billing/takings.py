"""What an organisation has taken in, month by month, from the ledger's captures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import Organisation
from billing.models import Entry, OrderLine, Refund, RefundStatus
from billing.models.ledger import Code
from spaces.money import Money

SOLD = OrderLine.objects.filter(order=OuterRef("order"), booking=OuterRef("booking"))
CAPTURES = Q(account__code=Code.HELD, transaction__source__startswith="capture:")


@dataclass(frozen=True, slots=True)
class Month:
    """One month, in the given zone, and one currency. Refunds are of the month in which they
    were promised, whenever the booking was paid."""

    first: date
    bookings: int
    sold: Money
    refunded: Money

    @property
    def kept(self) -> Money:
        return self.sold - self.refunded


def months(organisation: Organisation, zone: ZoneInfo) -> list[Month]:
    """The months with any money in them, the newest first. Two queries."""
    sold = (
        Entry.objects.filter(CAPTURES, account__order__lines__owner=organisation)
        .annotate(month=TruncMonth("transaction__at", tzinfo=zone))
        .values("month", "account__currency")
        .annotate(amount=Sum("account__order__lines__amount"), count=Count("pk"))
        .values_list("month", "account__currency", "amount", "count")
        .order_by()
    )
    refunded = (
        Refund.objects.filter(Exists(SOLD.filter(owner=organisation)))
        .exclude(status=RefundStatus.FAILED)
        .annotate(month=TruncMonth("created_at", tzinfo=zone))
        .values("month", "order__currency")
        .annotate(sum=Sum("amount"))
        .values_list("month", "order__currency", "sum")
        .order_by()
    )
    taken = {(month.date(), currency): (amount, count) for month, currency, amount, count in sold}
    back = {(month.date(), currency): amount for month, currency, amount in refunded}
    return [
        Month(
            first=first,
            bookings=taken.get((first, currency), (0, 0))[1],
            sold=Money(taken.get((first, currency), (0, 0))[0], currency),
            refunded=Money(back.get((first, currency), 0), currency),
        )
        for first, currency in sorted({*taken, *back}, reverse=True)
    ]


def total(found: Iterable[Month]) -> Money | None:
    """What the organisation has kept of it all; None when nothing was ever sold, or in
    several currencies."""
    kept = [month.kept for month in found]
    if len({money.currency for money in kept}) != 1:
        return None
    return sum(kept[1:], kept[0])


def payments(organisation: Organisation) -> "QuerySet[Any]":
    """What was paid, the newest first, with what was given back of it as `back`."""
    return (
        OrderLine.objects.filter(owner=organisation)
        .exclude(order__charge_id="")
        .annotate(
            back=Sum(
                "booking__refunds__amount",
                filter=Q(booking__refunds__order=F("order"))
                & ~Q(booking__refunds__status=RefundStatus.FAILED),
                default=0,
            )
        )
        .select_related("order", "booking__space__place", "booking__booker", "sold_pass__type")
        .order_by("-order__created_at", "-pk")
    )
