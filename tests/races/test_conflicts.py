"""Two who answer for the same bookings at the same moment: each is answered once."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import Role
from billing.operations import CANCEL, KEEP, Answer
from bookings.models import Booking, BookingEvent, Status
from spaces.models import Listing
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
)
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

RACERS = 6


def test_hosts_answer_at_once_and_the_first_is_heard(race: Race) -> None:
    organisation = make_organisation()
    place = make_place(organisation)
    hosts = [make_member(organisation, Role.HOST).pk for _ in range(RACERS)]
    other = make_space(place)
    rooms = [make_space(place, listing=Listing.PAUSED) for _ in range(3)]
    bookings = [make_booking(room, NOW + timedelta(days=n)) for n, room in enumerate(rooms, 1)]
    ways = (CANCEL, KEEP, Answer(to=other))

    result = race(
        [
            [
                partial(
                    bookers.clear,
                    answers={
                        booking.pk: ways[(number + n) % len(ways)]
                        for n, booking in enumerate(bookings)
                    },
                    by=host,
                    now=NOW,
                )
            ]
            for number, host in enumerate(hosts)
        ]
    )

    assert sorted(result.answers) == ["0"] * (RACERS - 1) + ["3"]
    assert result.errors == []
    assert result.deadlocks == 0
    assert BookingEvent.objects.count() == 3
    assert Booking.objects.filter(status=Status.CANCELLED).count() == 1
    assert Booking.objects.filter(space=other).count() == 1


def test_a_host_moves_many_while_people_book_there(race: Race) -> None:
    """Each takes the units in an order of its own, were they not locked in order of id."""
    organisation = make_organisation()
    place = make_place(organisation)
    host = make_member(organisation, Role.HOST).pk
    booker = make_member(make_organisation()).pk
    halves = [make_space(place) for _ in range(4)]
    whole = make_space(place, units=[half.units.get() for half in halves])
    room = make_space(place, listing=Listing.PAUSED)
    moved = [make_booking(room, NOW + timedelta(days=n)) for n in range(1, 5)]
    answers = {
        booking.pk: Answer(to=half) for booking, half in zip(moved, reversed(halves), strict=True)
    }
    later = [NOW + timedelta(days=10, hours=2 * n) for n in range(5)]
    take = [
        partial(
            bookers.hold,
            space=whole.pk,
            start=start,
            end=start + timedelta(hours=1),
            by=booker,
            now=NOW,
        )
        for start in later
    ]

    result = race(
        [[partial(bookers.clear, answers=answers, by=host, now=NOW)], *([one] for one in take)]
    )

    assert result.errors == result.refusals == []
    assert result.deadlocks == 0
    assert "4" in result.answers
