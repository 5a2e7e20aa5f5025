"""Each rule of the engine by example, and its edges. The oracle has the rest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings import availability
from bookings.models import Closure, Occupancy, Status
from bookings.refusals import BY_CODE
from spaces.models import Allocation, HoursException, Listing, OpeningHours, Space
from spaces.periods import Period, at_minute, period
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TUESDAY = date(2026, 11, 24)  # the day after NOW
NOON = at_minute(TUESDAY, 12 * 60, OSLO)


def at(clock: str, day: date = TUESDAY) -> datetime:
    """`14:30` on the wall in Trondheim; `25:00` is one in the night after."""
    hours, minutes = clock.split(":")
    return at_minute(day, int(hours) * 60 + int(minutes), OSLO)


def between(start: str, end: str, day: date = TUESDAY) -> Period:
    return period(at(start, day), at(end, day))


def verdict(space: Space, span: Period, now: datetime = NOW, quantity: int = 1) -> str:
    return availability.verdict_on(space, span, now=now, quantity=quantity)


def free(space: Space, day: date = TUESDAY, quantity: int = 1) -> list[tuple[str, str]]:
    """What the calendar says of a day, on the wall clock."""
    window = period(at("00:00", day), at("24:00", day))
    calendar = availability.calendars([space.pk], window, now=NOW, quantity=quantity)[space.pk]
    return [(on_wall(span.lower), on_wall(span.upper)) for span in calendar.free]


def on_wall(moment: datetime) -> str:
    return f"{moment.astimezone(OSLO):%H:%M}"


def close(space: Space, span: Period) -> None:
    closure = Closure.objects.create(
        place=space.place, space=space, period=span, made_by=make_user(), created_at=NOW
    )
    for unit in space.units.all():
        Occupancy.objects.create(place=space.place, unit=unit, during=span, closure=closure)


# --- The space's own rules --------------------------------------------------------------


@pytest.mark.parametrize("listing", [Listing.DRAFT, Listing.PAUSED, Listing.ARCHIVED])
def test_only_what_is_published_can_be_booked(listing: Listing) -> None:
    assert verdict(make_space(listing=listing), between("12:00", "13:00")) == "not_listed"


@pytest.mark.parametrize(
    ("end", "code"),
    [("12:55", "too_short"), ("13:00", "free"), ("15:00", "free"), ("15:05", "too_long")],
)
def test_length_has_a_least_and_a_most(end: str, code: str) -> None:
    space = make_space(step=5, min_length=60, max_length=180)
    assert verdict(space, between("12:00", end)) == code


@pytest.mark.parametrize(("people", "code"), [(8, "free"), (9, "too_many_people")])
def test_as_many_come_as_it_holds(people: int, code: str) -> None:
    space, span = make_space(capacity=8), between("12:00", "13:00")
    assert availability.verdict_on(space, span, now=NOW, people=people) == code


@pytest.mark.parametrize(
    ("lead_time", "start", "code"),
    [
        (0, NOW, "free"),
        (0, NOW - 30 * MINUTE, "too_soon"),
        (120, NOW + 2 * HOUR, "free"),
        (120, NOW + 2 * HOUR - 30 * MINUTE, "too_soon"),
    ],
)
def test_some_want_to_know_in_time(lead_time: int, start: datetime, code: str) -> None:
    assert verdict(make_space(lead_time=lead_time), period(start, start + HOUR)) == code


@pytest.mark.parametrize(("late", "code"), [(0 * HOUR, "free"), (HOUR / 2, "too_far_ahead")])
def test_none_can_be_booked_beyond_its_horizon(late: timedelta, code: str) -> None:
    start = NOW + timedelta(days=30) + late
    assert verdict(make_space(horizon_days=30), period(start, start + HOUR)) == code


@pytest.mark.parametrize(
    ("start", "end", "step", "code"),
    [
        ("12:00", "13:30", 30, "free"),
        ("12:15", "13:15", 30, "off_step"),
        ("12:00", "13:15", 30, "off_step"),
        ("12:00", "13:30", 90, "free"),
        ("13:00", "14:30", 90, "off_step"),
        ("00:00", "24:00", 1440, "free"),
        ("12:00", "36:00", 1440, "off_step"),
    ],
)
def test_bookings_begin_and_end_on_the_step_from_midnight(
    start: str, end: str, step: int, code: str
) -> None:
    space = make_space(step=step, max_length=2880)
    assert verdict(space, between(start, end)) == code


def test_seconds_are_off_step() -> None:
    span = period(NOON + timedelta(seconds=1), NOON + HOUR + timedelta(seconds=1))
    assert verdict(make_space(step=5), span) == "off_step"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (("listing", "draft"), "not_listed"),
        (("min_length", 600), "too_short"),
        (("lead_time", 9999), "too_soon"),
        (("step", 1440), "off_step"),
        (("hours", "never"), "closed"),
    ],
)
def test_what_the_asker_can_mend_is_told_before_that_it_is_taken(
    broken: tuple[str, Any], code: str
) -> None:
    space = make_space(**dict([broken]))
    make_booking(space, NOON)
    assert verdict(space, period(NOON, NOON + HOUR)) == code


def test_every_code_has_a_sentence() -> None:
    for code, refusal in BY_CODE.items():
        assert refusal.code == code
        assert refusal().sentence


# --- Opening hours ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("08:00", "16:00", "free"),
        ("08:00", "09:00", "free"),
        ("15:00", "16:00", "free"),
        ("07:30", "08:30", "closed"),
        ("15:30", "16:30", "closed"),
        ("06:00", "07:00", "closed"),
        ("06:00", "17:00", "closed"),
    ],
)
def test_the_whole_of_it_lies_within_opening_hours(start: str, end: str, code: str) -> None:
    assert verdict(make_space(hours=(8 * 60, 16 * 60)), between(start, end)) == code


def test_two_rules_that_touch_are_one_time_and_a_break_is_none() -> None:
    space = make_space(hours=(8 * 60, 12 * 60))
    OpeningHours.objects.create(space=space, weekday=2, opens=12 * 60, closes=16 * 60)
    OpeningHours.objects.create(space=space, weekday=2, opens=17 * 60, closes=18 * 60)

    assert verdict(space, between("11:00", "13:00")) == "free"
    assert verdict(space, between("15:00", "18:00")) == "closed"
    assert free(space) == [("08:00", "16:00"), ("17:00", "18:00")]


def test_open_until_midnight_goes_on_when_the_next_day_begins_there() -> None:
    space = make_space()  # around the clock
    assert verdict(space, between("23:00", "25:00")) == "free"
    OpeningHours.objects.filter(weekday=3).delete()  # Wednesday
    assert verdict(space, between("23:00", "24:00")) == "free"
    assert verdict(space, between("23:00", "24:30")) == "closed"


@pytest.mark.parametrize(
    ("start", "end", "day", "code"),
    [
        ("22:00", "26:00", TUESDAY, "free"),
        ("23:30", "24:30", TUESDAY, "free"),
        ("00:00", "02:00", TUESDAY + timedelta(days=1), "free"),  # Tuesday's night
        ("00:00", "02:30", TUESDAY + timedelta(days=1), "closed"),
        ("21:30", "23:00", TUESDAY, "closed"),
        ("00:00", "02:00", TUESDAY, "closed"),  # Monday has no night
    ],
)
def test_hours_past_midnight_belong_to_the_evening(
    start: str, end: str, day: date, code: str
) -> None:
    space = make_space(hours="never")
    OpeningHours.objects.create(space=space, weekday=2, opens=22 * 60, closes=26 * 60)
    assert verdict(space, between(start, end, day)) == code


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        (None, None, []),  # closed
        (600, 720, [("10:00", "12:00")]),  # shorter, or other
        (360, 1320, [("06:00", "22:00")]),  # longer
        (1200, 1440 + 120, [("20:00", "00:00")]),  # and into the night
    ],
)
def test_an_exception_takes_the_place_of_the_days_hours(
    opens: int | None, closes: int | None, hours: list[tuple[str, str]]
) -> None:
    space = make_space(hours=(8 * 60, 16 * 60))
    HoursException.objects.create(space=space, date=TUESDAY, opens=opens, closes=closes)

    assert free(space) == hours
    wednesday = free(space, TUESDAY + timedelta(days=1))
    assert wednesday[-1:] == [("08:00", "16:00")]
    assert (("00:00", "02:00") in wednesday) == (closes == 1440 + 120)


def test_a_day_may_have_several_exceptions() -> None:
    space = make_space(hours="never")
    for opens in (8 * 60, 18 * 60):
        HoursException.objects.create(space=space, date=TUESDAY, opens=opens, closes=opens + 60)
    assert free(space) == [("08:00", "09:00"), ("18:00", "19:00")]


def test_an_exception_does_not_cut_the_night_before() -> None:
    space = make_space(hours=(20 * 60, 26 * 60))
    HoursException.objects.create(space=space, date=TUESDAY)
    assert free(space) == [("00:00", "02:00")]  # still Monday's evening


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2027, 5, 17), date(2027, 3, 28)])
def test_on_holidays_some_are_closed(day: date) -> None:
    closed, always = make_space(on_holidays="closed"), make_space()
    span = between("12:00", "13:00", day)

    assert (verdict(closed, span), verdict(always, span)) == ("closed", "free")
    HoursException.objects.create(space=closed, date=day, opens=600, closes=840)
    assert verdict(closed, span) == "free"  # this one they are open after all


def test_new_years_eve_ends_where_the_holiday_begins() -> None:
    space = make_space(on_holidays="closed")
    eve = date(2026, 12, 31)
    assert verdict(space, between("22:00", "24:00", eve)) == "free"
    assert verdict(space, between("22:00", "25:00", eve)) == "closed"


# --- When the clock changes -------------------------------------------------------------

AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
SUMMER = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23)])
def test_around_the_clock_is_the_whole_of_a_long_and_a_short_day(day: date, hours: int) -> None:
    space = make_space(max_length=25 * 60, horizon_days=400)
    whole = period(at("00:00", day), at("24:00", day))

    assert whole.upper - whole.lower == hours * HOUR
    assert verdict(space, whole, now=SUMMER) == "free"
    calendar = availability.calendars([space.pk], whole, now=SUMMER)[space.pk]
    assert calendar.open == (whole,)


def test_the_hour_that_comes_twice_is_open_twice_and_taken_once() -> None:
    space = make_space(hours=(60, 240))
    first = period(datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
    second = period(first.upper, first.upper + HOUR)
    assert [on_wall(span.lower) for span in (first, second)] == ["02:00", "02:00"]
    make_booking(space, first.lower, first.upper)

    assert verdict(space, first, now=SUMMER) == "slot_taken"
    assert verdict(space, second, now=SUMMER) == "free"


def test_hours_within_the_skipped_hour_are_none() -> None:
    space = make_space(hours=(120, 180), min_length=5, step=5, horizon_days=400)  # 02:00 to 03:00
    day = period(at("00:00", SPRING), at("24:00", SPRING))
    assert availability.calendars([space.pk], day, now=SUMMER)[space.pk].open == ()


def test_another_zone_has_its_own_days() -> None:
    space = make_space(make_place(time_zone="America/New_York"), hours=(8 * 60, 16 * 60))
    there = ZoneInfo("America/New_York")
    opens = at_minute(TUESDAY, 8 * 60, there)

    assert verdict(space, period(opens, opens + HOUR)) == "free"
    assert verdict(space, period(opens - HOUR, opens)) == "closed"


# --- What is taken ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("11:00", "12:00", "free"),
        ("14:00", "15:00", "free"),
        ("11:30", "12:30", "slot_taken"),
        ("12:30", "13:30", "slot_taken"),
        ("13:30", "14:30", "slot_taken"),
        ("11:00", "15:00", "slot_taken"),
    ],
)
def test_bookings_may_touch_and_not_overlap(start: str, end: str, code: str) -> None:
    space = make_space()
    make_booking(space, at("12:00"), at("14:00"))
    assert verdict(space, between(start, end)) == code


@pytest.mark.parametrize(
    ("before", "after", "start", "end", "code"),
    [
        (30, 0, "14:00", "15:00", "slot_taken"),
        (30, 0, "14:30", "15:30", "free"),
        (30, 0, "11:00", "12:00", "free"),
        (0, 30, "11:00", "12:00", "slot_taken"),
        (0, 30, "10:30", "11:30", "free"),
        (0, 30, "14:00", "15:00", "free"),
    ],
)
def test_ones_own_buffers_keep_away_from_others(
    before: int, after: int, start: str, end: str, code: str
) -> None:
    room = make_space()
    make_booking(room, at("12:00"), at("14:00"))
    same = make_space(
        room.place, units=list(room.units.all()), buffer_before=before, buffer_after=after
    )
    assert verdict(same, between(start, end)) == code


def test_the_buffers_of_two_neighbours_add_up() -> None:
    space = make_space(buffer_before=30, buffer_after=60)
    make_booking(space, at("12:00"), at("14:00"))

    assert verdict(space, between("15:00", "16:00")) == "slot_taken"
    assert verdict(space, between("15:30", "16:30")) == "free"
    assert free(space) == [("00:00", "10:30"), ("15:30", "00:00")]


def test_a_buffer_may_lie_outside_opening_hours() -> None:
    space = make_space(hours=(8 * 60, 16 * 60), buffer_before=60, buffer_after=60)
    assert verdict(space, between("08:00", "16:00")) == "free"


def test_a_hall_is_free_when_both_halves_are() -> None:
    place = make_place()
    left, right = make_space(place), make_space(place)
    halves = [left.units.get(), right.units.get()]
    hall = make_space(place, units=halves, buffer_after=60)
    make_booking(left, at("12:00"), at("13:00"))
    make_booking(hall, at("16:00"), at("17:00"))
    asked = {
        span: [verdict(space, span) for space in (left, right, hall)]
        for span in (
            between("12:00", "13:00"),
            between("17:00", "18:00"),
            between("18:00", "19:00"),
        )
    }

    assert list(asked.values()) == [
        ["slot_taken", "free", "slot_taken"],
        ["slot_taken", "slot_taken", "slot_taken"],  # the hall is being turned around
        ["free", "free", "free"],
    ]


@pytest.mark.parametrize(
    ("quantity", "code"),
    [(0, "too_many"), (1, "free"), (2, "free"), (3, "slot_taken"), (4, "too_many")],
)
def test_desks_are_free_while_enough_are_left(quantity: int, code: str) -> None:
    desks = make_space(units=3, allocation=Allocation.ANY)
    make_booking(desks, NOON, NOON + HOUR)
    assert verdict(desks, period(NOON, NOON + HOUR), quantity=quantity) == code


def test_a_desk_is_one_desk_for_the_whole_time() -> None:
    """At each moment one of two is free, but nobody wants to move at one o'clock."""
    desks = make_space(units=2, allocation=Allocation.ANY)
    first, second = desks.units.order_by("pk")
    for unit, hour in ((first, "12:00"), (second, "13:00")):
        booking = make_booking(desks, at(hour), at(hour) + HOUR, status=Status.CANCELLED)
        Occupancy.objects.create(
            place=desks.place, unit=unit, during=booking.period, booking=booking
        )

    assert verdict(desks, between("12:00", "14:00")) == "slot_taken"
    assert verdict(desks, between("12:00", "13:00")) == "free"


