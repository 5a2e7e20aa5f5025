from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from spaces import formats
from spaces.money import Money

OSLO = ZoneInfo("Europe/Oslo")
NBSP = "\u00a0"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of October 2026 by the clock in Oslo, held in UTC as everywhere."""
    return datetime(2026, 10, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


@pytest.mark.parametrize(
    ("language", "money", "expected"),
    [
        ("nb", Money(64000), f"640{NBSP}kr"),
        ("nb", Money(108000), f"1{NBSP}080{NBSP}kr"),
        ("nb", Money(9950), f"99,50{NBSP}kr"),
        ("nb", Money(-64000), f"−640{NBSP}kr"),
        ("nb", Money(0), f"0{NBSP}kr"),
        ("nb", 64000, f"640{NBSP}kr"),
        ("nn", Money(108000), f"1{NBSP}080{NBSP}kr"),
        ("en", Money(108050), f"1,080.50{NBSP}kr"),
        ("en", Money(64000, "EUR"), f"640{NBSP}EUR"),
    ],
)
def test_price_is_written_as_in_the_language(language, money, expected):
    with translation.override(language):
        assert formats.price(money) == expected


@pytest.mark.parametrize(
    ("language", "minute", "expected"),
    [
        ("nb", 780, "13"),
        ("nb", 810, "13.30"),
        ("nn", 420, "07"),
        ("nb", 1440, "24"),
        ("en", 780, "13:00"),
        ("en", 810, "13:30"),
    ],
)
def test_clock_shows_minutes_in_norwegian_only_when_there_are_any(language, minute, expected):
    with translation.override(language):
        assert formats.minute_clock(minute) == expected


def test_clock_reads_the_place_s_own_zone():
    moment = datetime(2026, 10, 20, 11, 30, tzinfo=UTC)
    with translation.override("nb"):
        assert formats.clock(moment, OSLO) == "13.30"
        assert formats.clock(moment, ZoneInfo("Europe/Helsinki")) == "14.30"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", "tirsdag 20. oktober, 13–15"),
        ("nn", "tysdag 20. oktober, 13–15"),
        ("en", "Tuesday 20 October, 13:00–15:00"),
    ],
)
def test_when_names_the_day_and_the_times(language, expected):
    with translation.override(language):
        assert formats.when(at(20, 13), at(20, 15), OSLO) == expected


def test_when_to_midnight_ends_at_24():
    with translation.override("nb"):
        assert formats.when(at(20, 20), at(21, 0), OSLO) == "tirsdag 20. oktober, 20–24"


def test_when_past_midnight_names_both_days():
    with translation.override("nb"):
        expected = "tirsdag 20. oktober 22 – onsdag 21. oktober 02"
        assert formats.when(at(20, 22), at(21, 2), OSLO) == expected


def test_a_day_or_longer_names_its_days_also_where_the_day_is_known():
    with translation.override("nb"):
        days = at(20, 9), at(22, 16), OSLO
        assert formats.time_range(*days) == "tir. 20. okt. 09 – tor. 22. okt. 16"
        assert formats.when_short(*days) == formats.time_range(*days)
        assert formats.when(*days) == "tirsdag 20. oktober 09 – torsdag 22. oktober 16"
        assert formats.time_range(at(20, 9), at(21, 9), OSLO).endswith("– ons. 21. okt. 09")


def test_an_end_at_midnight_belongs_to_the_day_before():
    with translation.override("nb"):
        assert formats.time_range(at(20, 9), at(22, 0), OSLO).endswith("– ons. 21. okt. 24")
        assert formats.when(at(20, 9), at(22, 0), OSLO).endswith("– onsdag 21. oktober 24")
        assert formats.time_range(at(20, 0), at(21, 0), OSLO) == "00–24"


def test_a_night_is_told_by_the_clock():
    with translation.override("nb"):
        assert formats.time_range(at(20, 22), at(21, 2), OSLO) == "22–02"
        assert formats.when_short(at(20, 22), at(21, 2), OSLO) == "tir. 20. okt., 22–02"


@pytest.mark.parametrize(
    ("language", "minutes", "expected"),
    [
        ("nb", 60, "1 time"),
        ("nb", 120, "2 timer"),
        ("nn", 120, "2 timar"),
        ("nb", 90, "1 time 30 min"),
        ("nb", 30, "30 min"),
        ("nb", 24 * 60, "24 timer"),
        ("nb", 21 * 24 * 60, "21 døgn"),
        ("nb", 49 * 60, "49 timer"),
        ("en", 120, "2 hours"),
        ("en", 48 * 60, "2 days"),
    ],
)
def test_duration_in_words(language, minutes, expected):
    with translation.override(language):
        assert formats.duration(minutes).replace(NBSP, " ") == expected


def test_a_range_of_days_names_the_month_once():
    with translation.override("nb"):
        assert formats.days_range(date(2026, 10, 19), date(2026, 10, 25)) == "19.–25. oktober"
        across = formats.days_range(date(2026, 9, 28), date(2026, 10, 4))
        assert across == "28. september–4. oktober"
    with translation.override("en"):
        assert formats.days_range(date(2026, 10, 19), date(2026, 10, 25)) == "19–25 October"


def test_days_in_short_and_in_full():
    with translation.override("nb"):
        assert formats.day_short(date(2026, 10, 20)) == "tir. 20. okt."
        assert formats.day_full(date(2026, 10, 20)) == "20. oktober 2026"
        assert formats.weekday(date(2026, 10, 20)) == "tir."
