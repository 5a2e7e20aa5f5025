"""Deposits: reserved before the stay, claimed of, or let go after it."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from billing import ledger, operations
from billing.models import Card, LineKind, Order, OrderStatus
from billing.operations.depositing import (
    AHEAD,
    TO_CLAIM,
    MoreThanDeposit,
    NothingReserved,
    TooLateToClaim,
    reservation_of,
)
from bookings.emails import mail_for
from bookings.models import Booking, Delivery, Kind, Status
from spaces.models import Space
from spaces.periods import Period, period
from tests.billing.test_cards import ASKS_ALWAYS, charges, save, stripe_api
from tests.billing.test_settling import intents, work
from tests.factories import make_booking, make_member, make_space, make_user
from tools.stripe_standin import StandIn

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEPOSIT = 100_000


@pytest.fixture
def span(now: datetime) -> Period:
    start = (now + DAY).replace(minute=0, second=0, microsecond=0)
    return period(start, start + 2 * HOUR)


@pytest.fixture
def space() -> Space:
    return make_space(deposit=DEPOSIT)


@pytest.fixture
def student() -> User:
    return make_user()


@pytest.fixture
def owner(space: Space) -> User:
    return make_member(space.organisation)


@pytest.fixture
def booking(space: Space, span: Period, student: User) -> Booking:
    return make_booking(space, span.lower, by=student, deposit=DEPOSIT)


def tend(standin: StandIn, now: datetime) -> None:
    operations.tend_deposits(now=now)
    work(standin, now)


def status(booking: Booking) -> str:
    found = reservation_of(booking)
    return str(found.status) if found else "none"


def after(booking: Booking) -> datetime:
    return booking.end + TO_CLAIM


def test_a_deposit_is_reserved_two_days_ahead_and_let_go_after_the_stay(
    standin: StandIn, booking: Booking, student: User, now: datetime
) -> None:
    save(standin, student, now)
    operations.tend_deposits(now=booking.start - AHEAD - HOUR)
    assert status(booking) == "none"

    tend(standin, now)
    tend(standin, now)
    assert (status(booking), intents(standin)) == ("authorised", ["requires_capture"])
    order = Order.objects.get()
    assert order.lapses_at is not None
    assert Delivery.objects.get(kind=Kind.DEPOSIT_RESERVED).recipient == student
    assert ledger.held_for(order).amount == 0

    tend(standin, after(booking) - HOUR)
    assert status(booking) == "authorised"
    Booking.objects.update(status=Status.COMPLETED)
    tend(standin, after(booking))
    assert intents(standin) == ["canceled"]
    assert Order.objects.get().status == OrderStatus.VOID
    assert booking.events.filter(kind=Kind.DEPOSIT_RELEASED).count() == 1


def test_an_owner_draws_what_they_claim_and_the_rest_is_let_go(
    standin: StandIn, booking: Booking, student: User, owner: User, now: datetime
) -> None:
    save(standin, student, now)
    tend(standin, now)

    operations.claim_deposit(
        booking=booking, amount=25_000, reason="Prosjektoren er knust", by=owner, now=booking.end
    )
    work(standin, now)

    order = Order.objects.get()
    assert (order.status, order.amount) == (OrderStatus.PAID, 25_000)
    assert ledger.held_for(order).amount == 25_000
    event = booking.events.get(kind=Kind.DEPOSIT_CLAIMED)
    assert (event.data["amount"], event.data["reason"]) == (25_000, "Prosjektoren er knust")
    assert Delivery.objects.filter(kind=Kind.DEPOSIT_CLAIMED, recipient=student).exists()
    with pytest.raises(NothingReserved):
        operations.claim_deposit(booking=booking, amount=1, reason="Mer", by=owner, now=booking.end)
    tend(standin, after(booking))
    assert Order.objects.get().status == OrderStatus.PAID

    operations.refund(line=order.lines.get(), amount=25_000, now=now)
    work(standin, now)
    assert ledger.held_for(order).amount == 0


def test_never_more_than_the_deposit_and_never_too_late(
    standin: StandIn, booking: Booking, student: User, owner: User, now: datetime
) -> None:
    with pytest.raises(NothingReserved):
        operations.claim_deposit(booking=booking, amount=1, reason="x", by=owner, now=now)
    save(standin, student, now)
    tend(standin, now)
    with pytest.raises(MoreThanDeposit):
        operations.claim_deposit(booking=booking, amount=DEPOSIT + 1, reason="x", by=owner, now=now)
    with pytest.raises(TooLateToClaim):
        operations.claim_deposit(
            booking=booking, amount=1, reason="x", by=owner, now=after(booking)
        )


@pytest.mark.parametrize("number", [None, ASKS_ALWAYS])
def test_without_a_card_that_can_be_charged_the_booker_reserves_it_on_a_page(
    standin: StandIn, booking: Booking, student: User, now: datetime, number: str | None
) -> None:
    if number:
        save(standin, student, now, number)
    tend(standin, now)
    assert status(booking) == "open"
    assert Delivery.objects.get(kind=Kind.NOT_CHARGED).recipient == student
    standin.pay(operations.open_checkout(booking=booking, now=now).session_id)
    work(standin, now)
    assert (status(booking), charges(standin)) == ("authorised", [])


def test_cancelled_before_the_stay_it_is_let_go(
    standin: StandIn, booking: Booking, student: User, now: datetime
) -> None:
    save(standin, student, now)
    tend(standin, now)
    operations.cancel(booking=booking, by=student, as_owner=False, now=now)
    work(standin, now)
    assert intents(standin) == ["canceled"]


def test_a_stay_longer_than_the_bank_keeps_it_is_reserved_anew(
    standin: StandIn, space: Space, student: User, now: datetime
) -> None:
    """At no moment of the stay is nothing reserved."""
    save(standin, student, now, cap=150_000)
    booking = make_booking(space, now + HOUR, now + 12 * DAY, by=student, deposit=DEPOSIT)
    tend(standin, now)
    for day in range(1, 15):
        standin.advance(86_400)
        tend(standin, now + day * DAY)
        tend(standin, now + day * DAY)
        expected = "authorised" if now + day * DAY < after(booking) else "none"
        assert status(booking) == expected, day
        assert intents(standin).count("requires_capture") == (expected == "authorised"), day
    assert Order.objects.filter(lines__kind=LineKind.DEPOSIT).count() == 3
    assert charges(standin) == []


@pytest.mark.parametrize("trouble", ["fail", "drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["", "/*/capture", "/*/cancel"])
def test_what_stripe_did_not_answer_is_done_later_and_once(
    standin: StandIn,
    booking: Booking,
    student: User,
    owner: User,
    now: datetime,
    trouble: str,
    path: str,
) -> None:
    save(standin, student, now)
    getattr(standin.faults, trouble)("POST", f"/v1/payment_intents{path}", times=3)
    operations.tend_deposits(now=now)
    work(standin, now, rounds=4)
    assert status(booking) == "authorised"
    if path == "/*/cancel":
        operations.tend_deposits(now=after(booking))
        work(standin, after(booking), rounds=4)
        assert intents(standin) == ["canceled"]
        return
    operations.claim_deposit(booking=booking, amount=5_000, reason="x", by=owner, now=now)
    work(standin, now + HOUR, rounds=4)
    assert Order.objects.get().status == OrderStatus.PAID
    assert ledger.held_for(Order.objects.get()).amount == 5_000


def test_what_cannot_be_drawn_is_told_as_let_go(
    standin: StandIn, booking: Booking, student: User, owner: User, now: datetime
) -> None:
    """The bank has let go of it: the booker heard of a claim, and hears that nothing was drawn."""
    save(standin, student, now)
    tend(standin, now)
    stripe_api(standin).v1.payment_intents.cancel(Order.objects.get().intent_id)

    operations.claim_deposit(booking=booking, amount=25_000, reason="Knust", by=owner, now=now)
    work(standin, now)

    assert Order.objects.get().status == OrderStatus.VOID
    event = booking.events.get(kind=Kind.DEPOSIT_RELEASED)
    assert event.data["amount"] == DEPOSIT
    letter = Delivery.objects.get(kind=Kind.DEPOSIT_RELEASED)
    assert letter.recipient == student
    assert "Ingenting ble trukket" in mail_for(letter).body
    assert not booking.events.filter(kind=Kind.NOT_CHARGED).exists()


def test_pages_show_and_claim(
    standin: StandIn, client: Client, booking: Booking, student: User, owner: User, now: datetime
) -> None:
    save(standin, student, now)
    url = booking.get_absolute_url()
    client.force_login(student)
    assert "reserveres på kortet fra" in client.get(url).content.decode()
    tend(standin, now)
    assert "er reservert på kortet" in client.get(url).content.decode()
    claim = {"amount": "250", "reason": "Knust rute"}
    assert client.post(f"{url}deposit/", claim).status_code == 404
    client.force_login(owner)
    assert "Krev noe av det" in client.get(url).content.decode()
    client.post(f"{url}deposit/", {"amount": "0", "reason": "x"})
    assert status(booking) == "authorised"
    client.post(f"{url}deposit/", claim)
    client.force_login(student)
    page = client.get(url).content.decode()
    assert "Knust rute" in page
    assert "250\u00a0kr" in page
    assert Card.objects.count() == 1
