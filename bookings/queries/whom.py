"""Somebody else that one is about to book for, as far as one may know them."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import RUNS_BOOKINGS, Organisation, User
from bookings.grounds import Grounds
from bookings.models import Booking
from spaces.access import Imagined
from spaces.models import Quota, Space
from spaces.prices import Buyer


def known_to(
    user: User, address: str, *, space: Space, organisation: Organisation | None
) -> User | None:
    """Who has this address, if `user` may see what a time costs them: themselves, a colleague in
    the organisation that is booked for, and, where they run the space, who has booked of its
    owner before. Of nobody else is anything told, not even whether they are here."""
    known = Q(pk=user.pk)
    if organisation is not None:
        known |= Q(memberships__organisation=organisation)
    runs = user.memberships.filter(organisation=space.organisation_id, role__in=RUNS_BOOKINGS)
    if runs.exists():
        theirs = Booking.objects.filter(space__organisation=space.organisation_id)
        known |= Q(Exists(theirs.filter(booker=OuterRef("pk"))))
    return User.objects.filter(known, is_active=True, email__iexact=address).first()


def grounds_of_anybody(space: Space, *, now: datetime) -> Grounds:
    """Of whom nothing may be told: as of somebody new, who has booked nothing."""
    quotas = list(Quota.objects.bearing_on(space))
    return Grounds(Imagined(now), Buyer(), None, [], quotas)
