"""An invoice or a credit note as an e-invoice: EHF, which is Peppol BIS Billing 3.0 in UBL 2.1.

Written after https://docs.peppol.eu/poacc/billing/3.0/ and checked in the tests by its official
rules (CEN-EN16931-UBL and PEPPOL-EN16931-UBL, the Norwegian ones among them). Which VAT
category a line has follows from how it was sold:

- S: 25 % and 12 %.
- E: letting of real property, exempt by merverdiavgiftsloven § 3-11, by a seller who is in the
  VAT register for something else.
- O: a seller who is not in the register; all that they sell is outside of VAT.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from xml.etree import ElementTree as ET

from django.utils import translation
from django.utils.translation import gettext as _

from billing.documents.mixes import Part
from billing.models import Document, DocumentKind, DocumentLine, Party
from spaces.formats import when_full
from spaces.models import Per, Vat

CUSTOMISATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{UBL}CommonAggregateComponents-2", f"{UBL}CommonBasicComponents-2"
ORGANISATIONS = "0192"  # Enhetsregisteret, in ISO 6523
# UN/ECE Recommendation 20
UNITS = {Per.HOUR: "HUR", Per.DAY: "DAY", Per.WEEK: "WEE", Per.MONTH: "MON"}
PIECES = "C62"


class NoInvoice(Exception):
    """It is none that can be sent: see `Document.is_for_ehf`."""


def write(document: Document, *, to: str = "") -> bytes:
    """The document as UBL, in the language it was issued in, addressed `to` an EHF address
    (`0192:974760673`) or else to the buyer's organisation number. Raises `NoInvoice`."""
    if not document.is_for_ehf:
        raise NoInvoice(document.pk)
    with translation.override(document.language):
        root = _Writer(document, to).root()
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


