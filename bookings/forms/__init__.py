"""What people ask for: a search, and a time in one space."""

from bookings.forms.booking import BookForm
from bookings.forms.search import SearchForm
from bookings.forms.times import HALF_HOUR, district_zone, soonest, usual_time
from bookings.forms.wanted import Sort, Wanted

__all__ = [
    "HALF_HOUR",
    "BookForm",
    "SearchForm",
    "Sort",
    "Wanted",
    "district_zone",
    "soonest",
    "usual_time",
]
