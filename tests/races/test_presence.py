"""They come as the minutes run out: either they are in, or the rest is another's."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from bookings.models import BookingEvent, Kind, Status
from tests.factories import NOW, make_booking
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 8
START = NOW + timedelta(days=1)
BY = START + timedelta(minutes=15)


def test_checked_in_or_released_and_never_both(race: Race) -> None:
    ends: Counter[str] = Counter()
    for _round in range(ROUNDS):
        booking = make_booking(start=START, check_in_by=BY)
        arriving = partial(bookers.check_in, booking=booking.pk, by=booking.booker_id, now=BY)
        sweeping = partial(bookers.release, now=BY)

        result = race([[arriving], [sweeping], [sweeping], [arriving]])

        assert result.errors == []
        assert result.deadlocks == 0
        booking.refresh_from_db()
        came = booking.status == Status.CHECKED_IN
        assert came or booking.status == Status.NO_SHOW
        assert booking.occupancies.exists() == came
        told = BookingEvent.objects.filter(booking=booking)
        assert [event.kind for event in told] == [Kind.CHECKED_IN if came else Kind.NO_SHOW]
        assert result.answers.count("checked_in") == 2 * came
        assert result.refusals == ([] if came else ["wrong_state"] * 2)
        ends[booking.status] += 1
    assert ends.total() == ROUNDS
