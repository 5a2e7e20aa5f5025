"""When: bookings, what they occupy, and what happened to them."""

from bookings.models.booking import BookedAddOn, Booking, Closure
from bookings.models.event import BookingEvent, Delivery, DeliveryState, Kind
from bookings.models.occupancy import Occupancy
from bookings.models.states import MOVES, OCCUPYING, Actor, Status

__all__ = [
    "MOVES",
    "OCCUPYING",
    "Actor",
    "BookedAddOn",
    "Booking",
    "BookingEvent",
    "Closure",
    "Delivery",
    "DeliveryState",
    "Kind",
    "Occupancy",
    "Status",
]
