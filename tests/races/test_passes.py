"""The last hours of a pass, wanted by many at once."""

from functools import partial

import pytest
from django.db.models import Sum

from accounts.models import Affiliation
from bookings.models import Booking, Pass, PassUse
from tests.factories import NOW, make_organisation, make_place, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_money import HOUR, TOMORROW

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_students_last_free_hours_are_used_once(race: Race) -> None:
    """Four free hours, eight bookings of one hour at once: four are free, and no more. Which
    nobody has had before, so that all would make the row of the week."""
    place, student = make_place(), make_user()
    place.organisation.pass_types.create(
        name="Gratis", counts="minutes", amount=240, window="week", affiliation="student"
    )
    Affiliation.objects.create(
        user=student, kind="student", organisation=make_organisation(), verified_at=NOW
    )
    holds = [
        partial(
            bookers.hold,
            space=make_space(place, price=40_000).pk,
            start=TOMORROW,
            end=TOMORROW + HOUR,
            by=student.pk,
            now=NOW,
        )
        for _n in range(8)
    ]

    result = race([[hold] for hold in holds])

    assert (len(result.answers), result.errors, result.deadlocks) == (8, [], 0)
    assert Booking.objects.filter(amount=0).count() == 4
    assert Pass.objects.count() == 1
    assert PassUse.objects.aggregate(sum=Sum("amount"))["sum"] == 240
