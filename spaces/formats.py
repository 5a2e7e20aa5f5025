"""How people here write money, days and times, in the active language.

Norwegians write `tirsdag 20. oktober, 13–15` and `1 080 kr`; English readers get
`Tuesday 20 October, 13:00–15:00` and `1,080 kr`. Plain text, no HTML.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from spaces.money import Money

NBSP = "\u00a0"
MINUS = "\u2212"
SIGNS = {"NOK": "kr"}


def language() -> str:
    """The active language as Babel knows it: nb, nn or en."""
    code = (get_language() or "nb")[:2]
    return code if code in ("nb", "nn", "en") else "nb"


def in_english() -> bool:
    return language() == "en"


# --- Money ------------------------------------------------------------------------------


def price(money: Money | int) -> str:
    """`640 kr`, `1 080 kr`, `99,50 kr`: the øre only when there are any. A bare int is øre."""
    if isinstance(money, int):
        money = Money(money)
    return _price(money.amount, money.currency, language())


@lru_cache(maxsize=4096)  # Babel takes its time, and a page says the same few prices often
def _price(amount: int, currency: str, language: str) -> str:
    pattern = "#,##0" if amount % 100 == 0 else "#,##0.00"
    number = format_decimal(Decimal(amount) / 100, format=pattern, locale=language)
    return f"{number.replace('-', MINUS)}{NBSP}{SIGNS.get(currency, currency)}"


def exact(money: Money) -> str:
    """`640,00 kr`, `1 080,00 kr`: always with the øre, as a column of a receipt has it."""
    number = format_decimal(Decimal(money.amount) / 100, format="#,##0.00", locale=language())
    return f"{number.replace('-', MINUS)}{NBSP}{SIGNS.get(money.currency, money.currency)}"


# --- Time of day ------------------------------------------------------------------------


def local(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """`moment` on the wall clock of `zone`, or of the site when no zone is given."""
    return timezone.localtime(moment, zone)


def minute_clock(minute: int) -> str:
    """Minutes after midnight as a clock: `13`, `13.30`, `24`; in English `13:30`."""
    hours, minutes = divmod(minute, 60)
    if in_english():
        return f"{hours:02d}:{minutes:02d}"
    return f"{hours:02d}.{minutes:02d}" if minutes else f"{hours:02d}"


def clock(moment: datetime, zone: tzinfo | None = None) -> str:
    wall = local(moment, zone)
    return minute_clock(wall.hour * 60 + wall.minute)


def time_range(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`13–15`; an end at midnight is written 24. From a day on the clock alone does not tell:
    `man. 30. nov. 09 – ons. 2. des. 16`."""
    if lasts_days(start, end, zone):
        last = end - timedelta(microseconds=1)
        begins = f"{day_short(start, zone)} {clock(start, zone)}"
        return f"{begins} – {day_short(last, zone)} {ending(end, zone)}"
    return f"{clock(start, zone)}–{ending(end, zone) if start < end else clock(end, zone)}"


def lasts_days(start: datetime, end: datetime, zone: tzinfo | None = None) -> bool:
    """Whether it takes a day of the wall clock or longer, and not just the one that it is."""
    first, last = local(start, zone).replace(tzinfo=None), local(end, zone).replace(tzinfo=None)
    return last - first >= timedelta(days=1) and as_date(start, zone) != as_date(
        end - timedelta(microseconds=1), zone
    )


def ending(end: datetime, zone: tzinfo | None = None) -> str:
    """The clock at which something ends: midnight is 24."""
    if local(end, zone).time() == datetime.min.time():
        return minute_clock(24 * 60)
    return clock(end, zone)


def minute_range(start: int, end: int) -> str:
    """`13–14.30`, from minutes after midnight."""
    return f"{minute_clock(start)}–{minute_clock(end)}"


def duration(minutes: int) -> str:
    """`2 timer`, `30 min`, `1 time 30 min`; `21 døgn` when it is two whole days or more."""
    days, rest = divmod(minutes, 24 * 60)
    if days > 1 and not rest:
        return _unit(days, "duration-day", "long", language())
    return hours(minutes)


