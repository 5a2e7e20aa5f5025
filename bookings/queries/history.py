"""What has happened to a booking, as its reader may know it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from bookings.models import Answer, Booking, BookingEvent, Kind
from spaces import formats
from spaces.money import Money

ASKED = (Kind.CHANGE_HELD, Kind.CHANGE_ASKED, Kind.CHANGE_ENDED)  # what might have become of it


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    what: str
    who: str  # empty when it came by itself
    why: str
    how: tuple[str, ...] = ()  # what was otherwise before: `12–14 → 13–15`


def history(booking: Booking, *, reader: User, as_owner: bool) -> list[Happened]:
    """For those who run the space: who did what, but not whom the booker has invited. For
    the booker, and who has booked for them: their doings and what concerns them; who acted for
    the owner is the owner's affair. Oldest first."""
    events = booking.events.select_related("by")
    shown = events.concerning_owners() if as_owner else events.concerning_booker()
    entries = list(shown)
    how = changes_in(booking, entries)
    guests = {} if as_owner else {one.pk: str(one) for one in booking.attendees.all()}
    ours = set() if as_owner else bookers(booking)
    return [
        Happened(
            one.at,
            what(one, guests),
            str(one.by or "") if as_owner else actor(booking, one, ours, reader),
            why(one, as_owner=as_owner),
            how.get(one.pk, ()),
        )
        for one in entries
    ]


def changes_in(booking: Booking, events: Sequence[BookingEvent]) -> dict[int, tuple[str, ...]]:
    """What each change made of what, by event: read backwards from what the booking is now,
    since each keeps what was before it."""
    after = {
        "space": booking.space.name,
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
        "quantity": booking.quantity,
        "amount": booking.amount,
    }
    found = {}
    for event in reversed(events):
        if event.kind == Kind.CHANGED and "was" in event.data:
            before = {**after, **event.data["was"]}
            found[event.pk] = differences(before, after, booking)
            after = before
        elif event.kind == Kind.MOVED and "was" in event.data:
            before = {**after, "space": event.data["was"]}
            found[event.pk] = differences(before, after, booking)
            after = before
        elif event.kind in ASKED:
            found[event.pk] = differences(after, {**after, **event.data}, booking)
    return found


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], of: Booking
) -> tuple[str, ...]:
    """What is otherwise, each as `this → that`."""
    zone = of.space.place.zone

    def told(said: Mapping[str, Any]) -> dict[str, str]:
        start, end = (datetime.fromisoformat(said[name]) for name in ("start", "end"))
        return {
            "time": formats.when(start, end, zone),
            "space": said["space"],
            "quantity": f"× {said['quantity']}",
            "amount": formats.price(Money(said["amount"], of.currency)),
        }

    was, becomes = told(before), told(after)
    return tuple(f"{was[name]} → {becomes[name]}" for name in was if was[name] != becomes[name])


def what(event: BookingEvent, guests: dict[int, str] | None = None) -> str:
    label = str(Kind(event.kind).label)
    guest = (guests or {}).get(event.data.get("attendee", 0), "")
    if event.kind == Kind.ANSWERED:
        return f"{guest}: {Answer(event.data['answer']).label}"
    return f"{label}: {guest}" if guest else label


def why(event: BookingEvent, *, as_owner: bool) -> str:
    """What was said about it; what another owner has said is the booker's affair."""
    if as_owner and "together" in event.data:
        return ""
    return str(event.data.get("reason", ""))


def bookers(booking: Booking) -> set[int]:
    """Whose booking it is: also who has made it for somebody else, unless for the owner."""
    ours = {booking.booker_id}
    if booking.made_by is not None and not booking.as_owner(booking.made_by):
        ours.add(booking.made_by.pk)
    return ours


def actor(booking: Booking, event: BookingEvent, ours: Set[int], reader: User) -> str:
    if event.by is None:
        return ""
    if event.by == reader:
        return _("you")
    return str(event.by if event.by.pk in ours else booking.space.organisation)
