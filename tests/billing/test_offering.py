"""Who waits is asked in turn, when time becomes free."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from billing import operations as billing
from billing.models import Order
from bookings import operations
from bookings.forms import SearchForm
from bookings.models import (
    BookingEvent,
    Delivery,
    Freed,
    Kind,
    Occupancy,
    Queue,
    Status,
    Waiting,
)
from bookings.operations.queueing import FreeNow, NotOffered
from spaces.models import Allocation
from spaces.periods import period
from tests.billing.waiting import MINUTE, SPAN, START, free, offered_to_first, state, taken, wait
from tests.factories import (
    NOW,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db


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
    assert entry.booking.expires_at is not None
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
    two = taken(desks, quantity=2)
    entry = wait(desks, quantity=2)
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
    shortest = later.in_force.min_length * MINUTE
    billing.offer_due(now=SPAN.upper - shortest - MINUTE)
    assert state(other) == Queue.WAITING
    billing.offer_due(now=SPAN.upper - shortest)
    assert state(other) == Queue.ENDED


def test_who_waits_gets_the_rest_of_what_nobody_came_to():
    space = make_space(step=15, min_length=30)
    taken(space, check_in_by=START + 20 * MINUTE)
    entry = wait(space)
    billing.offer_due(now=START + MINUTE)
    assert state(entry) == Queue.WAITING
    now = START + 21 * MINUTE
    operations.release_due(now=now)

    (booking,) = billing.offer_due(now=now)

    assert booking.period == period(START + 30 * MINUTE, SPAN.upper)
    assert booking.expires_at is not None
    assert now < booking.expires_at <= booking.start
    assert billing.accept(entry=entry, by=entry.person, now=now).status == "confirmed"


def test_less_than_the_space_is_booked_for_is_offered_to_nobody():
    space = make_space(step=15, min_length=60)
    booking = taken(space, check_in_by=START + 50 * MINUTE)
    entry = wait(space)
    operations.release_missed(booking=booking, now=START + 58 * MINUTE)
    assert billing.offer_due(now=START + 58 * MINUTE) == []
    assert state(entry) == Queue.WAITING


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
