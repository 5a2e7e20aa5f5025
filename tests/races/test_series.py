"""Series that meet: one has all of its times, and the other none."""

from datetime import date, timedelta
from functools import partial

import pytest

from bookings.models import Booking, Series, Status
from tests.factories import NOW, make_place, make_series, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_occupancy import overlaps

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

TUESDAYS = [date(2026, 12, 1) + timedelta(weeks=n) for n in range(10)]


def test_of_two_series_that_overlap_one_has_all_and_the_other_nothing(race: Race) -> None:
    space = make_space()
    jobs = [
        [
            partial(
                bookers.book_series,
                space=space.pk,
                days=TUESDAYS[first:],
                opens=600 + 60 * (n % 2),
                by=make_user().pk,
                now=NOW,
            )
        ]
        for n, first in enumerate((0, 3, 6, 0))
    ]

    result = race(jobs)

    assert len(result.answers) == 1
    assert result.refusals == ["slot_taken"] * 3
    assert result.deadlocks == 0
    (series,) = Series.objects.all()
    assert Booking.objects.count() == series.bookings.count() > 0
    assert overlaps() == 0


def test_a_series_and_its_single_bookings_are_cancelled_at_once_without_a_deadlock(
    race: Race,
) -> None:
    booker = make_user()
    series = make_series(make_space(make_place()), NOW + timedelta(days=1), count=8, by=booker)
    singles = series.bookings.order_by("-pk")[:4]

    result = race(
        [
            [partial(bookers.cancel_series, series=series.pk, by=booker.pk, now=NOW)],
            *([partial(bookers.cancel, booking=one.pk, by=booker.pk, now=NOW)] for one in singles),
        ]
    )

    assert result.deadlocks == 0
    assert set(result.refusals) <= {"wrong_state"}
    assert set(series.bookings.values_list("status", flat=True)) == {Status.CANCELLED}


def test_two_series_that_are_moved_to_the_same_time_cannot_both_be(race: Race) -> None:
    """And their single bookings are cancelled meanwhile."""
    space, morning = make_space(make_place()), NOW + timedelta(days=1)
    people = [make_user(), make_user()]
    series = [
        make_series(space, morning + timedelta(hours=hour), count=6, by=person)
        for hour, person in zip((0, 3), people, strict=True)
    ]
    moves = [
        [partial(bookers.move_series, series=one.pk, opens=20 * 60, by=person.pk, now=NOW)]
        for one, person in zip(series, people, strict=True)
    ]
    ends = [
        [partial(bookers.cancel, booking=one.pk, by=people[0].pk, now=NOW)]
        for one in series[0].bookings.order_by("-pk")[:2]
    ]

    result = race([*moves, *ends])

    assert result.deadlocks == 0
    assert set(result.refusals) <= {"slot_taken", "wrong_state"}
    assert overlaps() == 0
    late = {
        one.pk: {booking.start.hour for booking in one.bookings.filter(status=Status.CONFIRMED)}
        for one in series
    }
    assert all(len(starts) == 1 for starts in late.values()), late  # all of it, or none
    assert sum(starts == {19} for starts in late.values()) <= 1
