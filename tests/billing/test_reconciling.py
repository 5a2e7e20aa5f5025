"""Our books against Stripe's: what is lost is heard again, what differs is a case, and each case
has its way to be settled."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import ledger, operations
from billing.ledger import Leg
from billing.models import Case, CaseKind, Code, Order, Refund, RefundStatus
from billing.operations import reconcile, settle_case
from billing.operations.case_settling import CaseSettled, NoSuchPayment, NotSaidHow
from billing.stripe_gateway import PaymentsUnavailable
from bookings.models import Booking, Status
from spaces.periods import period
from tests.billing.conftest import work
from tests.factories import make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PRICE = 64_000  # two hours


@pytest.fixture
def later() -> datetime:
    """When everything has had the time to settle."""
    return timezone.now() + HOUR


@pytest.fixture
def operator() -> User:
    return make_user(is_staff=True, language="en")


def stripe_itself(standin: StandIn) -> Any:
    """Stripe's own pages, so to speak."""
    return stripe.StripeClient("sk_test_ledig", base_addresses={"api": standin.url})


def paid(standin: StandIn, *, hears: bool = True) -> tuple[Booking, Order]:
    now = timezone.now()
    start = (now + 5 * DAY).replace(minute=0, second=0, microsecond=0)
    span = period(start, start + 2 * HOUR)
    booking = operations.book(space=make_space(price=32_000), span=span, by=make_user(), now=now)
    order = Order.objects.get(lines__booking=booking)
    standin.pay(order.session_id)
    if hears:
        work(standin)
        order.refresh_from_db()
    return booking, order


def agree(standin: StandIn, later: datetime) -> None:
    """A run finds nothing, and both hold the same."""
    found = reconcile(now=later)
    assert (found.lost, found.opened) == (0, 0)
    assert not Case.objects.open().exists()
    balance = stripe_itself(standin).v1.balance.retrieve()
    held = sum(part.amount for part in (*balance.available, *balance.pending))
    assert ledger.trial_balance().get((Code.STRIPE_BALANCE, "NOK"), 0) == held
    assert sum(ledger.trial_balance().values()) == 0


def test_reconcile_finds_nothing_where_all_agree(standin: StandIn, later: datetime) -> None:
    _booking, order = paid(standin)
    operations.refund(line=order.lines.get(), amount=10_000, now=timezone.now())
    work(standin)

    agree(standin, later)


def test_reconcile_hears_again_what_a_lost_webhook_had_to_say(
    standin: StandIn, later: datetime
) -> None:
    booking, _order = paid(standin, hears=False)
    # … and nothing is ever delivered
    assert reconcile(now=timezone.now()).lost > 0

    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    agree(standin, later)


def test_a_refund_in_stripe_s_own_pages_is_a_case_and_is_taken_over(
    standin: StandIn, later: datetime, operator: User
) -> None:
    _booking, order = paid(standin)
    made = stripe_itself(standin).v1.refunds.create(
        {"payment_intent": order.intent_id, "amount": 15_000}
    )
    work(standin)

    assert reconcile(now=later).opened == 1

    case = Case.objects.open().get()
    assert (case.kind, case.order, case.difference.amount) == (CaseKind.REFUND, order, -15_000)
    settle_case(case=case, how="Ringte og ba om det.", by=operator, now=later)
    refund = Refund.objects.get()
    assert (refund.status, refund.stripe_id) == (RefundStatus.SUCCEEDED, made.id)
    assert (refund.amount, refund.by) == (15_000, operator)
    assert ledger.held_for(order).amount == PRICE - 15_000
    work(standin)
    agree(standin, later)


def test_a_refund_of_more_than_is_left_here_can_only_stand_unexplained(
    standin: StandIn, later: datetime, operator: User
) -> None:
    _booking, order = paid(standin)
    operations.refund(line=order.lines.get(), amount=60_000, now=timezone.now())
    stripe_itself(standin).v1.refunds.create(
        {"payment_intent": order.intent_id, "amount": 50_000}
    )  # before ours comes through
    work(standin)
    reconcile(now=later)
    case = Case.objects.open().get(kind=CaseKind.REFUND)

    with pytest.raises(NoSuchPayment), transaction.atomic():
        settle_case(case=case, how="?", by=operator, now=later)
    settle_case(case=case, how="Sendt to ganger.", by=operator, now=later, as_unexplained=True)

    assert ledger.balance_of(Code.UNEXPLAINED) == 50_000
    assert sum(ledger.trial_balance().values()) == 0


def test_a_changed_fee_is_a_case_and_is_posted(
    standin: StandIn, later: datetime, operator: User
) -> None:
    _booking, order = paid(standin)
    posted = ledger.balance_of(Code.PSP_FEE)
    standin.change_fee(order.charge_id, posted + 77)

    reconcile(now=later)

    case = Case.objects.open().get()
    assert (case.kind, case.difference.amount) == (CaseKind.FEE, -77)
    settle_case(case=case, how="Utenlandsk kort.", by=operator, now=later)
    assert ledger.balance_of(Code.PSP_FEE) == posted + 77
    agree(standin, later)


