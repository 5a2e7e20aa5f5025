"""Twenty wait for one time, and several workers hand it out: one has it at a time."""

from datetime import timedelta
from functools import partial

import pytest
from django.http import QueryDict

from billing import operations as billing
from bookings import operations
from bookings.forms import search_of
from bookings.models import Booking, Freed, Occupancy, Queue, Status, Waiting
from bookings.queries.fitting import wish_for
from spaces.periods import period
from tests.factories import NOW, make_booking, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

START = NOW + timedelta(days=2)
SPAN = period(START, START + timedelta(hours=2))
ANY_HOUR = "minutes=60&date=2026-11-25&last=2026-11-25&from=12:00&to=14:00"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def line(waiting: int) -> list[Waiting]:
    """So many wait for a time that has just been freed."""
    space = make_space()
    booking = make_booking(space, SPAN.lower, SPAN.upper)
    entries = [
        operations.join(space=space, span=SPAN, by=make_user(), now=NOW + n * SECOND)
        for n in range(waiting)
    ]
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    return entries


def states(entries: list[Waiting]) -> list[Queue]:
    for entry in entries:
        entry.refresh_from_db()
    return [Queue(entry.state) for entry in entries]


def test_one_freed_time_is_offered_once_and_to_the_first(race: Race) -> None:
    entries = line(20)
    now = NOW + MINUTE

    result = race([[partial(bookers.offer_due, now=now)] for _worker in range(6)])

    assert result.errors == []
    assert result.deadlocks == 0
    billing.offer_due(now=now)  # what a worker left to another that had just finished
    assert states(entries) == [Queue.OFFERED] + [Queue.WAITING] * 19
    assert Occupancy.objects.count() == 1
    assert Booking.objects.filter(status=Status.HELD).get().booker == entries[0].person

    late = now + timedelta(minutes=30)
    sweep = [partial(bookers.expire_holds, now=late), partial(bookers.offer_due, now=late)]
    result = race([sweep for _worker in range(6)])

    assert result.errors == []
    assert result.deadlocks == 0
    billing.offer_due(now=late)
    assert states(entries) == [Queue.PASSED, Queue.OFFERED] + [Queue.WAITING] * 18
    assert Occupancy.objects.count() == 1
    assert not Freed.objects.exists()


def test_a_yes_that_meets_the_end_of_the_offer_is_one_or_the_other(race: Race) -> None:
    for _round in range(5):
        first, second = line(2)
        billing.offer_due(now=NOW)
        first.refresh_from_db()
        assert first.booking is not None
        end = NOW + timedelta(minutes=30)
        yes = partial(bookers.accept_offer, entry=first.pk, now=end - SECOND)
        sweep = [partial(bookers.expire_holds, now=end), partial(bookers.offer_due, now=end)]

        result = race([[yes], sweep, sweep])

        assert result.errors == []
        assert result.deadlocks == 0
        billing.offer_due(now=end)
        took = result.answers.count(Status.CONFIRMED) == 1
        assert states([first, second]) == (
            [Queue.TAKEN, Queue.WAITING] if took else [Queue.PASSED, Queue.OFFERED]
        )
        assert Occupancy.objects.count() == 1
        Waiting.objects.all().delete()
        Occupancy.objects.all().delete()


def test_a_booker_and_a_worker_that_meet_leave_one_booking(race: Race) -> None:
    for _round in range(5):
        (entry,) = line(1)
        rival, space = make_user(), entry.space
        assert space is not None
        books = partial(
            bookers.hold, space=space.pk, by=rival.pk, start=SPAN.lower, end=SPAN.upper, now=NOW
        )

        result = race([[partial(bookers.offer_due, now=NOW)], [books]])

        assert result.errors == []
        assert result.deadlocks == 0
        has = Occupancy.objects.get(unit__in=space.units.all()).booking
        assert has is not None
        assert (states([entry]) == [Queue.OFFERED]) == (has.booker == entry.person)
        Waiting.objects.all().delete()


def test_leaving_while_it_is_offered_leaves_nothing_held(race: Race) -> None:
    for _round in range(5):
        (entry,) = line(1)

        result = race(
            [
                [partial(bookers.offer_due, now=NOW)],
                [partial(bookers.leave_queue, entry=entry.pk, now=NOW)],
                [partial(bookers.leave_queue, entry=entry.pk, now=NOW)],
            ]
        )

        assert result.errors == []
        assert result.deadlocks == 0
        assert states([entry])[0] in (Queue.ENDED, Queue.PASSED)
        assert not Occupancy.objects.exists()


def test_two_requests_to_wait_are_one_entry(race: Race) -> None:
    space, person = make_space(), make_user()
    make_booking(space, SPAN.lower, SPAN.upper)
    joins = partial(
        bookers.join_queue,
        space=space.pk,
        by=person.pk,
        start=SPAN.lower,
        end=SPAN.upper,
        now=NOW,
    )

    result = race([[joins] for _click in range(8)])

    assert result.errors == []
    assert Waiting.objects.count() == 1
    assert set(result.refusals) <= {"waits_already"}
    assert len(set(result.answers)) == 1


def test_of_two_hours_that_are_freed_each_goes_to_one_who_wants_any_hour(race: Race) -> None:
    space = make_space()
    booking = make_booking(space, START - timedelta(hours=12), START + timedelta(hours=12))
    wanted = search_of(QueryDict(ANY_HOUR), now=NOW)
    entries = [
        operations.join(**wish_for(wanted), by=make_user(), now=NOW + n * SECOND) for n in range(8)
    ]
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    now = NOW + MINUTE

    result = race([[partial(bookers.offer_due, now=now)] for _worker in range(6)])

    assert result.errors == []
    assert result.deadlocks == 0
    billing.offer_due(now=now)
    assert states(entries) == [Queue.OFFERED] * 2 + [Queue.WAITING] * 6
    offered = Booking.objects.filter(status=Status.HELD)
    assert {one.booker for one in offered} == {entries[0].person, entries[1].person}
    assert {one.period for one in offered} == {one.offered for one in entries[:2]}
    assert Occupancy.objects.count() == 2
