"""What an owner has sold in a month, by VAT, and what the platform took: a statement.

Sales are those of the documents issued in the month, so that it agrees with them to the øre;
what the platform takes is what the ledger says. Test money has statements of its own, which
say so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from accounts.models import Organisation
from billing import stripe_gateway
from billing.documents.mixes import Part, Rate, mix_of
from billing.models import Document, DocumentKind, DocumentLine, Entry
from bookings.forms import district_zone
from spaces.models import Vat
from spaces.money import Money

TAKEN = Q(account__code__startswith="platform_")  # the fee, and the VAT on it


@dataclass(frozen=True, slots=True)
class Taxed:
    """What is sold at one VAT, less what of it was credited."""

    rate: Rate
    part: Part

    @property
    def treatment(self) -> Vat:
        return Vat(self.rate.treatment)

    @property
    def net(self) -> Money:
        return Money(self.part.net)

    @property
    def vat(self) -> Money:
        return Money(self.part.vat)

    @property
    def gross(self) -> Money:
        return Money(self.part.gross)


class Statement:
    """One month of an owner, on the district's calendar. In kroner: what is sold in another
    currency stands in its own documents."""

    def __init__(self, owner: Organisation, first: date, *, is_test: bool | None = None) -> None:
        self.owner, self.first = owner, first
        self.is_test = stripe_gateway.is_test_money() if is_test is None else is_test
        self.last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found = Document.objects.sold_by(owner).filter(
            series__is_test=self.is_test, currency="NOK", issued_on__range=(first, self.last)
        )
        self.documents = list(found.select_related("series", "credits__series").order_by("number"))

    @property
    def taxed(self) -> list[Taxed]:
        lines = DocumentLine.objects.filter(document__in=self.documents)
        mix = mix_of(signed(lines.select_related("document")))
        return [Taxed(rate, part) for rate, part in mix.items()]

    @property
    def sold(self) -> Money:
        return self._sum(DocumentKind.RECEIPT, DocumentKind.INVOICE)

    @property
    def credited(self) -> Money:
        return self._sum(DocumentKind.CREDIT_NOTE)

    @property
    def given_back(self) -> Money:
        return -self.credited

    @property
    def kept_back(self) -> Money:
        return -self.fee

    @property
    def fee(self) -> Money:
        """What the platform took in the month, VAT on it included."""
        return taken(self.owner, self.first, self.last, district_zone())

    @property
    def left(self) -> Money:
        return self.sold - self.credited - self.fee

    def _sum(self, *kinds: DocumentKind) -> Money:
        return Money(sum(one.gross for one in self.documents if one.kind in kinds))


def signed(lines: Iterable[DocumentLine]) -> Iterator[tuple[Rate, Part]]:
    """Their VAT, below zero where it is credited."""
    for line in lines:
        part = Part(line.gross, line.vat)
        is_credit = line.document.kind == DocumentKind.CREDIT_NOTE
        yield Rate(line.treatment, line.percent), Part() - part if is_credit else part


def taken(owner: Organisation, first: date, last: date, zone: ZoneInfo) -> Money:
    """What the platform kept of an owner's sales from the first day to the last."""
    begins = datetime.combine(first, datetime.min.time(), zone)
    ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    entries = Entry.objects.filter(
        TAKEN,
        account__organisation=owner,
        account__currency="NOK",
        transaction__at__gte=begins,
        transaction__at__lt=ends,
    )
    return Money(-int(entries.aggregate(sum=Sum("amount", default=0))["sum"]))