def test_a_space_without_units_serves_nobody() -> None:
    space = make_space(units=0)
    assert verdict(space, between("12:00", "13:00")) == "too_many"
    assert free(space) == []


@pytest.mark.parametrize(("left", "code"), [(MINUTE, "slot_taken"), (0 * MINUTE, "free")])
def test_a_hold_counts_until_it_runs_out(left: timedelta, code: str) -> None:
    space = make_space()
    make_booking(space, NOON, status=Status.HELD, expires_at=NOW + left)

    assert verdict(space, period(NOON, NOON + HOUR)) == code
    units = availability.free_units(space, period(NOON, NOON + HOUR), quantity=1, now=NOW)
    assert bool(units) == (code == "free")
    assert (free(space) == [("00:00", "00:00")]) == (code == "free")


def test_what_the_owner_has_closed_is_taken() -> None:
    space = make_space()
    close(space, between("12:00", "14:00"))

    assert verdict(space, between("13:00", "15:00")) == "slot_taken"
    assert free(space) == [("00:00", "12:00"), ("14:00", "00:00")]


def test_a_booking_is_not_in_its_own_way() -> None:
    space = make_space()
    booking = make_booking(space, at("12:00"), at("14:00"))
    close(space, between("15:00", "16:00"))

    def asked(end: str) -> str:
        moved = availability.verdict(between("13:00", end), now=NOW, ignoring=booking.pk)
        return str(Space.objects.annotate(verdict=moved).values_list("verdict", flat=True).get())

    assert asked("15:00") == "free"
    assert asked("15:30") == "slot_taken"


