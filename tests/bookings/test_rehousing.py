"""An owner moves a booking to another of their spaces: same time, same price, the booker told."""

from datetime import timedelta

import pytest
from django.db import transaction

from bookings.models import Booking, Delivery, Kind, Occupancy, Status
from bookings.operations import hold, rehouse
from bookings.quotas import QuotaUsed
from bookings.refusals import Closed, NotListed, SlotTaken, WrongState
from spaces.models import Listing, Place, Quota, Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def room(place: Place) -> Space:
    return make_space(place, name="Nidelva")


@pytest.fixture
def other(place: Place) -> Space:
    return make_space(place, name="Kanalen", buffer_after=15)


def moved(booking: Booking, to: Space) -> Booking:
    return rehouse(booking=booking, to=to, by=make_user(), now=NOW, reason="Vannlekkasje")


def test_it_takes_the_units_of_the_other_space_and_leaves_its_own(
    room: Space, other: Space
) -> None:
    booking = make_booking(room, TOMORROW, amount=20_000)

    moved(booking, other)

    (row,) = Occupancy.objects.filter(booking=booking)
    assert row.unit == other.units.get()
    assert row.during.upper == booking.end + timedelta(minutes=15)
    booking.refresh_from_db()
    assert (booking.space, booking.amount, booking.status) == (other, 20_000, Status.CONFIRMED)


def test_the_booker_is_told_with_a_new_invitation(room: Space, other: Space) -> None:
    booking = make_booking(room, TOMORROW)

    after = moved(booking, other)

    assert after.sequence == booking.sequence + 1
    event = booking.events.get()
    assert (event.kind, event.data) == (Kind.MOVED, {"was": "Nidelva", "reason": "Vannlekkasje"})
    assert [one.recipient for one in Delivery.objects.all()] == [booking.booker]


def test_a_request_keeps_its_hold(room: Space, other: Space) -> None:
    booking = make_booking(room, TOMORROW, status=Status.REQUESTED)

    moved(booking, other)

    assert Occupancy.objects.get(booking=booking).held_until == booking.expires_at


def test_it_moves_to_another_place_too(room: Space) -> None:
    elsewhere = make_space(make_place(room.organisation))
    booking = make_booking(room, TOMORROW)

    moved(booking, elsewhere)

    assert Booking.objects.get().place == elsewhere.place
    assert Occupancy.objects.get().place == elsewhere.place


def test_from_half_of_the_hall_to_the_whole_it_is_in_its_own_way_no_more(place: Place) -> None:
    half = make_space(place)
    whole = make_space(place, units=[half.units.get(), make_space(place).units.get()])
    booking = make_booking(half, TOMORROW)

    moved(booking, whole)

    assert Occupancy.objects.filter(booking=booking).count() == 2


def test_what_is_taken_closed_unlisted_or_anothers_is_refused(room: Space, place: Place) -> None:
    booking = make_booking(room, TOMORROW)
    full = make_space(place)
    make_booking(full, TOMORROW)
    for to, refusal in (
        (full, SlotTaken),
        (make_space(place, hours="never"), Closed),
        (make_space(place, listing=Listing.PAUSED), NotListed),
        (make_space(), NotListed),
        (make_space(place, allocation="any"), NotListed),
        (room, NotListed),
    ):
        with pytest.raises(refusal):
            moved(booking, to)
    booking.refresh_from_db()
    assert booking.space == room


def test_it_asks_no_quota_and_counts_where_it_has_come(room: Space, other: Space) -> None:
    booking = make_booking(room, TOMORROW)
    make_booking(other, TOMORROW + timedelta(hours=5), by=booking.booker)
    for space in (room, other):
        Quota.objects.create(space=space, counts="bookings", amount=1, window="semester")

    moved(booking, other)

    later = period(TOMORROW + timedelta(days=1), TOMORROW + timedelta(days=1, hours=1))
    hold(space=room, span=later, by=booking.booker, now=NOW)
    with pytest.raises(QuotaUsed), transaction.atomic():
        hold(space=other, span=later, by=booking.booker, now=NOW)


@pytest.mark.parametrize("status", [Status.HELD, Status.CANCELLED, Status.COMPLETED])
def test_only_what_stands_is_moved(room: Space, other: Space, status: Status) -> None:
    with pytest.raises(WrongState):
        moved(make_booking(room, TOMORROW, status=status), other)


def test_each_move_of_a_request_has_its_letter(room: Space, other: Space, place: Place) -> None:
    booking = make_booking(room, TOMORROW, status=Status.REQUESTED)
    third = make_space(place, name="Verftet")

    moved(moved(booking, other), third)

    told = Delivery.objects.filter(kind=Kind.MOVED, recipient=booking.booker)
    assert told.count() == 2
