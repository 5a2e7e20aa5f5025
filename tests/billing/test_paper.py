"""The paper of a document: all it must say, in three languages, tagged; and who may have it.

With PAPERS=folder in the environment the PDFs are left there to be looked at.
"""

import os
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Organisation, Role, User
from billing import operations
from billing.documents import paper
from billing.documents.lines import lines_of_booking, sold_line
from billing.models import Document
from billing.operations.documenting import _issue, _locked
from bookings.models import Booking
from spaces.models import Vat
from spaces.money import Money
from spaces.prices import Line
from spaces.prices.lines import Item
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db

DUE = date(2026, 12, 23)
ON_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(autouse=True)
def pango() -> None:
    """PDFs are made of it; CI has it, and a machine without still runs the other tests."""
    if not paper.can_write():
        missing = "Pango is missing: see .ci/run for its packages"
        (pytest.fail if ON_CI else pytest.skip)(missing)


@pytest.fixture
def seller() -> Organisation:
    return make_organisation(
        "Utleier AS",
        number="974760673",
        address="Klæbuveien 72",
        postcode="7030",
        city="Trondheim",
        is_vat_registered=True,
        is_in_business_register=True,
        account_number="15032080119",
    )


@pytest.fixture
def buyer() -> Organisation:
    more = {"address": "Rådhusgata 1", "postcode": "7011", "city": "Trondheim"}
    return make_organisation("Kommunen", number="974760223", **more)


@pytest.fixture
def reader() -> User:
    return make_user(name="Ingrid Aune", language="nb")


def a_booking(seller: Organisation, by: User, name: str = "Nidelva", days: int = 1) -> Booking:
    """Two hours of an exempt room, with coffee at 25 %."""
    space = make_space(make_place(seller, name="Gløshaugen"), name=name)
    start = NOW + timedelta(days=days)
    each, along = Money(33_300), Money(9_990)
    coffee = {"add_on": 1, "name": {"nb": "Kaffe", "en": "Coffee"}, "per": "booking"}
    lines = [
        Line(Item.TIME, "hour", Fraction(2), 1, each, each.times(2), "everyone", "exempt_3_11"),
        Line(Item.ADD_ON, "", Fraction(1), 1, along, along, "everyone", "standard_25", coffee),
    ]
    sold = {"lines": [line.as_json() for line in lines], "amount": 76_590}
    return make_booking(space, start, start + timedelta(hours=2), by=by, **sold)


def receipt_of(seller: Organisation, buyer: User, *, is_test: bool = True) -> Document:
    """Without the order that it would be for."""
    return _issue(
        series=_locked(seller, is_test=is_test),
        kind="receipt",
        source=f"receipt:{buyer.pk}",
        lines=lines_of_booking(a_booking(seller, buyer)),
        buyer=buyer,
        currency="NOK",
        now=NOW,
    )


def invoice_of(seller: Organisation, buyer: Organisation, bookings: int = 1) -> Document:
    by = make_user()
    lines = [
        line
        for n in range(bookings)
        for line in lines_of_booking(a_booking(seller, by, f"Rom {n + 1}", n + 1))
    ]
    return operations.issue_invoice(
        owner=seller,
        organisation=buyer,
        lines=lines,
        reference="PO 7",
        cost_centre="4010",
        due=DUE,
        now=NOW,
    )


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def pdf(document: Document, language: str = "") -> PdfReader:
    content = paper.pdf(document, language)
    keep(content, f"{document.kind}-{language or document.language}-{document.name}")
    return read(content)


