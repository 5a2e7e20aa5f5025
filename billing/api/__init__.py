"""Booking, changing and cancelling, for programs."""

from billing.api.bookings import BookingViewSet
from billing.api.orders import OrderViewSet

__all__ = ["BookingViewSet", "OrderViewSet"]
