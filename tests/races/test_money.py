"""Money and time at once: whoever loses the time never loses the money."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from functools import partial
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from billing import ledger
from billing.models import (
    Code,
    Document,
    Entry,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    Penalty,
    Refund,
    Transfer,
    TransferReversal,
)
from billing.models.penalty import GRACE
from bookings import operations
from bookings.models import Booking, Delivery, Occupancy, Status
from bookings.operations.holding import HOLD
from spaces.models import Space
from spaces.periods import period
from tests.billing.owners import AFTER, agree_fee, books, make_paid, make_ready, send_all
from tests.factories import NOW, make_booking, make_organisation, make_place, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)
LATER = NOW + HOLD  # when what is held now has run out


def make_order(booking: Booking, **fields: object) -> Order:
    values: dict[str, object] = {"status": OrderStatus.OPEN, "created_at": NOW, "not_before": NOW}
    order = Order.objects.create(
        buyer=booking.booker,
        amount=booking.amount,
        session_id=f"cs_{booking.pk}",
        session_expires_at=NOW + HOUR,
        **{**values, **fields},
    )
    OrderLine.objects.create(
        order=order,
        kind=LineKind.BOOKING,
        booking=booking,
        owner=booking.space.organisation,
        amount=booking.amount,
    )
    return order


@pytest.fixture
def hall() -> Space:
    """Two halves, let whole, for money."""
    place = make_place()
    halves = [make_space(place, price=50_000).units.get() for _ in range(2)]
    return make_space(place, units=halves, price=100_000)


def test_of_twenty_refunds_of_sixty_percent_one_is_made(race: Race, hall: Space) -> None:
    booking = make_booking(hall, amount=100_000)
    order = make_order(booking, status=OrderStatus.PAID, intent_id="pi_1")
    with transaction.atomic():
        ledger.captured(order, charge_id="ch_1", gross=100_000, now=NOW)

    refund = partial(bookers.refund, line=order.lines.get().pk, amount=60_000, now=NOW)
    result = race([[refund]] * 20)

    assert len(result.answers) == 1
    assert result.refusals == ["more_than_paid"] * 19
    assert (result.errors, result.deadlocks) == ([], 0)
    assert Refund.objects.get().amount == 60_000
    notes = Document.objects.filter(kind="credit_note")
    assert [note.gross for note in notes] == [60_000]
    assert ledger.held_for(order).amount == 40_000
    assert sum(ledger.trial_balance().values()) == 0


def test_twenty_invoices_at_once_are_numbered_without_a_hole(race: Race) -> None:
    """Five more fail after they have taken a number, and leave none behind."""
    told = {"owner": make_organisation().pk, "organisation": make_organisation().pk, "now": NOW}
    issue = [partial(bookers.issue_invoice, amount=100 * n, **told) for n in range(1, 21)]
    fail = [partial(bookers.issue_invoice, amount=1, fails=True, **told) for _ in range(5)]

    result = race([[job] for job in [*issue, *fail]])

    assert sorted(int(number) for number in result.answers) == list(range(1, 21))
    assert (result.errors, result.deadlocks, len(result.refusals)) == ([], 0, 5)
    assert set(Document.objects.values_list("number", flat=True)) == set(range(1, 21))


def test_goodwill_and_cancellations_at_once_never_give_back_more_than_was_paid(
    race: Race, hall: Space
) -> None:
    """Half of those who click have looked before the others: they are told to look again."""
    other = make_space(price=50_000)
    order = make_paid(hall, other)
    by = make_user().pk
    booked = [line.booked.pk for line in order.lines.all()]
    gives = [
        partial(bookers.give_back, booking=pk, amount=60_000, left=100_000, by=by, now=NOW)
        for pk in booked
    ]
    refunds = [
        partial(bookers.refund, line=line.pk, amount=60_000, now=NOW) for line in order.lines.all()
    ]

    result = race([*[[give] for give in gives] * 6, *[[refund] for refund in refunds] * 4])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) == {"left_changed", "more_than_paid"}
    assert len(result.answers) == 2
    assert list(Refund.objects.values_list("amount", flat=True)) == [60_000, 60_000]
    assert ledger.held_for(order).amount == 80_000


def test_each_stay_is_earned_and_sent_once_however_many_are_at_it(race: Race, hall: Space) -> None:
    other = make_space(price=50_000)
    for space in (hall, other):
        agree_fee(space.organisation, 1_000)
        make_ready(space.organisation)
    orders = [make_paid(hall, other) for _ in range(6)]
    gives = [
        partial(bookers.refund, line=line.pk, amount=50_000, now=AFTER)
        for order in orders
        for line in order.lines.all()
    ]

    result = race([*[[partial(bookers.pay_owners, now=AFTER)] * 2] * 5, gives, gives])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert OrderLine.objects.filter(earned_at=AFTER).count() == 12
    found = books()
    assert found[Code.REFUNDS_DUE] == -50_000 * Refund.objects.count()
    send_all()
    bookers.pay_owners(now=AFTER)
    send_all()
    found = books()
    sent = sum(Transfer.objects.values_list("amount", flat=True))
    back = sum(TransferReversal.objects.values_list("amount", flat=True))
    kept = 12 * 100_000 - 50_000 * Refund.objects.count()
    assert sent - back == kept * 9 // 10
    fees = found.get(Code.PLATFORM_FEE, 0) + found.get(Code.PLATFORM_VAT, 0)
    assert fees == -kept // 10
    assert Code.OWNER_DEBT not in found


def test_a_dispute_while_owners_are_paid_leaves_them_nothing_of_it(race: Race) -> None:
    """Frozen before it is earned or sent; or else what went out is fetched back."""
    space = make_space(price=50_000)
    agree_fee(space.organisation, 1_000)
    make_ready(space.organisation)
    orders = [make_paid(space) for _ in range(4)]
    asked = orders[0]
    pays = [partial(bookers.pay_owners, now=AFTER), partial(bookers.send, now=AFTER)] * 2
    disputes = [partial(bookers.dispute, order=asked.pk, now=AFTER)] * 2

    result = race([*[pays] * 6, *[disputes] * 6])

    assert (result.errors, result.refusals, result.deadlocks) == ([], [], 0)
    send_all()
    bookers.pay_owners(now=AFTER)
    send_all()
    sent = sum(asked.transfers.values_list("amount", flat=True))
    fetched = TransferReversal.objects.filter(transfer__order=asked)
    assert sent == sum(fetched.values_list("amount", flat=True))
    others = Transfer.objects.exclude(order=asked)
    assert sum(others.values_list("amount", flat=True)) == 3 * 90_000
    found = books()
    assert found[Code.DISPUTED] == 100_000
    assert found[Code.STRIPE_BALANCE] == 4 * 100_000 - 100_000 - 15_000 - 3 * 90_000
    assert Code.OWNER_DEBT not in found


def test_a_fee_for_not_coming_is_ordered_once_however_many_are_at_it(race: Race) -> None:
    person = make_user()
    for number in range(6):
        start = NOW - timedelta(hours=2 * number + 2)
        booking = make_booking(make_space(), start, by=person, no_show_fee=20_000)
        operations.miss(booking=booking, by=person, now=start + HOUR / 2)
    penalise = [partial(bookers.penalise, now=at) for at in (NOW, NOW + GRACE)]

    result = race([penalise] * 12)

    assert (result.errors, result.refusals, result.deadlocks) == ([], [], 0)
    assert Penalty.objects.count() == 6
    ordered = OrderLine.objects.filter(kind=LineKind.NO_SHOW)
    assert ordered.count() == ordered.values("booking").distinct().count() == 6


def test_a_key_sent_twenty_times_books_once(race: Race) -> None:
    space, by = make_space(), make_user().pk
    book = partial(
        bookers.book, space=space.pk, start=TOMORROW, end=TOMORROW + HOUR, by=by, now=NOW, key="k"
    )

    result = race([[book]] * 20)

    booking = Booking.objects.get()
    assert set(result.answers) == {str(booking.pk)}
    assert set(result.refusals) <= {"idempotency_in_progress"}
    assert result.errors == []
    assert str(book()) == str(booking.pk)


@pytest.fixture
def run_out(hall: Space) -> Callable[[int], list[Order]]:
    """Unpaid holds of the hall, one an hour, that run out at `LATER`."""

    def make(count: int) -> list[Order]:
        booker = make_user()
        return [
            make_order(
                operations.hold(
                    space=hall,
                    span=period(TOMORROW + HOUR * n, TOMORROW + HOUR * (n + 1)),
                    by=booker,
                    now=NOW,
                )
            )
            for n in range(count)
        ]

    return make


def test_paid_as_the_hold_runs_out_is_a_booking_or_the_money_back(
    race: Race, hall: Space, run_out: Callable[[int], list[Order]]
) -> None:
    """The payment, the sweeper and two others who want the time or half of it meet in the
    moment in which each hold ends. Clocks differ by a second."""
    orders, other = run_out(24), make_user().pk
    second = timedelta(seconds=1)
    half = Space.objects.exclude(pk=hall.pk).first()
    assert half is not None
    starts = [TOMORROW + HOUR * n for n in range(len(orders))]

    def wants(space: Space) -> list[bookers.Job]:
        return [
            partial(bookers.hold, space=space.pk, start=at, end=at + HOUR, by=other, now=LATER)
            for at in starts
        ]

    pays = [
        [partial(bookers.pay, order=order.pk, now=LATER - skew) for order in orders]
        for skew in (second, -second)
    ]
    sweeps = [partial(bookers.expire, now=LATER), partial(bookers.void, now=LATER)] * 12
    result = race([*pays, wants(hall), wants(half), sweeps, sweeps])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) <= {"slot_taken"}
    for order, start in zip(orders, starts, strict=True):
        booking = Booking.objects.get(order_lines__order=order)
        order.refresh_from_db()
        assert order.status == OrderStatus.PAID
        refunded = order.refunds.aggregate(total=Sum("amount"))["total"] or 0
        if booking.status == Status.CONFIRMED:
            assert refunded == 0
            assert booking.occupancies.filter(held_until=None).count() == 2
        else:
            assert refunded == order.amount, f"{booking} lost, and the money kept"
            assert not booking.occupancies.exists()
        others = Booking.objects.filter(period__startswith=start).exclude(pk=booking.pk)
        assert others.exists() != (booking.status == Status.CONFIRMED), "one of them has it"
    assert sum(ledger.trial_balance().values()) == 0


def test_a_yes_as_the_request_runs_out_never_stands_beside_another_booking(race: Race) -> None:
    owner, other = make_user().pk, make_user()
    space, requested = make_space(), []
    until = NOW + HOUR
    for n in range(24):
        start = TOMORROW + HOUR * n
        requested.append(
            make_booking(space, start, start + HOUR, status=Status.REQUESTED, expires_at=until)
        )
    second = timedelta(seconds=1)
    answers = [
        partial(bookers.approve, booking=booking.pk, by=owner, now=until - second)
        for booking in requested
    ]
    wishes = [
        partial(
            bookers.hold,
            space=space.pk,
            start=booking.start,
            end=booking.end,
            by=other.pk,
            now=until,
        )
        for booking in requested
    ]

    result = race([answers, wishes, wishes])

    assert (result.errors, result.deadlocks) == ([], 0)
    for booking in requested:
        stands = Booking.objects.filter(period__startswith=booking.start, status=Status.CONFIRMED)
        assert stands.count() == 1
        assert Occupancy.objects.filter(booking__in=stands).count() == 1


def test_two_workers_send_each_mail_once(race: Race, tmp_path: Path) -> None:
    people: list[User] = [make_user() for _ in range(30)]
    for n, person in enumerate(people):
        start = TOMORROW + HOUR * n
        operations.hold(space=make_space(), span=period(start, start + HOUR), by=person, now=NOW)
    assert Delivery.objects.count() == 30

    result = race(
        [[partial(bookers.deliver, now=NOW, folder=str(tmp_path / str(n)))] for n in range(3)]
    )

    separator = b"-" * 79 + b"\n"
    sent = [
        message_from_bytes(text)["Message-ID"]
        for file in tmp_path.rglob("*.log")
        for text in file.read_bytes().split(separator)[:-1]
    ]
    assert len(sent) == len(set(sent)) == 30
    assert sum(int(answer) for answer in result.answers) == 30
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert not Entry.objects.exists()
