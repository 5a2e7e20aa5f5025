"""One's own calendars, written by several devices at once."""

from collections import Counter
from functools import partial

import pytest

from bookings.models import OwnCalendar, OwnObject
from bookings.operations.own_calendars import MOST_CALENDARS
from tests.factories import NOW, make_user
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_of_ten_tasks_with_one_uid_one_is_kept(race: Race) -> None:
    calendar = OwnCalendar.objects.create(
        user=make_user(), key="tasks", components=["VTODO"], created_at=NOW
    )
    jobs = [
        partial(bookers.keep_task, calendar=calendar.pk, name=f"{n}.ics", now=NOW)
        for n in range(10)
    ]

    result = race([[job] for job in jobs])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert Counter(result.answers) == {"kept": 1, "uid taken": 9}
    assert OwnObject.objects.count() == 1


def test_as_many_calendars_are_made_as_a_person_may_have(race: Race) -> None:
    user = make_user()
    jobs = [
        partial(bookers.make_own_calendar, user=user.pk, key=f"{n}", now=NOW)
        for n in range(MOST_CALENDARS + 4)
    ]

    result = race([jobs[n::8] for n in range(8)])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert result.refusals == ["too_many_calendars"] * 4
    assert user.own_calendars.count() == MOST_CALENDARS
