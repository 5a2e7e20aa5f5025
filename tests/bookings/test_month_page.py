"""The owner's month: how much of the open time is booked, space by space."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.operations import close
from bookings.queries.month import month_of
from spaces.models import Place
from spaces.periods import at_minute, period
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 25)
OFFICE = (8 * 60, 16 * 60)


@pytest.fixture
def place() -> Place:
    return make_place()


def at(place: Place, hour: float, day: date = DAY):
    return at_minute(day, int(hour * 60), place.zone)


def percent(*spaces, day: date = DAY) -> list[int | None]:
    month = month_of(spaces, day, now=NOW)
    assert [one.day for one in month.rows[0][1]] == list(month.days)
    cells = [cells[day.day - 1] for _space, cells in month.rows]
    return [cell.percent if cell.is_open else None for cell in cells]


def test_half_of_the_day_is_half(place: Place) -> None:
    room, other = (make_space(place, hours=OFFICE) for _ in range(2))
    make_booking(room, at(place, 8), at(place, 12))

    assert percent(room, other) == [50, 0]


def test_what_is_booked_outside_the_hours_does_not_count(place: Place) -> None:
    room = make_space(place, hours=OFFICE)
    make_booking(room, at(place, 6), at(place, 10))

    assert percent(room) == [25]


def test_a_pool_is_as_full_as_its_units(place: Place) -> None:
    desks = make_space(place, hours=OFFICE, units=4, allocation="any")
    make_booking(desks, at(place, 8), at(place, 16), quantity=3)

    assert percent(desks) == [75]


def test_a_booking_of_the_whole_hall_fills_both_halves(place: Place) -> None:
    left, right = make_space(place, hours=OFFICE), make_space(place, hours=OFFICE)
    whole = make_space(place, hours=OFFICE, units=[left.units.get(), right.units.get()])
    make_booking(whole, at(place, 8), at(place, 16))

    assert percent(left, right, whole) == [100, 100, 100]


def test_closed_time_is_not_open_time(place: Place) -> None:
    room = make_space(place, hours=OFFICE)
    by = make_user()
    close(space=room, span=period(at(place, 12), at(place, 16)), by=by, now=NOW)
    make_booking(room, at(place, 8), at(place, 10))
    assert percent(room) == [50]

    close(
        space=room,
        span=period(at(place, 0, DAY + timedelta(days=1)), at(place, 48)),
        by=by,
        now=NOW,
    )
    assert percent(room, day=DAY + timedelta(days=1)) == [None]


def test_a_minute_is_more_than_nothing_and_a_hold_that_ran_out_is_nothing(place: Place) -> None:
    room, other = make_space(place), make_space(place)
    make_booking(room, at(place, 8), at(place, 8.1))
    make_booking(other, at(place, 8), at(place, 20), status="held", expires_at=NOW)

    assert percent(room, other) == [1, 0]


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_day_of_another_length_is_full_when_it_is(place: Place, day: date) -> None:
    room = make_space(place)
    make_booking(room, at(place, 0, day), at(place, 0, day + timedelta(days=1)))

    assert percent(room, day=day) == [100]


def test_it_takes_four_queries_whatever_there_is(place: Place) -> None:
    spaces = [make_space(place) for _ in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        month_of(spaces, DAY, now=NOW)

    assert len(queries) == 4


def test_an_owner_sees_their_own_month(client: Client) -> None:
    cast = Cast()
    make_space(make_place(cast.organisation), name="Nidelva")
    make_space(name="Fremmed")
    cast.sign_in(client, "host")

    shown = client.get("/owner/month/?date=2026-12-05").content.decode()

    assert "Nidelva" in shown
    assert "Fremmed" not in shown
    assert shown.count("<td") == 31 + 1
    for wrong in ("x", "2026-13-01", "0001-01-01", "9999-12-31"):
        assert client.get(f"/owner/month/?date={wrong}").status_code == 200
