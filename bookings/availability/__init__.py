"""The one engine that answers when a space is free.

Search, space page, API, quotes and the booking operation all ask here, and PostgreSQL
answers for all spaces at once from the tables that are the truth: opening hours,
exceptions, holidays, occupancies and the busy times of outside calendars. Nothing is kept
that could go stale.

What a booking of a space takes is its period widened by the space's buffers. So a period
is free when it lies within the opening hours and its widened range meets no occupancy and no
busy time on enough of the space's units: all of them (`ALL`), or `quantity` of them, each for
the whole period (`ANY`). Rows of holds that have run out count for nothing.
"""

from bookings.availability.calendars import (
    NOTHING,
    Calendar,
    calendars,
    opening,
    taken_by_unit,
)
from bookings.availability.finding import CANDIDATES, InOrder, first_free, in_order
from bookings.availability.hours import FARTHEST, LONGEST
from bookings.availability.looking import Look, look
from bookings.availability.many import first_free_for_each
from bookings.availability.recurring import free_of_each
from bookings.availability.slots import ALL_DAY, Barred, Slots, free_slots
from bookings.availability.standing import Clash, clashing, elsewhere, standing_outside
from bookings.availability.units import add_ons_left, free_units, free_units_of
from bookings.availability.verdicts import (
    FREE,
    Wanted,
    unfit,
    verdict,
    verdict_on,
    verdicts_for,
    verdicts_of,
    verdicts_on,
)

__all__ = [
    "ALL_DAY",
    "CANDIDATES",
    "FARTHEST",
    "FREE",
    "LONGEST",
    "NOTHING",
    "Barred",
    "Calendar",
    "Clash",
    "InOrder",
    "Look",
    "Slots",
    "Wanted",
    "add_ons_left",
    "calendars",
    "clashing",
    "elsewhere",
    "first_free",
    "first_free_for_each",
    "free_of_each",
    "free_slots",
    "free_units",
    "free_units_of",
    "in_order",
    "look",
    "opening",
    "standing_outside",
    "taken_by_unit",
    "unfit",
    "verdict",
    "verdict_on",
    "verdicts_for",
    "verdicts_of",
    "verdicts_on",
]
