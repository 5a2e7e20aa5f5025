"""Somebody else that one is about to book for, as far as one may know them."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import RUNS_BOOKINGS, Organisation, User
from bookings.grounds import Grounds
from bookings.models import Booking
from spaces.access import Imagined
from spaces.models import Quota, Space
from spaces.prices import Buyer


def known_to(
    user: User, address: str, *, spaces: Collection[Space], organisation: Organisation | None
) -> User | None:
    """Who has this address, if `user` may see what times in these spaces cost them: themselves,
    a colleague in the organisation that is booked for, and, where they run all of the spaces,
    who has booked of an owner of them before. Of nobody else is anything told, not even whether
    they are here."""
    known = Q(pk=user.pk)
    if organisation is not None:
        known |= Q(memberships__organisation=organisation)
    owners = {space.organisation_id for space in spaces}
    runs = user.memberships.filter(organisation__in=owners, role__in=RUNS_BOOKINGS)
    if owners and owners == set(runs.values_list("organisation", flat=True)):
        theirs = Booking.objects.filter(space__organisation__in=owners)
        known |= Q(Exists(theirs.filter(booker=OuterRef("pk"))))
    return User.objects.filter(known, is_active=True, email__iexact=address).distinct().first()


def grounds_of_anybody(space: Space, *, now: datetime) -> Grounds:
    """Of whom nothing may be told: as of somebody new, who has booked nothing."""
    quotas = list(Quota.objects.bearing_on(space))
    return Grounds(Imagined(now), Buyer(), None, [], quotas)