def keep(content: bytes, name: str) -> None:
    if folder := os.environ.get("PAPERS"):
        (Path(folder) / f"{name}.pdf").write_bytes(content)


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def structure(reader: PdfReader) -> set[str]:
    """The kinds of its tags."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, Sequence) and not isinstance(node, str | bytes):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                found.add(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


SAID = {
    "nb": [
        "Kvittering TEST-1",
        "TESTBETALING",
        "23. november 2026",
        "Org.nr. 974 760 673 MVA Foretaksregisteret",
        "Klæbuveien 72 7030 Trondheim",
        "Ingrid Aune",
        "Nidelva",
        "tirsdag 24. november 2026, 12–14",
        "Gløshaugen, Klæbuveien 72, 7030 Trondheim",
        "333 kr × 2 timer",
        "Kaffe",
        "Unntatt: utleie av fast eiendom (§ 3-11) 666,00 kr 0,00 kr",
        "25 % mva. 79,92 kr 19,98 kr",
        "765,90 kr",
    ],
    "nn": ["Kvittering TEST-1", "TESTBETALING", "tysdag 24. november 2026, 12–14", "765,90 kr"],
    "en": ["Receipt TEST-1", "TEST PAYMENT", "Tuesday 24 November 2026, 12:00–14:00", "Coffee"],
}


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_receipt_says_in_each_language_what_it_must(
    seller: Organisation, reader: User, language: str
) -> None:
    made = pdf(receipt_of(seller, reader), language)
    said = text_of(made)
    assert [one for one in SAID[language] if one not in said] == [], said
    assert made.trailer["/Root"]["/Lang"] == language


def test_paper_is_tagged_and_named(seller: Organisation, reader: User) -> None:
    made = pdf(receipt_of(seller, reader))
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert made.metadata is not None
    assert made.metadata.title == "Kvittering TEST-1 – Utleier AS"
    assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"} <= structure(made)


def test_real_receipt_says_nothing_of_tests(seller: Organisation, reader: User) -> None:
    said = text_of(pdf(receipt_of(seller, reader, is_test=False)))
    assert "Kvittering 1" in said
    assert "TEST" not in said


def test_invoice_of_many_lines_takes_more_pages(seller: Organisation, buyer: Organisation) -> None:
    made = pdf(invoice_of(seller, buyer, bookings=14))
    said = text_of(made)
    assert len(made.pages) >= 2
    assert f"2 / {len(made.pages)}" in said
    for one in ("Forfall 23. desember 2026", "Kommunen", "PO 7", "4010", "15032080119", "Rom 14"):
        assert one in said, said


def test_credit_note_names_what_it_corrects(seller: Organisation, buyer: Organisation) -> None:
    before = invoice_of(seller, buyer)
    line = sold_line(text={"nb": "Tilbakebetalt"}, amount=Money(5_000), vat=Vat.STANDARD_25)
    note = operations.credit_invoice(invoice=before, lines=[line], source="x", now=NOW)
    said = text_of(pdf(note))
    assert "Kreditnota TEST-2" in said
    assert "Faktura TEST-1, 23. november 2026" in said


def test_paper_is_the_same_each_time_and_made_once(
    seller: Organisation, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = receipt_of(seller, reader)
    first = paper.pdf(document)

    def fail(*_: object) -> bytes:
        raise AssertionError("made again")

    monkeypatch.setattr(paper, "_write", fail)
    assert paper.pdf(document) == first


def test_without_pango_there_is_a_page_to_print(
    seller: Organisation, reader: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise paper.NoPaper

    monkeypatch.setattr(paper, "_version", missing)
    document = receipt_of(seller, reader)
    client.force_login(reader)

    page = client.get(document.get_absolute_url(), headers={"Accept-Language": "nb"})

    assert "Kvittering" in page.text
    assert "Skriv ut siden i stedet" in page.text
    answer = client.get(reverse("document_pdf", args=[document.pk]))
    assert answer["Location"] == document.get_absolute_url()


# --- Pages and API --------------------------------------------------------------------------


def test_buyer_downloads_what_they_bought(
    seller: Organisation, reader: User, client: Client
) -> None:
    document = receipt_of(seller, reader)
    client.force_login(reader)

    assert document.get_absolute_url() in client.get(reverse("documents")).text
    answer = client.get(reverse("document_pdf", args=[document.pk]))

    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="kvittering-test-1.pdf"'


def test_list_of_documents_asks_as_much_for_one_as_for_many(
    seller: Organisation, client: Client, django_assert_num_queries: Any
) -> None:
    buyers = [make_organisation() for _ in range(5)]
    finance = make_member(seller, Role.FINANCE)
    client.force_login(finance)
    address = reverse("owner_documents")
    invoice_of(seller, buyers[0])
    client.get(address)
    with django_assert_num_queries(10) as one:
        client.get(address)
    for buyer in buyers[1:]:
        invoice_of(seller, buyer)
    with django_assert_num_queries(len(one.captured_queries)):
        client.get(address)


def test_owner_takes_a_month_home_as_a_table(
    seller: Organisation, buyer: Organisation, client: Client
) -> None:
    invoice = invoice_of(seller, buyer)
    line = sold_line(text={"nb": "Kreditt"}, amount=Money(12_500), vat=Vat.STANDARD_25)
    operations.credit_invoice(invoice=invoice, lines=[line], source="x", now=NOW)
    Organisation.objects.filter(pk=buyer.pk).update(name="=cmd|'/c calc'!A0")
    invoice_of(seller, Organisation.objects.get(pk=buyer.pk))
    client.force_login(make_member(seller, Role.FINANCE))

    answer = client.get(reverse("owner_documents_csv"), {"month": "2026-11"})
    rows = answer.getvalue().decode("utf-8-sig").splitlines()

    assert len(rows) == 4
    assert rows[1].startswith("TEST-1;Faktura;2026-11-23;2026-12-23;Kommunen;974760223;")
    assert rows[2].split(";")[6:10] == ["-100,00", "-25,00", "-125,00", "NOK"]
    assert ";'=cmd" in rows[3]
    assert client.get(reverse("owner_documents_csv"), {"month": "x"}).status_code == 404


def test_api_lists_what_one_bought(seller: Organisation, reader: User, client: Client) -> None:
    document = receipt_of(seller, reader)
    client.force_login(reader)

    (row,) = client.get("/api/v1/documents/").json()["results"]

    assert (row["id"], row["number"], row["is_test"]) == (str(document.pk), "TEST-1", True)
    assert row["seller"]["number"] == "974760673"
    assert [line["gross"] for line in row["lines"]] == [66_600, 9_990]
    address = f"/api/v1/documents/{document.pk}/"
    assert client.get(f"{address}pdf/").content.startswith(b"%PDF-")
    assert client.get(f"{address}ehf/").status_code == 404
    client.force_login(make_user())
    assert client.get(address).status_code == 404
    assert client.get(f"{address}pdf/").status_code == 404
