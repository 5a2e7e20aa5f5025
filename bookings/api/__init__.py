"""Finding a time, for programs: spaces, their availability, and quotes."""

from bookings.api.bookings import BookingSerializer
from bookings.api.calendars import CalendarsOfSpace, CalendarSourceViewSet
from bookings.api.feeds import FeedViewSet
from bookings.api.me import Me
from bookings.api.notices import MyNoticeChoices, Notices, ReadNotices
from bookings.api.passes import PassViewSet
from bookings.api.people import AboutSerializer, Attendees, Messages, OneAttendee
from bookings.api.quotes import QuoteRequestSerializer, Quotes
from bookings.api.recurrences import RecurrencesView
from bookings.api.slots import SlotsView
from bookings.api.spaces import SpaceViewSet
from bookings.api.why import Why

__all__ = [
    "AboutSerializer",
    "Attendees",
    "BookingSerializer",
    "CalendarSourceViewSet",
    "CalendarsOfSpace",
    "FeedViewSet",
    "Me",
    "Messages",
    "MyNoticeChoices",
    "Notices",
    "OneAttendee",
    "PassViewSet",
    "QuoteRequestSerializer",
    "Quotes",
    "ReadNotices",
    "RecurrencesView",
    "SlotsView",
    "SpaceViewSet",
    "Why",
]
