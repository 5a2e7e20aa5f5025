"""Changing hours and closing: each booking in the way is answered first, or nothing changes."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.models import Refund
from billing.operations import (
    CANCEL,
    KEEP,
    Answer,
    cancel,
    change_hours,
    close,
    close_often,
    reschedule,
)
from bookings import availability
from bookings.models import Booking, Closure, ClosureRule, Occupancy, Status
from bookings.operations import expire, hold, reopen
from bookings.refusals import AlreadyClosed, BookingsInTheWay, Closed, SlotTaken
from spaces.models import OpeningHours, Place, Space, Unit
from spaces.operations import set_exception, set_week
from spaces.periods import Period, at_minute, period
from tests.billing.test_takings import pay
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 24)
DAY = {weekday: [(8 * 60, 20 * 60)] for weekday in range(1, 8)}
SHORT = {weekday: [(8 * 60, 12 * 60)] for weekday in range(1, 8)}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def room(place: Place) -> Space:
    return make_space(place, name="Nidelva", hours=(8 * 60, 20 * 60), price=10_000)


def at(place: Place, hour: int, day: date = TUESDAY) -> datetime:
    return at_minute(day, hour * 60, place.zone)


def book(space: Space, start: int, end: int, **fields: object) -> Booking:
    return make_booking(space, at(space.place, start), at(space.place, end), **fields)


def span_of(space: Space, start: int, end: int) -> Period:
    return period(at(space.place, start), at(space.place, end))


def shorten(room: Space, answers: dict[UUID, Answer], cast: Cast) -> None:
    change_hours(
        change=lambda: set_week(keeper=room, week=SHORT),
        spaces=[room],
        answers=answers,
        by=cast.owner,
        now=NOW,
        reason="Kortere dag",
    )


# --- Who is in the way ------------------------------------------------------------------


def test_nothing_changes_until_each_is_answered(cast: Cast, room: Space) -> None:
    inside, outside = book(room, 9, 11), book(room, 13, 15)
    make_booking(room, at(room.place, 13, TUESDAY - timedelta(days=8)))  # over

    with pytest.raises(BookingsInTheWay) as refused:
        shorten(room, {inside.pk: CANCEL}, cast)

    assert refused.value.details["ids"] == [str(outside.pk)]
    assert OpeningHours.objects.filter(space=room, closes=20 * 60).count() == 7
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 3


def test_what_stood_outside_before_is_left_alone(cast: Cast, room: Space) -> None:
    night = book(room, 22, 23)

    shorten(room, {night.pk: CANCEL}, cast)

    night.refresh_from_db()
    assert night.status == Status.CONFIRMED


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_nights_when_the_clock_changes_are_told_exactly(cast: Cast, day: date) -> None:
    room = make_space(make_place(cast.organisation))
    now = at(room.place, 0, day - timedelta(days=2))
    stays, falls = (
        make_booking(room, at(room.place, hour, day), at(room.place, hour + 1, day))
        for hour in (4, 6)
    )
    set_week(keeper=room, week={7: [(0, 5 * 60)]})
    room.on_holidays = "open"
    room.save()

    assert availability.standing_outside([room.pk], now=now) == {falls.pk}
    assert stays.pk not in availability.standing_outside([room.pk], now=now)


# --- What becomes of them ---------------------------------------------------------------


def test_kept_moved_and_cancelled_with_all_money_back(cast: Cast, room: Space) -> None:
    kept, leaving, going = (book(room, hour, hour + 1, amount=10_000) for hour in (13, 15, 17))
    pay(going)
    other = make_space(room.place, hours=(8 * 60, 20 * 60))

    shorten(room, {kept.pk: KEEP, leaving.pk: Answer(to=other), going.pk: CANCEL}, cast)

    assert [(one.space, one.status) for one in Booking.objects.order_by("period")] == [
        (room, Status.CONFIRMED),
        (other, Status.CONFIRMED),
        (room, Status.CANCELLED),
    ]
    assert Refund.objects.get().amount == 10_000
    assert going.events.last().data["reason"] == "Kortere dag"
    assert OpeningHours.objects.filter(space=room, closes=12 * 60).count() == 7


def test_when_one_cannot_be_moved_nothing_is_changed(cast: Cast, room: Space) -> None:
    first, second = book(room, 13, 14), book(room, 15, 16)
    closed = make_space(room.place, hours=(8 * 60, 12 * 60))

    with pytest.raises(Closed):
        shorten(room, {first.pk: CANCEL, second.pk: Answer(to=closed)}, cast)

    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 2
    assert not OpeningHours.objects.filter(space=room, closes=12 * 60).exists()


def test_a_place_that_closes_a_day_asks_for_all_its_spaces(cast: Cast, room: Space) -> None:
    other = make_space(room.place)
    wanted = {book(room, 9, 10).pk, book(other, 9, 10).pk}

    with pytest.raises(BookingsInTheWay) as refused:
        change_hours(
            change=lambda: set_exception(keeper=room.place, dates=[TUESDAY], hours=[]),
            spaces=room.place.spaces.all(),
            answers={},
            by=cast.owner,
            now=NOW,
        )

    assert set(refused.value.details["ids"]) == {str(pk) for pk in wanted}


# --- Closing ----------------------------------------------------------------------------


def test_closing_moves_and_cancels_first(cast: Cast, room: Space) -> None:
    leaving, going = book(room, 9, 10), book(room, 11, 12)
    other = make_space(room.place)

    close(
        space=room,
        span=period(at(room.place, 8), at(room.place, 20)),
        answers={leaving.pk: Answer(to=other), going.pk: CANCEL},
        by=cast.host,
        now=NOW,
    )

    assert Closure.objects.get().space == room
    assert set(Booking.objects.values_list("space", "status")) == {
        (other.pk, Status.CONFIRMED),
        (room.pk, Status.CANCELLED),
    }


def close_around(*kept: Booking, by: User, start: int = 8, end: int = 20) -> Closure:
    room = kept[0].space
    span = period(at(room.place, start), at(room.place, end))
    answers = {booking.pk: KEEP for booking in kept}
    return close(space=room, span=span, answers=answers, by=by, now=NOW)


def closed_of(closure: Closure) -> list[tuple[int, int]]:
    """The hours of the day that it takes, on the wall."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    zone = closure.place.zone
    rows = closure.occupancies.order_by("during").values_list("during", flat=True)
    return [(row.lower.astimezone(zone).hour, row.upper.astimezone(zone).hour) for row in rows]


