"""Many bookers at once, in processes of their own: nobody gets what another has.

First the controls: with the lock off, and then with the constraint gone too, the same
races do go wrong.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from accounts.models import Role, User
from bookings.models import Booking, Occupancy
from spaces.models import Allocation, Quota, Space
from tests.factories import NOW, make_add_on, make_member, make_place, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race, connected

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)

OVERLAPS = """
SELECT count(*) FROM bookings_occupancy AS one JOIN bookings_occupancy AS other
ON one.unit_id = other.unit_id AND one.id < other.id AND one.during && other.during
"""


def overlaps() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return int(cursor.fetchone()[0])


def holding(space: Space, by: int, start: datetime = TOMORROW) -> bookers.Job:
    return partial(bookers.hold, space=space.pk, start=start, end=start + HOUR, by=by, now=NOW)


# --- Controls ---------------------------------------------------------------------------


def test_with_neither_lock_nor_constraint_one_slot_is_sold_twice(
    race: Race, unguarded: Callable[[], str]
) -> None:
    space, by = make_space(), make_user().pk
    slots = [TOMORROW + HOUR * n for n in range(10)]
    database = unguarded()

    result = race(
        [[holding(space, by, slot) for slot in slots]] * 10, database=database, handicap="no lock"
    )

    with connected(database) as bare:
        (double,) = bare.execute(OVERLAPS).fetchone() or (0,)
    assert double > 0
    assert len(result.answers) > len(slots)


def test_without_the_lock_the_constraint_alone_still_decides(
    race: Race, record_property: Callable[[str, object], None]
) -> None:
    """It does so at the price of deadlocks, which is what the lock is for."""
    space, by = make_space(), make_user().pk

    result = race([[holding(space, by)]] * 10, handicap="no lock")

    assert len(result.answers) == 1
    assert overlaps() == 0
    record_property("deadlocks without the lock", result.deadlocks)


# --- Races ------------------------------------------------------------------------------


def test_fifty_bookers_for_one_slot_and_one_gets_it(race: Race) -> None:
    space = make_space()
    people = [make_user().pk for _ in range(50)]

    result = race([[holding(space, by)] for by in people])

    assert len(result.answers) == 1
    assert result.refusals == ["slot_taken"] * 49
    assert (result.errors, result.deadlocks) == ([], 0)
    assert Occupancy.objects.count() == Booking.objects.count() == 1


def test_two_hundred_bookers_for_fifty_desks_and_fifty_get_one(race: Race) -> None:
    desks = make_space(units=50, allocation=Allocation.ANY, capacity=50)
    by = make_user().pk

    result = race([[holding(desks, by)] * 4] * 50)

    assert len(result.answers) == 50
    assert result.refusals == ["slot_taken"] * 150
    assert (result.errors, result.deadlocks) == ([], 0)
    assert Occupancy.objects.values("unit").distinct().count() == 50


def test_a_divisible_hall_is_never_given_whole_and_in_part(race: Race) -> None:
    place, by = make_place(), make_user().pk
    part_a, part_b = make_space(place), make_space(place)
    a, b = part_a.units.get(), part_b.units.get()
    whole = make_space(place, units=[a, b], buffer_before=30, buffer_after=30)
    slots = [TOMORROW + HOUR * 2 * n for n in range(15)]
    whole_first = [holding(space, by, at) for at in slots for space in (whole, part_a, part_b)]
    parts_first = [holding(space, by, at) for at in slots for space in (part_b, part_a, whole)]

    result = race([whole_first, parts_first] * 4)

    assert overlaps() == 0
    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) == {"slot_taken"}
    for slot in slots:
        sold = Booking.objects.filter(period__startswith=slot).values_list("space", flat=True)
        assert sorted(sold) in ([whole.pk], [part_a.pk, part_b.pk]), "each half, or the whole"


def test_neighbours_with_unequal_choices_never_deadlock(race: Race) -> None:
    """Pools and rooms that share desks in every combination, asked for in every order."""
    place, by = make_place(), make_user().pk
    units = [make_space(place, hours="never").units.get() for _ in range(6)]
    pools = [
        make_space(place, units=units[first : first + size], allocation=allocation)
        for first in range(3)
        for size in (2, 3)
        for allocation in Allocation
    ]
    slots = [TOMORROW + HOUR * n for n in range(4)]
    jobs = [holding(pool, by, slot) for slot in slots for pool in pools]

    result = race([jobs[n:] + jobs[:n] for n in range(0, len(jobs), 6)])

    assert overlaps() == 0
    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) == {"slot_taken"}


def test_the_last_projector_is_in_one_room(race: Race) -> None:
    """Two add-ons, wanted in either order from many rooms: one gets both, and no deadlock."""
    place = make_place()
    rooms = [make_space(place) for _ in range(6)]
    by = make_user().pk
    both = [make_add_on(place, rooms, count=1).pk for _ in range(2)]
    jobs = [
        [
            partial(
                bookers.hold,
                space=room.pk,
                start=TOMORROW,
                end=TOMORROW + HOUR,
                by=by,
                now=NOW,
                add_ons=both[:: 1 if number % 2 else -1],
            )
        ]
        for number, room in enumerate(rooms)
    ]

    result = race(jobs)

    assert len(result.answers) == 1
    assert overlaps() == 0
    assert result.deadlocks == 0
    assert set(result.refusals) == {"add_on_taken"}


def test_a_quota_is_used_once_whoever_books_for_whom(race: Race) -> None:
    """Four hosts at once for one who has no account, of whom there is one afterwards."""
    place = make_place()
    rooms = [make_space(place) for _ in range(8)]
    Quota.objects.create(owner=place.organisation, counts="minutes", amount=120, window="week")
    hosts = [make_member(place.organisation, Role.HOST).pk for _ in range(4)]

    result = race(
        [
            [
                partial(
                    bookers.hold,
                    space=room.pk,
                    start=TOMORROW,
                    end=TOMORROW + HOUR,
                    by=by,
                    now=NOW,
                    whom="Gjest@example.org",
                )
            ]
            for room, by in zip(rooms, hosts * 2, strict=True)
        ]
    )

    assert len(result.answers) == 2
    assert set(result.refusals) == {"quota_used"}
    assert (result.errors, result.deadlocks) == ([], 0)
    (guest,) = User.objects.filter(email__iexact="gjest@example.org")
    assert guest.bookings.count() == 2


def test_the_last_hour_of_a_quota_is_used_once(race: Race) -> None:
    place = make_place()
    rooms = [make_space(place) for _ in range(8)]
    Quota.objects.create(owner=place.organisation, counts="minutes", amount=120, window="week")
    by = make_user().pk

    result = race([[holding(room, by)] for room in rooms])

    assert len(result.answers) == 2
    assert set(result.refusals) == {"quota_used"}
    assert result.deadlocks == 0
