"""The times that are searched for before anybody says which, and a time as a form has it."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from spaces.forms.clock import DAY, DayField, clock_value
from spaces.periods import Period, at_minute, period, wall_minute

HALF_HOUR = 30
MORNING, EVENING = 7 * 60, 21 * 60
USUAL_START, USUAL_LENGTH = 9 * 60, 120
MOST_DAYS = timedelta(days=398)  # with the first and the last: LONGEST of the availability
NIGHT_ENDS = 5 * 60  # who searches before this has not slept, and means the coming day


def district_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def usual_time(now: datetime, zone: ZoneInfo) -> tuple[date, int, int]:
    """The time that is searched for before anybody says which.

    By day: the next whole hour, which suits every space's step, and two hours on, between
    07 and 21. In the evening few rooms are open and most who search plan for tomorrow, so it
    is tomorrow 09–11; what is open right now is one tap away (`soonest`).
    """
    today = now.astimezone(zone).date()
    start = next_whole(60, now, zone)
    if start < NIGHT_ENDS:
        return today, USUAL_START, USUAL_START + USUAL_LENGTH
    start = max(start, MORNING)
    if start > EVENING - 60:
        return today + timedelta(days=1), USUAL_START, USUAL_START + USUAL_LENGTH
    return today, start, min(start + USUAL_LENGTH, EVENING)


def soonest(now: datetime, zone: ZoneInfo) -> tuple[date, int, int]:
    """From the next half hour, two hours on, whatever the hour: `23–01`."""
    start = next_whole(HALF_HOUR, now, zone)
    day = now.astimezone(zone).date() + timedelta(days=start // DAY)
    return day, start % DAY, start % DAY + USUAL_LENGTH


def next_whole(step: int, now: datetime, zone: ZoneInfo) -> int:
    """The next minute of the wall clock that `step` divides, after today's midnight."""
    wall = now.astimezone(zone)
    minute = wall.hour * 60 + wall.minute + bool(wall.second or wall.microsecond)
    return -(-minute // step) * step


def times_said(day: date, start: int, end: int) -> dict[str, str]:
    """A time as addresses and forms say it, from minutes after the midnight that began `day`:
    `date`, `from`, `to`, and from a whole day on `last`, the day on which it ends. An end at
    midnight is 24:00 of the day before."""
    days = (end - 1) // DAY
    said = {
        "date": day.isoformat(),
        "from": clock_value(start),
        "to": clock_value(end - days * DAY),
    }
    if days and end - start >= DAY:
        said["last"] = (day + timedelta(days=days)).isoformat()
    return said


def end_minute(day: date, start: int, to: int, last: date | None) -> int:
    """Where a time ends that is said so, in minutes after the midnight that began `day`.
    Without a later `last` an end that is not after the start is past midnight."""
    if last and last > day:
        return (last - day).days * DAY + to
    return to if to > start else to + DAY


def chosen_time(span: Period, zone: ZoneInfo) -> dict[str, str]:
    """A time as the address of a space's page names it, on the clock of `zone`."""
    day = span.lower.astimezone(zone).date()
    start, end = (wall_minute(moment, day, zone) for moment in (span.lower, span.upper))
    return times_said(day, start, end)


@lru_cache(maxsize=4096)  # rows of a page are of few times, and other pages of the same
def time_query(span: Period, zone: ZoneInfo, **party: int) -> str:
    """The same as one says it in an address, with how many people or units."""
    return urlencode({**chosen_time(span, zone), **party})


class LastDayField(DayField):
    """The day on which a time of several days ends; left out where it is of one."""

    def __init__(self, *, today: date) -> None:
        super().__init__(label=_("Until and including"), today=today, required=False)


class SpanForm(forms.Form):
    """With the fields `date`, `from`, `to` and `last`, on the clock of `zone`: `span` among the
    cleaned data is the Period. Without a last day an end that is not after the start is past
    midnight."""

    zone: ZoneInfo

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names = ("date", "from", "to")
        if "last" in self.errors or any(cleaned.get(name) is None for name in names):
            return cleaned
        (day, start, to), last = (cleaned[name] for name in names), cleaned.get("last")
        if last and last < day:
            self.add_error("last", _("The last day is before the first."))
        elif last and last - day > MOST_DAYS:
            self.add_error("last", _("Nothing is booked for so long."))
        else:
            end = end_minute(day, start, to, last)
            try:
                cleaned["span"] = period(
                    at_minute(day, start, self.zone), at_minute(day, end, self.zone)
                )
            except ValueError:
                self.add_error("to", _("The clocks change then: that hour does not exist."))
        return cleaned
