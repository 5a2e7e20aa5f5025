"""Changing hours and closing: each booking in the way is answered first, or nothing changes."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Refund
from billing.operations import CANCEL, KEEP, Answer, change_hours, close
from bookings import availability
from bookings.models import Booking, Closure, Status
from bookings.refusals import BookingsInTheWay, Closed
from spaces.models import OpeningHours, Place, Space
from spaces.operations import set_exception, set_week
from spaces.periods import at_minute, period
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


def test_nothing_can_be_kept_in_a_closed_room(cast: Cast, room: Space) -> None:
    staying = book(room, 9, 10)

    with pytest.raises(BookingsInTheWay):
        close(
            space=room,
            span=period(at(room.place, 8), at(room.place, 20)),
            answers={staying.pk: KEEP},
            by=cast.host,
            now=NOW,
        )

    assert not Closure.objects.exists()


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


def test_the_closing_page_asks_too(client: Client, cast: Cast, room: Space) -> None:
    start = tomorrow_at(room.place, 13)
    booking = make_booking(room, start, tomorrow_at(room.place, 14))
    day = start.astimezone(room.place.zone).date()
    cast.sign_in(client, "host")
    page = f"/owner/spaces/{room.slug}/close/"
    span = {"first": f"{day}", "from": "08:00", "last": f"{day}", "to": "20:00"}

    assert f"answer-{booking.pk}" in client.post(page, span).content.decode()
    answered = client.post(page, {**span, f"answer-{booking.pk}": "cancel", "told": "Maling"})

    assert answered.status_code == 302
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    assert Closure.objects.exists()


def test_a_host_changes_no_hours(client: Client, cast: Cast, room: Space) -> None:
    cast.sign_in(client, "host")

    assert client.post(f"/owner/spaces/{room.slug}/hours/", {}).status_code == 404
