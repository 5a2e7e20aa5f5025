"""Bookers: they hold, pay, are asked, and cancel."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from accounts.models import User
from bookings import availability, operations
from bookings.models import Actor, Booking, Status
from bookings.operations.ending import refund_on_cancel
from spaces.models import Space
from spaces.periods import Period
from spaces.prices import Buyer, quote
from tests.bookings.walk.district import MINUTE, District


class Booked(District):
    def books(self, space: Space, span: Period, quantity: int, by: User | None = None) -> Any:
        by = by or self.booker
        said = availability.verdict_on(space, span, now=self.now, quantity=quantity)
        if said == availability.FREE and not self.has_left(space, span, by):
            said = "quota_used"
        booking = self.attempt(
            said,
            lambda: operations.hold(space=space, span=span, by=by, now=self.now, quantity=quantity),
        )
        if booking is None:
            return None
        self.booked += 1
        price = quote(space, span, quantity=quantity, buyer=Buyer())
        expected = Status.HELD if price.total else Status.CONFIRMED
        if not price.total and not space.is_instant:
            expected = Status.REQUESTED
        assert (booking.status, booking.price) == (expected, price.total)
        return booking

    def runs_out(self, booking: Booking) -> None:
        self.now = max(self.now, booking.expires_at or self.now)

    def is_paid(self, booking: Booking) -> None:
        self.settle(booking, operations.confirm, Status.CONFIRMED)

    def is_reserved(self, booking: Booking) -> None:
        self.settle(booking, operations.request, Status.REQUESTED)

    def settle(self, booking: Booking, settled: Callable[..., Booking], status: Status) -> None:
        said = availability.FREE
        if booking.status not in (Status.HELD, Status.EXPIRED):
            said = "wrong_state"
        elif booking.end <= self.now:
            said = "is_over"
        elif not self.has_left_for(booking, self.now):
            said = "quota_used"
        elif not self.units_are_there_for(booking):
            said = "slot_taken"
        self.attempt(said, lambda: settled(booking=booking, now=self.now), status)

    def is_cancelled_by_its_booker(self, booking: Booking) -> None:
        self.cancel(booking, as_owner=False)

    def is_cancelled_by_the_owner(self, booking: Booking) -> None:
        self.cancel(booking, as_owner=True)

    def cancel(self, booking: Booking, *, as_owner: bool) -> None:
        actor = Actor.OWNER if as_owner else Actor.BOOKER
        said = self.allowed(booking, Status.CANCELLED, actor)
        if booking.start <= self.now or booking.has_run_out(self.now):
            said = "wrong_state"
        back = refund_on_cancel(booking, as_owner=as_owner, now=self.now)
        assert 0 <= back.amount <= booking.amount
        self.attempt(
            said,
            lambda: operations.cancel(
                booking=booking,
                by=self.owner if as_owner else self.booker,
                as_owner=as_owner,
                now=self.now,
            ),
            Status.CANCELLED,
        )

    def is_approved(self, booking: Booking) -> None:
        self.approve(booking, self.now)

    def is_approved_by_a_slow_clock(self, booking: Booking) -> None:
        """On a server that is a minute behind the others."""
        self.approve(booking, self.now - MINUTE)

    def approve(self, booking: Booking, now: datetime) -> None:
        said = availability.FREE
        if booking.status != Status.REQUESTED or booking.has_run_out(now):
            said = "wrong_state"
        elif booking.end <= now:
            said = "is_over"
        elif not self.has_left_for(booking, now):
            said = "quota_used"
        elif not self.units_are_there_for(booking):
            said = "slot_taken"
        self.attempt(
            said,
            lambda: operations.approve(booking=booking, by=self.owner, now=now),
            Status.CONFIRMED,
        )

    def is_declined(self, booking: Booking) -> None:
        self.attempt(
            self.allowed(booking, Status.DECLINED, Actor.OWNER),
            lambda: operations.decline(booking=booking, by=self.owner, now=self.now),
            Status.DECLINED,
        )
