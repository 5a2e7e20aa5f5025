"""The words that letters are made of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.utils.translation import gettext as _

from bookings.calendars.invitation import Method
from bookings.models import UNSETTLED, Booking, BookingEvent, Delivery, Kind
from bookings.models.states import COMES
from spaces import formats
from spaces.money import Money

LAPSED = "lapsed"  # why a payment failed: the bank no longer reserves it


@dataclass(frozen=True)
class Letter:
    """A message before it is laid out. The facts of the booking follow its paragraphs."""

    subject: str
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    action: str = ""  # what the link to the booking says
    check_in: str = ""  # a link that does just that
    check_ins: list[tuple[str, str]] = field(default_factory=list)  # of several: time, link
    method: Method | None = None  # of the invitation that goes with it
    link: str = ""  # where the action leads, when it is not to the booking
    rows: list[tuple[str, str]] | None = None  # instead of the booking's facts
    above: list[tuple[str, str]] = field(default_factory=list)  # before them
    instead: list[tuple[str, str]] = field(default_factory=list)  # what else there is: name, where
    events: list[Booking] = field(default_factory=list)  # instead of an invitation


@dataclass(frozen=True)
class Reader:
    """Whom a letter is for: a person with an account, or who is known by an address alone."""

    name: str
    email: str
    language: str
    is_booker: bool = False

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        booking, to = delivery.booking, delivery.recipient
        if to is not None:
            is_booker = booking is not None and to.pk == booking.booker_id
            return cls(str(to), to.email, to.language, is_booker)
        assert booking is not None  # a guest is spoken to as the one who invites
        return cls(delivery.address, delivery.address, booking.booker.language)


def what(booking: Booking) -> str:
    """`Nidelva, tirsdag 24. november, 13–15`"""
    return f"{booking.space.name}, {when(booking)}"


def when(booking: Booking) -> str:
    return formats.when(booking.start, booking.end, booking.space.place.zone)


def moment(at: datetime, booking: Booking) -> str:
    """Where it is: `onsdag 25. november kl. 12`"""
    zone = booking.space.place.zone
    told = {"day": formats.day_name(at, zone), "time": formats.clock(at, zone)}
    return _("%(day)s at %(time)s") % told


def unless_answered(until: datetime | None, booking: Booking) -> list[str]:
    """To who is asked: how long they have."""
    if until is None:
        return []
    text = _("Without an answer by %(moment)s the request is declined by itself.")
    return [text % {"moment": moment(until, booking)}]


def answered_by(until: datetime | None, booking: Booking) -> list[str]:
    """To who asks: how long they wait."""
    if until is None:
        return []
    return [_("You have an answer by %(moment)s.") % {"moment": moment(until, booking)}]


def as_told(booking: Booking, told: dict[str, Any]) -> str:
    """What it was, or is to become, by its history: `Nidelva, tirsdag 24. november, 13–15`; how
    many and the price, where they are others."""
    start, end = datetime.fromisoformat(told["start"]), datetime.fromisoformat(told["end"])
    text = f"{told['space']}, {formats.when(start, end, booking.space.place.zone)}"
    if told["quantity"] != booking.quantity:
        text += f" × {told['quantity']}"
    if told["amount"] != booking.amount:
        text += f", {price_of(Money(told['amount'], booking.currency))}"
    return text


def price_of(total: Money) -> str:
    return formats.price(total) if total else _("Free of charge")


def names(booking: Booking) -> dict[str, object]:
    return {"booker": booking.booker, "space": booking.space, "who": booking.made_by}


def latest(booking: Booking, kind: Kind) -> BookingEvent | None:
    return booking.events.filter(kind=kind).last()


def reason(event: BookingEvent) -> list[str]:
    text = event.data.get("reason")
    return [_("Their reason: %(reason)s") % {"reason": text}] if text else []


def whereabouts(booking: Booking) -> tuple[str, str]:
    space, place = booking.space, booking.space.place
    room = f"{space.name}, {space.floor_text}" if space.floor_text else space.name
    return _("Where"), f"{room}\n{place.name}, {place.full_address}"


def takes_place(booking: Booking) -> bool:
    """Whether it does, or may."""
    return booking.status in {*COMES, *UNSETTLED}


def facts(booking: Booking, reader: Reader) -> list[tuple[str, str]]:
    space, place, is_on = booking.space, booking.space.place, takes_place(booking)
    rows = [
        (_("When"), when(booking)),
        whereabouts(booking),
        (_("How to get in"), place.arrival_text if reader.is_booker and is_on else ""),
        (_("How many"), str(booking.quantity) if space.is_pool and booking.quantity > 1 else ""),
        (_("What"), booking.title),
        (_("Note"), "" if reader.is_booker else booking.note),
        (_("Booked by"), "" if reader.is_booker else f"{booking.booker}, {booking.booker.email}"),
        (_("On behalf of"), str(booking.organisation or "")),
        (_("Booked along"), ", ".join(map(str, booking.add_ons.select_related("add_on")))),
        (_("Price"), price_of(booking.price)),
    ]
    return [(name, text) for name, text in rows if text]
