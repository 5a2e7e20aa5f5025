"""Bookings that stand outside what their space offers now."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking, Kind, Status
from bookings.operations import keep, rehouse
from bookings.queries.conflicts import Reason, conflicts
from bookings.refusals import WrongState
from spaces.models import Allocation, Listing, Place, Space, Unit
from spaces.operations import compose, set_week
from spaces.periods import at_minute
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db
MORNINGS = {weekday: [(8 * 60, 12 * 60)] for weekday in range(1, 8)}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def room(place: Place) -> Space:
    return make_space(place)


def tomorrow(place: Place, hour: int) -> datetime:
    return at_minute((NOW + timedelta(days=1)).date(), hour * 60, place.zone)


def found(cast: Cast) -> dict[Booking, tuple[Reason, ...]]:
    return {one.booking: one.reasons for one in conflicts(cast.host, now=NOW)}


# --- What is a conflict -----------------------------------------------------------------


def test_a_booking_outside_new_hours_is_one(cast: Cast, room: Space) -> None:
    make_booking(room, tomorrow(room.place, 9))
    evening = make_booking(room, tomorrow(room.place, 18))
    assert found(cast) == {}

    set_week(keeper=room, week=MORNINGS)

    assert found(cast) == {evening: (Reason.CLOSED,)}


@pytest.mark.parametrize(
    ("listing", "reasons"),
    [
        (Listing.PUBLISHED, ()),
        (Listing.PAUSED, (Reason.PAUSED,)),
        (Listing.ARCHIVED, (Reason.ARCHIVED,)),
        (Listing.DRAFT, (Reason.DRAFT,)),
    ],
)
def test_a_booking_in_a_space_that_is_not_listed_is_one(
    cast: Cast, room: Space, listing: Listing, reasons: tuple[Reason, ...]
) -> None:
    booking = make_booking(room)
    Space.objects.filter(pk=room.pk).update(listing=listing)

    assert found(cast) == ({booking: reasons} if reasons else {})


def test_a_hall_that_has_grown_is_not_booked_whole(cast: Cast, place: Place) -> None:
    left, right = (Unit.objects.create(place=place, name=name) for name in "AB")
    hall = make_space(place, units=[left])
    booking = make_booking(hall)

    compose(space=hall, units=[left, right], allocation=Allocation.ALL)
    assert found(cast) == {booking: (Reason.UNITS,)}

    compose(space=hall, units=[left], allocation=Allocation.ALL)
    assert found(cast) == {}


def test_desks_that_are_gone_are_missed_by_those_who_have_them(cast: Cast, place: Place) -> None:
    desks = make_space(place, units=3, allocation=Allocation.ANY)
    first, _second, third = desks.units.order_by("pk")
    two = make_booking(desks, quantity=2)  # the first and the second

    compose(space=desks, units=[first, third], allocation=Allocation.ANY)

    assert found(cast) == {two: (Reason.UNITS,)}


def test_a_room_that_holds_fewer_than_come_is_one(cast: Cast, room: Space) -> None:
    many = make_booking(room, tomorrow(room.place, 9), people=8)
    make_booking(room, tomorrow(room.place, 18), people=4)
    room.capacity = 6
    room.save()

    assert found(cast) == {many: (Reason.PEOPLE,)}


def test_everything_that_is_wrong_is_said(cast: Cast, room: Space) -> None:
    booking = make_booking(room, tomorrow(room.place, 18))
    set_week(keeper=room, week=MORNINGS)
    Space.objects.filter(pk=room.pk).update(listing=Listing.PAUSED)

    assert found(cast) == {booking: (Reason.CLOSED, Reason.PAUSED)}


def test_what_has_begun_has_ended_or_waits_to_be_paid_is_none(cast: Cast, room: Space) -> None:
    make_booking(room, NOW - timedelta(hours=1))
    make_booking(room, status=Status.CANCELLED)
    make_booking(room, NOW + timedelta(days=2), status=Status.HELD)
    make_booking(room, NOW + timedelta(days=3), status=Status.REQUESTED, expires_at=NOW)
    asked = make_booking(room, NOW + timedelta(days=4), status=Status.REQUESTED)
    Space.objects.filter(pk=room.pk).update(listing=Listing.PAUSED)

    assert list(found(cast)) == [asked]


def test_those_of_others_are_not_asked_about(cast: Cast) -> None:
    make_booking(make_space(listing=Listing.PAUSED))

    assert found(cast) == {}


def test_the_nearest_comes_first(cast: Cast, room: Space) -> None:
    days = [make_booking(room, NOW + timedelta(days=day)) for day in (3, 1, 2)]
    Space.objects.filter(pk=room.pk).update(listing=Listing.PAUSED)

    assert list(found(cast)) == [days[1], days[2], days[0]]


def test_queries_do_not_grow_with_rows(cast: Cast, place: Place) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_booking(make_space(place, listing=Listing.PAUSED))
        with CaptureQueriesContext(connection) as queries:
            conflicts(cast.host, now=NOW)
        counts.append(len(queries))

    assert counts == [5, 5]


# --- Keeping ----------------------------------------------------------------------------


def test_what_is_kept_is_not_asked_about_again(cast: Cast, room: Space) -> None:
    booking = make_booking(room, tomorrow(room.place, 18))
    set_week(keeper=room, week=MORNINGS)

    keep(booking=booking, despite=[Reason.CLOSED], by=cast.host, now=NOW)

    assert found(cast) == {}
    event = booking.events.get()
    assert (event.kind, event.by, event.data) == (Kind.KEPT, cast.host, {"despite": ["closed"]})
    assert not booking.deliveries.exists()


def test_another_reason_is_asked_about(cast: Cast, room: Space) -> None:
    booking = make_booking(room, tomorrow(room.place, 18))
    set_week(keeper=room, week=MORNINGS)
    keep(booking=booking, despite=[Reason.CLOSED], by=cast.host, now=NOW)

    Space.objects.filter(pk=room.pk).update(listing=Listing.ARCHIVED)

    assert found(cast) == {booking: (Reason.ARCHIVED,)}


def test_what_was_kept_in_one_room_is_asked_about_in_another(cast: Cast, room: Space) -> None:
    booking = make_booking(room)
    other = make_space(room.place)
    keep(booking=booking, despite=[Reason.PAUSED], by=cast.host, now=NOW)
    rehouse(booking=booking, to=other, by=cast.host, now=NOW)

    Space.objects.filter(pk=other.pk).update(listing=Listing.PAUSED)

    assert list(found(cast)) == [booking]


def test_what_has_ended_is_not_kept(cast: Cast, room: Space) -> None:
    booking = make_booking(room, status=Status.CANCELLED)

    with pytest.raises(WrongState):
        keep(booking=booking, despite=[Reason.PAUSED], by=cast.host, now=NOW)