def test_a_room_is_closed_around_what_is_kept(cast: Cast, room: Space) -> None:
    first, second = book(room, 9, 10), book(room, 12, 14)

    with pytest.raises(BookingsInTheWay):
        close_around(first, by=cast.host)
    closure = close_around(first, second, by=cast.host)

    assert closed_of(closure) == [(8, 9), (10, 12), (14, 20)]
    assert set(Booking.objects.values_list("status", flat=True)) == {Status.CONFIRMED}
    assert [one.events.get().data for one in (first, second)] == [{"despite": []}] * 2
    with pytest.raises(AlreadyClosed):
        close_around(first, by=cast.host, start=9, end=10)


def test_what_a_kept_booking_gives_up_is_closed(cast: Cast, room: Space) -> None:
    gone, shorter = book(room, 9, 10), book(room, 12, 14)
    closure = close_around(gone, shorter, by=cast.host)

    cancel(booking=gone, by=gone.booker, as_owner=False, now=NOW)
    reschedule(booking=shorter, by=shorter.booker, now=NOW, span=span_of(room, 12, 13))

    assert closed_of(closure) == [(8, 9), (9, 10), (10, 12), (13, 14), (14, 20)]
    shorter.refresh_from_db()
    with pytest.raises(SlotTaken):
        reschedule(booking=shorter, by=shorter.booker, now=NOW, span=span_of(room, 12, 14))
    reopen(closure=closure)
    assert Occupancy.objects.get().booking == shorter


def test_who_comes_when_a_kept_hold_has_run_out_finds_it_closed(cast: Cast, room: Space) -> None:
    left = timedelta(minutes=10)
    kept = book(room, 9, 10, status=Status.HELD, expires_at=NOW + left)
    closure = close_around(kept, by=cast.host)

    with pytest.raises(SlotTaken), transaction.atomic():
        hold(space=room, span=span_of(room, 9, 10), by=cast.booker, now=NOW + 2 * left)

    assert closed_of(closure) == [(8, 9), (10, 20)]  # nothing of what was refused is left
    expire(booking=kept, now=NOW + 2 * left)
    assert closed_of(closure) == [(8, 9), (9, 10), (10, 20)]


def test_one_booking_ends_in_two_closures_and_is_closed_once(cast: Cast, place: Place) -> None:
    """Both of a room and of the hall that it is half of."""
    room = make_space(place, hours=(0, 24 * 60))
    hall = make_space(place, units=[*room.units.all(), Unit.objects.create(place=place)])
    kept = book(room, 9, 10)
    inner = close_around(kept, by=cast.host, start=9, end=10)
    told: dict[str, Any] = {"by": cast.host, "now": NOW, "answers": {kept.pk: KEEP}}
    outer = close(space=hall, span=span_of(hall, 9, 10), **told)

    cancel(booking=kept, by=kept.booker, as_owner=False, now=NOW)

    assert closed_of(inner) == [(9, 10)]
    assert closed_of(outer) == [(9, 10)]  # the other half


