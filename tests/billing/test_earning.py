"""What owners earn: after the stay, less the fee, sent once, and never what is in doubt."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing import fees, operations, purses
from billing.models import (
    Code,
    Dispute,
    FeeAgreement,
    Order,
    OrderLine,
    Refund,
    RefundStatus,
    SendStatus,
    Transfer,
    TransferReversal,
)
from billing.operations import earning, sending
from bookings.models import Status
from spaces.models import Rulebook, Space
from tests.billing.owners import AFTER, agree_fee, books, make_paid, make_ready, send_all
from tests.factories import NOW, make_booking, make_space

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def space() -> Space:
    """Its owner gives 10 %, of which a fifth is VAT, and can be paid."""
    space = make_space(price=50_000)
    agree_fee(space.organisation, 1_000)
    make_ready(space.organisation)
    return space


def line_of(order: Order) -> OrderLine:
    return order.lines.get()


def send_refunds() -> None:
    for refund in Refund.objects.filter(status=RefundStatus.INTENDED):
        operations.settling._refund_came_to(
            refund.pk, RefundStatus.SUCCEEDED, f"re_{refund.pk}", "", now=AFTER
        )


# --- The fee --------------------------------------------------------------------------------


def test_fee_is_the_rulebooks_unless_something_is_agreed(space: Space) -> None:
    Rulebook.objects.create(version=7, fee_points=500, published_at=NOW - SECOND)
    other = make_space(price=50_000)

    assert line_of(make_paid(space)).fee_points == 1_000
    assert line_of(make_paid(other)).fee_points == 500
    assert fees.terms_for(space.organisation, NOW).is_agreed
    assert fees.terms_for(other.organisation, NOW).points == 500


def test_fee_is_frozen_when_sold(space: Space) -> None:
    line = line_of(make_paid(space))
    Rulebook.objects.create(version=7, fee_points=9_000, published_at=NOW)
    line.fee_points = 9_999
    line.save()

    line.refresh_from_db()
    assert line.fee_points == 1_000


def test_fee_of_a_later_agreement_is_of_later_sales(space: Space) -> None:
    FeeAgreement.objects.create(
        organisation=space.organisation,
        points=200,
        starts_at=NOW + timedelta(days=1),
        reason="Lavere",
        agreed_by=make_booking().booker,
    )
    assert line_of(make_paid(space)).fee_points == 1_000
    assert line_of(make_paid(space, at=NOW + timedelta(days=2))).fee_points == 200


def test_agreement_is_never_changed(space: Space) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        FeeAgreement.objects.update(points=1)


@given(kept=st.integers(0, 10**8), points=st.integers(0, 10_000), least=st.integers(0, 100_000))
def test_fee_is_between_nothing_and_all(kept: int, points: int, least: int) -> None:
    fee = fees.fee_on(OrderLine(fee_points=points, fee_least=least), kept)

    assert 0 <= fee.vat <= fee.gross <= kept
    assert fee.gross >= min(kept, least)
    exact = max(Fraction(min(kept, least)), Fraction(kept * points, 10_000))
    assert abs(fee.gross - exact) <= 1
    assert abs(fee.net * Fraction(1, 4) - fee.vat) <= 1  # 25 % on what is without it


# --- Earned ---------------------------------------------------------------------------------


def test_earn_splits_the_price_between_owner_platform_and_state(space: Space) -> None:
    order = make_paid(space)

    assert operations.earn_due(now=AFTER) == 1

    assert books() == {
        Code.STRIPE_BALANCE: 100_000,
        Code.OWNER_PAYABLE: -90_000,
        Code.PLATFORM_FEE: -8_000,
        Code.PLATFORM_VAT: -2_000,
    }
    assert line_of(order).earned_at == AFTER


def test_earn_twice_earns_once(space: Space) -> None:
    line = line_of(make_paid(space))
    operations.earn_due(now=AFTER)

    assert operations.earn_due(now=AFTER) == 0
    OrderLine.objects.update(earned_at=None)  # a worker that lost its memory
    operations.earn_due(now=AFTER)
    assert books()[Code.OWNER_PAYABLE] == -90_000
    assert purses.payable(space.organisation, line.order) == 90_000


def test_earn_waits_until_the_time_is_over(space: Space) -> None:
    order = make_paid(space)
    booking = line_of(order).booked

    assert operations.earn_due(now=booking.end - SECOND) == 0
    assert operations.earn_due(now=booking.end) == 1


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.CHECKED_IN])
def test_earn_waits_until_it_is_said_how_it_went(space: Space, status: Status) -> None:
    order = make_paid(space)
    type(line_of(order).booked).objects.update(status=status)

    assert operations.earn_due(now=AFTER) == 0


def test_earn_of_a_cancelled_booking_what_was_retained(space: Space) -> None:
    order = make_paid(space)
    operations.refund(line=line_of(order), amount=75_000, now=NOW)
    type(line_of(order).booked).objects.update(status=Status.CANCELLED)

    operations.earn_due(now=AFTER)

    assert books()[Code.OWNER_PAYABLE] == -22_500
    assert books()[Code.REFUNDS_DUE] == -75_000


def test_earn_of_what_was_given_back_in_full_is_nothing(space: Space) -> None:
    order = make_paid(space)
    operations.refund(line=line_of(order), amount=100_000, now=NOW)

    assert operations.earn_due(now=AFTER) == 1
    assert Code.OWNER_PAYABLE not in books()


def test_earn_of_a_cart_gives_each_owner_their_own(space: Space) -> None:
    other = make_space(price=50_000)
    order = make_paid(space, other)

    assert operations.earn_due(now=AFTER) == 2

    assert purses.payable(space.organisation, order) == 90_000
    assert purses.payable(other.organisation, order) == 100_000


def test_earn_waits_while_a_bank_asks_and_while_a_refund_has_failed(space: Space) -> None:
    disputed, failed = make_paid(space), make_paid(space)
    dispute = Dispute.objects.create(
        stripe_id="du_1",
        order=disputed,
        amount=100_000,
        reason="fraudulent",
        status="needs_response",
        opened_at=NOW,
        changed_at=NOW,
    )
    refund = operations.refund(line=line_of(failed), amount=10_000, now=NOW)
    operations.settling._refund_came_to(refund.pk, RefundStatus.FAILED, "re_1", "x", now=NOW)

    assert operations.earn_due(now=AFTER) == 0

    dispute.status = "won"
    dispute.save()
    assert operations.earn_due(now=AFTER) == 1


# --- Sent -----------------------------------------------------------------------------------


def test_send_intends_once_what_is_earned(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)

    assert [operations.send_due(now=AFTER) for _ in range(3)] == [1, 0, 0]

    transfer = Transfer.objects.get()
    assert (transfer.order, transfer.amount, transfer.is_of_charge) == (order, 90_000, True)
    assert transfer.destination == space.organisation.payout_account.stripe_id
    assert books()[Code.TRANSFERRING] == -90_000
    send_all()
    assert books()[Code.STRIPE_BALANCE] == 10_000
    assert Code.TRANSFERRING not in books()


def test_send_waits_for_an_owner_who_cannot_be_paid(space: Space) -> None:
    make_paid(space)
    account = space.organisation.payout_account
    account.can_receive = False
    account.save()
    operations.earn_due(now=AFTER)

    assert operations.send_due(now=AFTER) == 0
    account.can_receive = True
    account.save()
    assert operations.send_due(now=AFTER) == 1


def test_send_again_what_stripe_refused_but_not_at_once(space: Space) -> None:
    make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    sending._transfer_came_to(
        Transfer.objects.get().pk, SendStatus.FAILED, "", "insufficient", now=AFTER
    )

    assert books()[Code.OWNER_PAYABLE] == -90_000
    assert operations.send_due(now=AFTER + SECOND) == 0
    assert operations.send_due(now=AFTER + sending.LATER) == 1


def test_answer_of_a_transfer_twice_is_posted_once(space: Space) -> None:
    make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    pk = Transfer.objects.get().pk
    for status in (SendStatus.SENT, SendStatus.SENT, SendStatus.FAILED):
        sending._transfer_came_to(pk, status, "tr_1", "", now=AFTER)

    assert Transfer.objects.get().status == SendStatus.SENT
    assert books()[Code.STRIPE_BALANCE] == 10_000


# --- Given back afterwards ------------------------------------------------------------------


def test_refund_of_what_is_earned_takes_share_and_fee(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)

    operations.refund(line=line_of(order), amount=40_000, now=AFTER)

    assert books() == {
        Code.STRIPE_BALANCE: 100_000,
        Code.REFUNDS_DUE: -40_000,
        Code.OWNER_PAYABLE: -54_000,
        Code.PLATFORM_FEE: -4_800,
        Code.PLATFORM_VAT: -1_200,
    }
    assert not TransferReversal.objects.exists()


def test_refund_of_what_is_sent_fetches_the_owners_share_back(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()

    operations.refund(line=line_of(order), amount=100_000, now=AFTER)

    assert books()[Code.OWNER_DEBT] == 90_000
    assert TransferReversal.objects.get().amount == 90_000
    send_all()
    send_refunds()
    assert books() == {}
    assert operations.send_due(now=AFTER) == 0


def test_given_back_while_on_its_way_is_fetched_back_when_it_has_come(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    operations.refund(line=line_of(order), amount=100_000, now=AFTER)
    assert not TransferReversal.objects.exists()

    send_all()

    send_refunds()
    assert books() == {}


def test_what_cannot_be_fetched_back_is_owed_and_taken_from_what_comes(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()
    operations.refund(line=line_of(order), amount=100_000, now=AFTER)
    sending._reversal_came_to(
        TransferReversal.objects.get().pk, SendStatus.FAILED, "", "empty", now=AFTER
    )
    assert books()[Code.OWNER_DEBT] == 90_000

    make_paid(space, amount=80_000)  # 72,000 of it the owner's: all of it goes to the debt
    make_paid(space)
    operations.earn_due(now=AFTER)

    assert operations.send_due(now=AFTER) == 1
    assert Transfer.objects.get(status=SendStatus.INTENDED).amount == 72_000 + 90_000 - 90_000
    assert Code.OWNER_DEBT not in books()


def test_debt_that_is_being_fetched_back_is_not_taken_twice(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    operations.send_due(now=AFTER)
    send_all()
    operations.refund(line=line_of(order), amount=100_000, now=AFTER)
    make_paid(space)
    operations.earn_due(now=AFTER)

    operations.send_due(now=AFTER)

    assert Transfer.objects.get(status=SendStatus.INTENDED).amount == 90_000


def test_a_failed_refund_of_what_is_earned_is_held_for_the_booker(space: Space) -> None:
    order = make_paid(space)
    operations.earn_due(now=AFTER)
    refund = operations.refund(line=line_of(order), amount=40_000, now=AFTER)
    operations.settling._refund_came_to(refund.pk, RefundStatus.FAILED, "", "closed", now=AFTER)

    assert books()[Code.HELD] == -40_000
    assert earning.left_of(line_of(order)) == 60_000


def test_each_part_of_a_cart_comes_out_of_its_owners_money(space: Space) -> None:
    other = make_space(price=50_000)
    order = make_paid(space, other)
    operations.earn_due(now=AFTER)

    operations.refund(line=order.lines.get(owner=other.organisation), amount=30_000, now=AFTER)

    assert purses.payable(space.organisation, order) == 90_000
    assert purses.payable(other.organisation, order) == 70_000
