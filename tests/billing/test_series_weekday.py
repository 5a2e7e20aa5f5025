"""A series on another weekday: each in its own week, and its rule, events and money along."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from billing import operations
from billing.models import Order, OrderStatus
from billing.operations.settling import settle_order
from bookings import operations as bookings
from bookings.calendars.dav.booked import Mine
from bookings.calendars.dav.home import Home
from bookings.models import Booking, Delivery, Kind, Series, SeriesChange
from bookings.occurrences import occurrences
from bookings.operations.shapes import NoOtherWeekday, Shape, SkippedHour
from bookings.operations.shifting import shifts_of
from bookings.queries.series import days_of as days_shown
from bookings.recurrence import days_of, rrule_for, shifted, shifts
from bookings.refusals import SlotTaken
from spaces.models import Space
from spaces.periods import period
from tests.billing.dav.programs import Program, as_if_alone
from tests.billing.dav.test_round_trip import by_dateutil
from tests.bookings.test_series import OSLO, TUESDAY, as_wanted, at, tuesdays
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_series, make_space
from tools.stripe_standin import StandIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]
DAY, WEEK, HOUR = timedelta(days=1), timedelta(weeks=1), timedelta(hours=1)
THURSDAYS = Shape(600, 720, days=2)


def starts(series: Series) -> list[datetime]:
    return [one.start.astimezone(OSLO) for one in series.bookings.order_by("period")]


def as_the_rule_says(series: Series) -> list[datetime]:
    return [one.span.lower.astimezone(OSLO) for one in occurrences(series) if one.span]


def booked(space: Space, rrule: str, booker: User, **fields: Any) -> Series:
    series = tuesdays(space, rrule=rrule, **fields)
    return operations.book_series(series=series, picks=as_wanted(series), by=booker, now=NOW)


def require_true_calendar(series: Series) -> None:
    """A program that reads the event of the series finds each booking at its own time."""
    objects = Mine(Home(series.booker, NOW)).objects()
    (text,) = (one.text for one in objects if str(series.pk) in one.name)
    standing = series.bookings.exclude(status="cancelled")
    assert by_dateutil(text) == {(one.start, one.end) for one in standing}


def test_each_moves_as_many_days_and_keeps_its_id(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=4, by=cast.booker)
    before = {one.pk: (one.period.lower, one.sequence) for one in series.bookings.all()}

    moved = operations.move_series(series=series, to=THURSDAYS, by=cast.booker, now=NOW)

    assert moved == series
    assert {one.pk: (one.period.lower, one.sequence) for one in moved.bookings.all()} == {
        pk: (start + 2 * DAY, sequence + 1) for pk, (start, sequence) in before.items()
    }
    assert "BYDAY=TH" in moved.rrule
    assert as_the_rule_says(moved) == starts(moved)
    assert all(one.start.date() == one.recurrence_date for one in moved.bookings.all())
    assert Delivery.objects.filter(kind=Kind.SERIES_CHANGED, recipient=cast.booker).count() == 1
    require_true_calendar(moved)


def test_what_has_been_keeps_its_day_and_its_rule(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY - 3 * WEEK), count=6, by=cast.booker)

    rest = operations.move_series(series=series, to=THURSDAYS, by=cast.booker, now=NOW)

    series.refresh_from_db()
    assert [one.weekday() for one in starts(series)] == [1, 1]
    assert [one.weekday() for one in starts(rest)] == [3, 3, 3, 3]
    assert as_the_rule_says(series) == starts(series)
    assert as_the_rule_says(rest) == starts(rest)
    require_true_calendar(series)
    require_true_calendar(rest)


def test_from_a_day_on_only_those_move(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=4, by=cast.booker)
    third = TUESDAY + 2 * WEEK

    rest = operations.move_series(
        series=series, to=Shape(780, 900, days=-1), first=third, by=cast.booker, now=NOW
    )

    series.refresh_from_db()
    assert starts(series) == [at(TUESDAY), at(TUESDAY + WEEK)]
    assert starts(rest) == [at(third - DAY, 13), at(third + WEEK - DAY, 13)]
    require_true_calendar(series)
    require_true_calendar(rest)


def test_one_with_a_time_of_its_own_and_a_cancelled_one_are_of_the_new_days(
    cast: Cast, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=4, by=cast.booker)
    _first, second, third, _fourth = series.bookings.order_by("period")
    own = period(second.start + 8 * HOUR, second.end + 8 * HOUR)
    bookings.reschedule(booking=second, by=cast.booker, now=NOW, span=own)
    operations.cancel(booking=third, by=cast.booker, as_owner=False, now=NOW)

    moved = operations.move_series(series=series, to=THURSDAYS, by=cast.booker, now=NOW)

    second.refresh_from_db()
    assert second.period == own
    require_true_calendar(moved)
    days = days_shown(moved, now=NOW)
    assert [day.day.isoweekday() for day in days] == [4, 4, 4, 4]
    assert [day.can_add for day in days] == [False, False, True, False]


def test_one_that_is_taken_there_keeps_all_where_they_are(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=cast.booker)
    make_booking(space, at(TUESDAY + WEEK + 2 * DAY))

    with pytest.raises(SlotTaken) as no, transaction.atomic():
        operations.move_series(series=series, to=THURSDAYS, by=cast.booker, now=NOW)

    assert no.value.details["date"] == (TUESDAY + WEEK).isoformat()
    series.refresh_from_db()
    assert {one.weekday() for one in starts(series)} == {1}
    assert "BYDAY=TU" in series.rrule


@pytest.mark.parametrize("by", [1, -1])
def test_neighbours_are_not_in_each_others_way(cast: Cast, space: Space, by: int) -> None:
    """Tuesdays and Wednesdays a day on: the one comes to where the other was."""
    weekdays = (2, 3)
    rrule = rrule_for("weekly", TUESDAY, weekdays=weekdays, count=6)
    series = booked(space, rrule, cast.booker)
    to = Shape(600, 720, days=by)

    assert not any(one.refusal for one in shifts_of(series, to, now=NOW))
    moved = operations.move_series(series=series, to=to, by=cast.booker, now=NOW)

    assert {one.isoweekday() for one in starts(moved)} == {day + by for day in weekdays}
    require_true_calendar(moved)


def test_each_second_tuesday_becomes_the_second_wednesday(cast: Cast, space: Space) -> None:
    """Not the day after: where a month begins on a Wednesday that is the third."""
    rrule = rrule_for("weekday", date(2026, 12, 8), count=6)
    series = booked(space, rrule, cast.booker, starts_on=date(2026, 12, 8))

    moved = operations.move_series(
        series=series, to=Shape(600, 720, days=1), by=cast.booker, now=NOW
    )

    assert "BYDAY=2WE" in moved.rrule
    assert [one.date() for one in starts(moved)][:3] == [
        date(2026, 12, 9),
        date(2027, 1, 13),
        date(2027, 2, 10),
    ]
    assert as_the_rule_says(moved) == starts(moved)
    require_true_calendar(moved)


@pytest.mark.parametrize(
    ("repeat", "by"), [("daily", 1), ("date", 1), ("weekly", 6), ("weekdays", 3)]
)
def test_a_rule_without_such_weekdays_is_refused(
    cast: Cast, space: Space, repeat: str, by: int
) -> None:
    series = booked(space, rrule_for(repeat, TUESDAY, count=3), cast.booker)
    with pytest.raises(NoOtherWeekday), transaction.atomic():
        operations.move_series(series=series, to=Shape(600, 720, days=by), by=cast.booker, now=NOW)
    assert len(series.bookings.all()) == 3


def test_the_hour_that_spring_skips_is_said_and_the_one_that_autumn_repeats_is_had(
    cast: Cast, space: Space
) -> None:
    spring = make_series(space, at(date(2027, 3, 19), 2), count=2, by=cast.booker)
    autumn = make_series(space, at(date(2027, 10, 23), 2), count=2, by=cast.booker)
    sundays = Shape(120, 240, days=2)

    with pytest.raises(SkippedHour) as no, transaction.atomic():
        operations.move_series(series=spring, to=sundays, by=cast.booker, now=NOW)
    september = datetime(2027, 9, 1, 12, tzinfo=OSLO)
    moved = operations.move_series(
        series=autumn, to=Shape(120, 240, days=1), by=cast.booker, now=september
    )

    assert no.value.details["date"] == "2027-03-26"
    assert [one.refusal for one in shifts_of(spring, sundays, now=NOW)] == [
        "",
        "The clocks change then: that hour does not exist.",
    ]
    assert [(one.hour, one.day) for one in starts(moved)] == [(2, 24), (2, 31)]
    with time_machine.travel(september, tick=False):
        require_true_calendar(moved)


@given(
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    repeat=st.sampled_from(["weekly", "fortnightly", "weekdays", "weekday", "last"]),
    weekdays=st.sets(st.integers(1, 7), max_size=4),
    count=st.integers(1, 40),
    pick=st.integers(0, 6),
)
def test_a_shifted_rule_falls_on_a_day_of_the_same_week_or_month(
    first: date, repeat: str, weekdays: set[int], count: int, pick: int
) -> None:
    rrule = rrule_for(repeat, first, weekdays=weekdays, count=count, zone=OSLO)
    days = days_of(rrule, first, OSLO, most=99)
    possible = shifts(rrule)
    by = possible[pick % len(possible)]

    rule, onto = shifted(rrule, days, by, OSLO)

    assert [*onto] == days
    for day, other in onto.items():
        assert other.isoweekday() == day.isoweekday() + by
        if repeat in ("weekday", "last"):
            assert (other.year, other.month) == (day.year, day.month)
        else:
            assert other.isocalendar()[:2] == day.isocalendar()[:2]
    if onto[days[-1]] <= onto[days[0]] + timedelta(days=366):
        assert days_of(rule, onto[days[0]], OSLO, most=99) == [*onto.values()]


# --- Money ------------------------------------------------------------------------------


def test_what_costs_more_on_another_weekday_stands_until_it_is_paid(
    standin: StandIn, cast: Cast, booker: User
) -> None:
    room = make_space(make_place(cast.organisation), name="Fjord", price=10_000)
    series = booked(room, rrule_for("weekly", TUESDAY, count=3), booker)
    pay(standin)
    longer = Shape(600, 780, days=3)

    same = operations.move_series(series=series, to=longer, by=booker, now=NOW)

    assert {one.isoweekday() for one in starts(same)} == {2}
    assert SeriesChange.objects.get().days == 3
    require_true_calendar(same)
    pay(standin)
    series.refresh_from_db()
    assert [(one.isoweekday(), one.hour) for one in starts(series)] == [(5, 10)] * 3
    assert as_the_rule_says(series) == starts(series)
    assert series.closes == 780
    require_true_calendar(series)


def pay(standin: StandIn) -> None:
    order = Order.objects.get(status=OrderStatus.OPEN)
    standin.pay(order.session_id)
    settle_order(order, now=NOW)


# --- Page, API and calendar programs ----------------------------------------------------


def test_the_page_offers_the_weekdays_and_moves(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    url = reverse("series_move", args=[series.pk])
    asked = {"from": "10:00", "to": "12:00", "days": "2"}

    page, shown = client.get(url), client.get(url, asked)

    assert [value for value, _label in page.context["form"]["days"].field.choices] == [
        *range(-1, 6)
    ]
    assert 'value="0" selected' in page.content.decode()
    assert "Thursday 3 December" in shown.content.decode()
    done = client.post(url, {**asked, "shown": "0"})
    assert done["Location"] == series.get_absolute_url()
    assert {one.isoweekday() for one in starts(series)} == {4}


def test_the_page_asks_for_no_weekday_where_there_is_none(
    client: Client, booker: User, space: Space
) -> None:
    series = booked(space, rrule_for("daily", TUESDAY, count=3), booker)
    page = client.get(reverse("series_move", args=[series.pk]))
    assert "days" not in page.context["form"].fields


def test_the_api_moves_to_another_weekday_and_says_why_not(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=2, by=booker)
    url = f"/api/v1/series/{series.pk}/reschedule/"

    far = client.post(url, {"days": 6}, content_type="application/json")
    preview = client.post(f"{url}?preview=1", {"days": 1}, content_type="application/json")
    done = client.post(url, {"days": 1}, content_type="application/json")

    assert (far.status_code, far.json()["code"]) == (409, "no_other_weekday")
    assert [one["start"] for one in preview.json()["bookings"]] == [
        "2026-12-02T10:00:00+01:00",
        "2026-12-09T10:00:00+01:00",
    ]
    assert [one["recurrence_date"] for one in done.json()["bookings"]] == [
        "2026-12-02",
        "2026-12-09",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_program_learns_of_the_part_that_stays_too(
    monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    """Else it would show the old rule to its end, beside the new one."""
    as_if_alone(monkeypatch)
    space = make_space(make_place(cast.organisation), slug="nidelva")
    series = make_series(space, at(TUESDAY), count=4, by=cast.booker)
    program = Program(cast.booker)
    token = program.sync("nidelva/").token

    rest = operations.move_series(
        series=series, to=THURSDAYS, first=TUESDAY + 2 * WEEK, by=cast.booker, now=NOW
    )

    told = program.sync("nidelva/", token)
    assert told.there == sorted([f"{series.pk}.ics", f"{rest.pk}.ics"])


# --- What cannot be had -----------------------------------------------------------------


@pytest.fixture
def series(booker: User, space: Space) -> Series:
    """Three Tuesdays; the Thursday of the second is somebody else's, and Fjord is free."""
    make_space(space.place, name="Fjord")
    make_booking(space, at(TUESDAY + WEEK + 2 * DAY))
    return make_series(space, at(TUESDAY), count=3, by=booker)


