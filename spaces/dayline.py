"""The day line: one space's day as one bar, the same bar everywhere; of a time that lasts
days, those days.

A `DayLine` says what is on the bar, in wall-clock minutes after the day's midnight; the
template tag `{% day_line %}` draws it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from spaces.formats import minute_range

Span = tuple[int, int]  # [start, end) in minutes after midnight

DAY_STARTS, DAY_ENDS = 7 * 60, 21 * 60


@dataclass(frozen=True, slots=True)
class Block:
    """A booking or closure drawn on an owner's line; `href` makes it a link."""

    start: int
    end: int
    label: str
    href: str = ""
    status: str = "confirmed"


@dataclass(frozen=True, slots=True)
class DayLine:
    """What one bar shows. `opens_at` and `closes_at` are the ends of the axis."""

    opens_at: int = DAY_STARTS
    closes_at: int = DAY_ENDS
    free: tuple[Span, ...] = ()
    open: tuple[Span, ...] = ()
    wanted: Span | None = None
    wanted_is_free: bool = False
    now: int | None = None
    blocks: tuple[Block, ...] = ()
    label: str = ""
    free_href: str = ""  # where a free stretch leads, with its ends added
    free_label: str = ""
    first: date | None = None  # the day the axis begins with, where it is of several

    @property
    def description(self) -> str:
        """The bar in words, for those who do not see it."""
        if self.label:
            return self.label
        if not self.free:
            return _("No free time")
        spans = ", ".join(minute_range(*span) for span in self.free)
        return _("Free %(spans)s") % {"spans": spans}


def axis_for(spans: Iterable[Span], start: int = DAY_STARTS, end: int = DAY_ENDS) -> Span:
    """The shared axis of a page: 07–21, widened to whole hours around `spans`, within a day."""
    spans = list(spans)
    first = min([start, *(span[0] for span in spans)])
    last = max([end, *(span[1] for span in spans)])
    return max(0, first // 60 * 60), min(24 * 60, -(-last // 60) * 60)


def axis_hours(axis: Span) -> list[int]:
    """The hours written along an axis: every second one, or every fourth on a full day; of
    several days their midnights, or where they are many every second or seventh."""
    first, last = axis[0] // 60, axis[1] // 60
    if last > 24:
        days = last // 24
        return list(range(0, last, 24 * (1 if days <= 7 else 2 if days <= 14 else 7)))
    step = 2 if last - first <= 16 else 4
    return list(range(first, last + 1, step))
