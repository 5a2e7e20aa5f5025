"""What each operation on a booking ends in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Affiliation, AffiliationKind, User
from bookings import operations
from bookings.models import Booking, Closure, Kind, Occupancy, Status
from bookings.operations.ending import SWEEP, refund_on_cancel
from bookings.operations.holding import HOLD, answer_by
from bookings.refusals import (
    AlreadyClosed,
    BookingsInTheWay,
    Closed,
    NotListed,
    SlotTaken,
    TooMany,
    WrongState,
)
from spaces.models import Allocation, Listing, Price, Space
from spaces.periods import Period, period
from spaces.prices import NotForSale
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

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = NOW + timedelta(days=1)
SPAN = period(START, START + 2 * HOUR)


@pytest.fixture
def student() -> User:
    return make_user()


@pytest.fixture
def owner() -> User:
    return make_user()


def hold(space: Space, by: User, span: Period = SPAN, now: datetime = NOW, **asked: Any) -> Booking:
    with transaction.atomic():  # as an operation of its own, undone when refused
        return operations.hold(space=space, span=span, by=by, now=now, **asked)


def told(booking: Booking) -> list[tuple[str, Any]]:
    return list(booking.events.values_list("kind", "by"))


def make_hall() -> tuple[Space, Space, Space]:
    """Left half, right half, and the whole."""
    place = make_place()
    left, right = make_space(place), make_space(place)
    return left, right, make_space(place, units=[left.units.get(), right.units.get()])


# --- Hold -------------------------------------------------------------------------------


def test_hold_of_what_is_free_of_charge_is_confirmed_at_once(student: User) -> None:
    booking = hold(make_space(), student, title="Kollokvie")

    assert (booking.status, booking.expires_at, booking.title) == ("confirmed", None, "Kollokvie")
    assert booking.occupancies.get().held_until is None
    assert told(booking) == [(Kind.CONFIRMED, student.pk)]


def test_hold_of_what_costs_money_waits_to_be_paid(student: User) -> None:
    booking = hold(make_space(price=20_000), student)

    assert (booking.status, booking.expires_at) == ("held", NOW + HOLD)
    assert booking.occupancies.get().held_until == NOW + HOLD
    assert told(booking) == [(Kind.HELD, student.pk)]


def test_hold_where_the_owner_answers_first_is_a_request(student: User) -> None:
    booking = hold(make_space(is_instant=False), student)

    assert (booking.status, booking.expires_at) == ("requested", SPAN.lower)
    assert booking.occupancies.get().held_until == SPAN.lower
    assert told(booking) == [(Kind.REQUESTED, student.pk)]


def test_hold_freezes_what_it_is_sold_at(student: User) -> None:
    space = make_space(price=20_000, cancellation=[[60, 100], [0, 40]])
    firm = make_organisation()
    make_member(firm, user=student)
    booking = hold(space, student, organisation=firm)
    space.prices.update(amount=99_000)
    Space.objects.update(cancellation=[])

    booking.refresh_from_db()
    assert booking.amount == 40_000
    assert [line["amount"] for line in booking.lines] == [40_000]
    assert booking.tiers == [(60, 100), (0, 40)]


def test_hold_charges_the_bookers_own_price(student: User) -> None:
    space = make_space(price=20_000)
    Price.objects.create(space=space, audience="student", amount=5_000)
    Affiliation.objects.create(
        user=student,
        kind=AffiliationKind.STUDENT,
        organisation=make_organisation(),
        verified_at=NOW,
    )

    assert hold(space, student).amount == 10_000


def test_hold_without_a_price_for_the_booker_is_refused(student: User) -> None:
    space = make_space(price=None)

    with pytest.raises(NotForSale):
        hold(space, student)
    assert not Booking.objects.exists()


def test_hold_takes_the_buffers_too_and_they_add_up(student: User) -> None:
    space = make_space(buffer_before=15, buffer_after=30)
    hold(space, student)

    with pytest.raises(SlotTaken):
        hold(space, student, period(SPAN.upper + 30 * MINUTE, SPAN.upper + 90 * MINUTE))
    assert hold(space, student, period(SPAN.upper + HOUR, SPAN.upper + 2 * HOUR))
    row = Occupancy.objects.order_by("pk").first()
    assert row is not None
    assert row.during == period(SPAN.lower - 15 * MINUTE, SPAN.upper + 30 * MINUTE)


def test_hold_of_a_hall_takes_both_halves(student: User) -> None:
    left, right, hall = make_hall()
    booking = hold(hall, student)

    assert booking.occupancies.count() == 2
    for half in (left, right):
        with pytest.raises(SlotTaken):
            hold(half, student)


def test_hold_of_a_hall_is_refused_while_half_of_it_is_taken(student: User) -> None:
    left, right, hall = make_hall()
    hold(left, student)

    with pytest.raises(SlotTaken):
        hold(hall, student)
    assert hold(right, student)


def test_hold_of_desks_takes_as_many_as_asked_for(student: User) -> None:
    desks = make_space(units=3, allocation=Allocation.ANY, price=1_000)

    two = hold(desks, student, quantity=2)
    one = hold(desks, student)

    assert (two.amount, one.amount) == (4_000, 2_000)
    taken = [set(booking.occupancies.values_list("unit", flat=True)) for booking in (two, one)]
    assert [len(units) for units in taken] == [2, 1]
    assert not taken[0] & taken[1]
    with pytest.raises(SlotTaken):
        hold(desks, student)


@pytest.mark.parametrize("quantity", [0, 2, 4])
def test_hold_of_a_room_several_times_over_is_refused(student: User, quantity: int) -> None:
    """It would be charged several times, and given once."""
    with pytest.raises(TooMany):
        hold(make_space(price=20_000), student, quantity=quantity)


@pytest.mark.parametrize("quantity", [0, 4])
def test_hold_of_more_desks_than_there_are_is_refused(student: User, quantity: int) -> None:
    with pytest.raises(TooMany):
        hold(make_space(units=3, allocation=Allocation.ANY), student, quantity=quantity)


def test_hold_outside_opening_hours_is_refused(student: User) -> None:
    with pytest.raises(Closed) as refused:
        hold(make_space(hours=(0, 60)), student)
    assert refused.value.code == "closed"


def test_hold_of_a_draft_is_refused(student: User) -> None:
    with pytest.raises(NotListed):
        hold(make_space(listing=Listing.DRAFT), student)


def test_a_hold_that_ran_out_blocks_nobody_although_nobody_swept(student: User) -> None:
    space = make_space(price=20_000)
    unpaid = hold(space, student)
    with pytest.raises(SlotTaken):
        hold(space, student, now=NOW + HOLD - MINUTE)

    booking = hold(space, make_user(), now=NOW + HOLD)

    assert Occupancy.objects.get().booking == booking
    assert unpaid.status_at(NOW + HOLD) == Status.EXPIRED


@pytest.mark.parametrize(
    ("ahead", "answer"),
    [
        (timedelta(days=10), timedelta(hours=24)),
        (timedelta(hours=5), timedelta(hours=5)),  # at most until it starts
        (timedelta(minutes=1), HOLD),  # but never in no time
    ],
)
def test_an_owner_has_time_to_answer(ahead: timedelta, answer: timedelta) -> None:
    start = NOW + ahead
    space = Space.objects.get(pk=make_space(answer_within=24 * 60).pk)
    assert answer_by(space, period(start, start + HOUR), NOW) == NOW + answer


def test_a_request_waits_as_long_as_the_owner_says_and_is_then_declined(student: User) -> None:
    space = make_space(is_instant=False, answer_within=4 * 60)
    booking = hold(space, student)
    assert booking.expires_at == NOW + 4 * HOUR

    Space.objects.update(answer_within=24 * 60)  # who has asked keeps what was said
    assert operations.expire_due(now=NOW + 4 * HOUR - MINUTE) == []
    operations.expire_due(now=NOW + 4 * HOUR)

    booking.refresh_from_db()
    assert (booking.status, booking.occupancies.count()) == ("declined", 0)


# --- Confirm and request ----------------------------------------------------------------


def test_confirm_keeps_the_units_for_good(student: User) -> None:
    booking = hold(make_space(price=20_000), student)

    operations.confirm(booking=booking, now=NOW + MINUTE)

    booking.refresh_from_db()
    assert (booking.status, booking.expires_at) == ("confirmed", None)
    assert booking.occupancies.get().held_until is None
    assert told(booking)[-1] == (Kind.CONFIRMED, None)


def test_confirm_late_stands_when_nobody_has_taken_the_time(student: User) -> None:
    booking = hold(make_space(price=20_000), student)

    operations.confirm(booking=booking, now=NOW + HOLD + HOUR)

    assert booking.occupancies.get().held_until is None


def test_confirm_after_it_was_swept_takes_the_units_anew(student: User) -> None:
    *_halves, hall = make_hall()
    hall.prices.update(amount=20_000)
    booking = hold(hall, student)
    operations.expire_due(now=NOW + HOLD)
    assert not booking.occupancies.exists()

    operations.confirm(booking=booking, now=NOW + HOLD)

    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    assert booking.occupancies.filter(held_until=None).count() == 2


@pytest.mark.parametrize("swept", [False, True])
def test_confirm_late_is_refused_when_half_of_it_has_gone(student: User, swept: bool) -> None:
    left, _right, hall = make_hall()
    hall.prices.update(amount=20_000)
    booking = hold(hall, student)
    if swept:
        operations.expire_due(now=NOW + HOLD)
    hold(left, make_user(), now=NOW + HOLD)

    with pytest.raises(SlotTaken), transaction.atomic():
        operations.confirm(booking=booking, now=NOW + HOLD)

    booking.refresh_from_db()
    assert booking.status_at(NOW + HOLD) == Status.EXPIRED


def test_confirm_late_finds_other_desks(student: User) -> None:
    desks = make_space(units=2, allocation=Allocation.ANY, price=1_000)
    booking = hold(desks, student)
    first = booking.occupancies.get().unit_id
    hold(desks, make_user(), now=NOW + HOLD)  # takes the first desk

    operations.confirm(booking=booking, now=NOW + HOLD)

    assert booking.occupancies.get().unit_id != first


def test_confirm_twice_is_refused(student: User) -> None:
    booking = hold(make_space(price=20_000), student)
    operations.confirm(booking=booking, now=NOW)

    with pytest.raises(WrongState) as refused:
        operations.confirm(booking=booking, now=NOW)
    assert refused.value.details == {"booking_status": Status.CONFIRMED}


@pytest.mark.parametrize("swept", [False, True])
def test_request_waits_for_the_owner(student: User, swept: bool) -> None:
    booking = hold(make_space(price=20_000, is_instant=False), student)
    now = NOW + HOLD
    if swept:
        operations.expire_due(now=now)

    operations.request(booking=booking, now=now)

    booking.refresh_from_db()
    assert (booking.status, booking.expires_at) == ("requested", SPAN.lower)
    assert booking.occupancies.get().held_until == SPAN.lower


# --- Approve and decline ----------------------------------------------------------------


@pytest.fixture
def requested(student: User) -> Booking:
    return hold(make_space(is_instant=False), student)


def test_approve_confirms(requested: Booking, owner: User) -> None:
    operations.approve(booking=requested, by=owner, now=NOW)

    requested.refresh_from_db()
    assert (requested.status, requested.expires_at, requested.sequence) == ("confirmed", None, 1)
    assert requested.occupancies.get().held_until is None
    assert told(requested)[-1] == (Kind.CONFIRMED, owner.pk)


def test_approve_too_late_is_refused(requested: Booking, owner: User) -> None:
    with pytest.raises(WrongState) as refused:
        operations.approve(booking=requested, by=owner, now=SPAN.lower)
    assert refused.value.details == {"booking_status": Status.DECLINED}


def test_approve_is_refused_when_somebody_else_got_the_time(
    requested: Booking, owner: User
) -> None:
    """Another server's clock was ahead, and gave the units away."""
    until = requested.expires_at
    assert until is not None
    space = requested.space
    Space.objects.update(is_instant=True)
    space.refresh_from_db()
    hold(space, make_user(), period(until, until + HOUR), now=until)

    with pytest.raises(SlotTaken), transaction.atomic():
        operations.approve(booking=requested, by=owner, now=until - MINUTE)

    assert Occupancy.objects.count() == 1


