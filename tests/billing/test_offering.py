"""Who waits is asked in turn, when time becomes free."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from billing import operations as billing
from billing.models import Order
from billing.operations.offering import offer_times
from bookings import operations
from bookings.forms import SearchForm
from bookings.models import (
    QUEUE_MOVES,
    Booking,
    BookingEvent,
    Delivery,
    Freed,
    Kind,
    Occupancy,
    Queue,
    Status,
    Waiting,
)
from bookings.operations.queueing import FreeNow, NotOffered, WaitsForMuch, move_in_queue
from bookings.refusals import TooLong, TooSoon
from spaces.access import NoAccess
from spaces.models import Allocation, Listing, OpeningHours, Space
from spaces.periods import Period, at_minute, period
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db

START = NOW + timedelta(days=2)
SPAN = period(START, START + timedelta(hours=2))
MINUTE = timedelta(minutes=1)


def wait(space: Space, by: User | None = None, span: Period = SPAN, **fields) -> Waiting:
    at = fields.pop("at", NOW)
    return operations.join(space=space, span=span, by=by or make_user(), now=at, **fields)


def taken(space: Space, span: Period = SPAN, **fields) -> Booking:
    return make_booking(space, span.lower, span.upper, **fields)


def free(booking: Booking, now: datetime = NOW) -> None:
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=now)


def state(entry: Waiting) -> Queue:
    entry.refresh_from_db()
    return Queue(entry.state)


def test_offer_due_asks_the_first_in_line_and_nobody_else():
    space = make_space()
    booking = taken(space)
    first, second = wait(space), wait(space, at=NOW + MINUTE)

    assert billing.offer_due(now=NOW) == []
    free(booking)
    offered = billing.offer_due(now=NOW + MINUTE)

    assert state(first) == Queue.OFFERED
    assert state(second) == Queue.WAITING
    assert offered == [first.booking]
    assert first.booking.status == Status.HELD
    assert first.booking.expires_at == NOW + 31 * MINUTE
    assert first.booking.period == SPAN
    assert first.booking.booker == first.person
    assert Occupancy.objects.get().held_until == first.booking.expires_at
    assert Delivery.objects.get(kind=Kind.OFFERED).recipient == first.person
    assert BookingEvent.objects.get(kind=Kind.OFFERED).by is None
    assert not Freed.objects.exists()


def test_join_asked_again_is_the_same_entry():
    space, person = make_space(), make_user()
    taken(space)

    assert wait(space, person) == wait(space, person, at=NOW + MINUTE)
    assert Waiting.objects.count() == 1


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


def test_join_takes_twenty_wishes_of_a_person_and_no_more():
    space, person = make_space(), make_user()
    for day in range(21):
        span = period(START + timedelta(days=day), SPAN.upper + timedelta(days=day))
        taken(space, span)
        if day < 20:
            wait(space, person, span)
    with pytest.raises(WaitsForMuch):
        wait(space, person, span)


def test_accept_confirms_what_costs_nothing():
    entry = offered_to_first(make_space())

    booking = billing.accept(entry=entry, by=entry.person, now=NOW + 29 * MINUTE)

    assert booking.status == Status.CONFIRMED
    assert state(entry) == Queue.TAKEN
    assert Occupancy.objects.get().held_until is None
    assert billing.accept(entry=entry, by=entry.person, now=NOW + 40 * MINUTE) == booking


def test_accept_asks_the_owner_where_they_answer_first():
    entry = offered_to_first(make_space(is_instant=False))

    booking = billing.accept(entry=entry, by=entry.person, now=NOW)

    assert booking.status == Status.REQUESTED
    assert state(entry) == Queue.TAKEN


def test_accept_gives_what_costs_money_an_order_and_time_to_pay(standin):
    now = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    space = make_space(price=20_000)
    span = period(now + timedelta(days=2), now + timedelta(days=2, hours=2))
    booking = taken(space, span)
    entry = wait(space, span=span, at=now)
    free(booking, now=now)
    billing.offer_due(now=now)
    assert state(entry) == Queue.OFFERED
    assert not Order.objects.exists()  # nothing to pay before they say yes
    late = entry.booking.expires_at - MINUTE

    booking = billing.accept(entry=entry, by=entry.person, now=late)

    order = Order.objects.get()
    assert order.lines.get().booking == booking
    assert order.amount == 40_000
    assert order.checkout_url
    assert booking.expires_at == late + 15 * MINUTE
    assert state(entry) == Queue.OFFERED  # until it is paid
    again = billing.accept(entry=entry, by=entry.person, now=late + 10 * MINUTE)
    assert again.expires_at == booking.expires_at  # a second yes keeps it no longer
    assert Order.objects.count() == 1

    operations.confirm(booking=booking, now=late + 12 * MINUTE)
    assert state(entry) == Queue.TAKEN


def test_accept_is_refused_once_the_offer_has_run_out():
    entry = offered_to_first(make_space())

    with pytest.raises(NotOffered):
        billing.accept(entry=entry, by=entry.person, now=NOW + 30 * MINUTE)


def test_a_space_that_cannot_be_paid_for_is_not_offered(settings):
    settings.STRIPE_SECRET_KEY = ""
    space = make_space(price=20_000)
    booking = taken(space)
    entry = wait(space)
    free(booking)

    assert billing.offer_due(now=NOW) == []
    assert state(entry) == Queue.WAITING
    assert not Occupancy.objects.exists()


def test_an_offer_that_is_declined_goes_to_the_next_at_once():
    first, second, third = offered_to_first(make_space(), waiting=3, all_of_them=True)

    billing.decline_offer(entry=first, by=first.person, now=NOW + MINUTE)
    billing.offer_due(now=NOW + MINUTE)

    assert state(first) == Queue.PASSED
    assert state(second) == Queue.OFFERED
    assert state(third) == Queue.WAITING
    with pytest.raises(NotOffered):
        billing.decline_offer(entry=first, by=first.person, now=NOW + MINUTE)


def test_an_offer_that_nobody_answers_goes_to_the_next():
    first, second = offered_to_first(make_space(), waiting=2, all_of_them=True)
    late = NOW + 30 * MINUTE
    assert first.state_at(late) == Queue.PASSED  # swept or not

    billing.expire_holds(now=late)
    billing.offer_due(now=late)

    assert state(first) == Queue.PASSED
    assert state(second) == Queue.OFFERED
    assert Delivery.objects.filter(kind=Kind.EXPIRED).get().recipient == first.person


def test_an_offer_that_the_owner_takes_back_leaves_the_place_in_line():
    first, second = offered_to_first(make_space(), waiting=2, all_of_them=True)
    owner = make_user()

    billing.cancel(booking=first.booking, by=owner, as_owner=True, now=NOW)
    assert state(first) == Queue.WAITING
    billing.offer_due(now=NOW)

    assert state(first) == Queue.OFFERED
    assert state(second) == Queue.WAITING


def test_an_offer_paid_late_and_still_free_is_taken():
    entry = offered_to_first(make_space())
    billing.expire_holds(now=NOW + 30 * MINUTE)
    assert state(entry) == Queue.PASSED

    operations.confirm(booking=entry.booking, now=NOW + 31 * MINUTE)

    assert state(entry) == Queue.TAKEN


def test_who_has_used_their_quota_is_passed_over():
    space = make_space()
    space.quotas.create(counts="bookings", amount=1, window="week")
    booking = taken(space)
    first, second = wait(space), wait(space, at=NOW + MINUTE)
    taken(space, period(SPAN.upper, SPAN.upper + timedelta(hours=1)), by=first.person)
    free(booking)

    billing.offer_due(now=NOW)

    assert state(first) == Queue.WAITING
    assert state(second) == Queue.OFFERED


def test_who_may_no_longer_book_is_passed_over():
    space, organisation = make_space(), make_organisation()
    booking = taken(space)
    first, second = wait(space), wait(space, make_member(organisation), at=NOW + MINUTE)
    space.access_rules.create(organisation=organisation)
    free(booking)

    billing.offer_due(now=NOW)

    assert state(first) == Queue.WAITING
    assert state(second) == Queue.OFFERED


def test_who_has_left_the_organisation_or_ledig_is_passed_over():
    space, organisation = make_space(), make_organisation()
    booking = taken(space)
    left = wait(space, make_member(organisation), organisation=organisation)
    gone, third = wait(space, at=NOW + MINUTE), wait(space, at=NOW + 2 * MINUTE)
    organisation.memberships.all().delete()
    type(gone.person).objects.filter(pk=gone.person_id).update(is_active=False)
    free(booking)

    billing.offer_due(now=NOW)

    assert [state(entry) for entry in (left, gone, third)] == [
        Queue.WAITING,
        Queue.WAITING,
        Queue.OFFERED,
    ]


def test_nobody_is_offered_two_times_at_once():
    place = make_place()
    spaces = [make_space(place), make_space(place)]
    bookings = [taken(space) for space in spaces]
    person = make_user()
    entries = [wait(space, person) for space in spaces]
    for booking in bookings:
        free(booking)

    assert len(billing.offer_due(now=NOW)) == 1
    assert sorted(state(entry) for entry in entries) == [Queue.OFFERED, Queue.WAITING]
    held = next(entry for entry in entries if entry.state == Queue.OFFERED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiting.objects.exclude(pk=held.pk).update(state=Queue.OFFERED, booking=bookings[0])


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
            operations.release(booking=booking, now=now)
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


def test_a_search_is_offered_the_best_that_fits():
    place = make_place()
    small = make_space(place, capacity=4)
    right, large = make_space(place, capacity=10), make_space(place, capacity=30)
    bookings = [taken(space) for space in (small, right, large)]
    search = SearchForm(
        QueryDict("date=2026-11-25&from=12:00&to=14:00&people=8&sort=capacity"), now=NOW
    ).wanted
    assert search.span == SPAN
    entry = operations.join(search=search.query(), span=SPAN, by=make_user(), now=NOW)
    for booking in bookings:
        free(booking)

    billing.offer_due(now=NOW)

    assert state(entry) == Queue.OFFERED
    assert entry.booking.space == right
    assert entry.booking.people == 8
    with pytest.raises(FreeNow):
        operations.join(search=search.query(), span=SPAN, by=make_user(), now=NOW)


def test_a_search_passes_over_what_they_may_not_book():
    place = make_place()
    first, second = make_space(place), make_space(place)
    first.access_rules.create(organisation=make_organisation())
    bookings = [taken(first), taken(second)]
    query = "date=2026-11-25&from=12:00&to=14:00"
    entry = operations.join(search=query, span=SPAN, by=make_user(), now=NOW)
    for booking in bookings:
        free(booking)

    billing.offer_due(now=NOW)

    assert state(entry) == Queue.OFFERED
    assert entry.booking.space == second


def test_desks_are_offered_as_many_as_are_wanted():
    desks = make_space(units=3, allocation=Allocation.ANY)
    two, one = taken(desks, quantity=2), make_user()
    Occupancy.objects.filter(booking=two)
    last = desks.units.order_by("-pk").first()
    Occupancy.objects.create(
        place=desks.place, unit=last, during=SPAN, booking=make_booking(make_space(desks.place))
    )
    entry = wait(desks, one, quantity=2)
    free(two)

    billing.offer_due(now=NOW)

    assert state(entry) == Queue.OFFERED
    assert entry.booking.occupancies.count() == 2


def test_an_entry_ends_by_itself_when_its_time_has_come():
    space = make_space()
    booking = taken(space)
    entry, until = wait(space), wait(space, until=NOW + timedelta(hours=1))
    assert until.state_at(NOW + timedelta(hours=1)) == Queue.ENDED

    billing.offer_due(now=NOW + timedelta(hours=1))
    assert state(until) == Queue.ENDED
    assert state(entry) == Queue.WAITING
    free(booking, now=NOW + timedelta(hours=1))
    assert len(billing.offer_due(now=NOW + timedelta(hours=1))) == 1
    later = make_space()
    taken(later)
    other = wait(later)
    billing.offer_due(now=START)
    assert state(other) == Queue.ENDED


def test_leave_says_no_to_what_is_offered():
    first, second = offered_to_first(make_space(), waiting=2, all_of_them=True)

    billing.leave(entry=first, now=NOW)
    billing.offer_due(now=NOW)
    assert (state(first), state(second)) == (Queue.PASSED, Queue.OFFERED)

    billing.accept(entry=second, by=second.person, now=NOW)
    billing.leave(entry=second, now=NOW)
    assert state(second) == Queue.TAKEN  # a booking is cancelled as one


def test_leave_frees_the_place_in_line():
    space = make_space()
    booking = taken(space)
    first, second = wait(space), wait(space, at=NOW + MINUTE)

    billing.leave(entry=first, now=NOW)
    free(booking)
    billing.offer_due(now=NOW)

    assert (state(first), state(second)) == (Queue.ENDED, Queue.OFFERED)


def test_a_bug_about_one_keeps_nobody_else_waiting(monkeypatch):
    space = make_space()
    booking = taken(space)
    first, second = wait(space), wait(space, at=NOW + MINUTE)
    hold = operations.hold

    def broken(**asked):
        if asked["by"] == first.person:
            raise ZeroDivisionError
        return hold(**asked)

    monkeypatch.setattr(operations, "hold", broken)
    free(booking)
    billing.offer_due(now=NOW)

    assert (state(first), state(second)) == (Queue.WAITING, Queue.OFFERED)


def test_a_rolled_back_cancellation_frees_nothing():
    space = make_space()
    booking = taken(space)
    entry = wait(space)
    undone = transaction.savepoint()
    free(booking)
    transaction.savepoint_rollback(undone)

    billing.offer_due(now=NOW)
    assert not Freed.objects.exists()
    assert state(entry) == Queue.WAITING


def test_entries_go_with_their_person():
    space, person = make_space(), make_user()
    taken(space)
    wait(space, person)

    person.delete()

    assert not Waiting.objects.exists()


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
    entry = Waiting.objects.create(
        person=make_user(),
        space=make_space(),
        period=SPAN,
        created_at=NOW,
        until=START,
        look_at=NOW,
        state=before,
        booking=make_booking(),
    )
    if after in QUEUE_MOVES[before]:
        move_in_queue(entry, after, look_at=NOW)
        assert state(entry) == after
    else:
        with pytest.raises(AssertionError):
            move_in_queue(entry, after, look_at=NOW)
        assert state(entry) == before


def offered_to_first(space: Space, waiting: int = 1, *, all_of_them: bool = False):
    """Some wait in turn, and the first is offered what was taken."""
    booking = taken(space)
    entries = [wait(space, at=NOW + timedelta(seconds=n)) for n in range(waiting)]
    free(booking)
    billing.offer_due(now=NOW)
    assert state(entries[0]) == Queue.OFFERED
    entries[0].booking.refresh_from_db()
    return entries if all_of_them else entries[0]
