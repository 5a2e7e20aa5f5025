"""Joining the line, what frees a time for it, and when somebody may be told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from billing import operations as billing
from billing.operations.offering import offer_times
from bookings import operations
from bookings.models import (
    QUEUE_MOVES,
    Booking,
    Delivery,
    Kind,
    Occupancy,
    Queue,
    Waiting,
)
from bookings.operations import queueing
from bookings.operations.queueing import FreeNow, WaitsAlready, WaitsForMuch, move_in_queue
from bookings.quotas import QuotaUsed
from bookings.refusals import TooLong, TooSoon
from spaces.access import NoAccess
from spaces.models import Listing, OpeningHours, Quota, Space
from spaces.periods import at_minute, period
from tests.billing.waiting import (
    MINUTE,
    SPAN,
    START,
    free,
    offered_to_first,
    state,
    taken,
    wait,
)
from tests.factories import (
    NOW,
    make_booking,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_join_asked_again_is_the_same_entry():
    space, person = make_space(), make_user()
    taken(space)

    assert wait(space, person) == wait(space, person, at=NOW + MINUTE)
    assert Waiting.objects.count() == 1


def test_join_asked_again_for_more_is_for_more_at_the_end_of_the_line():
    desks, person = make_space(units=4, allocation="any", capacity=4), make_user()
    taken(desks, quantity=4)
    first = wait(desks, person, quantity=2)

    for at, (quantity, place) in enumerate(((1, NOW), (4, NOW + 2 * MINUTE)), 1):
        again = wait(desks, person, at=NOW + at * MINUTE, quantity=quantity)
        again.refresh_from_db()
        assert (again.pk, again.quantity, again.created_at) == (first.pk, quantity, place)
    assert again.look_at == NOW + 2 * MINUTE


def test_join_asked_again_for_another_number_waits_for_the_answer_to_an_offer():
    entry = offered_to_first(make_space())
    assert wait(entry.space, entry.person) == entry
    with pytest.raises(WaitsAlready):
        wait(entry.space, entry.person, people=3)


def test_join_is_refused_where_waiting_is_of_no_use():
    space, person = make_space(), make_user()
    with pytest.raises(FreeNow):
        wait(space, person)
    with pytest.raises(TooLong):
        wait(space, person, period(START, START + timedelta(days=1)))
    with pytest.raises(TooSoon):
        wait(space, person, period(NOW - 2 * MINUTE, NOW + MINUTE))
    organisation = make_organisation()
    space.access_rules.create(organisation=organisation)
    taken(space)
    with pytest.raises(NoAccess):
        wait(space, person)


def test_join_says_that_it_is_the_quota_where_it_is():
    space, person = make_space(), make_user()
    Quota.objects.create(space=space, counts="bookings", amount=1, window="week")
    taken(space, period(START - timedelta(hours=9), START - timedelta(hours=8)), by=person)
    with pytest.raises(QuotaUsed):
        wait(space, person)


def test_join_takes_twenty_wishes_of_a_person_and_no_more():
    space, person = make_space(), make_user()
    for day in range(21):
        span = period(START + timedelta(days=day), SPAN.upper + timedelta(days=day))
        taken(space, span)
        if day < 20:
            wait(space, person, span)
    with pytest.raises(WaitsForMuch):
        wait(space, person, span)


# --- What frees a time ---------------------------------------------------------------------


@pytest.mark.parametrize("how", ["reopened", "hours", "published", "no-show", "moved", "shrunk"])
def test_time_is_offered_whatever_freed_it(how):
    place = make_place()
    space = make_space(place)
    owner = make_user()
    booking = None
    match how:
        case "reopened":
            closure = operations.close(space=space, span=SPAN, by=owner, now=NOW)
        case "hours":
            OpeningHours.objects.filter(space=space).update(opens=0, closes=60)
        case _:
            booking = taken(space, check_in_by=START + 10 * MINUTE)
    entry = wait(space)
    billing.offer_due(now=NOW)
    assert state(entry) == Queue.WAITING
    assert entry.look_at > NOW
    now = NOW + MINUTE
    match how:
        case "reopened":
            operations.reopen(closure=closure)
        case "hours":
            OpeningHours.objects.filter(space=space).update(opens=0, closes=24 * 60)
        case "published":
            Space.objects.filter(pk=space.pk).update(listing=Listing.PAUSED)
            free(booking)
            assert billing.offer_due(now=now) == []
            Space.objects.filter(pk=space.pk).update(listing=Listing.PUBLISHED)
        case "no-show":
            Booking.objects.filter(pk=booking.pk).update(check_in_by=now)
            operations.release_missed(booking=booking, now=now)
        case "moved":
            other = make_space(place)
            operations.rehouse(booking=booking, to=other, by=owner, now=now)
        case "shrunk":
            Occupancy.objects.update(during=period(SPAN.upper, SPAN.upper + MINUTE))

    billing.offer_due(now=now)

    assert state(entry) == Queue.OFFERED


def test_a_place_that_opens_again_is_offered():
    space = make_space()
    closure = operations.close_place(place=space.place, span=SPAN, by=make_user(), now=NOW)
    entry = wait(space)
    billing.offer_due(now=NOW)
    operations.reopen(closure=closure)

    billing.offer_due(now=NOW + MINUTE)

    assert state(entry) == Queue.OFFERED


def test_what_no_trigger_tells_of_is_found_at_the_next_quarter():
    space = make_space()
    quota = space.quotas.create(counts="bookings", amount=1, window="week")
    booking = taken(space)
    entry = wait(space)
    taken(space, period(SPAN.upper, SPAN.upper + timedelta(hours=1)), by=entry.person)
    free(booking)
    billing.offer_due(now=NOW)
    quota.delete()

    assert billing.offer_due(now=NOW + 14 * MINUTE) == []
    billing.offer_due(now=NOW + 15 * MINUTE)

    assert state(entry) == Queue.OFFERED


# --- When somebody may be told ------------------------------------------------------------

OSLO = ZoneInfo("Europe/Oslo")


def told(now: str, start: str) -> tuple[str, str] | None:
    """When one is told and how long one has, on the clock of Trondheim."""
    moment = datetime.fromisoformat(now).replace(tzinfo=OSLO).astimezone(UTC)
    begins = datetime.fromisoformat(start).replace(tzinfo=OSLO).astimezone(UTC)
    offer = offer_times(period(begins, begins + timedelta(hours=1)), OSLO, now=moment)
    if offer is None:
        return None
    at, until = offer.told_at.astimezone(OSLO), offer.until.astimezone(OSLO)
    return f"{at:%d %H:%M}", f"{until:%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "start", "answer"),
    [
        ("2026-11-23T12:00", "2026-11-25T12:00", ("23 12:00", "23 12:30")),
        ("2026-11-23T21:59", "2026-11-25T12:00", ("23 21:59", "23 22:29")),
        ("2026-11-23T22:00", "2026-11-25T12:00", ("24 07:00", "24 07:30")),
        ("2026-11-24T06:59", "2026-11-25T12:00", ("24 07:00", "24 07:30")),
        ("2026-11-24T07:00", "2026-11-25T12:00", ("24 07:00", "24 07:30")),
        # it begins too soon to wait for the morning
        ("2026-11-23T23:00", "2026-11-24T07:15", ("23 23:00", "23 23:30")),
        ("2026-11-23T23:00", "2026-11-24T07:30", ("24 07:00", "24 07:30")),
        # less than half an hour is left, and too little
        ("2026-11-23T12:00", "2026-11-23T12:20", ("23 12:00", "23 12:20")),
        ("2026-11-23T12:00", "2026-11-23T12:04", None),
        # the nights when clocks change
        ("2026-10-24T23:00", "2026-10-25T12:00", ("25 07:00", "25 07:30")),
        ("2026-10-25T02:30", "2026-10-25T12:00", ("25 07:00", "25 07:30")),
        ("2026-03-28T23:00", "2026-03-29T12:00", ("29 07:00", "29 07:30")),
        ("2026-03-29T01:30", "2026-03-29T07:20", ("29 01:30", "29 03:00")),
    ],
)
def test_offer_times_let_people_sleep(now, start, answer):
    assert told(now, start) == answer


def test_an_offer_made_at_night_is_kept_and_told_in_the_morning():
    space = make_space()
    booking = taken(space)
    entry = wait(space)
    night = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    morning = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    free(booking, now=night)

    billing.offer_due(now=night)

    assert state(entry) == Queue.OFFERED
    assert entry.booking.expires_at == morning + 30 * MINUTE
    assert Delivery.objects.get(kind=Kind.OFFERED).not_before == morning
    billing.accept(entry=entry, by=entry.person, now=night + MINUTE)
    assert not Delivery.objects.filter(kind=Kind.OFFERED).exists()  # no news any more


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
def test_a_time_on_a_day_when_clocks_change_is_offered(day):
    space = make_space(horizon_days=1000)
    begins = at_minute(datetime.fromisoformat(day).date(), 60, OSLO)
    span = period(begins, begins + timedelta(hours=3))
    before = begins - timedelta(days=1, hours=12)
    booking = taken(space, span)
    entry = wait(space, span=span, at=before)
    free(booking, now=before)

    billing.offer_due(now=before)

    assert state(entry) == Queue.OFFERED
    assert entry.booking.period == span


# --- The table of moves -------------------------------------------------------------------


@pytest.mark.parametrize("before", Queue)
@pytest.mark.parametrize("after", Queue)
def test_move_in_queue_follows_the_table(before, after):
    if before == Queue.TOLD or (before, after) == (Queue.WAITING, Queue.TOLD):
        about = {"search": "repeat=weekly", "had": 1, "letter": 1}
    else:
        about = {"space": make_space(), "booking": make_booking(), "offered": SPAN}
    entry = Waiting.objects.create(
        person=make_user(),
        period=SPAN,
        created_at=NOW,
        until=START,
        look_at=NOW,
        state=before,
        **about,
    )
    if after in QUEUE_MOVES[before]:
        move_in_queue(entry, after, look_at=NOW)
        assert state(entry) == after
    else:
        with pytest.raises(AssertionError):
            move_in_queue(entry, after, look_at=NOW)
        assert state(entry) == before


def test_what_nobody_waits_for_is_forgotten_after_ninety_days():
    """Whoever still waits, or has an offer to answer, is kept."""
    space = make_space()
    taken(space)
    over, waits = wait(space), wait(space)
    operations.leave(entry=over)
    kept_for = queueing.KEPT

    assert operations.forget_waiting(now=SPAN.upper + kept_for) == 0
    assert operations.forget_waiting(now=SPAN.upper + kept_for + MINUTE) == 1

    assert list(Waiting.objects.all()) == [waits]
