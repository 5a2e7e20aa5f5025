"""Quotas: however many ways there are to book at once, they are used up and not exceeded."""

from datetime import date, timedelta
from functools import partial

import pytest

from billing.models import Order, OrderStatus
from bookings import operations
from bookings.models import OCCUPYING, Booking, Status
from bookings.operations.holding import HOLD
from spaces.models import Quota
from spaces.periods import minutes_in, period
from tests.factories import NOW, make_booking, make_place, make_space, make_user
from tests.races import bookers
from tests.races.conftest import Race
from tests.races.test_money import make_order
from tests.races.test_occupancy import overlaps

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
THERE = NOW + timedelta(days=10)  # 3 December
TUESDAYS = [date(2026, 12, 8) + timedelta(weeks=n) for n in range(3)]


def test_a_months_hours_are_not_exceeded_by_changes_carts_and_series_at_once(race: Race) -> None:
    place, person = make_place(), make_user()
    Quota.objects.create(owner=place.organisation, counts="minutes", amount=1_200, window="month")
    rooms = [make_space(place) for _ in range(16)]
    booked = [make_booking(room, THERE, THERE + HOUR, by=person) for room in rooms[:8]]
    told = {"by": person.pk, "now": NOW}
    longer = [
        partial(bookers.reschedule, booking=one.pk, start=THERE, end=THERE + 2 * HOUR, **told)
        for one in booked[:4]
    ]
    extended = [partial(bookers.extend, booking=one.pk, **told) for one in booked[4:]]
    carts = [
        partial(
            bookers.book_together,
            spaces=[room.pk for room in rooms[first : first + 3]],
            start=THERE + 5 * HOUR,
            end=THERE + 6 * HOUR,
            **told,
        )
        for first in (0, 2, 8)
    ]
    series = [
        partial(bookers.book_series, space=room.pk, days=TUESDAYS, opens=600, **told)
        for room in rooms[8:10]
    ]
    holds = [
        partial(bookers.hold, space=room.pk, start=THERE, end=THERE + HOUR, **told)
        for room in rooms[10:]
    ]

    result = race([[job] for job in (*longer, *series, *extended, *carts, *holds)])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert {"quota_used"} <= set(result.refusals) <= {"quota_used", "slot_taken"}
    stands = Booking.objects.filter(status__in=OCCUPYING)
    used = sum(minutes_in(booking.period) for booking in stands)
    assert 1_200 - 6 * 60 < used <= 1_200
    assert overlaps() == 0


def test_who_pays_late_and_books_anew_at_once_has_no_more_than_their_quota(race: Race) -> None:
    """Each hold has run out; its money comes as its booker takes other times instead."""
    place, person = make_place(), make_user()
    Quota.objects.create(owner=place.organisation, counts="bookings", amount=4, window="month")
    dear, free = make_space(place, price=20_000), make_space(place)
    late = NOW + HOLD
    orders = []
    for n in range(4):
        start = THERE + n * HOUR
        booking = operations.hold(space=dear, span=period(start, start + HOUR), by=person, now=NOW)
        orders.append(make_order(booking))
    pays = [[partial(bookers.pay, order=order.pk, now=late)] for order in orders]
    books = [
        [
            partial(
                bookers.hold,
                space=free.pk,
                start=THERE + n * HOUR,
                end=THERE + (n + 1) * HOUR,
                by=person.pk,
                now=late,
            )
        ]
        for n in range(4)
    ]
    sweeps = [[partial(bookers.expire, now=late)]] * 2

    result = race([*pays, *books, *sweeps])

    assert (result.errors, result.deadlocks) == ([], 0)
    assert set(result.refusals) <= {"quota_used"}
    assert Booking.objects.filter(status=Status.CONFIRMED).count() == 4
    for order in Order.objects.all():
        booking = order.lines.get().booked
        back = sum(order.refunds.values_list("amount", flat=True))
        assert order.status == OrderStatus.PAID
        assert back == (0 if booking.status == Status.CONFIRMED else order.amount)
    assert overlaps() == 0
