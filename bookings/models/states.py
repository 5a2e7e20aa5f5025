"""A booking's life: the states, the moves between them, and who may make each move.

`docs/states.md` is drawn from this table (`python -m tools.states`), and a test walks
every pair.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    HELD = "held", _("Held")  # waits for payment; expires
    REQUESTED = "requested", _("Requested")  # waits for the owner's answer
    CONFIRMED = "confirmed", _("Confirmed")
    CHECKED_IN = "checked_in", _("Checked in")
    COMPLETED = "completed", _("Completed")
    NO_SHOW = "no_show", _("No-show")
    EXPIRED = "expired", _("Expired")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")


class Actor(models.TextChoices):
    """Who makes a move. `LEDIG` is the product itself: payments, clocks."""

    BOOKER = "booker"
    OWNER = "owner"  # anybody who runs the space's bookings
    LEDIG = "ledig"


MOVES: dict[Status, dict[Status, frozenset[Actor]]] = {
    Status.HELD: {
        Status.CONFIRMED: frozenset({Actor.LEDIG}),  # paid, or nothing to pay
        Status.REQUESTED: frozenset({Actor.LEDIG}),  # authorised, or nothing to pay
        Status.EXPIRED: frozenset({Actor.LEDIG}),
        Status.CANCELLED: frozenset({Actor.BOOKER, Actor.OWNER}),
    },
    Status.REQUESTED: {
        Status.CONFIRMED: frozenset({Actor.OWNER, Actor.LEDIG}),  # the last yes to several
        Status.DECLINED: frozenset({Actor.OWNER, Actor.LEDIG}),  # by itself when unanswered
        Status.CANCELLED: frozenset({Actor.BOOKER}),
    },
    Status.CONFIRMED: {
        Status.CHECKED_IN: frozenset({Actor.BOOKER, Actor.OWNER}),
        Status.COMPLETED: frozenset({Actor.LEDIG}),
        Status.NO_SHOW: frozenset({Actor.OWNER, Actor.LEDIG}),
        Status.CANCELLED: frozenset({Actor.BOOKER, Actor.OWNER}),
    },
    Status.CHECKED_IN: {
        Status.COMPLETED: frozenset({Actor.LEDIG}),
        Status.CANCELLED: frozenset({Actor.OWNER}),  # before it starts, they came early
    },
    Status.EXPIRED: {
        Status.CONFIRMED: frozenset({Actor.LEDIG}),  # paid late, and still free
        Status.REQUESTED: frozenset({Actor.LEDIG}),
    },
    Status.COMPLETED: {},
    Status.NO_SHOW: {},
    Status.DECLINED: {},
    Status.CANCELLED: {},
}

# The units of a booking are taken in these states, and in no other. A hold's rows stop
# counting at its `held_until`, whether or not anybody has swept them away.
OCCUPYING = frozenset(
    {Status.HELD, Status.REQUESTED, Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED}
)
UNSETTLED = (Status.HELD, Status.REQUESTED)  # to be paid or answered: it runs out
COMES = frozenset({Status.CONFIRMED, Status.CHECKED_IN})  # it takes place
ENDED = frozenset(status for status, moves in MOVES.items() if not moves)
