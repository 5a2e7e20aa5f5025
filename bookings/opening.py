"""Opening hours in words: `mon–fri 07–21`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from spaces import formats
from spaces.models import OpeningHours, Space

A_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    days: str
    times: str


def weekly(space: Space) -> list[OpeningHours]:
    """Its ordinary week: its own, else its place's."""
    own, of_place = (
        [rule for rule in keeper.opening_hours.all() if rule.season_id is None]
        for keeper in (space, space.place)
    )
    return own or of_place


def in_words(rules: Iterable[OpeningHours]) -> list[Hours]:
    """Weekdays with the same hours side by side; days without hours are left out."""
    by_day: dict[int, list[tuple[int, int]]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.weekday, rule.opens)):
        by_day.setdefault(rule.weekday, []).append((rule.opens, rule.closes))
    runs: list[tuple[int, int, list[tuple[int, int]]]] = []
    for day, spans in by_day.items():
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return [Hours(day_names(first, last), time_names(spans)) for first, last, spans in runs]


def day_names(first: int, last: int) -> str:
    if (first, last) == (1, 7):
        return _("every day")
    names = [formats.weekday(A_MONDAY + timedelta(days=day - 1)) for day in (first, last)]
    return names[0] if first == last else f"{names[0]}–{names[1]}"


def time_names(spans: list[tuple[int, int]]) -> str:
    if spans == [(0, 1440)]:
        return _("Around the clock")
    wrapped = ((opens, closes if closes <= 1440 else closes - 1440) for opens, closes in spans)
    return ", ".join(formats.minute_range(opens, closes) for opens, closes in wrapped)
