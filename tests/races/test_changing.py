"""Bookings that change while others book: nobody gets what another has, nobody loses what is
theirs, and nobody waits in a ring."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from bookings import operations
from bookings.models import Booking, ChangeStatus, Occupancy
from spaces.models import Allocation, Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_place, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_occupancy import overlaps

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)


def moving(booking: Booking, start: datetime, space: Space | None = None) -> bookers.Job:
    return partial(
        bookers.reschedule,
        booking=booking.pk,
        by=booking.booker_id,
        now=NOW,
        space=space and space.pk,
        start=start,
        end=start + HOUR,
    )


def all_have_their_units() -> bool:
    """Each booking has exactly the units and the time it says."""
    for booking in Booking.objects.select_related("space"):
        rows = list(booking.occupancies.all())
        space = booking.space
        needed = booking.quantity if space.is_pool else space.units.count()
        if len(rows) != needed or any(row.during != booking.period for row in rows):
            return False
    return True


def test_many_who_move_to_one_hour_and_one_gets_it(race: Race) -> None:
    space = make_space()
    theirs = [
        make_booking(space, TOMORROW + HOUR * n, TOMORROW + HOUR * (n + 1)) for n in range(12)
    ]
    wanted = TOMORROW + HOUR * 20

    result = race([[moving(booking, wanted)] for booking in theirs])

    assert len(result.answers) == 1
    assert set(result.refusals) == {"slot_taken"}
    assert (result.errors, result.deadlocks) == ([], 0)
    assert overlaps() == 0
    assert all_have_their_units()


def test_two_rooms_whose_guests_swap_in_both_directions(race: Race) -> None:
    """Each wants the other's room at the other's time or beside it: rings, if locks were not
    sorted."""
    place = make_place()
    rooms = [make_space(place) for _ in range(3)]
    theirs = [
        make_booking(room, TOMORROW + HOUR * n, TOMORROW + HOUR * (n + 1))
        for room in rooms
        for n in range(4)
    ]
    jobs = [
        [
            moving(
                booking, TOMORROW + HOUR * ((number * 5 + turn * 3) % 9), rooms[(number + turn) % 3]
            )
            for turn in range(3)
        ]
        for number, booking in enumerate(theirs)
    ]

    result = race(jobs)

    assert set(result.refusals) <= {"slot_taken", "nothing_changed"}
    assert (result.errors, result.deadlocks) == ([], 0)
    assert overlaps() == 0
    assert all_have_their_units()


def test_who_sits_there_longer_and_who_books_next_do_not_both_get_it(race: Race) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY, capacity=4)
    sitting = [
        operations.hold(
            space=desks, span=period(NOW - HOUR, NOW + HOUR), by=make_user(), now=NOW - 2 * HOUR
        )
        for _ in range(4)
    ]
    extending = [
        [partial(bookers.extend, booking=one.pk, by=one.booker_id, now=NOW)] for one in sitting
    ]
    by = make_user().pk
    coming = [
        partial(bookers.hold, space=desks.pk, start=NOW + HOUR, end=NOW + 2 * HOUR, by=by, now=NOW)
    ]

    result = race([*extending, *[coming] * 6])

    assert len(result.answers) == 4
    assert set(result.refusals) == {"slot_taken"}
    assert (result.errors, result.deadlocks) == ([], 0)
    assert overlaps() == 0
    assert all_have_their_units()


def test_two_taps_on_longer_are_one(race: Race) -> None:
    booking = make_booking(make_space(), NOW - HOUR, NOW + HOUR)
    until = booking.end + HOUR / 2
    tap = partial(bookers.extend, booking=booking.pk, by=booking.booker_id, now=NOW, until=until)

    result = race([[tap, tap]] * 6)

    booking.refresh_from_db()
    change = booking.changes.get()
    assert (result.errors, result.refusals, result.deadlocks) == ([], [], 0)
    assert set(result.answers) == {str(change.pk)}
    assert (change.status, booking.end, booking.sequence) == (ChangeStatus.MADE, until, 1)
    assert all_have_their_units()


def test_carts_in_every_order_are_had_whole_or_not_at_all(race: Race) -> None:
    place = make_place()
    rooms = [make_space(place).pk for _ in range(5)]
    by = make_user().pk
    carts = [
        [
            partial(
                bookers.book_together,
                spaces=(rooms[n:] + rooms[:n])[:: -1 if n % 2 else 1][:3],
                start=TOMORROW + HOUR * slot,
                end=TOMORROW + HOUR * (slot + 1),
                by=by,
                now=NOW,
            )
            for slot in range(4)
        ]
        for n in range(5)
    ] * 2

    result = race(carts)

    assert set(result.refusals) == {"slot_taken"}
    assert (result.errors, result.deadlocks) == ([], 0)
    assert Booking.objects.count() == 3 * len(result.answers) == Occupancy.objects.count()
    assert overlaps() == 0
