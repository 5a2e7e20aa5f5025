"""Opening hours in words: `mon–fri 07–21`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from spaces import formats
from spaces.models import OnHolidays, OpeningHours, Space


@dataclass(frozen=True, slots=True)
class Hours:
    days: str
    times: str


@dataclass(frozen=True, slots=True)
class Holidays:
    """What public holidays come to for a space. `short`, in minutes of the day: the hours that
    are left of its usual ones."""

    choice: OnHolidays
    short: tuple[int, int] | None = None

    @property
    def sentence(self) -> str:
        if self.choice == OnHolidays.CLOSED:
            return _("Closed on public holidays.")
        if self.short is None:
            return _("Open as usual on public holidays.")
        return _("On public holidays %(times)s.") % {"times": time_names([self.short])}


def on_holidays(space: Space) -> Holidays | None:
    """Of the space and its place, as their hours are: either can close it. None while neither
    has hours."""
    own, of_place = bool(space.opening_hours.all()), bool(space.place.opening_hours.all())
    heard = [
        keeper
        for keeper, is_heard in (
            (space.place, of_place or (own and space.on_holidays is None)),
            (space, (own or of_place) and space.on_holidays is not None),
        )
        if is_heard
    ]
    if not heard:
        return None
    choices = {keeper.on_holidays for keeper in heard}
    shorts = [
        (keeper.holiday_opens, keeper.holiday_closes)
        for keeper in heard
        if keeper.holiday_opens is not None and keeper.holiday_closes is not None
    ]
    if not shorts:
        return Holidays(OnHolidays.CLOSED if OnHolidays.CLOSED in choices else OnHolidays.OPEN)
    short = max(opens for opens, _closes in shorts), min(closes for _opens, closes in shorts)
    if OnHolidays.CLOSED in choices or short[0] >= short[1]:
        return Holidays(OnHolidays.CLOSED)
    return Holidays(OnHolidays.SHORT, short)


def weekly(space: Space) -> list[OpeningHours]:
    """Its ordinary week: its own, cut by its place's if that has one, else its place's."""
    own, of_place = (
        [rule for rule in keeper.opening_hours.all() if rule.season_id is None]
        for keeper in (space, space.place)
    )
    if not own or not of_place:
        return own or of_place
    return [
        OpeningHours(weekday=rule.weekday, opens=opens, closes=closes)
        for rule in own
        for opens, closes in within(rule, of_place)
    ]


def within(rule: OpeningHours, others: Iterable[OpeningHours]) -> list[tuple[int, int]]:
    """The parts of a rule that lie in others, of its own day or past midnight of the one
    before."""
    shifted = [
        (other.opens + shift, other.closes + shift)
        for other in others
        for shift, weekday in (
            (0, rule.weekday),
            (1440, rule.weekday % 7 + 1),
            (-1440, (rule.weekday - 2) % 7 + 1),
        )
        if other.weekday == weekday
    ]
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(shifted):
        if merged and opens <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(closes, merged[-1][1])
        else:
            merged.append((opens, closes))
    cut = ((max(opens, rule.opens), min(closes, rule.closes)) for opens, closes in merged)
    return [(opens, closes) for opens, closes in cut if opens < closes]


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
    return [
        Hours(formats.weekdays(range(first, last + 1)), time_names(spans))
        for first, last, spans in runs
    ]


def time_names(spans: list[tuple[int, int]]) -> str:
    if spans == [(0, 1440)]:
        return _("Around the clock")
    wrapped = ((opens, closes if closes <= 1440 else closes - 1440) for opens, closes in spans)
    return ", ".join(formats.minute_range(opens, closes) for opens, closes in wrapped)
