"""Receipts, invoices and credit notes: what an accountant keeps.

A sales document says what bokføringsforskriften § 5-1-1 asks for: a number and a date, the
parties, what was sold, when and where it was delivered, what it costs and when it is due, and
the VAT in Norwegian kroner. Once issued it is never changed or deleted; what was wrong or is
paid back is corrected by a credit note that names it.

The database holds this (`billing/migrations/*_document_rules.py`): the numbers of a series have
no gap, a document comes to what its lines come to, and its credit notes to no more than it.
"""

from dataclasses import asdict, dataclass
from datetime import tzinfo
from fractions import Fraction
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import SEES_MONEY, Organisation, User
from accounts.texts import in_language
from billing.models.order import Order
from billing.models.refund import Refund
from bookings.models import Booking
from spaces.ids import uuid7
from spaces.models import Vat
from spaces.money import Money


class DocumentKind(models.TextChoices):
    RECEIPT = "receipt", _("Receipt")
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys, as it was when the document was issued."""

    name: str
    number: str = ""  # nine digits; empty for a person
    address: str = ""
    postcode: str = ""
    city: str = ""
    is_vat_registered: bool = False
    is_in_business_register: bool = False
    account_number: str = ""

    @classmethod
    def of(cls, organisation: Organisation) -> "Party":
        return cls(
            name=organisation.name,
            number=organisation.number,
            address=organisation.address,
            postcode=organisation.postcode,
            city=organisation.city,
            is_vat_registered=organisation.is_vat_registered,
            is_in_business_register=organisation.is_in_business_register,
            account_number=organisation.account_number,
        )

    @classmethod
    def of_buyer(cls, buyer: Organisation | User | None) -> "Party":
        """A person by name alone: what they buy they pay at once (§ 5-1-2)."""
        return cls.of(buyer) if isinstance(buyer, Organisation) else cls(name=str(buyer))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def registration(self) -> str:
        """`974 760 673 MVA Foretaksregisteret`: the letters MVA only after the number of one
        who is in the VAT register (bokføringsforskriften § 5-1-2)."""
        if not self.number:
            return ""
        digits = " ".join(self.number[at : at + 3] for at in (0, 3, 6))
        registers = [
            "MVA" if self.is_vat_registered else "",
            "Foretaksregisteret" if self.is_in_business_register else "",
        ]
        return " ".join([digits, *filter(None, registers)])


@dataclass(frozen=True, slots=True)
class Sums:
    """Without VAT, the VAT, and with it."""

    net: Money
    vat: Money
    gross: Money

    @classmethod
    def of(cls, row: "Document | DocumentLine", currency: str, sign: int = 1) -> "Sums":
        net, vat, gross = (Money(sign * one, currency) for one in (row.net, row.vat, row.gross))
        return cls(net, vat, gross)


class DocumentSeries(models.Model):
    """The counter of an owner's documents, all kinds together; test documents have their own.

    It is raised in the transaction that stores the document, so whatever is rolled back
    takes its number back with it, and who comes next waits for that.
    """

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="document_series")
    is_test = models.BooleanField()
    last = models.PositiveIntegerField(default=0)  # the number given out last

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "is_test"], name="document_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.owner}{' (test)' if self.is_test else ''}: {self.last}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> Self:
        """What somebody has bought themselves, and what the organisations whose money they
        look after have sold or bought."""
        if not user.is_authenticated:
            return self.none()
        theirs = user.memberships.filter(role__in=SEES_MONEY).values("organisation")
        return self.filter(Q(buyer=user) | Q(series__owner__in=theirs) | Q(organisation__in=theirs))

    def sold_by(self, organisation: Organisation) -> Self:
        return self.filter(series__owner=organisation)

    def about(self, booking: Booking) -> Self:
        lines = DocumentLine.objects.filter(document=models.OuterRef("pk"), booking=booking)
        return self.filter(models.Exists(lines)).order_by("issued_at", "number")


class Document(models.Model):
    """One sales document, frozen. Amounts are minor units; those of a credit note are what it
    gives back, so they are positive too. `source` names the cause, which issues only once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.ForeignKey(DocumentSeries, models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=11, choices=DocumentKind)
    source = models.CharField(max_length=120, unique=True)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="documents"
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="documents"
    )
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credit_notes"
    )  # what it corrects
    issued_at = models.DateTimeField()
    issued_on = models.DateField()  # in the district's zone
    due_on = models.DateField(null=True, blank=True)  # None: it is paid
    language = models.CharField(max_length=2)  # what it is written in, unless asked otherwise

    seller = models.JSONField()  # Party
    buyer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="bought_documents"
    )  # the buyer, where an organisation buys
    billed_to = models.JSONField()  # Party
    reference = models.CharField(max_length=60, blank=True)  # the buyer's
    cost_centre = models.CharField(max_length=60, blank=True)

    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    vat = models.BigIntegerField()
    gross = models.BigIntegerField()
    vat_nok = models.BigIntegerField(null=True)  # the VAT in øre; None: no rate is known
    line_count = models.PositiveIntegerField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("a receipt, an invoice or a credit note", "document")
        verbose_name_plural = pgettext_lazy("receipts, invoices and credit notes", "documents")
        ordering = ("-issued_at", "-number")
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="document_number_once"),
            models.CheckConstraint(name="document_number", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="document_sum", condition=Q(gross=F("net") + F("vat"), gross__gte=0)
            ),
            models.CheckConstraint(
                name="document_vat_in_kroner",
                condition=~Q(currency="NOK") | Q(vat_nok__isnull=False, vat_nok=F("vat")),
            ),
            models.CheckConstraint(
                name="document_credits",
                condition=Q(kind=DocumentKind.CREDIT_NOTE, credits__isnull=False)
                | ~Q(kind=DocumentKind.CREDIT_NOTE) & Q(credits=None),
            ),
            models.CheckConstraint(
                name="document_due",
                condition=Q(kind=DocumentKind.INVOICE, due_on__isnull=False)
                | ~Q(kind=DocumentKind.INVOICE) & Q(due_on=None),
            ),
        ]
        indexes = [
            models.Index(fields=["series", "-issued_on"], name="document_by_day"),
            models.Index(fields=["buyer", "-issued_at"], name="document_by_buyer"),
            models.Index(fields=["organisation", "-issued_at"], name="document_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.pk])

    @property
    def name(self) -> str:
        """Its number as it is written: `24`, and `TEST-24` when no money was moved."""
        return f"TEST-{self.number}" if self.is_test else str(self.number)

    @property
    def is_test(self) -> bool:
        return self.series.is_test

    @property
    def owner(self) -> Organisation:
        return self.series.owner

    @property
    def seller_party(self) -> Party:
        return Party(**self.seller)

    @property
    def buyer_party(self) -> Party:
        return Party(**self.billed_to)

    @property
    def total(self) -> Money:
        return Money(self.gross, self.currency)

    @property
    def money(self) -> Sums:
        return Sums.of(self, self.currency)

    @property
    def signed(self) -> Sums:
        """As it counts in a sum of documents: what is credited is below zero."""
        return Sums.of(self, self.currency, -1 if self.kind == DocumentKind.CREDIT_NOTE else 1)

    @property
    def is_for_ehf(self) -> bool:
        """Whether it can be sent as an e-invoice: from one organisation to another, both of
        them with a number, and not what was paid at once."""
        is_invoice = self.kind == DocumentKind.INVOICE or (
            self.credits is not None and self.credits.kind == DocumentKind.INVOICE
        )
        return is_invoice and bool(self.seller_party.number and self.buyer_party.number)


class DocumentLine(models.Model):
    """What was sold, at what VAT. `text` is in all languages, as it was sold."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    booking = models.ForeignKey(
        Booking, models.PROTECT, null=True, blank=True, related_name="document_lines"
    )
    is_stay = models.BooleanField(default=False)  # of a booking's price, not a fee beside it
    subject = models.CharField(max_length=140, blank=True)  # the space
    place = models.CharField(max_length=300, blank=True)  # where it was delivered
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=40, blank=True)
    text = models.JSONField()  # {language: text}
    count = models.CharField(max_length=40, default="1")  # a Fraction
    unit = models.CharField(max_length=10, blank=True)  # Per of a time; empty: pieces
    net = models.BigIntegerField()
    vat = models.BigIntegerField()
    gross = models.BigIntegerField()
    treatment = models.CharField(max_length=20, choices=Vat)
    percent = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="document_line_once"),
            models.CheckConstraint(
                name="document_line_sum", condition=Q(gross=F("net") + F("vat"))
            ),
            models.CheckConstraint(name="document_line_vat", condition=~Q(percent=0) | Q(vat=0)),
        ]

    def __str__(self) -> str:
        return f"{self.words} ({self.gross})"

    @property
    def words(self) -> str:
        return in_language(self.text)

    @property
    def money(self) -> Sums:
        return Sums.of(self, self.document.currency)

    @property
    def quantity(self) -> Fraction:
        return Fraction(self.count)

    @property
    def tzinfo(self) -> tzinfo:
        return ZoneInfo(self.zone or "Europe/Oslo")
