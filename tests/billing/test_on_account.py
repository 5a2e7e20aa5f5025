"""Booked on account: owed at once, credited, invoiced once a month, noted as paid."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import operations as accounts
from accounts.errors import Refused
from accounts.models import CreditAgreement, CreditStatus, Organisation, Role, User
from billing import ledger, operations, statements
from billing.audit import CHECKS
from billing.models import (
    AccountInvoice,
    Code,
    Document,
    Order,
    OrderLine,
    OrderStatus,
    Refund,
    Transfer,
)
from billing.operations.crediting import InvoicePaid
from billing.operations.on_account import PaidAlready
from billing.operations.refunding import left_to_give
from billing.views.changing import said
from bookings.audit import audit
from bookings.emails import mail_for
from bookings.forms import district_zone
from bookings.models import Booking, ChangeStatus, Kind, Status
from spaces.models import Space
from spaces.periods import period
from tests.billing.owners import AFTER, agree_fee, books, make_paid, make_ready
from tests.cast import Cast
from tests.factories import NOW, make_member, make_organisation, make_space

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
START = NOW + timedelta(days=2)  # 25 November
DECEMBER = datetime(2026, 12, 1, 3, tzinfo=UTC)
HALF = [[24 * 60, 100], [0, 50]]


@pytest.fixture
def space() -> Space:
    return make_space(price=40_000)


@pytest.fixture
def company() -> Organisation:
    return make_organisation()


@pytest.fixture
def member(company: Organisation) -> User:
    return make_member(company, Role.HOST)


def agree(owner: Organisation, customer: Organisation, **fields: Any) -> CreditAgreement:
    values = {
        "status": CreditStatus.AGREED,
        "limit": 1_000_000,
        "invoice_email": "faktura@example.org",
        "asked_by": make_member(customer),
        "asked_at": NOW,
    }
    return CreditAgreement.objects.create(owner=owner, customer=customer, **{**values, **fields})


def book(space: Space, by: User, at: datetime = START, hours: int = 2, **more: Any) -> Booking:
    values = {"on_account": True, "organisation": by.organisations.get(), "now": NOW}
    span = period(at, at + hours * HOUR)
    return operations.book(space=space, span=span, by=by, **{**values, **more})


def test_book_on_account_is_confirmed_and_owed(
    space: Space, company: Organisation, member: User
) -> None:
    agreement = agree(space.organisation, company)

    booking = book(space, member)

    assert booking.status == Status.CONFIRMED
    order = Order.objects.get()
    assert (order.status, order.amount, order.agreement) == ("account", 80_000, agreement)
    assert ledger.owed_by(agreement) == 80_000
    assert ledger.held_for(order).amount == 0
    assert sum(ledger.trial_balance().values()) == 0


@pytest.mark.parametrize(
    ("fields", "more", "code"),
    [
        ({"status": CreditStatus.ASKED}, {}, "no_credit"),
        ({"status": CreditStatus.ENDED}, {}, "no_credit"),
        ({}, {"organisation": None}, "no_credit"),
        ({"limit": 79_999}, {}, "over_credit_limit"),
        ({"needs_reference": True}, {"reference": " "}, "reference_missing"),
        ({"cost_centres": ["420"]}, {"cost_centre": "421"}, "unknown_cost_centre"),
    ],
)
def test_book_on_account_is_refused_and_books_nothing(
    space: Space,
    company: Organisation,
    member: User,
    fields: dict[str, Any],
    more: dict[str, Any],
    code: str,
) -> None:
    agree(space.organisation, company, **fields)

    with pytest.raises(Refused) as refused, transaction.atomic():
        book(space, member, **more)

    assert refused.value.code == code
    assert not Booking.objects.exists()


def test_a_stranger_to_the_organisation_cannot_book_on_its_account(
    space: Space, company: Organisation, member: User
) -> None:
    agree(space.organisation, company)
    stranger = make_member(make_organisation())

    with pytest.raises(Refused) as refused:
        book(space, stranger, organisation=company)

    assert refused.value.code == "not_a_member"
    assert not Order.objects.exists()


def test_book_together_is_owed_to_each_owner(company: Organisation, member: User) -> None:
    rooms = [make_space(price=10_000), make_space(price=20_000)]
    deals = [agree(room.organisation, company) for room in rooms]
    span = period(START, START + HOUR)

    operations.book_together(
        items=[operations.Item(room, span) for room in rooms],
        by=member,
        organisation=company,
        on_account=True,
        now=NOW,
    )

    assert [ledger.owed_by(one) for one in deals] == [10_000, 20_000]


def test_cancel_takes_off_what_the_tiers_say_and_stripe_hears_nothing(
    company: Organisation, member: User
) -> None:
    space = make_space(price=40_000, cancellation=HALF)
    agreement = agree(space.organisation, company)
    booking = book(space, member)

    operations.cancel(booking=booking, by=member, as_owner=False, now=START - HOUR)

    assert ledger.owed_by(agreement) == 40_000
    assert not Refund.objects.exists()


def test_a_request_is_owed_until_it_is_declined(company: Organisation, member: User) -> None:
    space = make_space(price=40_000, is_instant=False)
    agreement = agree(space.organisation, company)
    booking = book(space, member)
    other = book(space, member, at=START + 3 * HOUR)
    owner = make_member(space.organisation)
    assert booking.status == Status.REQUESTED

    assert operations.approve(booking=booking, by=owner, now=NOW).status == Status.CONFIRMED
    operations.decline(booking=other, by=owner, now=NOW)
    operations.expire_holds(now=NOW)
    operations.expire_holds(now=NOW)

    assert ledger.owed_by(agreement) == 80_000


def test_longer_is_owed_and_shorter_is_credited(
    space: Space, company: Organisation, member: User
) -> None:
    agreement = agree(space.organisation, company)
    booking = book(space, member)

    longer = operations.extend(booking=booking, by=member, now=NOW, minutes=60)
    assert (longer.status, ledger.owed_by(agreement)) == (ChangeStatus.MADE, 120_000)
    booking = Booking.objects.get()
    less = period(START, START + HOUR)
    shorter = operations.reschedule(booking=booking, by=member, now=NOW, span=less)

    assert Booking.objects.get().amount == ledger.owed_by(agreement) == 40_000
    letter = booking.deliveries.filter(kind=Kind.CHANGED, recipient=member).latest("pk")
    assert "på fakturaen" in said(shorter)
    assert "trukket fra på fakturaen" in mail_for(letter).body


def test_who_has_left_the_organisation_owes_nothing_more_for_it(
    space: Space, company: Organisation, member: User
) -> None:
    agreement = agree(space.organisation, company)
    booking = book(space, member)
    member.memberships.all().delete()

    with pytest.raises(Refused) as refused, transaction.atomic():
        operations.extend(booking=booking, by=member, now=NOW)

    assert refused.value.code == "not_a_member"
    assert ledger.owed_by(agreement) == 80_000
    booking.refresh_from_db()
    assert booking.end == START + 2 * HOUR
    shorter = period(START, START + HOUR)
    assert operations.reschedule(booking=booking, span=shorter, by=member, now=NOW).back


def test_longer_than_the_limit_changes_nothing(
    space: Space, company: Organisation, member: User
) -> None:
    agree(space.organisation, company, limit=80_000)
    booking = book(space, member)

    with pytest.raises(Refused), transaction.atomic():
        operations.extend(booking=booking, by=member, now=NOW, minutes=60)

    assert Booking.objects.get().end == START + 2 * HOUR


# --- The month ------------------------------------------------------------------------------


def test_invoice_month_makes_one_for_each_cost_centre_of_what_was_delivered(
    company: Organisation, member: User
) -> None:
    space = make_space(price=40_000, cancellation=HALF)
    agree(space.organisation, company)
    book(space, member, cost_centre="420")
    book(space, member, at=START + 3 * HOUR, cost_centre="421")
    late = book(space, member, at=START + 6 * HOUR, cost_centre="421")
    book(space, member, at=DECEMBER + timedelta(days=3), cost_centre="421")
    operations.cancel(booking=late, by=member, as_owner=False, now=START)

    issued = operations.invoice_month(now=DECEMBER)

    found = {one.cost_centre: one.amount for one in AccountInvoice.objects.all()}
    assert (len(issued), found) == (2, {"420": 80_000, "421": 80_000 + 40_000})
    assert issued[0].month == date(2026, 11, 1)
    assert issued[0].due_on == date(2026, 12, 31)
    papers = [one.document for one in issued]
    assert [(one.cost_centre, one.gross) for one in papers if one] == list(found.items())
    assert sum(one.lines.count() for one in papers if one) == 3
    assert OrderLine.objects.filter(invoice=None).count() == 1
    assert operations.invoice_month(now=DECEMBER + HOUR) == []


def test_invoice_month_leaves_what_ends_after_midnight_in_trondheim(
    space: Space, company: Organisation, member: User
) -> None:
    agree(space.organisation, company)
    book(space, member, at=datetime(2026, 11, 30, 21, tzinfo=UTC))  # until midnight
    book(space, member, at=datetime(2026, 11, 30, 23, tzinfo=UTC))

    (issued,) = operations.invoice_month(now=DECEMBER)

    assert issued.amount == 80_000


def test_note_paid_frees_the_limit_once(space: Space, company: Organisation, member: User) -> None:
    agreement = agree(space.organisation, company)
    book(space, member)
    (invoice,) = operations.invoice_month(now=DECEMBER)
    finance = make_member(space.organisation, Role.FINANCE)
    told = {"by": finance, "paid_on": date(2026, 12, 10), "now": DECEMBER}

    assert invoice.is_overdue(date(2027, 1, 1))
    operations.note_paid(invoice=invoice, **told)

    assert ledger.owed_by(agreement) == 0
    assert not AccountInvoice.objects.get().is_overdue(date(2027, 1, 1))
    with pytest.raises(PaidAlready):
        operations.note_paid(invoice=invoice, **told)
    assert sum(ledger.trial_balance().values()) == 0


# --- Asking and agreeing ----------------------------------------------------------------------


def test_a_customer_asks_the_owners_finance_agrees_and_a_member_books(client: Client) -> None:
    cast = Cast()
    space = make_space(price=40_000, place=make_space().place)
    owner, customer = space.organisation, cast.organisation
    finance = make_member(owner, Role.FINANCE)
    User.objects.update(language="en")
    cast.sign_in(client, "manager")
    page = reverse("credit", args=[customer.slug])

    nowhere = client.post(page, {"owner": owner.pk})
    client.post(page, {"owner": owner.pk, "invoice_email": "f@example.org", "cost_centres": "420"})
    agreement = CreditAgreement.objects.get()
    mine = reverse("credit_agree", args=[customer.slug, agreement.pk])
    by_customer = client.post(mine, {"limit": "5000", "due_days": "14"})
    client.force_login(finance)
    answer = reverse("credit_agree", args=[owner.slug, agreement.pk])
    client.post(answer, {"limit": "5000", "due_days": "14"})

    assert (nowhere.status_code, by_customer.status_code) == (422, 404)
    agreement.refresh_from_db()
    assert (agreement.status, agreement.limit) == ("agreed", 500_000)
    cast.sign_in(client, "host")
    tomorrow = timezone.now().date() + timedelta(days=1)
    said = {"date": tomorrow.isoformat(), "from": "13:00", "to": "14:00", "quantity": "1"}
    behalf = {"organisation": customer.pk, "cost_centre": "420", "on_account": "true"}
    panel = client.get(reverse("space_panel", args=[space.slug]), said | behalf)
    assert "monthly invoice" in panel.content.decode()
    booked = client.post(reverse("book", args=[space.slug]), said | behalf)

    assert booked.status_code == 303
    assert Order.objects.get().status == OrderStatus.ACCOUNT
    assert Booking.objects.get().status == Status.CONFIRMED


def test_end_credit_leaves_what_is_booked_and_asks_for_a_card_next_time(
    space: Space, company: Organisation, member: User
) -> None:
    agreement = agree(space.organisation, company)
    booking = book(space, member)
    accounts.end_credit(agreement=agreement, by=make_member(space.organisation), now=NOW)

    with pytest.raises(Refused):
        book(space, member, at=START + 3 * HOUR)
    operations.invoice_month(now=DECEMBER)

    assert booking.status == Status.CONFIRMED
    assert AccountInvoice.objects.get().amount == 80_000


# --- The platform's fee, and goodwill ---------------------------------------------------------


def test_our_fee_of_what_is_invoiced_is_owed_and_taken_from_what_is_earned_next(
    space: Space, company: Organisation, member: User
) -> None:
    owner = space.organisation
    agree_fee(owner, 1_000)
    make_ready(owner)
    agree(owner, company)
    book(space, member)
    assert Code.OWNER_DEBT not in books()

    operations.invoice_month(now=DECEMBER)
    make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)

    assert books()[Code.PLATFORM_FEE] == -(6_400 + 8_000)
    assert books()[Code.PLATFORM_VAT] == -(1_600 + 2_000)
    assert Code.OWNER_DEBT not in books()
    assert Transfer.objects.get().amount == 90_000 - 8_000
    months = statements.months_of(owner, district_zone())
    found = statements.statement(owner, min(months), district_zone()).movements[0]
    assert (found.price.amount, found.fee.amount, found.amount.amount) == (0, 8_000, -8_000)
    assert found.booking is not None


def broken() -> list[str]:
    """Of what the audit promises of accounts, what is not so."""
    ours = ("Our fee", "What is on account", "A monthly invoice", "Each monthly", "Of each price")
    checks = [one for one in CHECKS if one.promise.startswith(ours)]
    assert len(checks) == len(ours)
    return [one.promise for one in audit(checks, now=DECEMBER) if one.count]


def give(booking: Booking, amount: int, by: User) -> None:
    left = left_to_give(booking).amount
    operations.give_back_some(
        booking=booking, amount=amount, left=left, by=by, reason="Kaldt", now=DECEMBER
    )


def test_goodwill_before_the_invoice_is_only_less_on_it(
    space: Space, company: Organisation, member: User
) -> None:
    agreement = agree(space.organisation, company)
    booking = book(space, member)

    give(booking, 30_000, make_member(space.organisation))
    (invoice,) = operations.invoice_month(now=DECEMBER)

    assert (invoice.amount, ledger.owed_by(agreement)) == (50_000, 50_000)
    line = invoice.document.lines.get()
    assert (line.text["en"], line.gross) == ("After what the owner has taken off", 50_000)
    assert not Document.objects.filter(kind="credit_note").exists()
    assert not Refund.objects.exists()


def test_goodwill_after_the_invoice_is_a_credit_note_that_is_sent_and_our_fee_back(
    space: Space, company: Organisation, member: User
) -> None:
    agree_fee(space.organisation, 1_000)
    agreement = agree(space.organisation, company)
    booking = book(space, member)
    (invoice,) = operations.invoice_month(now=DECEMBER)

    give(booking, 30_000, make_member(space.organisation))

    note = Document.objects.get(kind="credit_note")
    assert (note.gross, note.credits) == (30_000, invoice.document)
    assert ledger.owed_by(agreement) == 50_000
    assert AccountInvoice.objects.get().left.amount == 50_000
    assert books()[Code.OWNER_DEBT] == 5_000
    assert {one.address for one in note.dispatches.all()} == {"faktura@example.org"}
    assert broken() == []
    finance = make_member(space.organisation, Role.FINANCE)
    operations.note_paid(
        invoice=AccountInvoice.objects.get(), by=finance, paid_on=DECEMBER.date(), now=DECEMBER
    )
    assert ledger.owed_by(agreement) == 0
    assert left_to_give(booking).amount == 0
    line = OrderLine.objects.get()
    with pytest.raises(InvoicePaid):
        operations.credit_some(line=line, amount=1, by=finance, reason="Mer", now=DECEMBER)


def test_fee_given_back_after_it_was_taken_is_sent_with_no_charge_behind_it(
    space: Space, company: Organisation, member: User
) -> None:
    agree_fee(space.organisation, 1_000)
    make_ready(space.organisation)
    agree(space.organisation, company)
    booking = book(space, member)
    operations.invoice_month(now=DECEMBER)
    make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)

    give(booking, 30_000, make_member(space.organisation))
    operations.send_due(now=AFTER)

    back = Transfer.objects.get(order__status=OrderStatus.ACCOUNT)
    assert (back.amount, back.is_of_charge) == (3_000, False)
    assert broken() == []