def test_free_units_are_the_lowest_ids() -> None:
    desks = make_space(units=4, allocation=Allocation.ANY)
    ids = list(desks.units.order_by("pk").values_list("pk", flat=True))
    make_booking(desks, NOON, NOON + HOUR)

    def found(quantity: int) -> list[int]:
        span = period(NOON, NOON + HOUR)
        return availability.free_units(desks, span, quantity=quantity, now=NOW)

    assert found(2) == ids[1:3]
    assert found(9) == ids[1:]


# --- Many at once -----------------------------------------------------------------------


def test_a_calendar_begins_when_one_may_book_and_ends_at_the_horizon() -> None:
    space = make_space(lead_time=120, horizon_days=1, max_length=60)
    window = period(NOW - HOUR, NOW + timedelta(days=3))
    calendar = availability.calendars([space.pk], window, now=NOW)[space.pk]

    assert calendar.free == (period(NOW + 2 * HOUR, NOW + timedelta(days=1) + HOUR),)
    assert calendar.open == (window,)


def test_calendars_of_many_spaces_are_one_query(django_assert_num_queries) -> None:
    spaces = [make_space() for _ in range(5)]
    make_booking(spaces[2], NOON, NOON + HOUR)
    window = period(at("00:00"), at("24:00"))

    with django_assert_num_queries(1):
        found = availability.calendars([space.pk for space in spaces], window, now=NOW)

    assert [len(found[space.pk].taken) for space in spaces] == [0, 0, 1, 0, 0]
    assert availability.calendars([], window, now=NOW) == {}


def test_more_desks_are_free_at_fewer_times() -> None:
    desks = make_space(units=3, allocation=Allocation.ANY)
    make_booking(desks, at("12:00"), at("14:00"), quantity=2)

    assert free(desks, quantity=1) == [("00:00", "00:00")]
    assert free(desks, quantity=2) == [("00:00", "12:00"), ("14:00", "00:00")]
    assert free(desks, quantity=4) == []