def test_approve_twice_is_refused(requested: Booking, owner: User) -> None:
    operations.approve(booking=requested, by=owner, now=NOW)
    with pytest.raises(WrongState):
        operations.approve(booking=requested, by=owner, now=NOW)


def test_decline_gives_the_time_back(requested: Booking, owner: User) -> None:
    operations.decline(booking=requested, by=owner, now=NOW, reason="Maling")

    requested.refresh_from_db()
    assert (requested.status, requested.expires_at) == ("declined", None)
    event = requested.events.latest("pk")
    assert (event.kind, event.by, event.data) == (Kind.DECLINED, owner, {"reason": "Maling"})
    assert not Occupancy.objects.exists()


def test_decline_of_what_is_confirmed_is_refused(student: User, owner: User) -> None:
    booking = hold(make_space(), student)
    with pytest.raises(WrongState):
        operations.decline(booking=booking, by=owner, now=NOW)
    assert booking.occupancies.exists()


# --- Cancel -----------------------------------------------------------------------------


@pytest.mark.parametrize("as_owner", [False, True])
def test_cancel_gives_the_time_back(student: User, owner: User, as_owner: bool) -> None:
    space = make_space()
    booking = hold(space, student)
    by = owner if as_owner else student

    operations.cancel(booking=booking, by=by, as_owner=as_owner, now=NOW, reason="Syk")

    booking.refresh_from_db()
    assert (booking.status, booking.sequence) == (Status.CANCELLED, 1)
    event = booking.events.latest("pk")
    assert (event.by, event.data) == (by, {"reason": "Syk", "as_owner": as_owner, "back": 0})
    assert hold(space, make_user())


