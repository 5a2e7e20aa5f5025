"""What is listed and booked."""

from spaces.models.holidays import KeepsHours, OnHolidays
from spaces.models.hours import HoursException, OpeningHours, Season, Weekday
from spaces.models.imports import Import
from spaces.models.media import Photo, Upload
from spaces.models.place import Place
from spaces.models.price import Audience, Per, Price, Vat
from spaces.models.rulebook import Acceptance, Rulebook
from spaces.models.space import (
    Allocation,
    Amenity,
    Kind,
    Layout,
    Listing,
    Space,
    SpaceAmenity,
    Unit,
)

__all__ = [
    "Acceptance",
    "Allocation",
    "Amenity",
    "Audience",
    "HoursException",
    "Import",
    "KeepsHours",
    "Kind",
    "Layout",
    "Listing",
    "OnHolidays",
    "OpeningHours",
    "Per",
    "Photo",
    "Place",
    "Price",
    "Rulebook",
    "Season",
    "Space",
    "SpaceAmenity",
    "Unit",
    "Upload",
    "Vat",
    "Weekday",
]
