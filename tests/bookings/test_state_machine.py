"""Everything that can happen to bookings, in any order, while the clock moves by itself.

Hypothesis walks through the operations on a small district where spaces share units. What
the engine says beforehand is what the operation does, and after each step the rows of
`Occupancy` are exactly those that the bookings and closures account for. What may happen, and
what is then true, is in `walk/`.
"""

from typing import Any

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule, run_state_machine_as_test

from bookings import operations
from bookings.models import Booking, Closure, Status
from tests.bookings.walk.booked import Booked
from tests.bookings.walk.changed import Changed
from tests.bookings.walk.come import Come
from tests.bookings.walk.district import MINUTE, District, Wish, wishes
from tests.bookings.walk.owned import Owned
from tests.bookings.walk.promises import Promises
from tests.bookings.walk.together import Together
from tests.bookings.walk.wait import Waits

# What is likely to come next, and what may be tried at any time.
ANYTHING = (
    "is_paid",
    "is_reserved",
    "is_approved",
    "is_approved_by_a_slow_clock",
    "is_declined",
    "is_cancelled_by_its_booker",
    "is_cancelled_by_the_owner",
    "is_rescheduled",
    "is_extended",
    "is_released",
    "its_change_is_paid",
    "its_change_is_approved",
    "its_change_is_withdrawn",
    "runs_out",
    "is_rehoused",
    "is_checked_in",
    "is_missed",
    "is_given_up",
    "is_left_late",
    "is_described",
    "brings_guests",
    "leaves_a_guest_out",
    "is_answered",
    "its_series_is_moved",
    "its_series_is_cancelled",
    "its_day_is_taken_after_all",
)
LIKELY = {
    Status.HELD: ("is_paid", "is_reserved", "runs_out", "is_cancelled_by_its_booker"),
    Status.REQUESTED: ("is_approved", "is_approved_by_a_slow_clock", "runs_out", "is_declined"),
    Status.CONFIRMED: (
        "is_rescheduled",
        "is_extended",
        "its_change_is_paid",
        "is_released",
        "its_series_is_moved",
        "brings_guests",
        "is_rehoused",
        "begins",
    ),
    Status.EXPIRED: ("is_paid", "is_reserved", "its_day_is_taken_after_all"),
    Status.CANCELLED: ("its_day_is_taken_after_all", "is_paid", "is_cancelled_by_its_booker"),
    Status.CHECKED_IN: ("is_extended", "is_released", "is_left_late", "ends"),
}


class Walk(Promises, Booked, Changed, Come, Together, Waits, Owned):
    """The rules are few: Hypothesis leaves some out of each walk."""

    bookings = District.bookings

    @initialize(target=bookings, asked=st.lists(wishes, min_size=3, max_size=5))
    def some_have_booked(self, asked: list[Wish]) -> Any:
        made = [self.books(self.spaces[which], span, many) for which, span, many in asked]
        return multiple(*(booking for booking in made if booking))

    @rule(target=bookings, wish=wishes, more=st.lists(wishes, max_size=2))
    def somebody_books(self, wish: Wish, more: list[Wish]) -> Any:
        """One time, or several together."""
        if more:
            return multiple(*self.books_together([wish, *more]))
        which, span, quantity = wish
        return self.books(self.spaces[which], span, quantity) or multiple()

    @rule(
        target=bookings,
        wish=wishes,
        plan=st.sampled_from(["series", "series", "joins", "joins", "offers", "accepts", "leaves"]),
    )
    def somebody_plans(self, wish: Wish, plan: str) -> Any:
        """A series; or to wait for what is not free, which is offered once it is."""
        which, span, quantity = wish
        if plan == "series":
            return multiple(*self.books_a_series(self.spaces[which], span))
        if plan == "joins":
            self.joins(self.spaces[which], span, quantity)
        elif plan == "leaves":
            self.nobody_waits_any_more()
        else:
            offered = self.is_offered()
            if plan == "accepts":
                self.is_accepted()
            return multiple(*offered)
        return multiple()

    @rule(
        target=bookings,
        booking=bookings,
        wanted=st.sampled_from(["", "", "same", "left", "right", "hall"]),
        choices=st.lists(st.integers(0, 31), min_size=1, max_size=3),
        surprise=st.sampled_from([False, False, False, True]),
    )
    def its_story_goes_on(
        self, booking: Booking, wanted: str, choices: list[int], surprise: bool
    ) -> Any:
        """As stories do, most often; and perhaps somebody wants its time just before."""
        came = []
        if wanted:
            space = self.hall.get(wanted, booking.space)
            came.append(self.books(space, booking.period, 1))
        for choice in choices:
            booking = Booking.objects.select_related("space__place", "series").get(pk=booking.pk)
            steps = ANYTHING if surprise else LIKELY.get(Status(booking.status), ANYTHING)
            came.append(getattr(self, steps[choice % len(steps)])(booking))
        return multiple(*(one for one in came if one is not None))

    @rule(minutes=st.sampled_from([1, 14, 15, 16, 60, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        if minutes <= 60 or self.booked > 8:  # else most walks are over before they begin
            self.now += MINUTE * minutes

    @rule(wish=wishes, sweep=st.booleans())
    def somebody_looks_after_things(self, wish: Wish, sweep: bool) -> None:
        """The sweeper, or an owner who closes or reopens."""
        which, span, _quantity = wish
        closed = Closure.objects.first()
        if sweep:
            self.is_swept()
        elif closed:
            operations.reopen(closure=closed)
        else:
            self.closes(self.spaces[which], span)


@pytest.mark.django_db
def test_nothing_that_can_happen_takes_a_unit_twice() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_timeout = 0")
    run_state_machine_as_test(Walk)
