"""Whose a booking or a series is: its booker's, and of who has made it for them."""

from django.db.models import Q

from accounts.models import RUNS_BOOKINGS, User


def of_keeper(user: User) -> Q:
    """Who has made a booking for somebody else did so for an organisation: that of the booker,
    or the space's. Once they have left it, it is theirs no more."""
    ours = Q(organisation__in=user.memberships.values("organisation"))
    runs = user.memberships.filter(role__in=RUNS_BOOKINGS).values("organisation")
    return Q(booker=user) | Q(made_by=user) & (ours | Q(space__organisation__in=runs))
