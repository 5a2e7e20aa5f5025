"""A booking becomes another: the old time is never lost, and the rules are those of a new one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from accounts.errors import Refused
from accounts.models import User
from bookings import operations
from bookings.models import Booking, Change, ChangeStatus, Kind, Occupancy, Status
from bookings.operations.changing import NotLonger
from bookings.operations.ending import refund_on_cancel
from bookings.operations.holding import HOLD
from bookings.queries.history import history
from bookings.refusals import WrongState
from spaces.models import Allocation, Quota, Space
from spaces.periods import Period, period
from tests.factories import NOW, make_add_on, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = NOW + DAY
SPAN = period(START, START + 2 * HOUR)


@pytest.fixture
def student() -> User:
    return make_user()


def booked(space: Space, by: User, span: Period = SPAN, **fields: Any) -> Booking:
    return make_booking(space, span.lower, span.upper, by=by, **fields)


def reschedule(booking: Booking, now: datetime = NOW, **wish: Any) -> Change:
    with transaction.atomic():
        return operations.reschedule(booking=booking, by=booking.booker, now=now, **wish)


def refused(booking: Booking, now: datetime = NOW, **wish: Any) -> str:
    """The code of the refusal; nothing may have changed."""
    before = rows()
    with pytest.raises(Refused) as no:
        reschedule(booking, now, **wish)
    assert rows() == before
    return no.value.code


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Booking, Occupancy, Change)]


def times(booking: Booking) -> list[tuple[datetime, datetime]]:
    found = booking.occupancies.filter(change=None)
    return [(row.during.lower, row.during.upper) for row in found]


# --- Made at once -----------------------------------------------------------------------


def test_reschedule_moves_the_time_and_keeps_the_booking(student: User) -> None:
    booking = booked(make_space(), student)
    later = period(START + HOUR, START + 4 * HOUR)  # overlaps its own

    change = reschedule(booking, span=later)

    changed = Booking.objects.get()
    assert change.status == ChangeStatus.MADE
    assert (changed.pk, changed.ical_uid) == (booking.pk, booking.ical_uid)
    assert (changed.period, changed.sequence) == (later, 1)
    assert times(changed) == [(later.lower, later.upper)]
    assert changed.events.last().kind == Kind.CHANGED


def test_reschedule_to_another_space_takes_its_units_and_leaves_the_old(student: User) -> None:
    place = make_place()
    room, hall = make_space(place), make_space(place, units=2)
    booking = booked(room, student)

    reschedule(booking, space=hall)

    taken = set(Occupancy.objects.values_list("unit", flat=True))
    assert taken == set(hall.units.values_list("pk", flat=True))
    assert Booking.objects.get().space == hall


def test_the_history_says_what_became_of_what(student: User) -> None:
    place = make_place()
    room, hall = make_space(place, name="Nidelva"), make_space(place, name="Gaula")
    booking = booked(room, student)
    reschedule(booking, span=period(START + HOUR, START + 3 * HOUR))
    booking.refresh_from_db()
    reschedule(booking, space=hall)
    booking.refresh_from_db()

    with translation.override("nb"):
        first, second = (one.how for one in history(booking, reader=student, as_owner=True))

    assert first == ("tirsdag 24. november, 12–14 → tirsdag 24. november, 13–15",)
    assert second == ("Nidelva → Gaula",)


def test_more_desks_keeps_those_one_sits_at(student: User) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY)
    booked(desks, make_user())
    booking = booked(desks, student, period(START + 5 * HOUR, START + 6 * HOUR))
    last = desks.units.order_by("pk").last()
    booking.occupancies.update(unit=last)

    reschedule(booking, quantity=3)

    assert last.pk in set(booking.occupancies.values_list("unit", flat=True))
    assert booking.occupancies.count() == 3


def test_fewer_desks_frees_the_rest(student: User) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY)
    booking = booked(desks, student, quantity=3)

    reschedule(booking, quantity=1)

    assert booking.occupancies.count() == 1


def test_what_is_booked_along_comes_too(student: User) -> None:
    place = make_place()
    rooms = [make_space(place), make_space(place)]
    projector = make_add_on(place, rooms, count=1)
    booking = operations.hold(
        space=rooms[0], span=SPAN, by=student, now=NOW, add_ons={projector: 1}
    )
    later = period(START + 3 * HOUR, START + 4 * HOUR)

    reschedule(booking, space=rooms[1], span=later)

    units = booking.occupancies.values_list("unit", flat=True)
    assert set(units) == {rooms[1].units.get().pk, projector.units.get().pk}
    assert set(times(booking)) == {(later.lower, later.upper)}


# --- Refused, and nothing lost ----------------------------------------------------------


def test_reschedule_into_somebody_elses_time_keeps_the_old(student: User) -> None:
    space = make_space()
    booking = booked(space, student)
    booked(space, make_user(), period(START + 3 * HOUR, START + 4 * HOUR))

    assert refused(booking, span=period(START + 2 * HOUR, START + 4 * HOUR)) == "slot_taken"


@pytest.mark.parametrize(
    ("rules", "wish", "code"),
    [
        ({"max_length": 120}, {"span": period(START, START + 3 * HOUR)}, "too_long"),
        ({"min_length": 90}, {"span": period(START, START + HOUR)}, "too_short"),
        ({"lead_time": 12 * 60}, {"span": period(NOW + HOUR, NOW + 3 * HOUR)}, "too_soon"),
        ({"step": 60}, {"span": period(START, START + 90 * MINUTE)}, "off_step"),
        ({"capacity": 4}, {"people": 5}, "too_many_people"),
        ({}, {"quantity": 2}, "too_many"),
        ({}, {"span": SPAN}, "nothing_changed"),
    ],
)
def test_a_change_is_asked_what_a_new_booking_is(
    student: User, rules: dict[str, Any], wish: dict[str, Any], code: str
) -> None:
    assert refused(booked(make_space(**rules), student), **wish) == code


def test_a_change_is_held_against_the_quota_without_the_booking_itself(student: User) -> None:
    space = make_space()
    Quota.objects.create(space=space, counts="minutes", amount=180, window="day")
    booking = booked(space, student)

    reschedule(booking, span=period(START, START + 3 * HOUR))
    booking.refresh_from_db()

    assert refused(booking, span=period(START, START + 4 * HOUR)) == "quota_used"


@pytest.mark.parametrize("status", sorted(set(Status) - {"requested", "confirmed", "checked_in"}))
def test_only_what_stands_can_be_changed(student: User, status: Status) -> None:
    booking = booked(make_space(), student, status=status)

    assert refused(booking, span=period(START, START + HOUR)) == "wrong_state"


def test_a_request_changes_its_time_and_keeps_its_space(student: User) -> None:
    place = make_place()
    space = make_space(place, is_instant=False)
    booking = operations.hold(space=space, span=SPAN, by=student, now=NOW)

    assert refused(booking, space=make_space(place)) == "still_asked"
    reschedule(booking, span=period(START, START + HOUR))

    booking.refresh_from_db()
    assert (booking.status, booking.end) == (Status.REQUESTED, START + HOUR)
    assert booking.occupancies.get().held_until == booking.expires_at


# --- While sitting there ----------------------------------------------------------------


def test_extend_while_sitting_there_asks_for_no_lead_time(student: User) -> None:
    space = make_space(lead_time=24 * 60)
    booking = booked(space, student, status=Status.CHECKED_IN)

    change = operations.extend(booking=booking, by=student, now=START + 100 * MINUTE)

    booking.refresh_from_db()
    assert change.status == ChangeStatus.MADE
    assert (booking.start, booking.end) == (START, START + 150 * MINUTE)
    assert times(booking) == [(START, START + 150 * MINUTE)]


def test_extend_is_by_the_spaces_step(student: User) -> None:
    booking = booked(make_space(step=60), student)

    operations.extend(booking=booking, by=student, now=START)

    booking.refresh_from_db()
    assert booking.end == START + 3 * HOUR


def test_extend_until_the_end_it_has_is_refused_as_no_longer(student: User) -> None:
    booking = booked(make_space(), student)

    with pytest.raises(NotLonger):
        operations.extend(booking=booking, by=student, now=START, until=SPAN.upper)


def test_a_change_of_what_somebody_has_changed_meanwhile_is_refused(student: User) -> None:
    """They have looked at a booking that is another by now: two tabs, or a colleague."""
    booking = booked(make_space(), student)
    stale = Booking.objects.get(pk=booking.pk)
    moved = period(START + HOUR, START + 3 * HOUR)
    reschedule(booking, span=moved)

    with pytest.raises(WrongState):
        reschedule(stale, span=period(START + 2 * HOUR, START + 4 * HOUR))

    booking.refresh_from_db()
    assert booking.period == moved


def test_extend_into_the_next_booking_is_refused(student: User) -> None:
    space = make_space(buffer_after=15)
    booking = booked(space, student)
    booked(space, make_user(), period(SPAN.upper + 30 * MINUTE, SPAN.upper + 2 * HOUR))

    with pytest.raises(Refused) as no, transaction.atomic():
        operations.extend(booking=booking, by=student, now=START)

    assert no.value.code == "slot_taken"
    assert times(booking) == [(START, SPAN.upper + 15 * MINUTE)]


def test_what_has_begun_keeps_its_start_and_its_space(student: User) -> None:
    place = make_place()
    booking = booked(make_space(place), student)
    now = START + MINUTE

    assert refused(booking, now, span=period(START + HOUR, START + 3 * HOUR)) == "already_begun"
    assert refused(booking, now, space=make_space(place)) == "already_begun"


@pytest.mark.parametrize("minutes", [31, 45])
def test_release_frees_the_rest_at_the_next_step(student: User, minutes: int) -> None:
    space = make_space(step=15, min_length=60)
    booking = booked(space, student, status=Status.CHECKED_IN)

    operations.release(booking=booking, by=student, now=START + minutes * MINUTE)
    rest = operations.hold(
        space=space,
        span=period(START + 45 * MINUTE, START + 2 * HOUR),
        by=make_user(),
        now=START + minutes * MINUTE,
    )

    booking.refresh_from_db()
    assert (booking.end, booking.status) == (START + 45 * MINUTE, Status.CHECKED_IN)
    assert rest.status == Status.CONFIRMED


def test_release_of_what_is_cancelled_says_so_and_not_that_it_may_be_cancelled(
    student: User,
) -> None:
    booking = booked(make_space(), student, status=Status.CANCELLED)

    with pytest.raises(WrongState):
        operations.release(booking=booking, by=student, now=START - MINUTE)


@pytest.mark.parametrize(
    ("at", "code"),
    [(-MINUTE, "not_yet"), (110 * MINUTE, "nothing_to_free"), (2 * HOUR, "nothing_to_free")],
)
def test_release_of_nothing_is_refused(student: User, at: timedelta, code: str) -> None:
    booking = booked(make_space(step=15), student)

    with pytest.raises(Refused) as no:
        operations.release(booking=booking, by=student, now=START + at)

    assert no.value.code == code


def test_release_in_the_hour_that_comes_twice_ends_with_the_next_step(student: User) -> None:
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)  # 1.00 in Trondheim
    booking = booked(make_space(), student, period(start, start + 5 * HOUR))
    operations.release(booking=booking, by=student, now=start + 65 * MINUTE)  # 2.05, the first
    booking.refresh_from_db()
    assert booking.end == start + 90 * MINUTE


def test_release_gives_nothing_back_that_a_cancellation_would_not(student: User) -> None:
    space = make_space(price=10_000)
    booking = booked(space, student, amount=20_000, cancellation=[[60, 100], [0, 50]])

    change = operations.release(booking=booking, by=student, now=START + MINUTE)

    booking.refresh_from_db()
    assert (change.back, booking.amount) == (0, 20_000)


# --- Money ------------------------------------------------------------------------------


def paid(student: User, tiers: list[list[int]], amount: int = 20_000) -> Booking:
    return booked(make_space(price=10_000), student, amount=amount, cancellation=tiers)


def test_shortening_gives_back_what_cancelling_that_part_would(student: User) -> None:
    booking = paid(student, [[0, 50]])

    change = reschedule(booking, span=period(START, START + HOUR))

    booking.refresh_from_db()
    assert (change.due, change.back) == (0, 5_000)
    assert booking.amount == 15_000
    assert sum(line["amount"] for line in booking.lines) == 15_000
    assert booking.lines[-1]["item"] == "kept"


def test_shortening_and_then_cancelling_gives_no_more_than_cancelling(student: User) -> None:
    booking = paid(student, [[0, 50]])
    all_at_once = refund_on_cancel(booking, as_owner=False, now=NOW).amount

    change = reschedule(booking, span=period(START, START + HOUR))
    booking.refresh_from_db()

    then = refund_on_cancel(booking, as_owner=False, now=NOW).amount
    assert change.back + then == all_at_once


def test_moving_to_a_later_day_does_not_bring_back_what_was_bound(student: User) -> None:
    booking = paid(student, [[48 * 60, 100]])  # a day before: nothing comes back
    next_week = period(START + 7 * DAY, START + 7 * DAY + 2 * HOUR)

    reschedule(booking, span=next_week)

    booking.refresh_from_db()
    assert booking.bound == 20_000
    assert not refund_on_cancel(booking, as_owner=False, now=NOW)
    assert refund_on_cancel(booking, as_owner=True, now=NOW).amount == 20_000


def test_moving_to_a_later_day_and_shortening_there_gives_nothing_back(student: User) -> None:
    booking = paid(student, [[48 * 60, 100]])
    reschedule(booking, span=period(START + 7 * DAY, START + 7 * DAY + 2 * HOUR))
    booking.refresh_from_db()

    change = reschedule(booking, span=period(booking.start, booking.start + HOUR))

    booking.refresh_from_db()
    assert (change.back, booking.amount) == (0, 20_000)


def test_a_later_start_within_the_old_time_binds_what_cancelling_would_keep(student: User) -> None:
    space = make_space(price=10_000)
    tiers = [[25 * 60, 100]]  # in an hour more it could be cancelled for free
    booking = booked(space, student, amount=20_000, cancellation=tiers)

    reschedule(booking, span=period(START + HOUR, START + 2 * HOUR))

    booking.refresh_from_db()
    assert not refund_on_cancel(booking, as_owner=False, now=NOW)


def test_what_was_kept_counts_when_it_becomes_longer_again(student: User) -> None:
    booking = paid(student, [[0, 50]])
    reschedule(booking, span=period(START, START + HOUR))
    booking.refresh_from_db()

    change = reschedule(booking, span=SPAN)

    assert (change.status, change.due) == (ChangeStatus.HELD, 5_000)


def test_more_that_costs_is_held_until_it_is_paid_and_the_old_time_stands(student: User) -> None:
    booking = paid(student, [[0, 100]])
    longer = period(START, START + 3 * HOUR)

    change = reschedule(booking, span=longer)

    booking.refresh_from_db()
    assert (change.status, change.due, change.expires_at) == ("held", 10_000, NOW + HOLD)
    assert (booking.end, booking.amount) == (SPAN.upper, 20_000)
    assert times(booking) == [(SPAN.lower, SPAN.upper)]
    extra = change.occupancies.get()
    assert (extra.during.lower, extra.during.upper) == (SPAN.upper, longer.upper)
    assert extra.held_until == change.expires_at
    with pytest.raises(Refused), transaction.atomic():
        operations.hold(
            space=booking.space,
            span=period(SPAN.upper, SPAN.upper + HOUR),
            by=make_user(),
            now=NOW,
        )


def test_made_once_it_is_paid(student: User) -> None:
    booking = paid(student, [[0, 100]])
    change = reschedule(booking, span=period(START, START + 3 * HOUR))

    operations.make_change(change=change, now=NOW + MINUTE)

    booking.refresh_from_db()
    assert (booking.end, booking.amount) == (START + 3 * HOUR, 30_000)
    assert times(booking) == [(START, START + 3 * HOUR)]
    assert not Occupancy.objects.exclude(change=None).exists()


def test_a_change_that_is_not_paid_leaves_the_booking_as_it_was(student: User) -> None:
    booking = paid(student, [[0, 100]])
    reschedule(booking, span=period(START, START + 3 * HOUR))
    later = NOW + HOLD

    rest = operations.hold(
        space=booking.space, span=period(SPAN.upper, SPAN.upper + HOUR), by=make_user(), now=later
    )
    operations.expire_changes_due(now=later)

    booking.refresh_from_db()
    assert rest.status == Status.HELD
    assert (booking.end, booking.status) == (SPAN.upper, Status.CONFIRMED)
    assert Change.objects.get().status == ChangeStatus.EXPIRED


def test_paid_too_late_and_taken_by_somebody_else_is_refused(student: User) -> None:
    booking = paid(student, [[0, 100]])
    change = reschedule(booking, span=period(START, START + 3 * HOUR))
    operations.hold(
        space=booking.space,
        span=period(SPAN.upper, SPAN.upper + HOUR),
        by=make_user(),
        now=NOW + HOLD,
    )

    with pytest.raises(Refused) as no, transaction.atomic():
        operations.make_change(change=change, now=NOW + HOLD)

    assert no.value.code == "slot_taken"
    booking.refresh_from_db()
    assert booking.occupancies.filter(change=None).count() == 1


def test_one_change_at_a_time(student: User) -> None:
    booking = paid(student, [[0, 100]])
    reschedule(booking, span=period(START, START + 3 * HOUR))
    booking.refresh_from_db()

    assert refused(booking, span=period(START, START + 4 * HOUR)) == "change_waits"
    operations.withdraw(booking=booking, by=student, now=NOW)
    assert reschedule(booking, span=period(START, START + 4 * HOUR)).due == 20_000


def test_cancelling_ends_a_change_that_waits(student: User) -> None:
    booking = paid(student, [[0, 100]])
    change = reschedule(booking, span=period(START, START + 3 * HOUR))

    operations.cancel(booking=booking, by=student, as_owner=False, now=NOW)

    change.refresh_from_db()
    assert change.status == ChangeStatus.ENDED
    assert not Occupancy.objects.exists()


# --- By approval ------------------------------------------------------------------------


def test_more_in_a_space_by_approval_is_asked_for_and_less_is_not(student: User) -> None:
    booking = booked(make_space(is_instant=False), student)

    change = reschedule(booking, span=period(START, START + 3 * HOUR))
    assert change.status == ChangeStatus.REQUESTED
    booking.refresh_from_db()
    assert (booking.status, booking.end) == (Status.CONFIRMED, SPAN.upper)
    operations.approve_change(change=change, by=make_user(), now=NOW + HOUR)
    booking.refresh_from_db()
    assert booking.end == START + 3 * HOUR

    assert reschedule(booking, span=SPAN).status == ChangeStatus.MADE


def test_a_change_that_is_declined_leaves_the_booking_as_it_was(student: User) -> None:
    booking = booked(make_space(is_instant=False), student)
    change = reschedule(booking, span=period(START + 5 * HOUR, START + 6 * HOUR))

    operations.end_change(change=change, why="declined", by=make_user(), now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.end) == (Status.CONFIRMED, SPAN.upper)
    assert times(booking) == [(SPAN.lower, SPAN.upper)]
    assert booking.occupancies.count() == 1
    assert booking.deliveries.filter(kind=Kind.CHANGE_ENDED, recipient=student).exists()
