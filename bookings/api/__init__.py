"""Finding a time, for programs: spaces, their availability, and quotes."""

from bookings.api.bookings import BookingSerializer
from bookings.api.quotes import QuoteRequestSerializer, Quotes
from bookings.api.slots import SlotsView
from bookings.api.spaces import SpaceViewSet
from bookings.api.why import Why

__all__ = [
    "BookingSerializer",
    "QuoteRequestSerializer",
    "Quotes",
    "SlotsView",
    "SpaceViewSet",
    "Why",
]
