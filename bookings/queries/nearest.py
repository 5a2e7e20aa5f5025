"""The free time that is nearest to the one somebody wanted."""

from datetime import datetime, timedelta

from bookings.availability import Calendar
from spaces.models import Space
from spaces.periods import Period


def nearest_time(
    calendar: Calendar,
    span: Period,
    space: Space,
    *,
    now: datetime,
    length: timedelta | None = None,
) -> Period | None:
    """The free time nearest to `span` and as long, or as `length`; the later of two as near.

    Never `span` itself: a pool can be free at every moment of it and yet not for the whole,
    when no single desk is.
    """
    length = length or span.upper - span.lower
    shortest, longest = (
        timedelta(minutes=space.in_force.min_length),
        timedelta(minutes=space.in_force.max_length),
    )
    if not shortest <= length <= longest or length % timedelta(minutes=space.step):
        return None
    farthest = now + timedelta(days=space.in_force.horizon_days)
    near: list[Period] = []
    for free in calendar.free:
        start = min(max(span.lower, free.lower), free.upper - length)
        down = start - past_step(start, space)
        for lower in (down, down + timedelta(minutes=space.step)):
            found = Period(lower, lower + length, "[)")
            is_within = free.lower <= found.lower and found.upper <= free.upper
            # A clock change may come between: a quarter of a day is then no longer six hours.
            is_on_step = not (past_step(found.lower, space) or past_step(found.upper, space))
            if is_within and is_on_step and found != span and lower <= farthest:
                near.append(found)
    return min(
        near, key=lambda found: (abs(found.lower - span.lower), span.lower - found.lower),
        default=None,
    )  # fmt: skip


def past_step(moment: datetime, space: Space) -> timedelta:
    """How far `moment` is past the last time a booking may start, on the place's clock."""
    wall = moment.astimezone(space.place.zone)
    since_midnight = timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
    return since_midnight % timedelta(minutes=space.step)
