"""What comes again: rules of RFC 5545, the local days they fall on, and how that is said.

Days are counted on the wall clock of the place, so that 09:00 stays 09:00 when the clocks
change. Closures and series of bookings are both made by this.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from spaces import formats

AHEAD = timedelta(days=366)  # nothing comes again for longer
BYDAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rrule_for(
    repeat: str,
    first: date,
    until: date | None = None,
    *,
    weekdays: Collection[int] = (),
    count: int | None = None,
    zone: ZoneInfo | None = None,
) -> str:
    """The RFC 5545 rule for one of the choices of a form: `daily`, `weekdays`, `weekly` or
    `fortnightly` on ISO `weekdays`, or else that of the first day, `weekday` of the month
    (the second Tuesday), the `last` such weekday of it, `date` of the month. It ends with the
    local day `until`, or after `count` times; with a zone the end is a moment in UTC, as a
    calendar wants it."""
    days = ",".join(BYDAY[n - 1] for n in sorted(set(weekdays) or {first.isoweekday()}))
    parts = {
        "daily": "FREQ=DAILY",
        "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "weekly": f"FREQ=WEEKLY;BYDAY={days}",
        "fortnightly": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={days}",
        "weekday": f"FREQ=MONTHLY;BYDAY={nth(first)}{BYDAY[first.weekday()]}",
        "last": f"FREQ=MONTHLY;BYDAY=-1{BYDAY[first.weekday()]}",
        "date": f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
    }[repeat]
    if count is not None:
        return f"{parts};COUNT={count}"
    return parts if until is None else ending(parts, until, zone)


def ending(rule: str, until: date, zone: ZoneInfo | None = None) -> str:
    if zone is None:
        return f"{rule};UNTIL={until:%Y%m%d}T235959"
    end = datetime.combine(until, time(23, 59, 59), zone).astimezone(UTC)
    return f"{rule};UNTIL={end:%Y%m%dT%H%M%SZ}"


def split(rrule: str, days: Sequence[date], at: date, zone: ZoneInfo) -> tuple[str, str]:
    """A rule as two: until the last of its `days` before one of them, and from that one on.
    Together they fall on the same days."""
    bare = without_end(rrule)
    before = max(day for day in days if day < at)
    return ending(bare, before, zone), ending(bare, days[-1], zone)


def shifts(rrule: str) -> range:
    """By how many days a rule can be moved to other weekdays, below zero to earlier ones: all of
    it stays in its weeks from Monday to Sunday. What comes every day, or on a date of the month,
    has none to move to."""
    numbers = weekdays_of(rrule)
    return range(1 - min(numbers), 8 - max(numbers)) if numbers else range(0)


def weekdays_of(rrule: str) -> list[int]:
    """The ISO weekdays that a rule names."""
    codes = parts_of(rrule).get("BYDAY", "").split(",")
    return [BYDAY.index(code[-2:]) + 1 for code in codes if code]


def shifted(
    rrule: str, days: Sequence[date], by: int, zone: ZoneInfo
) -> tuple[str, dict[date, date]]:
    """The rule on other weekdays, `by` one of its `shifts`, and the day that each of its `days`
    becomes: one of the same week; of the second Tuesday of a month its second Wednesday."""
    parts = parts_of(without_end(rrule))
    codes = [(code[:-2], BYDAY.index(code[-2:]) + by) for code in parts["BYDAY"].split(",")]
    parts["BYDAY"] = ",".join(f"{which}{BYDAY[number]}" for which, number in codes)
    if parts["FREQ"] == "MONTHLY":
        ((which, number),) = codes
        onto = {day: nth_of_month(day, int(which), number) for day in days}
    else:
        onto = {day: day + timedelta(days=by) for day in days}
    bare = ";".join(f"{name}={value}" for name, value in parts.items())
    return ending(bare, max(onto.values()), zone), onto


def nth_of_month(day: date, which: int, weekday: int) -> date:
    """The first to fourth of a weekday, 0 to 6, in the month of a day, or the last: -1."""
    first = day.replace(day=1)
    if which < 0:
        after = (first + timedelta(days=31)).replace(day=1)
        return after - timedelta(days=(after.weekday() - weekday - 1) % 7 + 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))


def without_end(rrule: str) -> str:
    parts = parts_of(rrule).items()
    return ";".join(f"{name}={value}" for name, value in parts if name not in ("COUNT", "UNTIL"))


def nth(day: date) -> int:
    """Which one of its weekday it is in its month; the fifth is the last."""
    number = (day.day - 1) // 7 + 1
    return number if number < 5 else -1


def days_between(rrule: str, first: date, after: date, until: date) -> list[date]:
    """The days a rule falls on, from its first on, after one day and until and with another."""
    lower = datetime.combine(after + timedelta(days=1), time())
    found = rrulestr(rrule, dtstart=datetime.combine(first, time()))
    return [one.date() for one in found.between(lower, datetime.combine(until, time()), inc=True)]


def days_of(rrule: str, first: date, zone: ZoneInfo, *, most: int) -> list[date]:
    """The first `most` days of a rule that ends, within a year of its first."""
    found = rrulestr(rrule, dtstart=datetime.combine(first, time(), zone))
    days = (one.date() for one in islice(found, most))
    return [day for day in days if day <= first + AHEAD]


def in_words(rrule: str, first: date) -> str:
    """`Every week on Tuesday`, without its end."""
    parts = parts_of(rrule)
    if parts["FREQ"] == "DAILY":
        return _("Every day")
    if parts["FREQ"] == "WEEKLY":
        numbers = weekdays_of(rrule)
        alone = formats.A_MONDAY + timedelta(days=numbers[0] - 1)
        days = formats.weekdays(numbers) if len(numbers) > 1 else formats.weekday_full(alone)
        every = (
            _("Every other week, %(days)s") if "INTERVAL" in parts else _("Every week, %(days)s")
        )
        return every % {"days": days}
    if "BYMONTHDAY" in parts:
        return _("Every month on day %(day)s") % {"day": parts["BYMONTHDAY"]}
    named = formats.weekday_full(first)
    which = int(parts["BYDAY"][:-2])
    if which < 0:
        return _("Every month, the last %(day)s") % {"day": named}
    return _("Every month, %(day)s no. %(n)s") % {"day": named, "n": which}


def as_ours(rrule: str, first: date, zone: ZoneInfo, opens: int, until: date) -> str | None:
    """Somebody else's rule in the words of `rrule_for`; None for one that it has no words for.
    One without an end ends with the day `until`."""
    parts = {name: value for name, value in parts_of(rrule).items() if name != "WKST"}
    weekday, interval = BYDAY[first.weekday()], parts.pop("INTERVAL", "1")
    days = set(filter(None, parts.pop("BYDAY", "").split(",")))
    count, end = parts.pop("COUNT", ""), parts.pop("UNTIL", "")
    numbers = [BYDAY.index(one) + 1 for one in days if one in BYDAY]
    day_of_month = parts.pop("BYMONTHDAY", "")
    if day_of_month and (parts.get("FREQ") != "MONTHLY" or day_of_month != str(first.day)):
        return None
    match (parts.pop("FREQ", ""), interval):
        case ("DAILY", "1") if not days:
            repeat = "daily"
        case ("DAILY", "1") if len(numbers) == len(days) and weekday in days:
            repeat = "weekly"
        case ("WEEKLY", "1" | "2") if len(numbers) == len(days) and weekday in (days or {weekday}):
            repeat = "weekly" if interval == "1" else "fortnightly"
        case ("MONTHLY", "1") if not days:
            repeat = "date"
        case ("MONTHLY", "1") if not day_of_month and days == {f"{nth(first)}{weekday}"}:
            repeat = "weekday"
        case ("MONTHLY", "1") if not day_of_month and days == {f"{nth_or_last(first)}{weekday}"}:
            repeat = "last"
        case _:
            return None
    if parts:  # BYSETPOS, BYHOUR …
        return None
    if count:
        return rrule_for(repeat, first, weekdays=numbers, count=int(count))
    day = last_day(end, zone, opens) if end else until
    return rrule_for(repeat, first, day, weekdays=numbers, zone=zone)


def nth_or_last(day: date) -> int:
    """-1 where it is the last of its weekday in its month, also when that has only four."""
    return -1 if (day + timedelta(days=7)).month != day.month else nth(day)


def last_day(until: str, zone: ZoneInfo, opens: int) -> date:
    """The last local day with a time that begins at minute `opens` until then."""
    day = datetime.strptime(until[:8], "%Y%m%d").replace(tzinfo=zone)
    if "T" not in until:
        return day.date()
    end = datetime.strptime(until[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    wall = end.astimezone(zone) if until.endswith("Z") else end.replace(tzinfo=zone)
    is_before = wall.hour * 60 + wall.minute < opens
    return wall.date() - timedelta(days=is_before)


def parts_of(rrule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rrule.split(";"))