def test_cancel_after_it_began_is_refused(student: User) -> None:
    booking = hold(make_space(), student)
    with pytest.raises(WrongState):
        operations.cancel(booking=booking, by=student, as_owner=False, now=SPAN.lower)


def test_cancel_of_a_hold_that_ran_out_is_refused(student: User) -> None:
    booking = hold(make_space(price=20_000), student)
    with pytest.raises(WrongState) as refused:
        operations.cancel(booking=booking, by=student, as_owner=False, now=NOW + HOLD)
    assert refused.value.details == {"booking_status": Status.EXPIRED}


def test_cancel_twice_is_refused(student: User) -> None:
    booking = hold(make_space(), student)
    operations.cancel(booking=booking, by=student, as_owner=False, now=NOW)
    with pytest.raises(WrongState):
        operations.cancel(booking=booking, by=student, as_owner=False, now=NOW)


@pytest.mark.parametrize(
    ("as_owner", "notice", "percent", "returned"),
    [
        (False, 24 * HOUR, 0, 999),  # exactly in time
        (False, 24 * HOUR - MINUTE, 0, 0),
        (False, 24 * HOUR - MINUTE, 50, 500),  # 499.5 rounds away from zero
        (False, MINUTE, 100, 999),
        (True, MINUTE, 0, 999),  # the owner's doing
    ],
)
def test_what_comes_back_on_cancelling(
    as_owner: bool, notice: timedelta, percent: int, returned: int
) -> None:
    booking = make_booking(start=START, amount=999, cancellation=[[24 * 60, 100], [0, percent]])
    back = refund_on_cancel(booking, as_owner=as_owner, now=START - notice)
    assert back.amount == returned


