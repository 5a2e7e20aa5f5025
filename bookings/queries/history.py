"""What has happened to a booking, as its reader may know it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.models import Answer, Booking, BookingEvent, Kind


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    what: str
    who: str  # empty when it came by itself
    why: str


def history(booking: Booking, *, as_owner: bool) -> list[Happened]:
    """For those who run the space: who did what, but not whom the booker has invited. For
    the booker: their own doings and what concerns them; who acted for the owner is the
    owner's affair. Oldest first."""
    events = booking.events.select_related("by")
    shown = events.concerning_owners() if as_owner else events.concerning_booker()
    if as_owner:
        return [Happened(one.at, what(one), str(one.by or ""), why(one)) for one in shown]
    guests = {one.pk: str(one) for one in booking.attendees.all()}
    return [Happened(one.at, what(one, guests), actor(booking, one), why(one)) for one in shown]


def what(event: BookingEvent, guests: dict[int, str] | None = None) -> str:
    label = str(Kind(event.kind).label)
    guest = (guests or {}).get(event.data.get("attendee", 0), "")
    if event.kind == Kind.ANSWERED:
        return f"{guest}: {Answer(event.data['answer']).label}"
    return f"{label}: {guest}" if guest else label


def why(event: BookingEvent) -> str:
    return str(event.data.get("reason", ""))


def actor(booking: Booking, event: BookingEvent) -> str:
    if event.by_id is None:
        return ""
    return _("you") if event.by_id == booking.booker_id else str(booking.space.organisation)