ASKED = {"from": "10:00", "to": "12:00", "days": "2"}
TAKEN = f"pick-{TUESDAY + WEEK}"


def test_the_page_proposes_another_space_and_says_what_else(client: Client, series: Series) -> None:
    url = reverse("series_move", args=[series.pk])
    shown = client.get(url, ASKED)
    _first, row, _third = shown.context["rows"]
    assert [str(one.choice.space) for one in row.instead] == ["Fjord", "Nidelva"]

    done = client.post(url, {**ASKED, "shown": "0", TAKEN: row.chosen})

    assert done.status_code == 303
    found = series.bookings.order_by("period").values_list("space__name", flat=True)
    assert [*found] == ["Nidelva", "Fjord", "Nidelva"]
    assert {one.isoweekday() for one in starts(series)} == {4}
    series.refresh_from_db()
    require_true_calendar(series)


def test_one_may_stay_where_it_is(client: Client, series: Series) -> None:
    url = reverse("series_move", args=[series.pk])

    done = client.post(url, {**ASKED, "shown": "0", TAKEN: ""})

    assert done.status_code == 303
    assert [one.isoweekday() for one in starts(series)] == [4, 2, 4]
    series.refresh_from_db()
    require_true_calendar(series)


def test_another_time_that_day_leaves_the_rule_its_own(client: Client, series: Series) -> None:
    url = reverse("series_move", args=[series.pk])
    row = client.get(url, ASKED).context["rows"][1]

    client.post(url, {**ASKED, "shown": "0", TAKEN: row.instead[1].value})

    series.refresh_from_db()
    assert (series.opens, "BYDAY=TH" in series.rrule) == (600, True)
    assert [(one.isoweekday(), one.hour != 10) for one in starts(series)] == [
        (4, False),
        (4, True),
        (4, False),
    ]
    require_true_calendar(series)


