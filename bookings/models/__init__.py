"""When: bookings, what they occupy, and what happened to them."""

from bookings.models.booking import BookedAddOn, Booking
from bookings.models.closure import Closure, ClosureRule
from bookings.models.event import BookingEvent, Delivery, DeliveryState, Kind
from bookings.models.occupancy import Occupancy
from bookings.models.saved import Favourite, SavedSearch, Seen
from bookings.models.states import MOVES, OCCUPYING, Actor, Status

__all__ = [
    "MOVES",
    "OCCUPYING",
    "Actor",
    "BookedAddOn",
    "Booking",
    "BookingEvent",
    "Closure",
    "ClosureRule",
    "Delivery",
    "DeliveryState",
    "Favourite",
    "Kind",
    "Occupancy",
    "SavedSearch",
    "Seen",
    "Status",
]