# --- Expire and finish ------------------------------------------------------------------


def test_expire_ends_a_hold_that_ran_out(student: User) -> None:
    booking = hold(make_space(price=20_000), student)

    assert operations.expire(booking=booking, now=NOW + HOLD - MINUTE) is None
    ended = operations.expire(booking=booking, now=NOW + HOLD)

    assert ended is not None
    assert (ended.status, ended.expires_at) == (Status.EXPIRED, None)
    assert not Occupancy.objects.exists()


def test_expire_declines_a_request_that_nobody_answered(requested: Booking) -> None:
    (ended,) = operations.expire_due(now=SPAN.lower)

    assert (ended.pk, ended.status) == (requested.pk, Status.DECLINED)
    assert told(ended)[-1] == (Kind.DECLINED, None)


def test_expire_leaves_what_was_paid_meanwhile(student: User) -> None:
    booking = hold(make_space(price=20_000), student)
    stale = Booking.objects.get(pk=booking.pk)
    operations.confirm(booking=booking, now=NOW)

    assert operations.expire(booking=stale, now=NOW + HOLD) is None
    assert booking.occupancies.exists()


def test_expire_due_takes_the_oldest_of_many_first() -> None:
    space = make_space(units=0)
    for number in range(SWEEP + 2):
        make_booking(space, status=Status.HELD, expires_at=NOW - number * MINUTE)

    assert len(operations.expire_due(now=NOW)) == SWEEP
    left = Booking.objects.filter(status=Status.HELD).order_by("expires_at")
    assert [booking.expires_at for booking in left] == [NOW - MINUTE, NOW]


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.CHECKED_IN])
def test_finish_due_completes_what_is_over(status: Status) -> None:
    booking = make_booking(start=START, status=status)

    assert operations.finish_due(now=booking.end - MINUTE) == 0
    assert operations.finish_due(now=booking.end) == 1

    booking.refresh_from_db()
    assert booking.status == Status.COMPLETED
    assert booking.occupancies.exists()  # it did take place


