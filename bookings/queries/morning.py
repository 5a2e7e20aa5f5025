"""What an owner should know at seven in the morning."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from bookings.forms import district_zone
from bookings.models import Booking, Status
from bookings.queries.arrivals import arrivals
from bookings.queries.asked import most_urgent
from bookings.queries.conflicts import Conflict, conflicts
from spaces.periods import at_minute

SEVEN = 7 * 60


@dataclass(frozen=True, slots=True)
class Morning:
    arrivals: list[Booking]
    requests: list[Booking]  # the most urgent first
    conflicts: list[Conflict]

    def __bool__(self) -> bool:
        return bool(self.arrivals or self.requests or self.conflicts)


def morning_of(user: User, day: date) -> Morning:
    """Of all spaces this person answers for, as of seven that day."""
    now = seven(day)
    comes = [one for one in arrivals(user, day, now=now).all if one.status != Status.REQUESTED]
    return Morning(
        arrivals=comes,
        requests=list(most_urgent(user, now)),
        conflicts=conflicts(user, now=now),
    )


def seven(day: date) -> datetime:
    return at_minute(day, SEVEN, district_zone())