def test_a_case_closes_by_itself_once_both_agree(standin: StandIn, later: datetime) -> None:
    _booking, order = paid(standin)
    fee = ledger.balance_of(Code.PSP_FEE)
    standin.change_fee(order.charge_id, fee + 77)
    reconcile(now=later)

    standin.change_fee(order.charge_id, fee)
    assert reconcile(now=later + DAY).closed == 1

    case = Case.objects.get(kind=CaseKind.FEE)
    assert (case.settled_by, bool(case.how)) == (None, True)
    agree(standin, later + DAY)


def test_a_case_is_opened_once_however_often_it_is_found(standin: StandIn, later: datetime) -> None:
    _booking, order = paid(standin)
    standin.change_fee(order.charge_id, 1)
    assert [reconcile(now=later + n * HOUR).opened for n in range(3)] == [1, 0, 0]
    assert Case.objects.count() == 1


def test_what_is_posted_here_and_not_at_stripe_is_a_case(
    standin: StandIn, later: datetime, operator: User
) -> None:
    paid(standin)
    with transaction.atomic():
        legs = (Leg(Code.STRIPE_BALANCE, 500), Leg(Code.PSP_FEE, -500))
        ledger.post("capture:ch_nowhere", timezone.now(), "NOK", *legs)

    reconcile(now=later)

    case = Case.objects.open().get()
    assert (case.kind, case.stripe_id) == (CaseKind.MISSING, "capture:ch_nowhere")
    settle_case(case=case, how="Feilført.", by=operator, now=later)
    agree(standin, later)


def test_money_that_moved_before_the_window_shows_in_the_balance(
    standin: StandIn, later: datetime, operator: User
) -> None:
    paid(standin)
    far = later + 30 * DAY
    with transaction.atomic():
        legs = (Leg(Code.STRIPE_BALANCE, 500), Leg(Code.PSP_FEE, -500))
        ledger.post("capture:ch_nowhere", timezone.now(), "NOK", *legs)

    reconcile(now=far)

    case = Case.objects.open().get()
    assert (case.kind, case.difference.amount) == (CaseKind.BALANCE, -500)
    settle_case(case=case, how="Feilført i november.", by=operator, now=far)
    agree(standin, far)


def test_what_the_platform_pays_out_to_itself_is_posted(standin: StandIn, later: datetime) -> None:
    paid(standin)
    standin.advance(8 * 86_400)
    after = later + 8 * DAY
    stripe_itself(standin).v1.payouts.create({"amount": 1_000, "currency": "nok"})

    work(standin)
    agree(standin, after + HOUR)

    assert ledger.balance_of(Code.BANK) == 1_000


def test_disputes_and_what_they_move_agree(standin: StandIn, later: datetime) -> None:
    _booking, order = paid(standin)
    standin.dispute(order.charge_id)
    work(standin)
    agree(standin, later)


def test_settle_case_wants_to_know_how_and_is_done_once(
    standin: StandIn, later: datetime, operator: User
) -> None:
    _booking, order = paid(standin)
    standin.change_fee(order.charge_id, 1)
    reconcile(now=later)
    case = Case.objects.get()

    with pytest.raises(NotSaidHow):
        settle_case(case=case, how="  ", by=operator, now=later)
    settle_case(case=case, how="Sett.", by=operator, now=later)
    with pytest.raises(CaseSettled):
        settle_case(case=case, how="Sett.", by=operator, now=later)


@pytest.mark.parametrize("path", ["/v1/events", "/v1/balance_transactions", "/v1/balance"])
@pytest.mark.parametrize("fault", ["fail", "drop_before"])
def test_a_silent_stripe_is_asked_the_next_night(
    standin: StandIn, later: datetime, path: str, fault: str
) -> None:
    paid(standin)
    getattr(standin.faults, fault)("GET", path, times=2)

    with pytest.raises(PaymentsUnavailable):
        reconcile(now=later)

    assert not Case.objects.exists()
    agree(standin, later)


def test_operators_settle_a_case_on_its_page(
    client: Client, standin: StandIn, later: datetime, operator: User
) -> None:
    _booking, order = paid(standin)
    standin.change_fee(order.charge_id, 1)
    reconcile(now=later)
    case = Case.objects.get()
    client.force_login(operator)
    page = f"/operator/billing/case/{case.pk}/change/"
    assert "The difference is posted as Stripe’s fee." in client.get(page).content.decode()

    answer = client.post(page, {"how": "Sett på"})

    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.settled_by, case.how) == (operator, "Sett på")
    assert client.get("/operator/billing/case/").status_code == 200
