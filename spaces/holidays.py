"""Public holidays, from the `holidays` package."""

from datetime import date
from functools import lru_cache

import holidays as calendars


@lru_cache(maxsize=32)
def _in_year(country: str, year: int) -> frozenset[date]:
    sundays_too = calendars.country_holidays(country, years=year)
    return frozenset(day for day in sundays_too)


def public_holidays(first: date, last: date, country: str = "NO") -> list[date]:
    """The public holidays from `first` to `last`, both included, in order."""
    years = range(first.year, last.year + 1)
    return sorted(day for year in years for day in _in_year(country, year) if first <= day <= last)