def hours(minutes: int) -> str:
    """As `duration`, but never in days: what is counted or paid by the hour."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(_unit(hours, "duration-hour", "long", language()))
    if rest or not hours:
        parts.append(_unit(rest, "duration-minute", "short", language()))
    return " ".join(parts)


@lru_cache(maxsize=1024)
def _unit(number: int, unit: str, length: Literal["long", "short"], language: str) -> str:
    return str(format_unit(number, unit, length=length, locale=language))


# --- Days -------------------------------------------------------------------------------


def as_date(day: date, zone: tzinfo | None = None) -> date:
    return local(day, zone).date() if isinstance(day, datetime) else day


@lru_cache(maxsize=4096)  # as with prices: a page names the same few days often
def _date(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=language)


def day_name(day: date, zone: tzinfo | None = None) -> str:
    """`tirsdag 20. oktober`"""
    pattern = "EEEE d MMMM" if in_english() else "EEEE d. MMMM"
    return _date(as_date(day, zone), pattern, language())


def day_short(day: date, zone: tzinfo | None = None) -> str:
    """`tir. 20. okt.`"""
    pattern = "EEE d MMM" if in_english() else "EEE d. MMM"
    return _date(as_date(day, zone), pattern, language())


def day_narrow(day: date) -> str:
    """`tir. 20.`, along an axis of days."""
    return _date(day, "EEE d" if in_english() else "EEE d.", language())


def day_full(day: date, zone: tzinfo | None = None) -> str:
    """`20. oktober 2026`, for receipts and other things that are kept."""
    pattern = "d MMMM y" if in_english() else "d. MMMM y"
    return _date(as_date(day, zone), pattern, language())


def weekday(day: date, zone: tzinfo | None = None) -> str:
    """`tir.`, as a column heading."""
    return _date(as_date(day, zone), "EEE", language())


def weekday_full(day: date) -> str:
    """`tirsdag`"""
    return _date(day, "EEEE", language())


A_MONDAY = date(2024, 1, 1)


def weekdays(numbers: Iterable[int]) -> str:
    """`man.–fre., søn.` from ISO numbers, Monday being 1; all seven are `every day`."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = runs[-1][0], number
        else:
            runs.append((number, number))
    if runs == [(1, 7)]:
        return _("every day")
    named = [[weekday(A_MONDAY + timedelta(days=n - 1)) for n in run] for run in runs]
    return ", ".join(first if first == last else f"{first}–{last}" for first, last in named)


def days_range(first: date, last: date) -> str:
    """`19.–25. oktober`, `28. september–4. oktober`"""
    month, dot = "MMMM", "" if in_english() else "."
    end = _date(last, f"d{dot} {month}", language())
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}{dot}–{end}"
    return f"{_date(first, f'd{dot} {month}', language())}–{end}"


def when(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`tirsdag 20. oktober, 13–15`; both days are named when it runs past the next midnight."""
    first, last = as_date(start, zone), as_date(end - timedelta(microseconds=1), zone)
    if first == last:
        return f"{day_name(start, zone)}, {time_range(start, end, zone)}"
    begins = f"{day_name(start, zone)} {clock(start, zone)}"
    return f"{begins} – {day_name(last)} {ending(end, zone)}"


def when_short(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`tir. 20. okt., 13–15`, `man. 30. nov. 09 – ons. 2. des. 16`"""
    time = time_range(start, end, zone)
    return time if lasts_days(start, end, zone) else f"{day_short(start, zone)}, {time}"


def when_full(start: datetime, end: datetime, zone: tzinfo | None = None) -> str:
    """`tirsdag 20. oktober 2026, 13–15`, for what is kept."""
    first, last = as_date(start, zone), as_date(end - timedelta(microseconds=1), zone)
    begins = f"{weekday_full(first)} {day_full(first)}"
    if first == last:
        return f"{begins}, {time_range(start, end, zone)}"
    ends = f"{weekday_full(last)} {day_full(last)}"
    return f"{begins} {clock(start, zone)} – {ends} {ending(end, zone)}"