# --- Close and reopen -------------------------------------------------------------------


def close(space: Space, by: User, span: Period = SPAN, now: datetime = NOW) -> Closure:
    return operations.close(space=space, span=span, by=by, now=now, reason="Maling")


def test_close_takes_the_units_and_so_the_spaces_that_share_them(
    student: User, owner: User
) -> None:
    left, right, hall = make_hall()
    closure = close(left, owner)

    assert (closure.reason, closure.made_by) == ("Maling", owner)
    for space in (left, hall):
        with pytest.raises(SlotTaken):
            hold(space, student)
    assert hold(right, student)


def test_close_over_a_booking_is_refused(student: User, owner: User) -> None:
    left, right, hall = make_hall()
    hold(left, student)
    hold(right, student)

    with pytest.raises(BookingsInTheWay) as refused:
        close(hall, owner)
    assert refused.value.details == {"bookings": 2}
    assert close(hall, owner, period(SPAN.upper, SPAN.upper + HOUR))


def test_close_over_a_hold_that_ran_out_sweeps_it_away(student: User, owner: User) -> None:
    space = make_space(price=20_000)
    hold(space, student)
    with pytest.raises(BookingsInTheWay):
        close(space, owner, now=NOW + HOLD - MINUTE)

    close(space, owner, now=NOW + HOLD)

    assert Occupancy.objects.get().closure is not None


def test_close_twice_is_refused(owner: User) -> None:
    space = make_space()
    close(space, owner)
    with pytest.raises(AlreadyClosed):
        close(space, owner, period(SPAN.lower + HOUR, SPAN.upper + HOUR))


def test_reopen_gives_the_time_back(student: User, owner: User) -> None:
    space = make_space()
    operations.reopen(closure=close(space, owner))

    assert not Occupancy.objects.exists()
    assert hold(space, student)
