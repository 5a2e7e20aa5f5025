"""Receipts, invoices and credit notes: numbered without a gap, exact to the øre, never changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Organisation, Role, User
from accounts.transactions import operation
from billing import operations
from billing.documents.lines import documented, lines_of_booking, sold_line
from billing.documents.mixes import (
    Mix,
    Part,
    Rate,
    less,
    mix_of,
    mix_of_sold,
    scaled,
    total,
    vat_within,
)
from billing.models import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentSeries,
    Order,
    RefundStatus,
)
from billing.operations import settling
from billing.operations.documenting import MoreThanDocumented
from bookings import deliveries
from bookings.models import Booking, Pass, PassType
from bookings.operations import Item
from spaces.models import AddOn, Place, Space, Vat
from spaces.money import Money
from spaces.periods import Period, period
from spaces.prices import Line
from tests.billing.conftest import work
from tests.factories import (
    NOW,
    make_add_on,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST_DAY = date(2026, 12, 23)


@pytest.fixture
def owner() -> Organisation:
    return make_organisation(
        "Utleier AS",
        number="974760673",
        address="Klæbuveien 72",
        postcode="7030",
        city="Trondheim",
        is_vat_registered=True,
        is_in_business_register=True,
    )


@pytest.fixture
def place(owner: Organisation) -> Place:
    return make_place(owner)


@pytest.fixture
def room(place: Place) -> Space:
    """Exempt from VAT, at 333 kr an hour; half comes back on the last day."""
    return make_space(place, name="Nidelva", price=33_300, cancellation=[[24 * 60, 100], [0, 50]])


@pytest.fixture
def projector(place: Place, room: Space) -> AddOn:
    """With 25 % VAT."""
    return make_add_on(place, [room], count=1, amount=9_999, vat=Vat.STANDARD_25)


@pytest.fixture
def booker() -> User:
    return make_user(name="Ingrid Aune")


Paid = Callable[..., Booking]


@pytest.fixture
def paid(standin: StandIn, booker: User, span: Period, now: datetime) -> Paid:
    """A booking that is booked and paid for."""

    def make(space: Space, **fields: Any) -> Booking:
        booking = operations.book(space=space, span=span, by=booker, now=now, **fields)
        standin.pay(Order.objects.get(lines__booking=booking).session_id)
        work(standin)
        booking.refresh_from_db()
        return booking

    return make


def pay_open(standin: StandIn) -> None:
    standin.pay(Order.objects.get(status="open").session_id)
    work(standin)


def is_documented(booking: Booking) -> bool:
    """The documents say of a booking what it was sold at, VAT by VAT."""
    booking.refresh_from_db()
    return documented(booking) == mix_of_sold(Line.from_json(line) for line in booking.lines)


def invoice(owner: Organisation, *amounts: int, now: datetime = NOW, **fields: Any) -> Document:
    lines = [
        sold_line(text={"nb": "Timer"}, amount=Money(amount), vat=Vat.STANDARD_25)
        for amount in amounts or (10_000,)
    ]
    buyer = fields.pop("organisation", None) or make_organisation()
    return operations.issue_invoice(
        owner=owner, organisation=buyer, lines=lines, due=LAST_DAY, now=now, **fields
    )


# --- Receipts -------------------------------------------------------------------------------


def test_receipt_says_all_that_the_law_asks_for(
    paid: Paid, room: Space, projector: AddOn, owner: Organisation, booker: User
) -> None:
    booking = paid(room, add_ons={projector: 1})

    receipt = Document.objects.get()

    assert (receipt.kind, receipt.name, receipt.due_on) == (DocumentKind.RECEIPT, "TEST-1", None)
    assert receipt.seller_party.registration == "974 760 673 MVA Foretaksregisteret"
    assert (receipt.seller_party.name, receipt.seller_party.address) == (owner.name, owner.address)
    assert receipt.buyer_party.name == "Ingrid Aune"
    assert receipt.gross == booking.amount == 2 * 33_300 + 9_999
    assert receipt.vat == receipt.vat_nok == 2_000  # a fifth of 99,99 kr, to the øre
    time, along = receipt.lines.all()
    assert (time.subject, time.starts_at, time.ends_at) == ("Nidelva", booking.start, booking.end)
    assert time.place.endswith("Klæbuveien 72, 7030 Trondheim")
    assert (time.count, time.unit, time.percent) == ("2", "hour", 0)
    assert time.text["nb"] == "333\xa0kr × 2 timer"
    assert time.text["en"] == "333\xa0kr × 2 hours"
    assert (along.treatment, along.gross, along.vat) == ("standard_25", 9_999, 2_000)
    assert is_documented(booking)


def test_receipts_of_a_cart_are_one_for_each_owner(
    standin: StandIn, room: Space, booker: User, span: Period, now: datetime
) -> None:
    elsewhere = make_space(price=50_000)
    items = [Item(space, span) for space in (room, elsewhere)]
    operations.book_together(items=items, by=booker, now=now)
    pay_open(standin)

    order = Order.objects.get()
    receipts = order.documents.all()

    assert {one.series.owner for one in receipts} == {room.organisation, elsewhere.organisation}
    assert sum(one.gross for one in receipts) == order.amount
    assert [one.number for one in receipts] == [1, 1]


def test_issue_receipts_again_gives_the_same(paid: Paid, room: Space, now: datetime) -> None:
    paid(room)
    (again,) = operations.issue_receipts(order=Order.objects.get(), now=now)
    assert Document.objects.get() == again


def test_receipt_for_an_organisation_names_it(paid: Paid, room: Space, booker: User) -> None:
    company = make_organisation("Kommunen", number="974760223")
    make_member(company, Role.MANAGER, booker)
    paid(room, organisation=company, cost_centre="4010", reference="PO 7")

    receipt = Document.objects.get()

    assert receipt.buyer_party.number == "974760223"
    assert (receipt.organisation, receipt.buyer) == (company, booker)
    assert (receipt.cost_centre, receipt.reference) == ("4010", "PO 7")


def test_real_money_has_a_series_of_its_own(owner: Organisation, settings: Any) -> None:
    test = [invoice(owner) for _ in range(2)]
    settings.STRIPE_SECRET_KEY = "sk_live_not_a_real_one"
    real = [invoice(owner) for _ in range(2)]

    assert [one.name for one in test] == ["TEST-1", "TEST-2"]
    assert [one.name for one in real] == ["1", "2"]


def test_document_keeps_its_parties_when_they_change(owner: Organisation) -> None:
    document = invoice(owner)
    Organisation.objects.filter(pk=owner.pk).update(name="Nytt navn AS", is_vat_registered=False)
    assert Document.objects.get(pk=document.pk).seller_party.name == "Utleier AS"
    assert Document.objects.get(pk=document.pk).seller_party.is_vat_registered


# --- Credit notes ---------------------------------------------------------------------------


def test_cancel_credits_all_that_was_sold(
    paid: Paid, room: Space, projector: AddOn, booker: User, now: datetime
) -> None:
    booking = paid(room, add_ons={projector: 1})
    operations.cancel(booking=booking, by=booker, as_owner=False, now=now)

    note = Document.objects.get(kind=DocumentKind.CREDIT_NOTE)

    receipt = Document.objects.get(kind=DocumentKind.RECEIPT)
    assert (note.credits, note.number) == (receipt, 2)
    assert (note.net, note.vat, note.gross) == (receipt.net, receipt.vat, receipt.gross)
    assert documented(booking) == {}


def test_refund_of_a_part_credits_each_vat_in_proportion(
    paid: Paid, room: Space, projector: AddOn, now: datetime
) -> None:
    booking = paid(room, add_ons={projector: 1})
    order = Order.objects.get()
    for amount in (1, 333, 40_000):
        operations.refund(line=order.lines.get(booking=booking), amount=amount, now=now)

    notes = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).order_by("number")

    assert [note.gross for note in notes] == [1, 333, 40_000]
    stands = documented(booking)
    assert total(stands) == booking.amount - 40_334
    taxed = stands[Rate("standard_25", 25)]
    assert abs(taxed.gross - 9_999 * total(stands) / booking.amount) < 1
    assert taxed.vat == round(taxed.gross / 5)


def test_refund_that_failed_is_credited_once(paid: Paid, room: Space, now: datetime) -> None:
    booking, order = paid(room), Order.objects.get()
    failed = operations.refund(line=order.lines.get(booking=booking), amount=10_000, now=now)
    settling._refund_came_to(failed.pk, RefundStatus.FAILED, "", "closed account", now=now)
    operations.refund(line=order.lines.get(booking=booking), amount=15_000, now=now)

    notes = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).order_by("number")

    assert [note.gross for note in notes] == [10_000, 5_000]


def test_paid_too_late_is_sold_and_credited(
    standin: StandIn, room: Space, booker: User, span: Period, now: datetime
) -> None:
    operations.book(space=room, span=span, by=booker, now=now)
    late = now + HOUR
    operations.expire_holds(now=late)
    make_booking(room, span.lower, span.upper)
    standin.pay(Order.objects.get().session_id)
    standin.webhooks.deliver()
    operations.settle(now=late)

    kinds = list(Document.objects.order_by("number").values_list("kind", "gross"))
    assert kinds == [("receipt", 66_600), ("credit_note", 66_600)]


def test_credit_of_more_than_the_invoice_is_refused(owner: Organisation) -> None:
    document = invoice(owner, 10_000)

    def credit(amount: int, source: str) -> Document:
        line = sold_line(text={}, amount=Money(amount), vat=Vat.STANDARD_25)
        return operations.credit_invoice(invoice=document, lines=[line], source=source, now=NOW)

    note = credit(6_000, "a")
    assert credit(6_000, "a") == note
    with pytest.raises(MoreThanDocumented):
        credit(4_001, "b")
    assert credit(4_000, "b").number == 3


def test_receipt_of_a_pass_and_its_credit_note(
    standin: StandIn, owner: Organisation, booker: User, now: datetime
) -> None:
    ten = PassType.objects.create(
        owner=owner, name="Ti dager", counts="days", amount=10, price=125_000, vat="standard_25"
    )
    order = operations.buy_pass(pass_type=ten, by=booker, now=now)
    pay_open(standin)
    sold = Pass.objects.get(order_line__order=order)
    operations.return_pass(sold=sold, now=now)

    receipt, note = Document.objects.order_by("number")

    assert (receipt.gross, receipt.vat) == (note.gross, note.vat) == (125_000, 25_000)
    assert receipt.lines.get().text["nb"] == "Ti dager"
    assert note.credits == receipt


# --- Changes --------------------------------------------------------------------------------


def test_change_for_more_has_a_receipt_of_the_difference(
    standin: StandIn, paid: Paid, room: Space, booker: User, now: datetime
) -> None:
    booking = paid(room)
    longer = period(booking.start, booking.end + HOUR)
    operations.reschedule(booking=booking, span=longer, by=booker, now=now)
    pay_open(standin)

    latest = Document.objects.latest("number")

    assert (latest.kind, latest.gross) == (DocumentKind.RECEIPT, 33_300)
    assert latest.lines.get().ends_at == longer.upper
    assert is_documented(booking)


def test_change_for_less_credits_what_it_is_less_of(
    paid: Paid, room: Space, projector: AddOn, booker: User, now: datetime
) -> None:
    booking = paid(room, add_ons={projector: 1})
    shorter = period(booking.start, booking.end - HOUR)
    operations.reschedule(booking=booking, span=shorter, by=booker, now=now)

    note = Document.objects.get(kind=DocumentKind.CREDIT_NOTE)

    assert (note.gross, note.vat) == (33_300, 0)  # of the room, and none of the projector
    assert is_documented(booking)


def test_change_to_another_vat_moves_the_price_there(
    paid: Paid, room: Space, place: Place, booker: User, now: datetime
) -> None:
    booking = paid(room)
    taxed = make_space(place, price=33_300, vat=Vat.STANDARD_25)
    operations.reschedule(booking=booking, space=taxed, by=booker, now=now)

    latest = Document.objects.latest("number")

    assert (latest.kind, latest.gross, latest.vat) == (DocumentKind.RECEIPT, 0, 13_320)
    assert [line.gross for line in latest.lines.all()] == [-66_600, 66_600]
    assert is_documented(booking)


# --- Arithmetic -----------------------------------------------------------------------------

RATES = [Rate("exempt_3_11", 0), Rate("reduced_12", 12), Rate("standard_25", 25)]
amounts = st.integers(min_value=0, max_value=10_000_000)


def a_mix(sums: list[int]) -> Mix:
    return mix_of(
        (rate, Part(gross, vat_within(gross, rate.percent)))
        for rate, gross in zip(RATES, sums, strict=False)
    )


@given(st.lists(amounts, min_size=1, max_size=3).filter(any), amounts)
def test_scaled_comes_to_the_amount_and_taxes_each_part_rightly(
    sums: list[int], amount: int
) -> None:
    mix = a_mix(sums)
    parts = scaled(mix, amount)
    assert total(parts) == amount
    for rate, part in parts.items():
        assert abs(part.gross - mix[rate].gross * amount / total(mix)) < 1
        assert abs(part.vat - part.gross * rate.percent / (100 + rate.percent)) <= 1


@given(st.lists(amounts, min_size=1, max_size=3).filter(any), st.lists(st.floats(0, 1)))
def test_credits_in_any_portions_leave_nothing_in_the_end(
    sums: list[int], portions: list[float]
) -> None:
    sold = a_mix(sums)
    left = sold
    for portion in [*portions, 1]:
        kept = total(left) - int(total(left) * portion)
        left = less(left, less(left, scaled(sold, kept) if kept else {}))
    assert left == {}


def test_lines_of_a_price_that_is_not_known_line_by_line_come_to_it() -> None:
    booking = make_booking(make_space(vat=Vat.STANDARD_25), amount=100)
    (line,) = lines_of_booking(booking)
    assert (line.gross, line.vat, line.net) == (100, 20, 80)


# --- What the database holds ----------------------------------------------------------------


def check_now() -> None:
    """What waits for the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_document SET gross = gross + 1, net = net + 1",
        "DELETE FROM billing_document",
        "TRUNCATE billing_document CASCADE",
        "UPDATE billing_documentline SET text = '{}'",
        "DELETE FROM billing_documentline",
        "UPDATE billing_documentseries SET last = last + 2",
        "UPDATE billing_documentseries SET last = last - 1",
        "DELETE FROM billing_documentseries",
        (
            "INSERT INTO billing_documentseries (owner_id, is_test, last)"
            " SELECT owner_id, false, 7 FROM billing_documentseries"
        ),
    ],
)
def test_what_is_issued_cannot_be_changed(owner: Organisation, sql: str) -> None:
    invoice(owner)
    check_now()
    with (
        pytest.raises(DatabaseError, match="documents: "),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def add_a_line(document: Document) -> None:
    line = document.lines.get()
    line.pk, line.position, line.net, line.vat, line.gross = None, 2, 0, 0, 0
    line.save()


def give_out_no_number(document: Document) -> None:
    DocumentSeries.objects.update(last=2)


def skip_a_number(document: Document) -> None:
    copy_of(document, number=3)


def number_without_a_counter(document: Document) -> None:
    copy_of(document, number=2)


def sum_wrongly(document: Document) -> None:
    DocumentSeries.objects.update(last=2)
    copy_of(document, number=2, net=1, vat=0, vat_nok=0, gross=1)


def copy_of(document: Document, **fields: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT gen_random_uuid()")
        (pk,) = cursor.fetchone()
    for name, value in {"pk": pk, "source": f"copy:{pk}", "line_count": 0, **fields}.items():
        setattr(document, name, value)
    document.save(force_insert=True)


@pytest.mark.parametrize(
    "breach",
    [add_a_line, give_out_no_number, skip_a_number, number_without_a_counter, sum_wrongly],
)
def test_a_gap_or_a_wrong_sum_cannot_be_committed(
    owner: Organisation, breach: Callable[[Document], None]
) -> None:
    document = invoice(owner)
    check_now()

    @operation
    def commit() -> None:
        breach(document)
        check_now()

    with pytest.raises(DatabaseError, match="documents: "), transaction.atomic():
        commit()


def test_credit_above_the_invoice_cannot_be_stored(owner: Organisation) -> None:
    document = invoice(owner, 100)
    more = {"net": 101, "vat": 0, "vat_nok": 0, "gross": 101, "due_on": None}
    with pytest.raises(DatabaseError, match="credits more than it can"), transaction.atomic():
        copy_of(document, number=2, kind="credit_note", credits_id=document.pk, **more)


def test_what_is_rolled_back_leaves_no_hole(owner: Organisation) -> None:
    invoice(owner)

    @operation
    def fail() -> None:
        invoice(owner)
        raise LookupError

    with pytest.raises(LookupError), transaction.atomic():
        fail()
    assert invoice(owner).number == 2


# --- Invoices -------------------------------------------------------------------------------


def test_issue_invoice_of_bookings_and_other_things(room: Space) -> None:
    booking = make_booking(room, amount=66_600)
    company = make_organisation("Kommunen", number="974760223")
    lines = [
        *lines_of_booking(booking),
        sold_line(text={"nb": "Ti dager"}, amount=Money(125_000), vat=Vat.STANDARD_25),
    ]
    told = {
        "owner": room.organisation,
        "organisation": company,
        "due": LAST_DAY,
        "reference": "PO 7",
        "cost_centre": "4010",
        "source": "2026-11",
    }
    document = operations.issue_invoice(lines=lines, now=NOW, **told)

    assert operations.issue_invoice(lines=lines, now=NOW, **told) == document
    assert (document.gross, document.vat, document.due_on) == (191_600, 25_000, LAST_DAY)
    assert (document.reference, document.cost_centre) == ("PO 7", "4010")
    assert DocumentLine.objects.count() == 2


def test_document_is_dated_on_the_districts_calendar(owner: Organisation) -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert invoice(owner, now=new_year).issued_on == date(2027, 1, 1)


def test_visible_to_buyer_seller_and_payer_only(paid: Paid, room: Space, booker: User) -> None:
    company = make_organisation()
    make_member(company, Role.MANAGER, booker)
    paid(room, organisation=company)

    def sees(user: User) -> bool:
        return Document.objects.visible_to(user).exists()

    assert sees(booker)
    assert sees(make_member(company, Role.FINANCE))
    assert sees(make_member(room.organisation, Role.FINANCE))
    assert sees(make_member(room.organisation, Role.OWNER))
    assert not sees(make_member(room.organisation, Role.MANAGER))
    assert not sees(make_member(company, Role.HOST))
    assert not sees(make_member(make_organisation(), Role.OWNER))
    assert not sees(make_user())


def test_letters_about_money_lead_the_booker_to_their_papers(standin: StandIn) -> None:
    space = make_space(price=40_000)
    start = (timezone.now() + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
    span = period(start, start + timedelta(hours=1))
    booking = operations.book(space=space, span=span, by=make_user(), now=timezone.now())
    standin.pay(Order.objects.get().session_id)
    work(standin)
    operations.cancel(booking=booking, by=booking.booker, as_owner=False, now=timezone.now())
    deliveries.send_due(now=timezone.now())

    receipt, note = Document.objects.order_by("number")
    told = [letter.body for letter in mail.outbox if letter.to == [booking.booker.email]]
    assert all(receipt.get_absolute_url() in body for body in told)
    assert note.get_absolute_url() in told[-1]
    others = [letter.body for letter in mail.outbox if letter.to != [booking.booker.email]]
    assert not any(receipt.get_absolute_url() in body for body in others)
