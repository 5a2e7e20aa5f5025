"""What is listed and booked."""

from spaces.models.hours import HoursException, OpeningHours
from spaces.models.media import Photo
from spaces.models.place import Place
from spaces.models.price import Audience, Per, Price, Vat
from spaces.models.space import (
    Allocation,
    Amenity,
    Kind,
    Listing,
    Space,
    SpaceAmenity,
    Unit,
)

__all__ = [
    "Allocation",
    "Amenity",
    "Audience",
    "HoursException",
    "Kind",
    "Listing",
    "OpeningHours",
    "Per",
    "Photo",
    "Place",
    "Price",
    "Space",
    "SpaceAmenity",
    "Unit",
    "Vat",
]
