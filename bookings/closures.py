"""When closures that come again fall, and how that is said."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from bookings import recurrence
from bookings.models import ClosureRule
from bookings.recurrence import AHEAD, rrule_for
from spaces import formats
from spaces.periods import Period, at_minute, period

__all__ = ["AHEAD", "days_of", "in_words", "rrule_for", "spans_of"]


def days_of(rule: ClosureRule, after: date, until: date) -> list[date]:
    """The days it falls on, from its first on, after one day and until and with another."""
    return recurrence.days_between(rule.rrule, rule.starts_on, after, until)


def spans_of(rule: ClosureRule, after: date, until: date) -> Iterator[Period]:
    """The same as times; a clock change can leave nothing of one."""
    zone = rule.place.zone
    for day in days_of(rule, after, until):
        start, end = at_minute(day, rule.opens, zone), at_minute(day, rule.closes, zone)
        if start < end:
            yield period(start, end)


def in_words(rule: ClosureRule) -> str:
    """`Every week on Tuesday, 06–08, until 1 June 2027`"""
    closes = rule.closes if rule.closes <= 1440 else rule.closes - 1440
    words = recurrence.in_words(rule.rrule, rule.starts_on)
    words = f"{words}, {formats.minute_range(rule.opens, closes)}"
    if until := recurrence.parts_of(rule.rrule).get("UNTIL"):
        last = date.fromisoformat(until[:8])
        words += ", " + _("until %(day)s") % {"day": formats.day_full(last)}
    return words
