from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """When: occupancy, availability and the life of a booking."""

    name = "bookings"
