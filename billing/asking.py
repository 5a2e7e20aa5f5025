"""What is said, before anybody pays, of times whose owners are to answer first: that their price
is reserved on the card and not charged, until all have said yes, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from accounts.models import Organisation
from bookings.models import Booking, Status
from bookings.operations.jointly import answered_by
from bookings.queries.moved import Moves
from spaces.models import Space
from spaces.money import Money
from spaces.periods import Period


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is to answer, and when it is declined by itself if it is paid for at once; of what is
    asked for already, when it is."""

    owners: list[Organisation]
    until: datetime

    @classmethod
    def of(cls, sold: Iterable[tuple[Space, Period, Money]], *, now: datetime) -> Self | None:
        """Of times at these prices; None where nobody is asked before they are charged. What is
        free of charge is booked or asked for by itself."""
        paid = [(space, span) for space, span, price in sold if price]
        asked = [(space, span) for space, span in paid if not space.in_force.is_instant]
        if not asked:
            return None
        return cls(
            owners=sorted({space.organisation for space, _span in asked}, key=str),
            until=answered_by(asked, [span for _space, span in paid], now=now),
        )

    @classmethod
    def of_bookings(cls, booked: Iterable[Booking], *, now: datetime) -> Self | None:
        """Of what is held, or waits for an answer, on one order."""
        booked = list(booked)
        held = [one for one in booked if one.status_at(now) == Status.HELD]
        if held:
            return cls.of([(one.space, one.period, one.price) for one in held], now=now)
        waiting = [one for one in booked if one.amount and one.waits_for_owner(now)]
        ends = [one.expires_at for one in waiting if one.expires_at is not None]
        if not ends:
            return None
        return cls(sorted({one.space.organisation for one in waiting}, key=str), min(ends))

    @classmethod
    def of_moves(cls, moves: Moves, *, now: datetime) -> Self | None:
        """Of what a series is to become; None where nobody is asked."""
        wishes = [
            (one.shift.booking, one.shift.wish)
            for one in moves.rows
            if one.shift.wish and one.shift.offer
        ]
        asked = [(wish.space, wish.span) for one, wish in wishes if wish.asks_owner(one)]
        if not asked:
            return None
        owners = sorted({space.organisation for space, _span in asked}, key=str)
        return cls(owners, answered_by(asked, [wish.span for _one, wish in wishes], now=now))

    def as_json(self) -> dict[str, Any]:
        return {
            "owners": [one.slug for one in self.owners],
            "answer_by": self.until.isoformat(),
        }