@pytest.mark.parametrize("said", [{}, {TAKEN: "7.20261203T0900Z.20261203T1100Z"}])
def test_what_nobody_has_chosen_is_not_done(
    client: Client, series: Series, said: dict[str, str]
) -> None:
    answer = client.post(reverse("series_move", args=[series.pk]), {**ASKED, "shown": "0", **said})
    assert answer.status_code == 422
    assert "8 December: Someone else has that time" in answer.content.decode()
    assert {one.isoweekday() for one in starts(series)} == {2}


def test_the_api_takes_an_alternative_or_leaves_one(client: Client, series: Series) -> None:
    url = f"/api/v1/series/{series.pk}/reschedule/"
    told = client.post(f"{url}?preview=1", {"days": 2}, content_type="application/json").json()
    refused = told["bookings"][1]
    assert (refused["status"], refused["message"]) == (
        "refused",
        "Someone else has that time. Choose another.",
    )
    fjord, _later = refused["alternatives"]
    pick = {"date": refused["date"], **{name: fjord[name] for name in ("space", "start", "end")}}

    left = {"date": TUESDAY.isoformat(), "skip": True}
    asked = {"days": 2, "picks": [left]}
    told = client.post(f"{url}?preview=1", asked, content_type="application/json").json()
    assert [one["status"] for one in told["bookings"]] == ["stays", "refused", "moves"]
    asked = {"days": 2, "picks": [pick, left]}
    done = client.post(url, asked, content_type="application/json")

    assert done.status_code == 200
    assert [one.isoweekday() for one in starts(series)] == [2, 4, 4]
    assert series.bookings.filter(space=fjord["space"]).count() == 1


