"""Closures of whole places, and those that come again."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from bookings import availability, operations
from bookings.closures import days_of, in_words, rrule_for
from bookings.models import Booking, Closure, ClosureRule, Occupancy
from bookings.operations.closing import left_open
from bookings.refusals import BookingsInTheWay
from spaces.models import Place, Space, Unit
from spaces.operations import compose
from spaces.periods import at_minute, period
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

OSLO = ZoneInfo("Europe/Oslo")
TUESDAY = date(2026, 11, 24)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation, slug="kaia")


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, name="Nidelva")


@pytest.fixture
def owner() -> User:
    return make_user()


def at(day: date, hour: float) -> datetime:
    return at_minute(day, int(hour * 60), OSLO)


def verdict(space: Space, day: date, start: float = 10, end: float = 12) -> str:
    return availability.verdict_on(space, period(at(day, start), at(day, end)), now=NOW)


def rule(place: Place, space: Space | None, by: User, rrule: str = "FREQ=WEEKLY;BYDAY=TU") -> Any:
    return ClosureRule(
        place=place,
        space=space,
        rrule=rrule,
        starts_on=TUESDAY,
        opens=8 * 60,
        closes=12 * 60,
        made_by=by,
        created_at=NOW,
    )


# --- A whole place ----------------------------------------------------------------------


def test_a_closed_place_is_closed_in_all_its_spaces(
    place: Place, space: Space, owner: User
) -> None:
    other, elsewhere = make_space(place), make_space()
    span = period(at(TUESDAY, 8), at(TUESDAY, 11))
    operations.close_place(place=place, span=span, by=owner, now=NOW)

    assert [verdict(one, TUESDAY) for one in (space, other, elsewhere)] == [
        *("closed", "closed", "free")
    ]
    assert verdict(space, TUESDAY, 11, 12) == "free"
    window = period(at(TUESDAY, 0), at(TUESDAY, 24))
    assert availability.opening(place, window) == availability.opening(space, window)


def test_what_is_added_while_a_place_is_closed_is_closed_too(
    place: Place, space: Space, owner: User
) -> None:
    span = period(at(TUESDAY, 8), at(TUESDAY, 20))
    operations.close_place(place=place, span=span, by=owner, now=NOW)
    unit = Unit.objects.create(place=place, name="Ny")
    compose(space=space, units=[unit], allocation="all")
    assert verdict(space, TUESDAY) == "closed"


def test_closing_a_place_asks_about_the_bookings_in_the_way(
    client: Client, cast: Cast, place: Place, space: Space
) -> None:
    moved, cancelled, kept = (make_booking(space, at(TUESDAY, hour)) for hour in (9, 12, 15))
    other_place = make_place(cast.organisation)
    refuge = make_space(other_place, slug="refuge")
    cast.sign_in(client, "host")
    wish = {"first": f"{TUESDAY}", "from": "08:00", "last": f"{TUESDAY}", "to": "24:00"}

    asked: Any = client.post("/owner/places/kaia/close/", wish)
    assert asked.status_code == 422
    assert {way.booking for way in asked.context["in_the_way"]} == {moved, cancelled, kept}
    assert not Closure.objects.exists()

    answers = {
        f"answer-{moved.pk}": f"to:{refuge.slug}",
        f"answer-{cancelled.pk}": "cancel",
        f"answer-{kept.pk}": "keep",
    }
    assert client.post("/owner/places/kaia/close/", {**wish, **answers}).status_code == 302
    for booking in (moved, cancelled, kept):
        booking.refresh_from_db()
    assert (moved.space, cancelled.status, kept.status) == (refuge, "cancelled", "confirmed")
    assert verdict(space, TUESDAY, 18, 20) == "closed"
    page = client.get(f"/owner/spaces/{space.slug}/close/").content.decode()
    assert f"All of {place.name}" in page

    client.post(f"/owner/closures/{Closure.objects.get().pk}/reopen/")
    assert verdict(space, TUESDAY, 18, 20) == "free"


# --- Again and again --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("repeat", "first", "rrule", "words", "days"),
    [
        ("daily", date(2026, 11, 24), "FREQ=DAILY", "Every day", (24, 25, 26)),
        (
            "weekdays",
            date(2026, 11, 26),
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "Every week, Mon–Fri",
            (26, 27, 30),
        ),
        ("weekly", date(2026, 11, 3), "FREQ=WEEKLY;BYDAY=TU", "Every week, Tuesday", (3, 10, 17)),
        (
            "weekday",
            date(2026, 11, 10),
            "FREQ=MONTHLY;BYDAY=2TU",
            "Every month, Tuesday no. 2",
            (10, 8, 12),
        ),
        (
            "weekday",
            date(2026, 11, 30),
            "FREQ=MONTHLY;BYDAY=-1MO",
            "Every month, the last Monday",
            (30, 28, 25),
        ),
        (
            "date",
            date(2026, 10, 31),
            "FREQ=MONTHLY;BYMONTHDAY=31",
            "Every month on day 31",
            (31, 31, 31),
        ),  # months without it are left out
    ],
)
def test_a_choice_is_a_rule(
    repeat: str, first: date, rrule: str, words: str, days: tuple[int, ...], place: Place
) -> None:
    until = date(2027, 6, 1)
    assert rrule_for(repeat, first, None) == rrule
    made = ClosureRule(
        place=place, rrule=rrule_for(repeat, first, until), starts_on=first, opens=480, closes=1500
    )
    found = days_of(made, first - timedelta(days=1), date(2028, 1, 1))
    assert tuple(day.day for day in found[:3]) == days
    assert found[-1] <= until
    with translation.override("en"):
        assert in_words(made) == f"{words}, 08:00–01:00, until 1 June 2027"


def test_a_weekly_closure_takes_a_year_of_tuesdays(place: Place, space: Space, owner: User) -> None:
    number = operations.close_often(rule=rule(place, space, owner), now=NOW)

    assert number == Closure.objects.count() == Occupancy.objects.count() == 53
    assert [verdict(space, TUESDAY + n * WEEK) for n in (0, 1, 20)] == ["slot_taken"] * 3
    assert verdict(space, TUESDAY + timedelta(days=1)) == "free"
    times = {c.period.lower.astimezone(OSLO).hour for c in Closure.objects.all()}
    assert times == {8}  # on the wall, in summer too


def test_the_night_extends_it_once(place: Place, space: Space, owner: User) -> None:
    operations.close_often(rule=rule(place, space, owner), now=NOW)
    operations.close_often(rule=rule(place, None, owner), now=NOW)
    month = NOW + 4 * WEEK

    assert operations.extend_closures(now=month) == 2
    assert Closure.objects.filter(space=space).count() == 57
    assert Closure.objects.filter(space=None).count() == 57
    assert operations.extend_closures(now=month) == 0
    assert Closure.objects.count() == 114


def test_where_a_booking_stands_the_night_leaves_it_open_and_says_so(
    client: Client, cast: Cast, place: Place, space: Space, owner: User
) -> None:
    made = rule(place, space, owner)
    operations.close_often(rule=made, now=NOW)
    far = TUESDAY + 54 * WEEK
    make_booking(space, at(far, 9), at(far, 10))

    later = NOW + 3 * WEEK
    assert operations.extend_closures(now=later) == 1

    made.refresh_from_db()
    assert [span.lower for span in left_open(made, now=later)] == [at(far, 8)]
    assert Closure.objects.count() == 55
    cast.sign_in(client, "host")
    page = client.get(f"/owner/spaces/{space.slug}/close/").content.decode()
    assert "Left open, since somebody had booked:" in page


def test_one_time_is_opened_again_and_stays_so(place: Place, space: Space, owner: User) -> None:
    made = rule(place, space, owner)
    operations.close_often(rule=made, now=NOW)
    operations.reopen(closure=made.closures.order_by("period")[1])

    operations.extend_closures(now=NOW + 4 * WEEK)

    assert verdict(space, TUESDAY + WEEK) == "free"
    assert verdict(space, TUESDAY + 2 * WEEK) == "slot_taken"
    made.refresh_from_db()
    assert not left_open(made, now=NOW)


def test_stopping_opens_what_is_to_come(place: Place, space: Space, owner: User) -> None:
    made = rule(place, space, owner)
    operations.close_often(rule=made, now=NOW)

    operations.stop_closing(rule=made, now=NOW + WEEK + HOUR * 40)

    assert Closure.objects.count() == 2
    assert not ClosureRule.objects.exists()
    assert verdict(space, TUESDAY + 3 * WEEK) == "free"


def test_clock_changes_do_not_move_it(place: Place, space: Space, owner: User) -> None:
    """02:00–03:00 every Sunday: the hour that is skipped in March is closed for no time, and
    the one that comes twice in October for two."""
    nightly = rule(place, None, owner, "FREQ=WEEKLY;BYDAY=SU")
    nightly.starts_on, nightly.opens, nightly.closes = date(2026, 11, 29), 120, 180
    operations.close_often(rule=nightly, now=NOW)
    lengths = {
        c.period.lower.astimezone(OSLO).date(): c.period.upper - c.period.lower
        for c in Closure.objects.all()
    }
    assert date(2027, 3, 28) not in lengths
    assert lengths[date(2027, 4, 4)] == HOUR
    assert lengths[date(2027, 10, 31)] in (HOUR, 2 * HOUR)


def test_bookings_in_the_way_of_any_of_it_are_asked_about(
    client: Client, cast: Cast, place: Place, space: Space
) -> None:
    far = TUESDAY + 7 * WEEK
    booking = make_booking(space, at(far, 11), at(far, 13))
    with pytest.raises(BookingsInTheWay):
        operations.close_often(rule=rule(place, space, cast.owner), now=NOW)
    ClosureRule.objects.all().delete()
    cast.sign_in(client, "host")
    there = f"/owner/spaces/{space.slug}/close/"
    wish = {
        "first": f"{TUESDAY}",
        "from": "08:00",
        "last": f"{TUESDAY}",
        "to": "12:00",
        "repeat": "weekly",
        "reason": "Vask",
    }

    asked: Any = client.post(there, wish)
    assert [way.booking for way in asked.context["in_the_way"]] == [booking]
    assert not ClosureRule.objects.exists()

    done = client.post(there, {**wish, f"answer-{booking.pk}": "cancel"})
    assert done.status_code == 302
    assert Booking.objects.get().status == "cancelled"
    page = client.get(there).content.decode()
    assert "Every week, Tuesday, 08:00–12:00" in page

    client.post(f"/owner/closures/rules/{ClosureRule.objects.get().pk}/stop/")
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"repeat": "daily", "last": "2026-11-26"},  # longer than a day and a night
        {"repeat": "daily", "until": "2026-11-20"},
        {"repeat": "daily", "first": "2026-11-22", "last": "2026-11-22"},
        {"repeat": "hourly"},
    ],
)
def test_what_cannot_come_again_is_refused(
    client: Client, cast: Cast, space: Space, wrong: dict[str, str]
) -> None:
    cast.sign_in(client, "host")
    wish = {"first": f"{TUESDAY}", "from": "08:00", "last": f"{TUESDAY}", "to": "12:00"}

    answer = client.post(f"/owner/spaces/{space.slug}/close/", {**wish, **wrong})

    assert answer.status_code == 422
    assert not Closure.objects.exists()