def test_a_neighbours_booking_is_closed_around_and_left_alone(cast: Cast, room: Space) -> None:
    theirs = make_space(make_place(), units=list(room.units.all()))
    booking = book(theirs, 9, 10)
    span = span_of(room, 8, 20)
    told: dict[str, Any] = {"space": room, "span": span, "by": cast.host, "now": NOW}

    for answer in (KEEP, CANCEL, Answer(to=make_space(room.place))):
        with pytest.raises(BookingsInTheWay):
            close(answers={booking.pk: answer}, **told)
    closure = close(answers={}, around_others=True, **told)

    assert closed_of(closure) == [(8, 9), (10, 20)]
    assert not booking.events.exists()


def test_a_weekly_closure_is_closed_around_what_is_kept(cast: Cast, room: Space) -> None:
    kept = book(room, 9, 10)
    rule = ClosureRule(
        place=room.place,
        space=room,
        rrule="FREQ=WEEKLY;BYDAY=TU",
        starts_on=TUESDAY,
        opens=8 * 60,
        closes=12 * 60,
        made_by=cast.host,
        created_at=NOW,
    )

    close_often(rule=rule, answers={kept.pk: KEEP}, by=cast.host, now=NOW)

    first, *rest = Closure.objects.order_by("period")
    assert closed_of(first) == [(8, 9), (10, 12)]
    assert {tuple(closed_of(one)) for one in rest[:3]} == {((8, 12),)}


# --- The pages --------------------------------------------------------------------------


def tomorrow_at(place: Place, hour: int) -> datetime:
    day = timezone.localdate(timezone=place.zone) + timedelta(days=1)
    return at_minute(day, hour * 60, place.zone)


def test_the_page_asks_then_does_what_was_answered(client: Client, cast: Cast, room: Space) -> None:
    make_space(room.place, name="Kanalen", slug="kanalen")
    booking = make_booking(room, tomorrow_at(room.place, 13), tomorrow_at(room.place, 14))
    cast.sign_in(client, "manager")
    page = f"/owner/spaces/{room.slug}/hours/"
    week = {f"week-day-{day}": "08–12" for day in range(1, 8)} | {"on_holidays": "open"}

    asked = client.post(page, week)

    assert asked.status_code == 422
    shown = asked.content.decode()
    assert "One booking would stand outside" in shown
    assert "Move to Kanalen (8 people)" in shown
    assert 'name="week-day-3" value="08–12"' in shown
    told = {f"answer-{booking.pk}": "to:kanalen", "told": "Kortere dag"}
    assert client.post(page, week | told)["Location"] == page
    booking.refresh_from_db()
    assert booking.space.slug == "kanalen"
    assert booking.events.get().data["reason"] == "Kortere dag"


@pytest.mark.parametrize("answer", ["", "to:fremmed", "burn"])
def test_an_answer_nobody_offered_is_none(
    client: Client, cast: Cast, room: Space, answer: str
) -> None:
    make_space(slug="fremmed")
    booking = make_booking(room, tomorrow_at(room.place, 13), tomorrow_at(room.place, 14))
    cast.sign_in(client, "manager")

    asked = client.post(
        f"/owner/spaces/{room.slug}/hours/",
        {"on_holidays": "open", f"answer-{booking.pk}": answer, "answer-x": "keep"},
    )

    assert asked.status_code == 422
    assert OpeningHours.objects.filter(space=room).count() == 7


@pytest.mark.parametrize(
    ("answer", "status", "hours"),
    [("cancel", Status.CANCELLED, [(8, 20)]), ("keep", Status.CONFIRMED, [(8, 13), (14, 20)])],
)
def test_the_closing_page_asks_too(
    client: Client,
    cast: Cast,
    room: Space,
    answer: str,
    status: str,
    hours: list[tuple[int, int]],
) -> None:
    start = tomorrow_at(room.place, 13)
    booking = make_booking(room, start, tomorrow_at(room.place, 14))
    day = start.astimezone(room.place.zone).date()
    cast.sign_in(client, "host")
    page = f"/owner/spaces/{room.slug}/close/"
    span = {"first": f"{day}", "from": "08:00", "last": f"{day}", "to": "20:00"}

    assert f"answer-{booking.pk}" in client.post(page, span).content.decode()
    answered = client.post(page, {**span, f"answer-{booking.pk}": answer, "told": "Maling"})

    assert answered.status_code == 302
    booking.refresh_from_db()
    assert booking.status == status
    assert closed_of(Closure.objects.get()) == hours


def test_a_host_changes_no_hours(client: Client, cast: Cast, room: Space) -> None:
    cast.sign_in(client, "host")

    assert client.post(f"/owner/spaces/{room.slug}/hours/", {}).status_code == 404
