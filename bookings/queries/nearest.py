"""The free time that is nearest to the one somebody wanted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bookings import availability
from bookings.availability import Calendar
from spaces.models import Space
from spaces.periods import Period, overlap


@dataclass(frozen=True, slots=True)
class Pool:
    """When each unit of a pool is `taken`, of which so many are wanted at once."""

    taken: Sequence[Sequence[Period]]
    quantity: int

    def holds(self, span: Period) -> bool:
        """Whether there are so many, each free for the whole of `span`."""
        free = (not any(overlap(one, span) for one in taken) for taken in self.taken)
        return sum(free) >= self.quantity


def pools_of(
    spaces: Iterable[Space], window: Period, *, now: datetime, quantity: int
) -> dict[int, Pool]:
    """Of those that are pools, by id. One query, or none where there are none."""
    taken = availability.taken_by_unit(
        [space.pk for space in spaces if space.is_pool], window, now=now
    )
    return {pk: Pool(units, quantity) for pk, units in taken.items()}


def nearest_time(
    calendar: Calendar,
    span: Period,
    space: Space,
    *,
    now: datetime,
    length: timedelta | None = None,
    pool: Pool | None = None,
) -> Period | None:
    """The free time nearest to `span` and as long, or as `length`; the later of two as near.
    Never `span` itself.

    Of a pool the calendar says only when enough units are free, not that they are the same to
    the end: `pool` does.
    """
    length = length or span.upper - span.lower
    shortest, longest = (
        timedelta(minutes=space.in_force.min_length),
        timedelta(minutes=space.in_force.max_length),
    )
    step = timedelta(minutes=space.step)
    if not shortest <= length <= longest or length % step:
        return None
    farthest = now + timedelta(days=space.in_force.horizon_days)
    near: list[Period] = []
    for free in calendar.free:
        last = free.upper - length
        start = min(max(span.lower, free.lower), last)
        down = start - past_step(start, space)
        steps = range(-((down - free.lower) // step), (last - down) // step + 1) if pool else (0, 1)
        for lower in (down + n * step for n in steps):
            found = Period(lower, lower + length, "[)")
            is_within = free.lower <= found.lower and found.upper <= free.upper
            # A clock change may come between: a quarter of a day is then no longer six hours.
            is_on_step = not (past_step(found.lower, space) or past_step(found.upper, space))
            if is_within and is_on_step and found != span and lower <= farthest:
                near.append(found)
    near.sort(key=partial(distance, span))
    return next((found for found in near if pool is None or pool.holds(found)), None)


def distance(wanted: Period, found: Period) -> tuple[timedelta, timedelta]:
    """To order times by: how far from the wanted one it begins; of two as far the later first."""
    return abs(found.lower - wanted.lower), wanted.lower - found.lower


def past_step(moment: datetime, space: Space) -> timedelta:
    """How far `moment` is past the last time a booking may start, on the place's clock."""
    wall = moment.astimezone(space.place.zone)
    since_midnight = timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
    return since_midnight % timedelta(minutes=space.step)
