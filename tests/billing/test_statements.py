"""A month and a year of an owner: exact to the øre, of their own, on paper and as tables."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Organisation, Role
from billing import operations
from billing.documents import paper
from billing.documents.lines import lines_of_booking, sold_line
from billing.documents.reports import Report
from billing.documents.statements import Statement
from billing.models import Account, Document, Entry, Transaction
from bookings.models import Booking
from spaces.models import Place, Vat
from spaces.money import Money
from tests.factories import make_booking, make_member, make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # January in Trondheim


@pytest.fixture
def owner() -> Organisation:
    return make_organisation("Utleier AS", number="974760673", city="Trondheim")


@pytest.fixture
def place(owner: Organisation) -> Place:
    return make_place(owner, name="Gløshaugen")


Sell = Callable[..., Document]


@pytest.fixture
def sell(owner: Organisation, place: Place) -> Sell:
    """An invoice for a booking of so many days, issued when it begins."""

    def make(amount: int, start: datetime, days: int = 1, vat: Vat = Vat.STANDARD_25) -> Document:
        space = make_space(place, vat=vat)
        booking = make_booking(space, start, start + timedelta(days=days), amount=amount)
        return operations.issue_invoice(
            owner=owner,
            organisation=make_organisation(),
            lines=lines_of_booking(booking),
            due=date(2027, 2, 1),
            now=start,
        )

    return make


def credit(document: Document, amount: int, now: datetime) -> None:
    line = sold_line(text={"nb": "Kreditt"}, amount=Money(amount), vat=Vat.STANDARD_25)
    line.booking = Booking.objects.get(document_lines__document=document)
    operations.credit_invoice(invoice=document, lines=[line], source=f"{amount}", now=now)


def take_fee(owner: Organisation, amount: int, at: datetime) -> None:
    """As the platform would keep it of what is earned."""
    fee = Account.objects.create(code="platform_fee", organisation=owner, currency="NOK")
    due = Account.objects.create(code="stripe_balance", currency="NOK")
    cause = Transaction.objects.create(source=f"earned:{at}", at=at)
    Entry.objects.create(transaction=cause, account=fee, amount=-amount)
    Entry.objects.create(transaction=cause, account=due, amount=amount)


def test_statement_is_what_the_months_documents_come_to(owner: Organisation, sell: Sell) -> None:
    sold = sell(12_501, NOVEMBER)
    sell(50_000, NOVEMBER, vat=Vat.EXEMPT_3_11)
    sell(99_999, NEW_YEAR)
    credit(sold, 2_500, NOVEMBER)
    take_fee(owner, 6_000, NOVEMBER)

    month = Statement(owner, date(2026, 11, 1))

    assert (month.sold, month.credited) == (Money(62_501), Money(2_500))
    assert (month.fee, month.left) == (Money(6_000), Money(54_001))
    exempt, taxed = month.taxed
    assert (exempt.treatment, exempt.gross, exempt.vat) == ("exempt_3_11", Money(50_000), Money(0))
    assert (taxed.gross, taxed.vat) == (Money(10_001), Money(2_000))
    assert [one.number for one in month.documents] == [1, 2, 4]
    assert Statement(owner, date(2026, 12, 1)).sold == Money(0)
    assert Statement(owner, date(2027, 1, 1)).sold == Money(99_999)
    assert Statement(owner, date(2026, 11, 1), is_test=False).sold == Money(0)


def test_report_counts_each_letting_in_the_quarter_in_which_it_ended(
    owner: Organisation, place: Place, sell: Sell
) -> None:
    sell(10_000, datetime(2026, 3, 31, 12, tzinfo=UTC))  # ends in April
    sell(20_000, NOVEMBER, days=3)
    gone = sell(5_000, NOVEMBER)
    credit(gone, 5_000, NOVEMBER)
    sell(40_000, NEW_YEAR)
    take_fee(owner, 1_500, NOVEMBER)

    report = Report(owner, 2026)

    (let,) = report.properties
    assert let.place == place
    rows = [(one.number, one.lettings, one.days, one.paid.amount) for one in let.quarters]
    assert rows == [(1, 0, 0, 0), (2, 1, 1, 10_000), (3, 0, 0, 0), (4, 1, 3, 20_000)]
    assert (let.lettings, let.days, report.paid) == (2, 4, Money(30_000))
    assert [fee.amount for fee in report.fees] == [0, 0, 0, 1_500]
    assert Report(owner, 2027).paid == Money(40_000)


@pytest.mark.parametrize(
    ("route", "query", "says"),
    [
        ("owner_statement", "month=2026-11", ["Oppgjør november 2026", "125,00 kr", "TEST-1"]),
        ("owner_report", "year=2026", ["Plattformrapport 2026", "Gløshaugen", "§ 7-5"]),
    ],
)
def test_owner_reads_it_and_takes_it_home(
    owner: Organisation, sell: Sell, client: Client, route: str, query: str, says: list[str]
) -> None:
    sell(12_500, NOVEMBER)
    client.force_login(make_member(owner, Role.FINANCE))
    address = f"{reverse(route)}?{query}"

    page = " ".join(client.get(address).text.replace("\xa0", " ").split())
    table = client.get(f"{address}&as=csv").content.decode("utf-8-sig")
    made = client.get(f"{address}&as=pdf")

    assert "125,00" in table
    assert "Utleier AS" in page
    if paper.can_write():
        if folder := os.environ.get("PAPERS"):
            (Path(folder) / f"{route}.pdf").write_bytes(made.content)
        reader = PdfReader(BytesIO(made.content))
        said = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
        assert [one for one in says if one not in said] == [], said
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    else:
        assert made["Location"].startswith(reverse(route))


@pytest.mark.parametrize(
    "address",
    ["owner/statement/?month=13", "owner/report/?year=abc", "owner/report/?year=9999"],
)
def test_what_is_no_month_or_year_is_missing(
    owner: Organisation, client: Client, address: str
) -> None:
    client.force_login(make_member(owner, Role.FINANCE))
    assert client.get(f"/{address}").status_code == 404


def test_only_who_looks_after_the_money_reads_it(owner: Organisation, client: Client) -> None:
    for role, status in ((Role.OWNER, 200), (Role.FINANCE, 200), (Role.MANAGER, 404)):
        client.force_login(make_member(owner, role))
        for route in ("owner_statement", "owner_report"):
            address = f"{reverse(route)}?organisation={owner.slug}"
            assert client.get(address).status_code == status
