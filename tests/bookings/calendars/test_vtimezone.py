from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import Timezone

from bookings.calendars.vtimezone import vtimezone

YEAR = 2026


def read(text: str) -> tzinfo:
    """The zone as icalendar understands it, without looking at its name."""
    timezone = Timezone.from_ical(text)
    assert isinstance(timezone, Timezone)
    zone: tzinfo = timezone.to_tz(lookup_tzid=False)
    return zone


@pytest.mark.parametrize("name", ["Europe/Oslo", "Europe/Dublin", "Australia/Lord_Howe"])
def test_vtimezone_has_the_zones_clock_at_every_hour(name: str) -> None:
    zone, written = ZoneInfo(name), read(vtimezone(name, YEAR) or "")
    hour = datetime(YEAR, 1, 1, 0, 30, tzinfo=UTC)
    while hour.year == YEAR:
        wall = hour.astimezone(zone)
        is_twice = wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset()
        if not is_twice:  # there programs may differ, and we write UTC for the second run
            assert wall.replace(tzinfo=written).utcoffset() == wall.utcoffset(), wall
        hour += timedelta(hours=1)


def test_vtimezone_is_right_or_absent_for_every_zone() -> None:
    absent = set()
    for name in sorted(available_timezones()):
        text = vtimezone(name, YEAR)
        if text is None:
            absent.add(name)
            continue
        zone, written = ZoneInfo(name), read(text)
        for month in range(1, 13):
            noon = datetime(YEAR, month, 15, 12)
            assert (
                noon.replace(tzinfo=written).utcoffset() == noon.replace(tzinfo=zone).utcoffset()
            ), (name, noon)
    assert {"Africa/Casablanca", "Asia/Gaza", "America/Nuuk"} <= absent
    assert len(absent) < 30


def test_vtimezone_gives_outlook_rules_and_no_lists_of_dates() -> None:
    text = vtimezone("Europe/Oslo", YEAR) or ""
    assert text.count("RRULE:FREQ=YEARLY") == 2
    assert "RDATE" not in text
    assert "DTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100" in text
