"""Bookings that become others: by their bookers, and by owners who move them."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.errors import Refused
from bookings import operations
from bookings.models import Booking, Change, ChangeStatus
from spaces.periods import period
from tests.bookings.walk.district import MINUTE, District, rows


class Changed(District):
    def is_rescheduled(self, booking: Booking) -> None:
        """To the other half, or an hour later, or so that it is longer or shorter; which of
        them depends on what it is now."""
        hour = 60 * MINUTE
        start, end = booking.start, booking.end
        wishes: list[dict[str, Any]] = [
            {"span": period(start, end + hour)},
            {"span": period(start + hour, end + hour)},
            {"span": period(start, start + 30 * MINUTE)},
            {"space": self.hall["left"] if booking.space != self.hall["left"] else self.spaces[0]},
            {"quantity": 3 if booking.quantity == 1 else 1},
        ]
        wish = wishes[(booking.sequence + self.booked) % len(wishes)]
        self.changes(
            booking,
            lambda: operations.reschedule(booking=booking, by=self.booker, now=self.now, **wish),
        )

    def is_extended(self, booking: Booking) -> None:
        self.changes(
            booking, lambda: operations.extend(booking=booking, by=self.booker, now=self.now)
        )

    def is_released(self, booking: Booking) -> None:
        self.changes(
            booking, lambda: operations.release(booking=booking, by=self.booker, now=self.now)
        )

    def its_change_is_paid(self, booking: Booking) -> None:
        change = booking.changes.exclude(due=0).last()
        if change is not None:
            self.changes(booking, lambda: operations.make_change(change=change, now=self.now))

    def its_change_is_approved(self, booking: Booking) -> None:
        change = booking.changes.filter(status=ChangeStatus.REQUESTED).last()
        if change is not None:
            self.changes(
                booking,
                lambda: operations.approve_change(change=change, by=self.owner, now=self.now),
            )

    def its_change_is_withdrawn(self, booking: Booking) -> None:
        operations.withdraw(booking=booking, by=self.booker, now=self.now)

    def changes(self, booking: Booking, act: Callable[[], Change]) -> None:
        """It is made, or it waits and the booking is as it was; a refusal changes nothing."""
        before, was = rows(), booking.period
        try:
            with transaction.atomic():
                change = act()
        except Refused:
            assert rows() == before
            return
        booking.refresh_from_db()
        if change.status == ChangeStatus.MADE:
            assert (booking.space, booking.period) == (change.space, change.period)
            assert (booking.quantity, booking.amount) == (change.quantity, change.amount)
        else:
            assert booking.period == was
        assert booking.bound <= booking.amount

    def is_rehoused(self, booking: Booking) -> None:
        """By its owner, to the next of their spaces."""
        to = self.spaces[(self.spaces.index(booking.space) + 1) % len(self.spaces)]
        was = booking.period
        moved = self.attempt(
            None,
            lambda: operations.rehouse(booking=booking, to=to, by=self.owner, now=self.now),
        )
        if moved is not None:
            assert (moved.space, moved.period, moved.price) == (to, was, booking.price)
