"""What an owner has with us: the balance, what comes, and each month's statement.

Every sum is of ledger entries. The balance is what the owner has earned and not been sent
(`owner_payable`), what is on its way (`transferring`), less what they owe (`owner_debt`).
What an order still holds is not theirs yet, and stands apart.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Max, Min, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from billing.ledger import balance_of
from billing.models import (
    Balance,
    Code,
    Dispute,
    Entry,
    OrderLine,
    Refund,
    TransferReversal,
)
from bookings.models import Booking
from spaces.money import Money
from spaces.periods import midnight

OURS_TO_PAY = (Code.OWNER_PAYABLE, Code.TRANSFERRING, Code.OWNER_DEBT)
FEES = (Code.PLATFORM_FEE, Code.PLATFORM_VAT)

# What has moved a balance, by the first part of its source.
CAUSES: dict[str, str | Promise] = {
    "earned": _("Earned"),
    "earned-use": _("Earned as a pass was used"),
    "account-fee": _("Our fee on what was sold on account"),
    "account-fee-back": _("Our fee, given back"),
    "refund": _("Given back"),
    "transfer-sent": _("Sent to you"),
    "reversal": _("Fetched back from you"),
    "dispute-lost": _("Lost to the booker’s bank"),
}
OF_AN_ORDER = Q(account__order__isnull=False)
OF_PRICE = ("earned", "earned-use", "refund", "dispute-lost")


@dataclass(frozen=True, slots=True)
class Movement:
    """One transaction, as the owner sees it. `price` is VAT included, of which `fee` is ours
    (`fee_vat` of it VAT); `amount` is what it does to the balance."""

    at: datetime
    cause: str | Promise
    booking: Booking | None
    order: UUID | None
    price: Money
    fee: Money
    fee_vat: Money
    amount: Money
    balance: Money  # after it
    source: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A month in the given zone, and one currency: closing is opening and all movements."""

    organisation: Organisation
    first: date
    opening: Money
    movements: tuple[Movement, ...]
    closing: Money

    @property
    def fee(self) -> Money:
        return self._sum("fee")

    @property
    def fee_vat(self) -> Money:
        return self._sum("fee_vat")

    def _sum(self, name: str) -> Money:
        amounts = (getattr(one, name).amount for one in self.movements)
        return Money(sum(amounts), self.opening.currency)


@dataclass(frozen=True, slots=True)
class Coming:
    """What an order holds for the owner, earned at the earliest when its last stay is over,
    or its pass ends."""

    after: datetime
    money: Money
    line: OrderLine  # the first of it
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class Overview:
    held: Money  # paid by bookers, and not earned yet
    payable: Money  # earned, to be sent
    under_way: Money
    owed: Money  # by the owner
    sent: Money  # ever, less what was fetched back


def overview(organisation: Organisation, currency: str = "NOK") -> Overview:
    """How the owner stands now. Five sums."""

    def stands(code: Code) -> int:
        return balance_of(code, organisation=organisation, currency=currency)

    moved = Entry.objects.filter(
        Q(transaction__source__startswith="transfer-sent:", account__code=Code.TRANSFERRING)
        | Q(
            transaction__source__startswith="reversal:",
            account__code__in=(Code.OWNER_PAYABLE, Code.OWNER_DEBT),
        ),
        account__organisation=organisation,
        account__currency=currency,
    )
    return Overview(
        held=Money(-stands(Code.HELD), currency),
        payable=Money(-stands(Code.OWNER_PAYABLE), currency),
        under_way=Money(-stands(Code.TRANSFERRING), currency),
        owed=Money(stands(Code.OWNER_DEBT), currency),
        sent=Money(moved.aggregate(sum=Sum("amount", default=0))["sum"], currency),
    )


def coming(organisation: Organisation, limit: int = 50) -> list[Coming]:
    """What orders hold for the owner, the next first. Three queries."""
    theirs = Q(account__order__lines__owner=organisation)
    held = (
        Balance.objects.filter(
            account__code=Code.HELD, account__organisation=organisation, amount__lt=0
        )
        .annotate(
            after=Coalesce(
                Max("account__order__lines__booking__period__endswith", filter=theirs),
                Max("account__order__lines__sold_pass__ends_at", filter=theirs),
            ),
            about=Min("account__order__lines", filter=theirs),
        )
        .filter(after__isnull=False)
        .select_related("account")
        .order_by("after", "pk")[:limit]
    )
    rows = list(held)
    lines = OrderLine.objects.select_related("booking__space__place", "sold_pass__type")
    about = lines.in_bulk([row.about for row in rows])
    asked = set(
        Dispute.objects.being_asked()
        .filter(order__in=[row.account.order_id for row in rows])
        .values_list("order", flat=True)
    )
    return [
        Coming(
            after=row.after,
            money=Money(-row.amount, row.account.currency),
            line=about[row.about],
            is_disputed=row.account.order_id in asked,
        )
        for row in rows
    ]


def months_of(organisation: Organisation, zone: ZoneInfo) -> list[date]:
    """Those in which the balance has moved, the newest first."""
    moved = _moved(organisation).annotate(month=TruncMonth("transaction__at", tzinfo=zone))
    found = moved.values_list("month", flat=True).distinct().order_by("-month")
    return [month.date() for month in found]


