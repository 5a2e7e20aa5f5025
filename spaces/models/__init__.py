"""What is listed and booked."""

from spaces.models.access import AccessRule
from spaces.models.add_on import AddOn
from spaces.models.attachment import Attachment
from spaces.models.calendars import CalendarSource
from spaces.models.door import CodeFrom, Door
from spaces.models.holidays import KeepsHours, OnHolidays
from spaces.models.hours import HoursException, OpeningHours, Season, Weekday
from spaces.models.imports import Import
from spaces.models.media import Photo, Upload
from spaces.models.pause import Pause
from spaces.models.place import Place
from spaces.models.plan import FloorPlan, PlanPoint
from spaces.models.price import Audience, LengthDiscount, Per, Price
from spaces.models.rulebook import Acceptance, Rulebook
from spaces.models.rules import OrganisationRules, Quota, RulesInForce
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
from spaces.models.vat import Vat
from spaces.models.words import SpaceWords

__all__ = [
    "Acceptance",
    "AccessRule",
    "AddOn",
    "Allocation",
    "Amenity",
    "Attachment",
    "Audience",
    "CalendarSource",
    "CodeFrom",
    "Door",
    "FloorPlan",
    "HoursException",
    "Import",
    "KeepsHours",
    "Kind",
    "Layout",
    "LengthDiscount",
    "Listing",
    "OnHolidays",
    "OpeningHours",
    "OrganisationRules",
    "Pause",
    "Per",
    "Photo",
    "Place",
    "PlanPoint",
    "Price",
    "Quota",
    "Rulebook",
    "RulesInForce",
    "Season",
    "Space",
    "SpaceAmenity",
    "SpaceWords",
    "Unit",
    "Upload",
    "Vat",
    "Weekday",
]
