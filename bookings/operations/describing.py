"""What a booking is for, who may see it, and what its owner should know."""

from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from bookings.about import About
from bookings.models import COMES, Booking, Kind
from bookings.operations.moves import locked, record, show_anew
from bookings.refusals import WrongState


@operation
def describe(*, booking: Booking, title: str, about: About, by: User, now: datetime) -> Booking:
    """Say anew what it is. Those who are invited are told when its title changes. Raises
    `WrongState` when it has ended, `PublicNeedsTitle` and `NobodyToShareWith`."""
    booking = locked(booking)
    if not booking.occupies(now) or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    about.require(booking.organisation)
    said = {
        "title": title,
        "note": about.note,
        "public_title": about.public_title,
        "visibility": str(about.visibility),
    }
    changed = [name for name, value in said.items() if getattr(booking, name) != value]
    if not changed:
        return booking
    for name in changed:
        setattr(booking, name, said[name])
    booking.save(update_fields=changed)
    if "title" in changed and booking.status in COMES:
        show_anew(booking, now=now)
    record(booking, Kind.DESCRIBED, by=by, now=now, changed=changed)
    return booking
