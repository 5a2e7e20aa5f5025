"""Where in line somebody stands: in the one order in which time is offered."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from billing import operations as billing
from bookings.forms import search_of
from bookings.models import Queue, Waiting
from bookings.operations import join
from bookings.queries.fitting import wish_for
from bookings.queries.line import numbers_in_line
from spaces.models import Kind, Space
from spaces.periods import Period, period
from tests.billing.waiting import free
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon")]

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NOON = NOW + timedelta(days=1)  # Tuesday the 24th
SPAN = period(NOON, NOON + 2 * HOUR)
AT_NOON = "date=2026-11-24&from=12:00&to=14:00"
TUESDAY = "minutes=60&date=2026-11-24&last=2026-11-24&from=10:00&to=16:00"


@pytest.fixture
def room() -> Space:
    """Taken all Tuesday, as the only other room is."""
    place = make_place()
    room = make_space(place, name="Nidelva")
    for one in (room, make_space(place, name="Fjord")):
        make_booking(one, NOON - 12 * HOUR, NOON + 12 * HOUR)
    return room


class Line:
    """People who come one after the other."""

    def __init__(self) -> None:
        self.entries: list[Waiting] = []

    def search(self, query: str) -> Waiting:
        return self._add(**wish_for(search_of(QueryDict(query), now=NOW)))

    def space(self, space: Space, span: Period = SPAN) -> Waiting:
        return self._add(space=space, span=span)

    def _add(self, **wish: Any) -> Waiting:
        at = NOW + len(self.entries) * SECOND
        self.entries.append(join(**wish, by=make_user(), now=at))
        return self.entries[-1]

    def numbers(self) -> list[int]:
        found = numbers_in_line(self.entries, now=NOW + HOUR)
        return [found[one.pk] for one in self.entries]


def test_spaces_and_searches_at_one_time_and_at_any_are_one_line(room: Space) -> None:
    line = Line()
    line.search(AT_NOON)
    line.space(room)
    line.search(TUESDAY)
    line.search(f"{AT_NOON}&q=nidelva")
    line.space(room)

    assert line.numbers() == [1, 2, 3, 4, 5]


def test_the_numbers_are_the_order_of_the_offers(room: Space) -> None:
    line = Line()
    line.search("minutes=120&date=2026-11-24&last=2026-11-24&from=12:00&to=14:00")
    line.space(room)
    line.search(AT_NOON)
    numbers = line.numbers()
    free(room.bookings.get())

    asked = []
    for _turn in numbers:
        billing.offer_due(now=NOW)
        asked.append(Waiting.objects.get(state=Queue.OFFERED))
        billing.decline_offer(entry=asked[-1], by=asked[-1].person, now=NOW)

    assert asked == [line.entries[number - 1] for number in numbers]


@pytest.mark.parametrize(
    "query",
    [
        f"{AT_NOON}&kind=lab",  # another kind of space
        f"{AT_NOON}&q=fjord",  # another space
        "date=2026-11-24&from=14:00&to=16:00",  # just after
        "minutes=60&date=2026-11-24&last=2026-11-24&from=14:00&to=18:00",
        "minutes=60&date=2026-11-24&last=2026-11-29&from=10:00&to=16:00&on=3",  # Wednesday
    ],
)
def test_whom_the_same_time_could_not_go_to_is_not_before(room: Space, query: str) -> None:
    make_booking(make_space(room.place, name="Lab", kind=Kind.LAB), NOON - HOUR, NOON + 9 * HOUR)
    line = Line()
    Waiting.objects.create(
        person=make_user(),
        **as_fields(query),
        created_at=NOW - HOUR,
        until=NOON + 100 * HOUR,
        look_at=NOW,
    )
    line.space(room)

    assert line.numbers() == [1]


def as_fields(query: str) -> dict[str, Any]:
    wish = wish_for(search_of(QueryDict(query), now=NOW))
    return {"search": wish["search"], "period": wish["span"], "minutes": wish["minutes"]}


def test_who_waits_no_longer_is_not_before(room: Space) -> None:
    line = Line()
    for _n in range(3):
        line.space(room)
    gone, inactive, _last = line.entries
    Waiting.objects.filter(pk=gone.pk).update(state=Queue.ENDED)
    inactive.person.is_active = False
    inactive.person.save()

    assert numbers_in_line(line.entries[2:], now=NOW + HOUR) == {line.entries[2].pk: 1}


def test_as_many_queries_for_thirty_as_for_three(room: Space) -> None:
    line = Line()
    counts = []
    for number in (3, 27):
        for n in range(number):
            if n % 2:
                line.space(room)
            else:
                line.search(AT_NOON)
        with CaptureQueriesContext(connection) as queries:
            line.numbers()
        counts.append(len(queries))

    assert counts[0] == counts[1]
