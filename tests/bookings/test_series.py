"""A series: expanded by the wall clock, shown as a table, booked all or nothing."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from bookings import operations
from bookings.models import Booking, Delivery, Kind, Occupancy, Series, Status
from bookings.occurrences import occurrences
from bookings.operations import Pick
from bookings.operations.repeating import coming_of
from bookings.queries.series import days_of
from bookings.queries.table import Table, picked
from bookings.quotas import QuotaUsed
from bookings.recurrence import AHEAD, days_between, rrule_for
from bookings.refusals import NoOccurrence, NothingPicked, SlotTaken, TwiceThatDay
from spaces.models import Allocation, Quota, Space
from spaces.periods import period
from spaces.prices import Buyer
from tests.factories import NOW, make_booking, make_member, make_place, make_space, make_user

pytestmark = pytest.mark.usefixtures("monday_noon", "in_english")

OSLO = ZoneInfo("Europe/Oslo")
HOUR = timedelta(hours=1)
TUESDAY = date(2026, 12, 1)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), OSLO)


def tuesdays(space: Space, count: int = 10, **fields: Any) -> Series:
    """Every Tuesday 10–12, not yet stored."""
    values: dict[str, Any] = {
        "rrule": rrule_for("weekly", TUESDAY, count=count),
        "starts_on": TUESDAY,
        "opens": 600,
        "closes": 720,
        "time_zone": "Europe/Oslo",
        **fields,
    }
    return Series(space=space, place_id=space.place_id, **values)


def as_wanted(series: Series) -> list[Pick]:
    return [
        Pick(one.day, series.space, one.span) for one in occurrences(series) if one.span is not None
    ]


def table_for(series: Series, user: User | None = None) -> Table:
    return Table(series, user=user, buyer=Buyer.of(user, NOW), now=NOW)


@pytest.fixture
def person(db: None) -> User:
    return make_user(language="en")


# --- Days and times ---------------------------------------------------------------------


@given(
    first=st.dates(date(2026, 3, 1), date(2027, 11, 30)),
    repeat=st.sampled_from(["daily", "weekdays", "weekly", "fortnightly", "weekday"]),
    weekdays=st.sets(st.integers(1, 7)),
    count=st.integers(1, 260),
    opens=st.integers(0, 1439),
    length=st.integers(1, 1440),
    zone=st.sampled_from(["Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_each_time_is_the_same_on_the_wall_clock_or_told_to_be_skipped(
    first: date, repeat: str, weekdays: set[int], count: int, opens: int, length: int, zone: str
) -> None:
    here = ZoneInfo(zone)
    series = Series(
        rrule=rrule_for(repeat, first, weekdays=weekdays, count=count, zone=here),
        starts_on=first,
        opens=opens,
        closes=opens + length,
        time_zone=zone,
    )

    found = occurrences(series)

    days = [one.day for one in found]
    assert days == sorted(set(days))
    assert len(days) <= count
    assert all(first <= day <= first + AHEAD for day in days)
    for one in found:
        wall = datetime.combine(one.day, time(opens // 60, opens % 60))
        if one.span is None:  # no clock shows it that day, or nothing of the time is left
            back = wall.replace(tzinfo=here).astimezone(UTC).astimezone(here)
            assert back.replace(tzinfo=None) != wall or length <= 60
        else:
            assert one.span.lower.astimezone(here).replace(tzinfo=None) == wall
            assert one.span.lower < one.span.upper


def test_nine_is_nine_on_both_sides_of_a_clock_change() -> None:
    sunday = date(2026, 10, 18)
    rrule = rrule_for("weekly", sunday, until=date(2026, 11, 1), zone=OSLO)
    series = Series(rrule=rrule, starts_on=sunday, opens=540, closes=600, time_zone="Europe/Oslo")

    starts = [one.span.lower for one in occurrences(series) if one.span]

    assert rrule.endswith("UNTIL=20261101T225959Z")
    assert [start.hour for start in starts] == [7, 8, 8]  # UTC


def test_an_hour_that_the_clocks_skip_is_told_not_lost() -> None:
    saturday = date(2027, 3, 27)
    series = Series(
        rrule=rrule_for("daily", saturday, count=3),
        starts_on=saturday,
        opens=150,
        closes=240,
        time_zone="Europe/Oslo",
    )

    assert [one.span is None for one in occurrences(series)] == [False, True, False]


def test_the_last_day_is_among_them_and_a_year_is_the_most() -> None:
    until = rrule_for("weekly", TUESDAY, until=date(2026, 12, 15), zone=OSLO)
    endless = Series(
        rrule=rrule_for("daily", TUESDAY, count=9999),
        starts_on=TUESDAY,
        opens=0,
        closes=60,
        time_zone="Europe/Oslo",
    )

    series = Series(rrule=until, starts_on=TUESDAY, opens=0, closes=60, time_zone="Europe/Oslo")
    assert [one.day.day for one in occurrences(series)] == [1, 8, 15]
    assert len(occurrences(endless)) == 260
    assert occurrences(endless, most=999)[-1].day == TUESDAY + AHEAD


def test_fortnightly_on_two_weekdays() -> None:
    rrule = rrule_for("fortnightly", TUESDAY, weekdays=[2, 4])

    assert rrule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"
    found = days_between(rrule, TUESDAY, TUESDAY - timedelta(days=1), date(2026, 12, 20))
    assert [day.day for day in found] == [1, 3, 15, 17]


# --- The table --------------------------------------------------------------------------


def test_nine_of_ten_here_and_the_tenth_next_door(person: User) -> None:
    place = make_place()
    nidelva, fjord = make_space(place, name="Nidelva"), make_space(place, name="Fjord")
    make_space(place, name="Small", capacity=2)
    make_booking(nidelva, at(date(2026, 12, 15), 11))

    rows = table_for(tuesdays(nidelva), person).rows

    assert [row.is_free for row in rows] == [True, True, False, *[True] * 7]
    assert [reason.sentence for reason in rows[2].reasons] == ["It is booked from 11:00 to 13:00."]
    assert [choice.space for choice in rows[2].spaces] == [fjord]
    (other,) = rows[2].times
    assert other.span == period(at(date(2026, 12, 15), 9), at(date(2026, 12, 15), 11))
    assert rows[2].proposal == rows[2].spaces[0]


def test_what_costs_more_is_proposed_only_where_nothing_else_is_free(person: User) -> None:
    nidelva = make_space(name="Nidelva", price=14_000)
    dear = make_space(nidelva.place, name="Dear", price=56_000)
    make_booking(nidelva, at(TUESDAY))
    assert table_for(tuesdays(nidelva), person).rows[0].picked.space == dear

    make_space(make_place(), name="Like it", price=14_000)
    row = table_for(tuesdays(nidelva), person).rows[0]
    assert [one.space.name for one in row.spaces] == ["Dear", "Like it"]
    assert row.picked.space.name == "Like it"


def test_everything_that_is_proposed_can_be_booked(person: User) -> None:
    place = make_place()
    nidelva = make_space(place, hours=(8 * 60, 18 * 60))
    make_space(place)
    for week in (1, 4):
        make_booking(nidelva, at(TUESDAY + timedelta(weeks=week)))
    series = tuesdays(nidelva)
    table = table_for(series, person)

    picks = [
        Pick(row.day, row.proposal.space, row.proposal.span)
        for row in table.rows
        if row.proposal is not None
    ]

    assert len(operations.hold_series(series=series, picks=picks, by=person, now=NOW)) == 10


def test_what_an_earlier_time_uses_of_a_quota_a_later_cannot(person: User) -> None:
    space = make_space()
    Quota.objects.create(space=space, amount=2, counts="bookings", window="month")

    rows = table_for(tuesdays(space), person).rows

    assert [row.is_free for row in rows] == [
        *[True, True, False, False, False],  # December
        *[True, True, False, False],  # January
        True,
    ]
    assert not rows[2].choices  # it is used up elsewhere too


def test_a_table_takes_as_many_queries_for_fifty_times_as_for_five(
    person: User,
) -> None:
    place = make_place()
    space = make_space(place)
    make_space(place)
    Quota.objects.create(space=space, amount=9, counts="minutes", window="week")
    Quota.objects.create(owner=space.organisation, amount=99, counts="bookings", window="day")
    for week in (1, 3, 20, 40):
        make_booking(space, at(TUESDAY + timedelta(weeks=week)))

    def queries(count: int) -> int:
        series = tuesdays(Space.objects.for_listing().get(pk=space.pk), count)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert len(table_for(series, person).rows) == count
        return len(found)

    assert queries(5) == queries(50) < 30


def test_what_a_form_says_is_read_back(person: User) -> None:
    space = make_space()
    (row, *_rest) = table_for(tuesdays(space), person).rows
    assert row.wanted is not None

    assert picked(row.wanted.value, row.day, {space.pk: space}) == Pick(
        row.day, space, row.wanted.span
    )
    for nonsense in ("", "1", "x.y.z", f"{space.pk}.20261201T0900Z", f"999.{row.wanted.value}"):
        assert picked(nonsense, row.day, {space.pk: space}) is None


# --- Booking ----------------------------------------------------------------------------


def test_hold_series_makes_a_booking_of_each_and_one_mail_for_all(person: User) -> None:
    space = make_space()
    owner = make_member(space.organisation)
    series = tuesdays(space, title="Statistikk")

    held = operations.hold_series(series=series, picks=as_wanted(series), by=person, now=NOW)

    assert len(held) == 10
    assert {one.status for one in held} == {Status.CONFIRMED}
    assert [one.recurrence_date for one in held] == [
        TUESDAY + timedelta(weeks=n) for n in range(10)
    ]
    assert len({one.ical_uid for one in held}) == 10
    assert Occupancy.objects.count() == 10
    assert {(one.recipient, one.kind) for one in Delivery.objects.all()} == {
        (person, Kind.SERIES_BOOKED),
        (owner, Kind.SERIES_BOOKED),
    }
    assert Delivery.objects.count() == 2


def test_hold_series_is_all_or_nothing(person: User) -> None:
    space = make_space()
    make_booking(space, at(TUESDAY + timedelta(weeks=9)))
    series = tuesdays(space)

    with pytest.raises(SlotTaken) as refused, transaction.atomic():
        operations.hold_series(series=series, picks=as_wanted(series), by=person, now=NOW)

    assert refused.value.details["date"] == "2027-02-02"
    assert Booking.objects.count() == 1
    assert not Series.objects.exists()
    assert not Delivery.objects.exists()


def test_a_quota_counts_the_earlier_times_of_the_series(person: User) -> None:
    space = make_space()
    Quota.objects.create(space=space, amount=3, counts="bookings", window="month")
    series = tuesdays(space, 4)

    with pytest.raises(QuotaUsed) as refused, transaction.atomic():
        operations.hold_series(series=series, picks=as_wanted(series), by=person, now=NOW)

    assert refused.value.details["date"] == "2026-12-22"
    assert operations.hold_series(
        series=tuesdays(space, 3), picks=as_wanted(tuesdays(space, 3)), by=person, now=NOW
    )


def test_only_days_of_the_rule_are_booked_and_each_once(person: User) -> None:
    space = make_space()
    series = tuesdays(space, 2)
    (first, second) = as_wanted(series)
    stray = Pick(TUESDAY + timedelta(days=1), space, first.span)

    for picks, refusal in (
        ([], NothingPicked),
        ([first, stray], NoOccurrence),
        ([first, Pick(first.day, space, second.span)], TwiceThatDay),
    ):
        with pytest.raises(refusal):
            operations.hold_series(series=series, picks=picks, by=person, now=NOW)
    assert not Booking.objects.exists()


def test_desks_of_a_pool_and_a_space_on_request(person: User) -> None:
    desks = make_space(units=3, allocation=Allocation.ANY, is_instant=False)
    series = tuesdays(desks, 3, quantity=2)

    held = operations.hold_series(series=series, picks=as_wanted(series), by=person, now=NOW)

    assert {(one.status, one.quantity) for one in held} == {(Status.REQUESTED, 2)}
    assert Occupancy.objects.count() == 6


# --- Later ------------------------------------------------------------------------------


def test_a_skipped_day_can_be_added_once(person: User) -> None:
    space = make_space()
    series = tuesdays(space, 3)
    picks = as_wanted(series)
    operations.hold_series(series=series, picks=[picks[0], picks[2]], by=person, now=NOW)
    assert [day.can_add for day in days_of(series, now=NOW)] == [False, True, False]

    added = operations.add_to_series(series=series, pick=picks[1], by=person, now=NOW + HOUR)

    assert added.series == series
    assert Delivery.objects.filter(booking=added, kind=Kind.CONFIRMED).count() == 1
    with pytest.raises(TwiceThatDay):
        operations.add_to_series(series=series, pick=picks[1], by=person, now=NOW + HOUR)


def test_a_new_name_holds_from_a_day_on_or_for_all(person: User) -> None:
    space = make_space()
    series = tuesdays(space, 3, title="Old")
    operations.hold_series(series=series, picks=as_wanted(series), by=person, now=NOW)

    first = TUESDAY + timedelta(weeks=1)
    assert (
        operations.rename_series(series=series, title="New", by=person, first=first, now=NOW) == 2
    )
    assert [one.title for one in coming_of(series, now=NOW)] == ["Old", "New", "New"]
    assert [one.sequence for one in coming_of(series, now=NOW)] == [0, 1, 1]
