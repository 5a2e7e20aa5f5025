"""A series at another time of day: all of it or from a day on, all or none, told once."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Refused
from accounts.models import User
from billing import operations
from bookings import deliveries
from bookings import operations as bookings
from bookings.models import Booking, Delivery, Kind, Occupancy, Series
from bookings.operations.shapes import Shape
from bookings.operations.shifting import shifts_of
from bookings.recurrence import days_of, rrule_for, split
from spaces.models import Space
from spaces.periods import period
from tests.bookings.test_series import OSLO, TUESDAY, as_wanted, at, tuesdays
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_series

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
THIRD = TUESDAY + 2 * WEEK
LATER = Shape(13 * 60, 15 * 60)


def hours(series: Series) -> list[tuple[int, int]]:
    return [
        (one.start.astimezone(OSLO).hour, one.end.astimezone(OSLO).hour)
        for one in series.bookings.order_by("period")
    ]


def invite(booking: Booking) -> None:
    booking.events.create(place=booking.place, kind=Kind.CONFIRMED, at=NOW)
    bookings.invite(
        booking=booking, people=[("Gro", "gro@example.org")], by=booking.booker, now=NOW
    )


def test_move_series_moves_all_that_is_to_come_and_keeps_each_uid(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=4, by=cast.booker)
    before = {one.pk: one.sequence for one in series.bookings.all()}

    moved = operations.move_series(series=series, by=cast.booker, now=NOW, to=LATER)

    assert moved == series
    assert (moved.opens, moved.closes) == (780, 900)
    assert hours(series) == [(13, 15)] * 4
    assert {one.pk: one.sequence for one in series.bookings.all()} == {
        pk: sequence + 1 for pk, sequence in before.items()
    }
    assert {(row.during.lower, row.during.upper) for row in Occupancy.objects.all()} == {
        (one.start, one.end) for one in series.bookings.all()
    }


def test_move_series_is_told_once_to_each_and_to_who_is_invited(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=cast.booker)
    second = series.bookings.order_by("period")[1]
    invite(second)

    operations.move_series(series=series, by=cast.booker, now=NOW, to=LATER)

    told = Delivery.objects.exclude(address="").exclude(kind=Kind.INVITED)
    assert [(one.kind, one.address, one.booking_id) for one in told] == [
        (Kind.CHANGED, "gro@example.org", second.pk)
    ]
    of_series = Delivery.objects.filter(address="")
    assert {one.kind for one in of_series} == {Kind.SERIES_CHANGED}
    assert {one.recipient for one in of_series} == {
        cast.booker,
        cast.owner,
        cast.manager,
        cast.host,
    }
    assert of_series.count() == 4
    deliveries.send_due(now=NOW)
    mine = next(one for one in mail.outbox if one.to == [cast.booker.email])
    assert mine.body.count("13:00–15:00") >= 3
    assert "10:00" not in mine.body


def test_cancelling_a_series_is_told_to_who_is_invited_too(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=2, by=cast.booker)
    first = series.bookings.order_by("period")[0]
    invite(first)

    operations.cancel_series(series=series, by=cast.booker, now=NOW)

    told = Delivery.objects.exclude(address="").exclude(kind=Kind.INVITED)
    assert [(one.kind, one.address) for one in told] == [(Kind.CANCELLED, "gro@example.org")]


def test_from_a_day_on_it_is_a_series_of_its_own(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=5, by=cast.booker, title="Statistics")

    branch = operations.move_series(series=series, by=cast.booker, now=NOW, first=THIRD, to=LATER)

    series.refresh_from_db()
    assert branch.pk != series.pk
    assert (hours(series), hours(branch)) == ([(10, 12)] * 2, [(13, 15)] * 3)
    assert (series.opens, branch.opens, branch.title) == (600, 780, "Statistics")
    assert days_of(series.rrule, series.starts_on, OSLO, most=99) == [TUESDAY, TUESDAY + WEEK]
    assert days_of(branch.rrule, branch.starts_on, OSLO, most=99) == [
        THIRD + n * WEEK for n in range(3)
    ]


def test_one_that_cannot_be_moved_keeps_all_where_they_are(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=4, by=cast.booker)
    make_booking(space, at(THIRD, 14), at(THIRD, 15))

    with pytest.raises(Refused) as no, transaction.atomic():
        operations.move_series(series=series, by=cast.booker, now=NOW, to=LATER)

    assert (no.value.code, no.value.details["date"]) == ("slot_taken", THIRD.isoformat())
    assert hours(series) == [(10, 12)] * 4
    shifts = shifts_of(series, LATER, now=NOW)
    assert [bool(one.refusal) for one in shifts] == [False, False, True, False]


def test_what_has_a_time_of_its_own_keeps_it(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=cast.booker)
    second = series.bookings.order_by("period")[1]
    own = period(second.start - HOUR, second.end)
    bookings.reschedule(booking=second, by=cast.booker, now=NOW, span=own)

    operations.move_series(series=series, by=cast.booker, now=NOW, to=LATER)

    assert hours(series) == [(13, 15), (9, 12), (13, 15)]
    assert [one.span for one in shifts_of(series, Shape(600, 720), now=NOW)][1] is None


def test_neighbours_are_not_in_each_others_way(cast: Cast, space: Space) -> None:
    """Each day from midnight to midnight, and then an hour later and back again."""
    Space.objects.filter(pk=space.pk).update(max_length=24 * 60)
    series = tuesdays(space, 4, rrule=rrule_for("daily", TUESDAY, count=4), opens=0, closes=24 * 60)
    series = operations.book_series(series=series, picks=as_wanted(series), by=cast.booker, now=NOW)

    for opens in (60, 0):
        operations.move_series(
            series=series, to=Shape(opens, opens + 1440), by=cast.booker, now=NOW
        )
        series.refresh_from_db()

        assert [one.start.astimezone(OSLO).hour for one in series.bookings.all()] == [
            opens // 60
        ] * 4


@given(
    repeat=st.sampled_from(["daily", "weekdays", "weekly", "fortnightly", "weekday", "last"]),
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    weekdays=st.sets(st.integers(1, 7), max_size=3),
    count=st.integers(2, 20),
    at_day=st.integers(1, 19),
)
def test_a_rule_split_in_two_falls_on_the_same_days(
    repeat: str, first: date, weekdays: set[int], count: int, at_day: int
) -> None:
    rrule = rrule_for(repeat, first, weekdays=weekdays, count=count, zone=OSLO)
    days = days_of(rrule, first, OSLO, most=99)
    if len(days) < 2:
        return
    day = days[1 + at_day % (len(days) - 1)]

    before, after = split(rrule, days, day, OSLO)

    found = days_of(before, first, OSLO, most=99) + days_of(after, day, OSLO, most=99)
    assert found == days


# --- Page and API -----------------------------------------------------------------------


def test_the_page_shows_what_happens_and_then_does_it(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    url = reverse("series_move", args=[series.pk])
    asked = {"from": "13:00", "to": "15:00", "first": (TUESDAY + WEEK).isoformat()}

    empty, shown = client.get(url).content.decode(), client.get(url, asked)

    assert 'value="10:00" selected' in empty
    assert [row.day for row in shown.context["rows"]] == [
        TUESDAY + WEEK,
        THIRD,
    ]
    assert hours(series) == [(10, 12)] * 3
    done = client.post(url, {**asked, "shown": "0"})
    branch = Series.objects.exclude(pk=series.pk).get()
    assert done["Location"] == branch.get_absolute_url()
    assert hours(branch) == [(13, 15)] * 2


def test_the_page_does_not_give_less_than_it_has_shown(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=2, by=booker)
    url = reverse("series_move", args=[series.pk])

    answer = client.post(url, {"from": "13:00", "to": "15:00", "shown": "5000"})

    assert answer.status_code == 422
    assert "The price has changed." in answer.content.decode()
    assert hours(series) == [(10, 12)] * 2


def test_the_page_says_which_day_is_taken(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    make_booking(space, at(THIRD, 13), at(THIRD, 14))
    url = reverse("series_move", args=[series.pk])
    asked = {"from": "13:00", "to": "15:00"}

    shown, done = client.get(url, asked), client.post(url, asked)

    assert [bool(row.refusal) for row in shown.context["rows"]] == [False, False, True]
    assert done.status_code == 422
    assert "15 December" in done.content.decode()


def test_the_same_time_is_no_change(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), by=booker)

    answer = client.get(reverse("series_move", args=[series.pk]), {"from": "10:00", "to": "12:00"})

    assert answer.status_code == 422
    assert "That is the time it has already." in answer.content.decode()


def test_the_api_previews_and_moves(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=2, by=booker)
    url = f"/api/v1/series/{series.pk}/reschedule/"
    asked = {"from": "13:00", "to": "15:00"}

    preview = client.post(f"{url}?preview=1", asked, content_type="application/json").json()
    done = client.post(url, asked, content_type="application/json")

    assert [one["status"] for one in preview["bookings"]] == ["moves", "moves"]
    assert preview["bookings"][0]["start"] == "2026-12-01T13:00:00+01:00"
    assert done.status_code == 200
    assert [one["start"] for one in done.json()["bookings"]] == [
        "2026-12-01T13:00:00+01:00",
        "2026-12-08T13:00:00+01:00",
    ]
