"""Time: half-open, UTC, and read on the clock of a place."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from spaces.periods import (
    Period,
    at_minute,
    day_span,
    midnight,
    minutes_in,
    next_on_clock,
    period,
    wall_minute,
    widened,
)

OSLO = ZoneInfo("Europe/Oslo")
AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)  # Oslo's clock changes

# Each with the days on which its clock goes forward and back; some at odd hours, by odd
# amounts, or with the sun behind the clock.
CHANGES = [
    ("Europe/Oslo", SPRING),
    ("Europe/Oslo", AUTUMN),
    ("Europe/London", date(2027, 3, 28)),
    ("Europe/Dublin", date(2026, 10, 25)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Havana", date(2027, 3, 14)),  # at midnight
    ("America/Havana", date(2026, 11, 1)),
    ("America/St_Johns", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # by half an hour
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Asia/Kathmandu", date(2026, 6, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_a_period_is_utc_and_half_open() -> None:
    there = timezone(timedelta(hours=2))
    span = period(datetime(2026, 6, 1, 12, tzinfo=there), datetime(2026, 6, 1, 13, tzinfo=there))

    assert (span.lower, span.upper) == (utc(2026, 6, 1, 10), utc(2026, 6, 1, 11))
    assert span.lower.tzinfo is UTC
    assert span == Period(utc(2026, 6, 1, 10), utc(2026, 6, 1, 11), "[)")


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-1)])
def test_a_period_ends_after_it_starts(length: timedelta) -> None:
    with pytest.raises(ValueError, match="end after"):
        period(utc(2026, 6, 1), utc(2026, 6, 1) + length)


def test_a_period_needs_to_know_its_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        period(datetime(2026, 6, 1), utc(2026, 6, 2))
    with pytest.raises(ValueError, match="time zone"):
        period(utc(2026, 6, 1), datetime(2026, 6, 2))


def test_widened_adds_on_both_sides() -> None:
    span = period(utc(2026, 6, 1, 10), utc(2026, 6, 1, 11))
    assert widened(span, 15, 30) == period(utc(2026, 6, 1, 9, 45), utc(2026, 6, 1, 11, 30))
    assert widened(span, 0, 0) == span


@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23), (date(2026, 6, 1), 24)])
def test_a_day_has_as_many_hours_as_it_has(day: date, hours: int) -> None:
    span = day_span(day, OSLO)

    assert minutes_in(span) == hours * 60
    assert span.lower.astimezone(OSLO).date() == day
    assert span.upper.astimezone(OSLO).date() == day + timedelta(days=1)


def test_several_days_are_one_span() -> None:
    week = day_span(date(2026, 10, 19), OSLO, days=7)
    assert minutes_in(week) == (7 * 24 + 1) * 60


def test_the_hour_that_is_skipped_and_the_hour_that_comes_twice() -> None:
    assert at_minute(SPRING, 2 * 60 + 30, OSLO) == utc(2027, 3, 28, 1, 30)  # reads 03:30
    assert at_minute(AUTUMN, 2 * 60 + 30, OSLO) == utc(2026, 10, 25, 1, 30)  # the second


@pytest.mark.parametrize(
    ("moment", "step", "found"),
    [
        (utc(2026, 10, 25, 0, 5), 30, utc(2026, 10, 25, 0, 30)),  # 2.05 the first time: 2.30
        (utc(2026, 10, 25, 0, 50), 30, utc(2026, 10, 25, 1)),  # 2.50 the first time: 2.00 again
        (utc(2026, 10, 25, 1, 5), 30, utc(2026, 10, 25, 1, 30)),
        (utc(2026, 10, 25, 0, 5), 120, utc(2026, 10, 25, 3)),  # four o’clock
        (utc(2027, 3, 28, 0, 50), 30, utc(2027, 3, 28, 1)),  # 1.50: three o’clock
        (utc(2026, 6, 1, 10) + timedelta(seconds=1), 15, utc(2026, 6, 1, 10, 15)),
        (utc(2026, 6, 1, 10), 15, utc(2026, 6, 1, 10)),
    ],
)
def test_the_next_step_is_on_the_clock(moment: datetime, step: int, found: datetime) -> None:
    assert next_on_clock(moment, step, OSLO) == found


def test_minutes_past_midnight_belong_to_the_next_day() -> None:
    assert at_minute(date(2026, 6, 1), 1440, OSLO) == at_minute(date(2026, 6, 2), 0, OSLO)
    assert at_minute(date(2026, 6, 1), 1560, OSLO) == utc(2026, 6, 2, 0)


@pytest.mark.parametrize(
    ("name", "day", "begins"),
    [
        ("Europe/Oslo", AUTUMN, utc(2026, 10, 24, 22)),
        ("America/Havana", date(2026, 11, 1), utc(2026, 11, 1, 4)),  # midnight comes twice
        ("Atlantic/Azores", AUTUMN, utc(2026, 10, 25, 0)),
        ("America/Havana", date(2027, 3, 14), utc(2027, 3, 14, 5)),  # is skipped: reads 01:00
        ("Asia/Beirut", SPRING, utc(2027, 3, 27, 22)),
        ("America/Santiago", date(2027, 4, 4), utc(2027, 4, 4, 4)),  # the hour before comes twice
    ],
)
def test_a_day_begins_with_its_first_moment(name: str, day: date, begins: datetime) -> None:
    zone = ZoneInfo(name)

    assert midnight(day, zone) == begins
    assert begins.astimezone(zone).date() == day
    assert (begins - timedelta(seconds=1)).astimezone(zone).date() == day - timedelta(days=1)
    assert day_span(day - timedelta(days=1), zone).upper == begins == day_span(day, zone).lower


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "day"), CHANGES, ids=[f"{name}-{day}" for name, day in CHANGES])
def test_at_minute_is_what_postgresql_says(name: str, day: date) -> None:
    """Every five minutes of three days, through the gap and through the repeated hour."""
    minutes = range(-1440, 2880, 5)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (%s::timestamp + make_interval(mins => minute)) AT TIME ZONE %s
               FROM unnest(%s::int[]) AS minute""",
            [day, name, list(minutes)],
        )
        theirs = [moment for (moment,) in cursor.fetchall()]

    assert [at_minute(day, minute, ZoneInfo(name)) for minute in minutes] == theirs


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from([name for name, _ in CHANGES]).map(ZoneInfo),
    ago=st.integers(0, 2),
)
def test_wall_minute_reads_what_at_minute_sets(moment: datetime, zone: ZoneInfo, ago: int) -> None:
    moment = moment.replace(second=0, microsecond=0)
    day = moment.astimezone(zone).date() - timedelta(days=ago)
    minute = wall_minute(moment, day, zone)

    assert 1440 * ago <= minute < 1440 * (ago + 1)
    assert at_minute(day, minute, zone) >= moment  # later only in an hour that comes twice
    assert wall_minute(at_minute(day, minute, zone), day, zone) == minute
