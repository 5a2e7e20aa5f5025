"""What an address asks for, whichever page it is of."""

from datetime import datetime

from django.http import QueryDict

from bookings.forms.anytime import AnyTimeForm
from bookings.forms.recurring import RecurringForm
from bookings.forms.search import SearchForm
from bookings.forms.wanted import Wanted
from bookings.models.saved import page_of


def search_of(query: QueryDict, *, now: datetime) -> Wanted:
    """The search that an address asks for: at a time, at any, or again and again."""
    match page_of(query):
        case "recurring":
            return RecurringForm(query, now=now).recurring
        case "anytime":
            return AnyTimeForm(query, now=now).anytime
    return SearchForm(query, now=now).wanted
