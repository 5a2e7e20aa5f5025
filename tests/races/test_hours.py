"""Somebody books while the owner closes: one of the two is told."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import Role
from bookings import availability
from bookings.models import Booking, Closure
from tests.factories import NOW, make_member, make_organisation, make_place, make_space
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 6


def test_nobody_books_into_a_place_that_is_being_closed(race: Race) -> None:
    organisation = make_organisation()
    owner = make_member(organisation, Role.OWNER).pk
    booker = make_member(make_organisation()).pk
    start = NOW + timedelta(days=2)
    span = {"start": start, "end": start + timedelta(hours=1)}
    told = []
    for _round in range(ROUNDS):
        place = make_place(organisation)
        rooms = [make_space(place) for _ in range(3)]
        takers = [partial(bookers.hold, space=one.pk, by=booker, now=NOW, **span) for one in rooms]
        closer = partial(bookers.close_place, place=place.pk, by=owner, now=NOW, **span)

        result = race([[takers[0]], [closer], [takers[1]], [takers[2]]])

        assert result.errors == []
        assert result.deadlocks == 0
        is_closed = Closure.objects.filter(place=place).exists()
        booked = Booking.objects.filter(space__in=rooms).count()
        assert booked + is_closed == len(result.answers)
        assert bool(booked) != is_closed
        assert not availability.standing_outside([one.pk for one in rooms], now=NOW)
        told += result.refusals
    assert set(told) <= {"bookings_in_the_way", "closed"}
    assert len(told) >= ROUNDS
