"""Series that meet: one has all of its times, and the other none."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from billing.models import Order
from billing.operations.moving_series import move_and_order
from bookings.models import Booking, Change, ChangeStatus, Occupancy, Series, Status
from bookings.occurrences import span_on
from bookings.operations.shapes import Shape
from spaces.models import Space
from spaces.periods import at_minute
from tests.factories import NOW, make_member, make_place, make_series, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_occupancy import overlaps

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
TUESDAYS = [date(2026, 12, 1) + timedelta(weeks=n) for n in range(10)]


def test_of_two_series_that_overlap_one_has_all_and_the_other_nothing(race: Race) -> None:
    space = make_space()
    jobs = [
        [
            partial(
                bookers.book_series,
                space=space.pk,
                days=TUESDAYS[first:],
                opens=600 + 60 * (n % 2),
                by=make_user().pk,
                now=NOW,
            )
        ]
        for n, first in enumerate((0, 3, 6, 0))
    ]

    result = race(jobs)

    assert len(result.answers) == 1
    assert result.refusals == ["slot_taken"] * 3
    assert result.deadlocks == 0
    (series,) = Series.objects.all()
    assert Booking.objects.count() == series.bookings.count() > 0
    assert overlaps() == 0


def test_a_series_and_its_single_bookings_are_cancelled_at_once_without_a_deadlock(
    race: Race,
) -> None:
    booker = make_user()
    series = make_series(make_space(make_place()), NOW + timedelta(days=1), count=8, by=booker)
    singles = series.bookings.order_by("-pk")[:4]

    result = race(
        [
            [partial(bookers.cancel_series, series=series.pk, by=booker.pk, now=NOW)],
            *([partial(bookers.cancel, booking=one.pk, by=booker.pk, now=NOW)] for one in singles),
        ]
    )

    assert result.deadlocks == 0
    assert set(result.refusals) <= {"wrong_state"}
    assert set(series.bookings.values_list("status", flat=True)) == {Status.CANCELLED}


def test_two_series_that_are_moved_to_the_same_time_cannot_both_be(race: Race) -> None:
    """And their single bookings are cancelled meanwhile."""
    space, morning = make_space(make_place()), NOW + timedelta(days=1)
    people = [make_user(), make_user()]
    series = [
        make_series(space, morning + timedelta(hours=hour), count=6, by=person)
        for hour, person in zip((0, 3), people, strict=True)
    ]
    moves = [
        [partial(bookers.move_series, series=one.pk, opens=20 * 60, by=person.pk, now=NOW)]
        for one, person in zip(series, people, strict=True)
    ]
    ends = [
        [partial(bookers.cancel, booking=one.pk, by=people[0].pk, now=NOW)]
        for one in series[0].bookings.order_by("-pk")[:2]
    ]

    result = race([*moves, *ends])

    assert result.deadlocks == 0
    assert set(result.refusals) <= {"slot_taken", "wrong_state"}
    assert overlaps() == 0
    late = {
        one.pk: {booking.start.hour for booking in one.bookings.filter(status=Status.CONFIRMED)}
        for one in series
    }
    assert all(len(starts) == 1 for starts in late.values()), late  # all of it, or none
    assert sum(starts == {19} for starts in late.values()) <= 1


def test_a_series_is_moved_while_its_bookings_get_times_of_their_own(race: Race) -> None:
    """Whoever comes first: each booking has the time of its rule, or the one asked for it."""
    hour = timedelta(hours=1)
    series = make_series(make_space(), NOW + timedelta(days=1), count=6)
    was, told = series.opens, {"by": series.booker_id, "now": NOW}
    shift = partial(
        bookers.move_series,
        series=series.pk,
        opens=series.opens + 120,
        **told,
    )
    own = {one.pk: (one.start + 6 * hour, one.end + 6 * hour) for one in series.bookings.all()}
    moves = [
        partial(bookers.reschedule, booking=pk, start=start, end=end, **told)
        for pk, (start, end) in own.items()
    ]

    result = race([[shift], *([move] for move in moves[::-1]), [shift]])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) <= {"wrong_state", "nothing_changed"}
    series.refresh_from_db()
    assert series.opens in (was, was + 120)
    for booking in series.bookings.all():
        ruled = span_on(series, booking.recurrence_date)
        assert booking.period == ruled or own[booking.pk] == (booking.start, booking.end)
        assert booking.occupancies.get().during == booking.period
        assert booking.sequence == booking.events.filter(kind="changed").count()
    assert overlaps() == 0


def test_carts_and_series_that_cost_money_are_ordered_whole_or_not_at_all(race: Race) -> None:
    """Held and ordered in one transaction: no hold is without its order, and no order is of
    anything else."""
    place = make_place()
    rooms = [make_space(place, price=10_000).pk for _ in range(3)]
    start, _end = span_of(TUESDAYS[0], 600)
    carts = [
        partial(
            bookers.order_together,
            spaces=rooms[n:] + rooms[:n],
            start=start + timedelta(weeks=week),
            end=start + timedelta(weeks=week, hours=1),
            by=make_user().pk,
            now=NOW,
        )
        for n in range(3)
        for week in range(2)
    ]
    series = [
        partial(
            bookers.order_series,
            space=rooms[n % 3],
            days=TUESDAYS[:4],
            opens=600,
            by=make_user().pk,
            now=NOW,
        )
        for n in range(6)
    ]

    result = race([[job] for pair in zip(carts, series, strict=True) for job in pair])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) == {"slot_taken"}
    assert Order.objects.count() == len(result.answers)
    held = Booking.objects.filter(status=Status.HELD)
    assert held.count() == sum(int(many) for many in result.answers) == Occupancy.objects.count()
    for order in Order.objects.all():
        booked = [line.booked for line in order.lines.all()]
        assert len(booked) in (3, 4)
        assert {one.booker_id for one in booked} == {order.buyer_id}
        assert order.amount == sum(one.amount for one in booked) > 0
    assert held.filter(order_lines=None).count() == 0
    assert overlaps() == 0


def span_of(day: date, opens: int) -> tuple[datetime, datetime]:
    """Two hours of the clock in Trondheim."""
    start = at_minute(day, opens, ZoneInfo("Europe/Oslo"))
    return start, start + timedelta(hours=2)


def to_move(series: Series, space: Space) -> UUID:
    """What is to be paid for all of a series to be in another room, once Stripe has it."""
    to = Shape(series.opens, series.closes, space)
    move_and_order(series=series, to=to, by=series.booker, now=NOW, first=None)
    return Order.objects.get(buyer=series.booker).pk


def test_a_series_that_goes_to_another_room_is_paid_while_others_take_both(
    race: Race, settings: Any
) -> None:
    """Whoever takes both rooms locks them in their order, and so does who moves from the one to
    the other."""
    settings.STRIPE_SECRET_KEY = "sk_test_ledig"
    place = make_place()
    room, other = (make_space(place, price=10_000) for _ in range(2))
    both = make_space(place, units=[*room.units.all(), *other.units.all()])
    start = NOW + timedelta(days=1)
    with transaction.atomic():
        orders = [
            to_move(make_series(other, start + n * HOUR * 3, count=6, by=make_user()), room)
            for n in range(4)
        ]
    hours = [start + timedelta(days=1, hours=n) for n in range(20)]
    holds = [
        [
            partial(
                bookers.hold, space=both.pk, start=at, end=at + HOUR, by=make_user().pk, now=NOW
            )
            for at in hours[n::4]
        ]
        for n in range(4)
    ]

    result = race([*([partial(bookers.pay, order=pk, now=NOW)] for pk in orders), *holds])

    assert (result.errors, result.refusals, result.deadlocks) == ([], [], 0)
    assert Change.objects.filter(status=ChangeStatus.MADE).count() == 24
    assert overlaps() == 0


def test_a_yes_to_a_whole_series_against_its_being_taken_back(race: Race) -> None:
    """And one of its bookings is cancelled meanwhile: all that is left is moved, or nothing."""
    owner, day = make_user(), NOW + timedelta(days=1)
    found = []
    for n in range(6):
        space = make_space(make_place(), is_instant=False)
        make_member(space.organisation, user=owner)
        series = make_series(space, day, count=4, by=make_user())
        to = Shape(20 * 60, 22 * 60)
        with transaction.atomic():
            move_and_order(series=series, to=to, by=series.booker, now=NOW, first=None)
        found.append((series, [*series.bookings.order_by("-pk" if n % 2 else "pk")]))

    yes = partial(bookers.answer_series, by=owner.pk, now=NOW)
    result = race(
        [
            [partial(yes, series=series.pk) for series, _booked in found],
            [partial(bookers.take_change_back, booking=b[0].pk, now=NOW) for _s, b in found],
            [
                partial(bookers.cancel, booking=b[-1].pk, by=s.booker_id, now=NOW)
                for s, b in reversed(found)
            ],
        ]
    )

    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) <= {"wrong_state"}
    for series, _booked in found:
        left = series.bookings.filter(status=Status.CONFIRMED)
        assert left.count() == 3
        statuses = set(left.values_list("changes__status", flat=True))
        assert statuses in ({ChangeStatus.MADE}, {ChangeStatus.ENDED})
        was = series.opens
        series.refresh_from_db()
        assert series.opens == (20 * 60 if statuses == {ChangeStatus.MADE} else was)
        assert {span_on(series, one.recurrence_date) for one in left} == {o.period for o in left}
    assert overlaps() == 0
