"""Booking, changing, cancelling and waiting, and what was paid, for programs."""

from billing.api.bookings import BookingViewSet
from billing.api.cards import CardViewSet
from billing.api.documents import DocumentViewSet
from billing.api.orders import OrderViewSet
from billing.api.waitlist import WaitlistViewSet

__all__ = [
    "BookingViewSet",
    "CardViewSet",
    "DocumentViewSet",
    "OrderViewSet",
    "WaitlistViewSet",
]
