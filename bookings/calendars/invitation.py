"""Invitations by mail (iMIP, RFC 6047): a booking put into a guest's calendar, or taken out."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import NamedTuple, Self

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar

from bookings.calendars.events import CONTROLS, PRODID, Entry, escape, fold, space_text, vevent
from bookings.models import Answer, Attendee, Booking, Status


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Guest(NamedTuple):
    """Who is invited. Who can answer has an address to answer to and a page to do it on."""

    name: str
    email: str
    answer: str = Answer.NEEDS_ACTION
    reply_to: str = ""
    page: str = ""

    @classmethod
    def of(cls, one: Attendee) -> Self:
        return cls(str(one), one.email, one.answer, one.reply_address, one.url)


def invitation(booking: Booking, *, guest: Guest, method: Method, version: int) -> str:
    """The calendar text of a mail, in the active language.

    `version` is the booking's sequence when it happened, so that a mail that is sent late
    or twice says the same, whatever has become of the booking since.
    """
    cancels = method == Method.CANCEL
    entry = Entry.of(booking)._replace(
        sequence=version, status=Status.CANCELLED if cancels else Status.CONFIRMED
    )
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    rsvp = "TRUE" if guest.reply_to and not cancels else "FALSE"
    answer = f"ROLE=REQ-PARTICIPANT;PARTSTAT={guest.answer.upper()};RSVP={rsvp}"
    organizer = guest.reply_to or address
    people = fold(f"ORGANIZER;CN={quoted(name or 'Ledig')}:mailto:{organizer}") + fold(
        f"ATTENDEE;CN={quoted(guest.name)};CUTYPE=INDIVIDUAL;{answer}:mailto:{guest.email}"
    )
    space = space_text(booking.space, booking.start.year)
    if guest.page:  # the booking's own page is not theirs to see
        description = escape(_("Answer the invitation:") + " ")
        space = space._replace(link=guest.page, description=description)
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\n"
        f"METHOD:{method}\r\n{space.timezone}"
        f"{vevent(entry, space, people=people)}END:VCALENDAR\r\n"
    )


def quoted(name: str) -> str:
    """A parameter's value. It can hold neither quotation marks nor line breaks."""
    return '"' + CONTROLS.sub("", " ".join(name.split())).replace('"', "'") + '"'


@dataclass(frozen=True)
class Card:
    """What a mail program shows of an invitation, or of the first of many bookings."""

    method: str
    title: str
    location: str
    start: datetime
    end: datetime
    wants_answer: bool
    others: int  # that come with it


def read(text: bytes) -> Card:
    """A calendar of ours in a mail, read as a mail program does."""
    calendar = Calendar.from_ical(text)
    event = calendar.events[0]
    return Card(
        method=str(calendar["METHOD"]),
        title=str(event["SUMMARY"]),
        location=str(event["LOCATION"]),
        start=event.decoded("DTSTART"),
        end=event.decoded("DTEND"),
        wants_answer="ATTENDEE" in event and event["ATTENDEE"].params.get("RSVP") == "TRUE",
        others=len(calendar.events) - 1,
    )