def test_what_is_paid_for_with_one_elsewhere_gives_the_rule_what_was_asked(
    standin: StandIn, client: Client, booker: User, cast: Cast
) -> None:
    """Also where the one that went elsewhere is the only one that is left of it."""
    room = make_space(make_place(cast.organisation), name="Sal", slug="sal", price=10_000)
    other = make_space(room.place, name="Dal", price=10_000)
    series = booked(room, rrule_for("weekly", TUESDAY, count=2), booker)
    pay(standin)
    make_booking(room, at(TUESDAY + 2 * DAY, 12))
    url = reverse("series_move", args=[series.pk])
    asked = {"from": "10:00", "to": "13:00", "days": "2"}
    rows = client.get(url, asked).context["rows"]
    assert rows[0].instead[0].choice.space == other

    client.post(url, {**asked, "shown": "20000", rows[0].name: rows[0].chosen})
    pay(standin)

    series.refresh_from_db()
    assert (series.space, series.closes, series.rrule[:21]) == (room, 780, "FREQ=WEEKLY;BYDAY=TH;")
    assert [one.isoweekday() for one in starts(series)] == [4, 4]
    require_true_calendar(series)


def test_a_stranger_moves_nothing(client: Client, cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), by=cast.booker)
    client.force_login(cast.other)
    answer = client.post(reverse("series_move", args=[series.pk]), {"days": "1"})
    assert answer.status_code == 404
    assert Booking.objects.filter(series=series, sequence=0).count() == 2
