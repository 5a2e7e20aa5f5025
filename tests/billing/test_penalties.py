"""Fees for not coming and for staying too long: raised, waived, charged, paid on a page."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from billing import ledger, operations
from billing.models import LineKind, Order, OrderStatus, Penalty, PenaltyStatus, Refund
from billing.models.penalty import GRACE
from billing.operations.cancelling import PaymentUnderWay
from billing.operations.penalising import AlreadyWaived
from bookings import operations as bookings
from bookings.emails import mail_for
from bookings.models import Booking, Delivery, Kind, Status
from spaces.models import Rulebook, Space
from tests.billing.test_cards import FINE, REFUSED_LATER, charges, save
from tests.billing.test_settling import work
from tests.factories import make_booking, make_member, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def space() -> Space:
    return make_space(no_show_fee=20_000, overstay_fee=30_000)


@pytest.fixture
def student() -> User:
    return make_user()


@pytest.fixture
def host(space: Space) -> User:
    return make_member(space.organisation)


def missed(space: Space, by: User, host: User, now: datetime) -> Booking:
    """Begun an hour ago, and nobody came."""
    booking = make_booking(space, now - HOUR, by=by, no_show_fee=20_000, overstay_fee=30_000)
    return bookings.miss(booking=booking, by=host, now=now)


def stayed(space: Space, by: User, host: User, now: datetime) -> Booking:
    booking = make_booking(
        space, now - 3 * HOUR, by=by, no_show_fee=20_000, overstay_fee=30_000,
        status=Status.COMPLETED,
    )  # fmt: skip
    return bookings.leave_late(booking=booking, by=host, now=now)


def test_terms_are_frozen_on_the_booking_within_the_rulebooks_cap(
    space: Space, student: User, now: datetime
) -> None:
    Rulebook.objects.create(version=1, published_at=now, most_fee=25_000)
    start = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    booking = operations.book(
        space=Space.objects.get(pk=space.pk), span=make_booking(start=start).period, by=student,
        now=now,
    )  # fmt: skip
    Space.objects.update(no_show_fee=1, overstay_fee=1)
    booking.refresh_from_db()
    assert (booking.no_show_fee, booking.overstay_fee) == (20_000, 25_000)


def test_not_coming_is_charged_to_the_saved_card_after_a_days_grace(
    standin: StandIn, space: Space, student: User, host: User, now: datetime
) -> None:
    card = save(standin, student, now, FINE)
    booking = missed(space, student, host, now)

    assert operations.penalise(now=now) == 1
    assert operations.penalise(now=now + GRACE - MINUTE) == 0
    penalty = Penalty.objects.get()
    assert (penalty.status, penalty.amount, penalty.due_at) == ("waiting", 20_000, now + GRACE)
    letter = booking.deliveries.exclude(kind=Kind.CONFIRMED).get()  # one for both
    assert (letter.kind, letter.recipient) == (Kind.FEE_DUE, student)
    assert f"{space.organisation} fant ingen der" in mail_for(letter).body

    operations.penalise(now=now + GRACE)
    work(standin, now + GRACE)
    order = Order.objects.get()
    assert (order.status, order.card) == (OrderStatus.PAID, card)
    assert ledger.held_for(order).amount == 20_000
    assert booking.events.get(kind=Kind.FEE_CHARGED).data["of"] == LineKind.NO_SHOW
    assert operations.penalise(now=now + 2 * GRACE) == 0
    assert charges(standin) == [20_000]


def test_found_late_it_has_its_day_of_grace_all_the_same(
    standin: StandIn, space: Space, student: User, host: User, now: datetime
) -> None:
    missed(space, student, host, now)
    later = now + 8 * GRACE  # nothing ran for a week
    assert operations.penalise(now=later) == 1
    assert Penalty.objects.get().due_at == later + GRACE


def test_staying_too_long_is_another_fee(
    standin: StandIn, space: Space, student: User, host: User, now: datetime
) -> None:
    save(standin, student, now)
    stayed(space, student, host, now)
    operations.penalise(now=now)
    operations.penalise(now=now + GRACE)
    work(standin, now + GRACE)
    assert charges(standin) == [30_000]


def test_a_space_without_fees_takes_none(standin: StandIn, student: User, now: datetime) -> None:
    space = make_space()
    booking = make_booking(space, now - HOUR, by=student)
    bookings.miss(booking=booking, by=make_member(space.organisation), now=now)
    assert operations.penalise(now=now) == 0


def test_waived_in_time_nothing_is_charged(
    standin: StandIn, space: Space, student: User, host: User, now: datetime
) -> None:
    save(standin, student, now)
    booking = missed(space, student, host, now)
    operations.penalise(now=now)
    penalty = Penalty.objects.get()

    operations.waive(penalty=penalty, by=host, now=now, reason="Døra var låst")
    operations.penalise(now=now + GRACE)
    work(standin, now + GRACE)

    assert not Order.objects.exists()
    assert booking.events.get(kind=Kind.FEE_WAIVED).data["reason"] == "Døra var låst"
    with pytest.raises(AlreadyWaived):
        operations.waive(penalty=penalty, by=host, now=now)


def test_waived_after_it_was_charged_all_of_it_comes_back(
    standin: StandIn, space: Space, student: User, host: User, now: datetime
) -> None:
    save(standin, student, now)
    missed(space, student, host, now)
    operations.penalise(now=now)
    operations.penalise(now=now + GRACE)
    work(standin, now + GRACE)
    operations.waive(penalty=Penalty.objects.get(), by=host, now=now + GRACE)
    work(standin, now + GRACE)
    assert Refund.objects.get().status == "succeeded"
    assert ledger.held_for(Order.objects.get()).amount == 0


@pytest.mark.parametrize("number", [None, REFUSED_LATER])
def test_without_a_card_that_can_be_charged_it_is_paid_on_a_page(
    standin: StandIn, space: Space, student: User, host: User, now: datetime, number: str | None
) -> None:
    if number:
        save(standin, student, now, number)
    booking = missed(space, student, host, now)
    operations.penalise(now=now)
    operations.penalise(now=now + GRACE)
    work(standin, now + GRACE)
    assert Delivery.objects.get(kind=Kind.NOT_CHARGED).recipient == student

    first = operations.open_checkout(booking=booking, now=now)
    standin.advance(86_460)
    work(standin, now + GRACE)  # its page is over, and it is owed all the same
    first.refresh_from_db()
    assert (first.status, first.session_id) == (OrderStatus.OPEN, "")
    again = operations.open_checkout(booking=booking, now=now + GRACE)
    standin.pay(again.session_id)
    work(standin, now + GRACE)
    assert Order.objects.get().status == OrderStatus.PAID


def test_waived_while_it_waits_to_be_paid_its_page_is_closed(
    standin: StandIn, space: Space, student: User, host: User, now: datetime
) -> None:
    booking = missed(space, student, host, now)
    operations.penalise(now=now)
    operations.penalise(now=now + GRACE)
    operations.open_checkout(booking=booking, now=now)
    operations.waive(penalty=Penalty.objects.get(), by=host, now=now)
    work(standin, now)
    assert Order.objects.get().status == OrderStatus.VOID


@pytest.mark.parametrize("trouble", ["fail", "drop_before", "drop_after"])
def test_a_fee_stripe_did_not_answer_is_charged_once(
    standin: StandIn, space: Space, student: User, host: User, now: datetime, trouble: str
) -> None:
    save(standin, student, now)
    missed(space, student, host, now)
    operations.penalise(now=now)
    operations.penalise(now=now + GRACE)
    getattr(standin.faults, trouble)("POST", "/v1/payment_intents", times=3)
    operations.settle(now=now + GRACE)
    with pytest.raises(PaymentUnderWay), transaction.atomic():
        operations.waive(penalty=Penalty.objects.get(), by=host, now=now)
    work(standin, now + GRACE, rounds=4)
    assert charges(standin) == [20_000]
    assert ledger.held_for(Order.objects.get()).amount == 20_000


def test_pages_show_and_waive(
    standin: StandIn, client: Client, space: Space, student: User, host: User, now: datetime
) -> None:
    assert "koster 200" in client.get(space.get_absolute_url()).content.decode()
    booking = missed(space, student, host, now)
    operations.penalise(now=now)
    client.force_login(student)
    assert "Gebyr for ikke å komme" in client.get(booking.get_absolute_url()).content.decode()
    penalty = Penalty.objects.get()
    assert client.post(f"/fees/{penalty.pk}/waive/").status_code == 404
    client.force_login(host)
    client.post(f"/fees/{penalty.pk}/waive/")
    penalty.refresh_from_db()
    assert (penalty.status, penalty.waived_by) == (PenaltyStatus.WAIVED, host)
