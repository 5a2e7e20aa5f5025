from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    """When: occupancy, availability and the life of a booking."""

    name = "bookings"
    verbose_name = _("Bookings")
