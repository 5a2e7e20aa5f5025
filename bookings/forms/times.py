"""The times that are searched for before anybody says which, and a time as a form has it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from spaces.forms.clock import DAY, clock_value
from spaces.periods import Period, at_minute, period, wall_minute

HALF_HOUR = 30
MORNING, EVENING = 7 * 60, 21 * 60
USUAL_START, USUAL_LENGTH = 9 * 60, 120
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


def chosen_time(span: Period, zone: ZoneInfo) -> dict[str, str]:
    """A time as the address of a space's page names it: `date`, `from` and `to`."""
    day = span.lower.astimezone(zone).date()
    end = wall_minute(span.upper, day, zone)
    return {
        "date": day.isoformat(),
        "from": clock_value(wall_minute(span.lower, day, zone)),
        "to": clock_value(end if end <= DAY else end % DAY),
    }


class SpanForm(forms.Form):
    """With the fields `date`, `from` and `to`, on the clock of `zone`: `span` among the cleaned
    data is the Period. An end that is not after the start is past midnight."""

    zone: ZoneInfo

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if all(cleaned.get(name) is not None for name in ("date", "from", "to")):
            start, end = cleaned["from"], cleaned["to"]
            try:
                cleaned["span"] = period(
                    at_minute(cleaned["date"], start, self.zone),
                    at_minute(cleaned["date"], end if end > start else end + DAY, self.zone),
                )
            except ValueError:
                self.add_error("to", _("The clocks change then: that hour does not exist."))
        return cleaned
