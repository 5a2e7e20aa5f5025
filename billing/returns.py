"""What is left to give back of what bookings were sold for: no quote promises more, and no
promise gives more."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import STAY, AccountCredit, OrderLine, OrderStatus, Refund
from bookings.models import Booking, ChangeStatus

SOLD = (OrderStatus.PAID, OrderStatus.ACCOUNT)


def with_left(lines: "QuerySet[OrderLine]") -> "QuerySet[Any]":
    """Each with what is `left` of it: not given back, nor taken off what is owed, nor lost to
    the buyer's bank."""
    returned = Refund.objects.counting().filter(line=OuterRef("pk"))
    credited = AccountCredit.objects.filter(line=OuterRef("pk"))
    return lines.annotate(left=F("amount") - F("lost") - _sum_of(returned) - _sum_of(credited))


def lines_sold(bookings: Collection[Booking]) -> "QuerySet[Any]":
    """The lines by which the price of these is paid or owed. What is owed for a change that is
    still to be answered is no part of the price yet."""
    made = Q(change=None) | Q(change__status=ChangeStatus.MADE)
    lines = OrderLine.objects.filter(made, booking__in=bookings, kind__in=STAY)
    return with_left(lines.filter(order__status__in=SOLD).select_related("order"))


def left_of_stays(bookings: Collection[Booking]) -> dict[UUID, int]:
    """What is left of the price of each of these that is paid or owed. One query."""
    found: dict[UUID, int] = {}
    for line in lines_sold(bookings):
        found[line.booking_id] = found.get(line.booking_id, 0) + max(0, line.left)
    return found


def left_of_stay(booking: Booking) -> int:
    """The same of one."""
    return left_of_stays([booking]).get(booking.pk, 0)


def is_on_account(booking: Booking) -> bool:
    """Whether what it costs is on an invoice, and not paid at once."""
    return lines_sold([booking]).filter(order__status=OrderStatus.ACCOUNT).exists()


def _sum_of(rows: "QuerySet[Any]") -> Coalesce:
    sums = rows.order_by().values("line").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), 0)