def statement(
    organisation: Organisation, first: date, zone: ZoneInfo, currency: str = "NOK"
) -> Statement:
    """Of the month that begins with `first`. Seven queries, however long it is."""
    begins = midnight(first, zone)
    ends = midnight(_next_month(first), zone)
    theirs = Entry.objects.filter(account__organisation=organisation, account__currency=currency)
    before = theirs.filter(account__code__in=OURS_TO_PAY, transaction__at__lt=begins)
    balance = -int(before.aggregate(sum=Sum("amount", default=0))["sum"])
    opening = Money(balance, currency)
    rows: list[Any] = list(
        theirs.filter(transaction__at__gte=begins, transaction__at__lt=ends)
        .values(source=F("transaction__source"), at=F("transaction__at"))
        .annotate(
            posted=Min("transaction"),
            orders=ArrayAgg("account__order", filter=OF_AN_ORDER, distinct=True, default=[]),
            moved=-Sum("amount", filter=Q(account__code__in=OURS_TO_PAY), default=0),
            fee=-Sum("amount", filter=Q(account__code__in=FEES), default=0),
            fee_vat=-Sum("amount", filter=Q(account__code=Code.PLATFORM_VAT), default=0),
        )
        .exclude(moved=0)
        .order_by("at", "posted")
    )
    about = _bookings(rows, organisation)
    movements = []
    for row in rows:
        balance += row["moved"]
        movements.append(_movement(row, balance, about.get(row["source"]), currency))
    return Statement(organisation, first, opening, tuple(movements), Money(balance, currency))


def as_csv(shown: Statement, zone: ZoneInfo) -> str:
    """Semicolons and decimal commas, as spreadsheets in Norway read them; a text that a
    spreadsheet would take for a formula is kept a text."""
    file = StringIO()
    write = csv.writer(file, delimiter=";", lineterminator="\r\n")
    head = (
        "Dato",
        "Hva",
        "Rom",
        "Opphold",
        "Pris",
        "Gebyr",
        "Herav mva",
        "Beløp",
        "Saldo",
        "Kilde",
    )
    write.writerow(head)
    write.writerow([shown.first, "Inngående saldo", *[""] * 6, kroner(shown.opening), ""])
    for one in shown.movements:
        stay = one.booking.start.astimezone(zone).date() if one.booking else ""
        room = one.booking.space.name if one.booking else ""
        write.writerow(
            [
                one.at.astimezone(zone).date(),
                _plain(str(one.cause)),
                _plain(room),
                stay,
                kroner(one.price),
                kroner(one.fee),
                kroner(one.fee_vat),
                kroner(one.amount),
                kroner(one.balance),
                one.source,
            ]
        )
    write.writerow(["", "Utgående saldo", *[""] * 6, kroner(shown.closing), ""])
    return file.getvalue()


def kroner(money: Money) -> str:
    """`-1234,50`"""
    sign, (whole, rest) = "-" if money.amount < 0 else "", divmod(abs(money.amount), 100)
    return f"{sign}{whole},{rest:02d}"


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _moved(organisation: Organisation) -> Any:
    return Entry.objects.filter(account__organisation=organisation, account__code__in=OURS_TO_PAY)


def _movement(
    row: dict[str, Any], balance: int, booking: Booking | None, currency: str
) -> Movement:
    kind = row["source"].partition(":")[0]
    return Movement(
        at=row["at"],
        cause=CAUSES.get(kind, kind),
        booking=booking,
        order=next(iter(row["orders"]), None),
        price=Money(row["moved"] + row["fee"] if kind in OF_PRICE else 0, currency),
        fee=Money(row["fee"], currency),
        fee_vat=Money(row["fee_vat"], currency),
        amount=Money(row["moved"], currency),
        balance=Money(balance, currency),
        source=row["source"],
    )


def _bookings(rows: list[dict[str, Any]], organisation: Organisation) -> dict[str, Booking]:
    """The booking that each movement is about; of one about a whole order, its first there."""
    ids: dict[str, list[str]] = {}
    for row in rows:
        kind, _colon, rest = row["source"].partition(":")
        ids.setdefault(kind, []).append(rest.rpartition(":")[2])
    orders = {row["source"]: row["orders"][0] for row in rows if row["orders"]}
    backs = TransferReversal.objects.filter(pk__in=ids.get("reversal", ()))
    for pk, order in backs.values_list("pk", "transfer__order"):
        orders[f"reversal:{pk}"] = order
    lines = (
        OrderLine.objects.filter(owner=organisation, order__in=set(orders.values()))
        .exclude(booking=None)
        .select_related("booking__space__place")
        .order_by("-pk")
    )
    of_order = {line.order_id: line.booked for line in lines}
    of_line = {str(line.pk): line.booked for line in lines}
    refunds = dict(Refund.objects.filter(pk__in=ids.get("refund", ())).values_list("pk", "line"))
    found = {}
    for source, order in orders.items():
        kind, _colon, rest = source.partition(":")
        line = str(refunds.get(UUID(rest))) if kind == "refund" else rest.rpartition(":")[2]
        if booking := of_line.get(line) or of_order.get(order):
            found[source] = booking
    return found
