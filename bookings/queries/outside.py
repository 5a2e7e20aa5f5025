"""What an outside calendar says, for those who keep the space."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.calendars.problems import Problem
from spaces import formats
from spaces.models import CalendarSource
from spaces.periods import Period, day_span, period

SHOWN_DAYS = 14


class Freshness(TextChoices):
    """How it stands with a calendar."""

    LOOKED_AT = "looked_at", _("Not in use yet")
    PAUSED = "paused", _("Paused")
    FILE = "file", _("A file, read once")
    FRESH = "fresh", _("Up to date")
    LATE = "late", _("Not read at the last try")
    STALE = "stale", _("Too old to trust")


def freshness(source: CalendarSource, now: datetime) -> Freshness:
    if source.used_from is None:
        return Freshness.LOOKED_AT
    if source.is_paused:
        return Freshness.PAUSED
    if source.is_file:
        return Freshness.FILE
    if source.is_stale(now):
        return Freshness.STALE
    return Freshness.LATE if source.problem else Freshness.FRESH


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    times: tuple[str, ...]  # `9–11`


@dataclass(frozen=True, slots=True)
class Preview:
    """One calendar: how it stands with it, the coming two weeks, and what was left out."""

    source: CalendarSource
    freshness: Freshness
    days: tuple[Day, ...]  # with anything in them
    number: int  # of times to come in all
    skipped: tuple[str, ...]
    problem: str | Promise

    @property
    def has_trouble(self) -> bool:
        return self.freshness in (Freshness.LATE, Freshness.STALE)


def preview_of(source: CalendarSource, *, now: datetime) -> Preview:
    zone = source.space.place.zone
    coming = [one for one in source.times if one.upper > now]
    first = now.astimezone(zone).date()
    days = ((first + timedelta(days=n)) for n in range(SHOWN_DAYS))
    told = (Day(day, tuple(times_on(day_span(day, zone), coming, source))) for day in days)
    return Preview(
        source=source,
        freshness=freshness(source, now),
        days=tuple(day for day in told if day.times),
        number=len(coming),
        skipped=tuple(skipped_in_words(source.skipped)),
        problem=Problem(source.problem).label if source.problem else "",
    )


def times_on(day: Period, times: Iterable[Period], source: CalendarSource) -> Iterable[str]:
    zone = source.space.place.zone
    for one in times:
        start, end = max(one.lower, day.lower), min(one.upper, day.upper)
        if start >= end:
            continue
        part = period(start, end)
        if (part.lower, part.upper) == (day.lower, day.upper):
            yield str(_("all day"))
        else:
            yield formats.time_range(part.lower, part.upper, zone)


def skipped_in_words(skipped: dict[str, int]) -> Iterable[str]:
    """`3 are shown as free`"""
    said = {
        "cancelled": lambda n: ngettext("%(n)s is cancelled", "%(n)s are cancelled", n),
        "free": lambda n: ngettext("%(n)s is shown as free", "%(n)s are shown as free", n),
        "ours": lambda n: ngettext("%(n)s is a booking here", "%(n)s are bookings here", n),
        "empty": lambda n: ngettext("%(n)s takes no time", "%(n)s take no time", n),
        "unreadable": lambda n: ngettext("%(n)s cannot be read", "%(n)s cannot be read", n),
        "too_often": lambda n: ngettext(
            "%(n)s comes more often than daily", "%(n)s come more often than daily", n
        ),
        "too_many": lambda n: ngettext(
            "%(n)s has more times than are read", "%(n)s have more times than are read", n
        ),
        "too_slow": lambda n: ngettext(
            "%(n)s took too long to work out", "%(n)s took too long to work out", n
        ),
    }
    for why, number in skipped.items():
        yield said[why](number) % {"n": number}
