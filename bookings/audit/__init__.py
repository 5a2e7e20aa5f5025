"""What must always be so of bookings, asked of the data itself.

Each check is a promise in words and SQL that finds what breaks it, as texts that name the
row. Most of it the database holds already; asked again it tells of constraints that were
dropped, of restores that went wrong, and of what no constraint can say.
"""

from bookings.audit import calendars, jointly, means, taken, told
from bookings.audit.checking import Check, Outcome, audit

CHECKS = [*means.CHECKS, *taken.CHECKS, *jointly.CHECKS, *told.CHECKS, *calendars.CHECKS]

__all__ = ["CHECKS", "Check", "Outcome", "audit"]
