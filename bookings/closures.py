"""When closures that come again fall, and how that is said."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from bookings.models import ClosureRule
from spaces import formats
from spaces.periods import Period, at_minute, period

AHEAD = timedelta(days=366)
BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rrule_for(repeat: str, first: date, until: date | None) -> str:
    """The RFC 5545 rule for one of the choices of the form: `daily`, `weekly` on the weekday
    of the first day, `weekday` of the month (the second Tuesday), `date` of the month."""
    parts = {
        "daily": "FREQ=DAILY",
        "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "weekly": f"FREQ=WEEKLY;BYDAY={BYDAY[first.weekday()]}",
        "weekday": f"FREQ=MONTHLY;BYDAY={nth(first)}{BYDAY[first.weekday()]}",
        "date": f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
    }[repeat]
    return f"{parts};UNTIL={until:%Y%m%d}T235959" if until else parts


def nth(day: date) -> int:
    """Which one of its weekday it is in its month; the fifth is the last."""
    number = (day.day - 1) // 7 + 1
    return number if number < 5 else -1


def days_of(rule: ClosureRule, after: date, until: date) -> list[date]:
    """The days it falls on, from its first on, after one day and until and with another."""
    starts = datetime.combine(rule.starts_on, time())
    found = rrulestr(rule.rrule, dtstart=starts)
    lower = datetime.combine(after + timedelta(days=1), time())
    return [one.date() for one in found.between(lower, datetime.combine(until, time()), inc=True)]


def spans_of(rule: ClosureRule, after: date, until: date) -> Iterator[Period]:
    """The same as times; a clock change can leave nothing of one."""
    zone = rule.place.zone
    for day in days_of(rule, after, until):
        start, end = at_minute(day, rule.opens, zone), at_minute(day, rule.closes, zone)
        if start < end:
            yield period(start, end)


def in_words(rule: ClosureRule) -> str:
    """`Every week on Tuesday, 06–08, until 1 June 2027`"""
    parts = dict(part.split("=", 1) for part in rule.rrule.split(";"))
    first = rule.starts_on
    if parts["FREQ"] == "DAILY":
        words = _("Every day")
    elif parts["FREQ"] == "WEEKLY":
        codes = parts["BYDAY"].split(",")
        numbers = [BYDAY.index(code) + 1 for code in codes]
        days = formats.weekdays(numbers) if len(codes) > 1 else formats.weekday_full(first)
        words = _("Every week, %(days)s") % {"days": days}
    elif "BYMONTHDAY" in parts:
        words = _("Every month on day %(day)s") % {"day": parts["BYMONTHDAY"]}
    else:
        named = formats.weekday_full(first)
        which = nth(first)
        words = (
            _("Every month, the last %(day)s") % {"day": named}
            if which < 0
            else _("Every month, %(day)s no. %(n)s") % {"day": named, "n": which}
        )
    closes = rule.closes if rule.closes <= 1440 else rule.closes - 1440
    words = f"{words}, {formats.minute_range(rule.opens, closes)}"
    if "UNTIL" in parts:
        last = date.fromisoformat(parts["UNTIL"][:8])
        words += ", " + _("until %(day)s") % {"day": formats.day_full(last)}
    return words
