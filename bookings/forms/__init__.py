"""What people ask for: a search, and a time in one space."""

from bookings.forms.anytime import ANYTIME_SORTS, AnyTime, AnyTimeForm
from bookings.forms.asked import search_of
from bookings.forms.booking import BookForm, KeyField
from bookings.forms.recurring import RECURRING_SORTS, Recurring, RecurringForm
from bookings.forms.rooms import RoomsForm
from bookings.forms.search import SORTS, SearchForm
from bookings.forms.times import HALF_HOUR, district_zone, soonest, usual_time
from bookings.forms.wanted import Sort, Wanted

__all__ = [
    "ANYTIME_SORTS",
    "HALF_HOUR",
    "RECURRING_SORTS",
    "SORTS",
    "AnyTime",
    "AnyTimeForm",
    "BookForm",
    "KeyField",
    "Recurring",
    "RecurringForm",
    "RoomsForm",
    "SearchForm",
    "Sort",
    "Wanted",
    "district_zone",
    "search_of",
    "soonest",
    "usual_time",
]