class _Writer:
    def __init__(self, document: Document, to: str) -> None:
        self.document, self.to = document, to
        self.is_credit = document.kind == DocumentKind.CREDIT_NOTE
        self.name = "CreditNote" if self.is_credit else "Invoice"
        self.lines = list(document.lines.all())

    def root(self) -> ET.Element:
        for prefix, space in (("", f"{UBL}{self.name}-2"), ("cac", CAC), ("cbc", CBC)):
            ET.register_namespace(prefix, space)
        document = self.document
        root = ET.Element(f"{{{UBL}{self.name}-2}}{self.name}")
        _text(root, "CustomizationID", CUSTOMISATION)
        _text(root, "ProfileID", PROFILE)
        _text(root, "ID", document.name)
        _text(root, "IssueDate", document.issued_on.isoformat())
        if document.due_on:
            _text(root, "DueDate", document.due_on.isoformat())
        _text(root, f"{self.name}TypeCode", "381" if self.is_credit else "380")
        if document.is_test:
            _text(root, "Note", _("TEST: this is no accounting document."))
        _text(root, "DocumentCurrencyCode", document.currency)
        if document.cost_centre:
            _text(root, "AccountingCost", document.cost_centre)
        # BT-10: something by which the buyer knows it (PEPPOL-EN16931-R003)
        _text(root, "BuyerReference", document.reference or document.name)
        self._period(root, self.lines)
        if document.credits is not None:
            before = _group(_group(root, "BillingReference"), "InvoiceDocumentReference")
            _text(before, "ID", document.credits.name)
            _text(before, "IssueDate", document.credits.issued_on.isoformat())
        seller, buyer = document.seller_party, document.buyer_party
        if not seller.is_vat_registered:  # no VAT number at all then (BR-O-02)
            buyer = replace(buyer, is_vat_registered=False)
        _party(_group(root, "AccountingSupplierParty"), seller, is_seller=True)
        _party(_group(root, "AccountingCustomerParty"), buyer, to=self.to)
        self._payment(root)
        self._taxes(root)
        self._totals(root)
        for line in self.lines:
            self._line(root, line)
        return root

    def _period(self, parent: ET.Element, lines: Iterable[DocumentLine]) -> None:
        """When it was delivered: from the first day to the last."""
        days = [
            moment.astimezone(line.tzinfo).date().isoformat()
            for line in lines
            for moment in (line.starts_at, line.ends_at)
            if moment is not None
        ]
        if days:
            period = _group(parent, "InvoicePeriod")
            _text(period, "StartDate", min(days))
            _text(period, "EndDate", max(days))

    def _payment(self, root: ET.Element) -> None:
        account = self.document.seller_party.account_number
        if account and not self.is_credit:
            means = _group(root, "PaymentMeans")
            _text(means, "PaymentMeansCode", "30")  # a credit transfer
            _text(means, "PaymentID", self.document.name)
            _text(_group(means, "PayeeFinancialAccount"), "ID", account)

    def _taxes(self, root: ET.Element) -> None:
        """The VAT by category and rate; a category that is none of VAT says why."""
        parts: dict[tuple[str, int], Part] = {}
        reasons: dict[tuple[str, int], dict[str, None]] = {}
        for line in self.lines:
            key = self._category(line), line.percent
            parts[key] = parts.get(key, Part()) + Part(line.gross, line.vat)
            reasons.setdefault(key, {})[_reason(line)] = None
        total = _group(root, "TaxTotal")
        self._amount(total, "TaxAmount", self.document.vat)
        for key, part in parts.items():
            subtotal = _group(total, "TaxSubtotal")
            self._amount(subtotal, "TaxableAmount", part.net)
            self._amount(subtotal, "TaxAmount", part.vat)
            category = self._tax(_group(subtotal, "TaxCategory"), *key)
            if key[0] != "S":
                scheme = category[-1]
                category.remove(scheme)
                _text(category, "TaxExemptionReason", "; ".join(reasons[key]))
                category.append(scheme)

    def _totals(self, root: ET.Element) -> None:
        document = self.document
        total = _group(root, "LegalMonetaryTotal")
        self._amount(total, "LineExtensionAmount", document.net)
        self._amount(total, "TaxExclusiveAmount", document.net)
        self._amount(total, "TaxInclusiveAmount", document.gross)
        self._amount(total, "PayableAmount", document.gross)

    def _line(self, root: ET.Element, line: DocumentLine) -> None:
        quantity = _decimal(line.quantity) * (-1 if line.net < 0 else 1)
        of_line = _group(root, f"{self.name}Line")
        _text(of_line, "ID", str(line.position))
        counted = _text(
            of_line, "CreditedQuantity" if self.is_credit else "InvoicedQuantity", f"{quantity:f}"
        )
        counted.set("unitCode", UNITS.get(Per(line.unit), PIECES) if line.unit else PIECES)
        self._amount(of_line, "LineExtensionAmount", line.net)
        self._period(of_line, [line])
        item = _group(of_line, "Item")
        _text(item, "Description", self._description(line))
        _text(item, "Name", line.subject or line.words)
        self._tax(_group(item, "ClassifiedTaxCategory"), self._category(line), line.percent)
        # A price is never below zero (BR-27), and times the quantity comes to the amount.
        price = (Decimal(line.net) / 100 / quantity).quantize(Decimal("1e-10")).normalize()
        each = _text(_group(of_line, "Price"), "PriceAmount", f"{abs(price):f}")
        each.set("currencyID", self.document.currency)

    def _description(self, line: DocumentLine) -> str:
        parts = [line.words]
        if line.starts_at is not None and line.ends_at is not None:
            parts.append(when_full(line.starts_at, line.ends_at, line.tzinfo))
        return ", ".join([*parts, line.place] if line.place else parts)

    def _category(self, line: DocumentLine) -> str:
        if line.percent:
            return "S"
        return "E" if self.document.seller_party.is_vat_registered else "O"

    def _tax(self, category: ET.Element, code: str, percent: int) -> ET.Element:
        _text(category, "ID", code)
        if code != "O":
            _text(category, "Percent", str(percent))
        _text(_group(category, "TaxScheme"), "ID", "VAT")
        return category

    def _amount(self, parent: ET.Element, name: str, minor: int) -> None:
        _text(parent, name, f"{Decimal(minor) / 100:.2f}").set("currencyID", self.document.currency)


def _party(parent: ET.Element, who: Party, *, is_seller: bool = False, to: str = "") -> None:
    party = _group(parent, "Party")
    register, _colon, endpoint = to.rpartition(":")
    _text(party, "EndpointID", endpoint or who.number).set("schemeID", register or ORGANISATIONS)
    _text(_group(party, "PartyName"), "Name", who.name)
    address = _group(party, "PostalAddress")
    for name, text in (
        ("StreetName", who.address),
        ("CityName", who.city),
        ("PostalZone", who.postcode),
    ):
        if text:
            _text(address, name, text)
    _text(_group(address, "Country"), "IdentificationCode", "NO")
    if who.is_vat_registered:
        _scheme(party, f"NO{who.number}MVA", "VAT")
    if is_seller and who.is_in_business_register:  # NO-R-002
        _scheme(party, "Foretaksregisteret", "TAX")
    legal = _group(party, "PartyLegalEntity")
    _text(legal, "RegistrationName", who.name)
    _text(legal, "CompanyID", who.number).set("schemeID", ORGANISATIONS)


def _scheme(party: ET.Element, number: str, scheme: str) -> None:
    tax = _group(party, "PartyTaxScheme")
    _text(tax, "CompanyID", number)
    _text(_group(tax, "TaxScheme"), "ID", scheme)


def _reason(line: DocumentLine) -> str:
    if line.treatment == Vat.EXEMPT_3_11:
        return _("Letting of real property, exempt by merverdiavgiftsloven § 3-11")
    return _("The seller is not in the VAT register")


def _decimal(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal("1e-6"), ROUND_HALF_UP).normalize()


def _group(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{CBC}}}{name}")
    element.text = text
    return element
