"""An owner moves a booking to another of their spaces."""

from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from bookings import availability
from bookings.models import OPEN, Booking, Kind, Occupancy, Status
from bookings.operations.moves import locked, record
from bookings.operations.units import booked_along, lock_units, occupy, take_units
from bookings.operations.waiting_changes import end_change
from bookings.refusals import AddOnNotOffered, Closed, NotListed, TooManyPeople, WrongState
from spaces.models import Listing, Space

MOVABLE = (Status.REQUESTED, Status.CONFIRMED)


@operation
def rehouse(*, booking: Booking, to: Space, by: User, now: datetime, reason: str = "") -> Booking:
    """The same time in another space of the same owner, at the same price and terms.

    The space has to be listed, open and free then; its rules about lengths and notice are
    not asked, since it is the owner who moves. What is booked along comes too, within the
    same place. Raises `WrongState`, `NotListed`, `Closed`, `TooManyPeople`,
    `AddOnNotOffered`, `AddOnTaken` and `SlotTaken`.
    """
    booking = locked(booking)
    was = booking.space
    if booking.status not in MOVABLE:
        raise WrongState(booking_status=booking.status)
    is_like = to.organisation_id == was.organisation_id and to.is_pool == was.is_pool
    if not is_like or to.pk == was.pk or to.listing != Listing.PUBLISHED:
        raise NotListed(space=to.pk)
    if availability.opening(to, booking.period) != (booking.period,):
        raise Closed(space=to.pk)
    if booking.people is not None and booking.people > to.capacity:
        raise TooManyPeople(space=to.pk)
    waiting = booking.changes.filter(status__in=OPEN).select_related("space").first()
    along = booked_along(booking)
    if along and to.place_id != was.place_id:
        raise AddOnNotOffered(space=to.pk)
    lock_units([was, to, *([waiting.space] if waiting else [])], along)
    if waiting is not None:
        end_change(change=waiting, why="moved", by=by, now=now)
    Occupancy.objects.filter(booking=booking).delete()
    units = take_units(to, booking.period, quantity=booking.quantity, add_ons=along, now=now)
    booking.space, booking.place, booking.changed_at = to, to.place, now
    booking.sequence += 1  # calendars show it anew, and each move of a request has its letter
    booking.save(update_fields=["space", "place", "changed_at", "sequence"])
    occupy(booking, units, held_until=booking.expires_at)
    record(booking, Kind.MOVED, by=by, now=now, was=was.name, reason=reason)
    return booking
