"""Clock times and days in forms: minutes after the day's midnight, so that 24:00 has a name."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from spaces import formats

DAY = 24 * 60
YEARS_BACK, YEARS_AHEAD = timedelta(days=366), timedelta(days=3 * 366)
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)
SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)

Span = tuple[int, int]  # opens, closes: minutes after the day's midnight


def clock_value(minute: int) -> str:
    """A minute of the day as forms and addresses write it: `07:30`, `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def clock_label(minute: int) -> str:
    """The same as people read it in a list of times: `07.30`."""
    return clock_value(minute) if formats.in_english() else clock_value(minute).replace(":", ".")


def clock_choices(minutes: Iterable[int]) -> list[tuple[str, str]]:
    return list(_clock_choices(tuple(sorted(set(minutes))), formats.language()))


@lru_cache(maxsize=256)  # every page of a search offers the same half hours
def _clock_choices(minutes: tuple[int, ...], language: str) -> tuple[tuple[str, str], ...]:
    return tuple((clock_value(minute), clock_label(minute)) for minute in minutes)


class ClockField(forms.CharField):
    """`HH:MM` or `HH.MM` as minutes after midnight; 24:00 is the last, or not allowed."""

    default_error_messages = {"required": _("Choose a time."), "invalid": _("Choose a time.")}

    def __init__(self, *, last: int = DAY, **kwargs: Any) -> None:
        self.last = last
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        match = CLOCK.fullmatch(text)
        minute = int(match[1]) * 60 + int(match[2]) if match else -1
        if match is None or int(match[2]) > 59 or minute > self.last:
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return minute


class DayField(forms.DateField):
    """A date near enough in time for clocks and calendars to be sure of it."""

    default_error_messages = {
        "required": _("Choose a day."),
        "invalid": _("Choose a day."),
        "far": _("Choose a day closer to today."),
    }
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and not self.today - YEARS_BACK <= day <= self.today + YEARS_AHEAD:
            raise ValidationError(self.error_messages["far"], "far")
        return day


def spans_label(spans: Iterable[Span]) -> str:
    """`08.30–12, 18–02`"""
    wrapped = ((opens, closes if closes <= DAY else closes - DAY) for opens, closes in spans)
    return ", ".join(formats.minute_range(opens, closes) for opens, closes in wrapped)


class SpansField(forms.CharField):
    """Clock times of one day as somebody would write them: `07–21`, `8.30-12, 13-16`.

    Gives a tuple of (opens, closes) in order, empty when nothing is written. An end that is
    not after its start is on the next day.
    """

    default_error_messages = {
        "invalid": _("Write times as 08–16, several with a comma: 08–12, 13–16."),
        "overlap": _("These times overlap."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else spans_label(value or ())

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        spans = sorted(self._span(part.strip()) for part in text.split(",")) if text else []
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise ValidationError(self.error_messages["overlap"], "overlap")
        return tuple(spans)

    def _span(self, text: str) -> Span:
        match = SPAN.fullmatch(text)
        if match is None:
            raise ValidationError(self.error_messages["invalid"], "invalid")
        hours, minutes = (int(match[1]), int(match[3])), (int(match[2] or 0), int(match[4] or 0))
        opens, closes = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
        if max(minutes) > 59 or opens >= DAY or closes > DAY:
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return opens, closes if closes > opens else closes + DAY

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != (data or ""))
