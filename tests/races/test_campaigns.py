"""The last use of a code, wanted by many at once."""

from functools import partial

import pytest

from bookings.models import Booking, Campaign, CampaignUse
from tests.factories import NOW, make_place, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_money import HOUR, TOMORROW

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_of_ten_who_want_the_last_two_uses_two_have_them(race: Race) -> None:
    place = make_place()
    Campaign.objects.create(
        owner=place.organisation, name="Høst", code="HØST", percent=50, limit=2, first_day=NOW
    )
    holds = [
        partial(
            bookers.hold,
            space=make_space(place, price=40_000).pk,
            start=TOMORROW,
            end=TOMORROW + HOUR,
            by=make_user().pk,
            now=NOW,
            code="høst",
        )
        for _n in range(10)
    ]

    result = race([[hold] for hold in holds])

    assert len(result.answers) == 2
    assert result.refusals == ["code_used_up"] * 8
    assert (result.errors, result.deadlocks) == ([], 0)
    assert CampaignUse.objects.count() == Booking.objects.filter(amount=20_000).count() == 2
