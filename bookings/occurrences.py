"""The days and times of a series: at most a year of them, by the wall clock of its zone."""

from dataclasses import dataclass
from datetime import date

from bookings.models import Series
from bookings.recurrence import days_of
from spaces.periods import Period, at_minute, period, wall_minute

MOST = 260  # every working day of a year


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day of a series. Without a time when the clocks skip the hour it begins in."""

    day: date
    span: Period | None


def occurrences(series: Series, *, most: int = MOST) -> list[Occurrence]:
    """What the rule says, before anybody looks whether it can be had: 09:00 is 09:00 on
    every day, so the moments lie an hour apart on either side of a clock change."""
    days = days_of(series.rrule, series.starts_on, series.zone, most=most)
    return [Occurrence(day, span_on(series, day)) for day in days]


def span_on(series: Series, day: date) -> Period | None:
    zone = series.zone
    start, end = at_minute(day, series.opens, zone), at_minute(day, series.closes, zone)
    if wall_minute(start, day, zone) != series.opens or end <= start:
        return None
    return period(start, end)
