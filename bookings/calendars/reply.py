"""Answers to invitations, as calendar programs mail them (iMIP, RFC 6047; iTIP REPLY, RFC 5546).

Who may answer is told by the secret in the address an invitation asks to be answered to. What
a From line says is worth nothing, and people answer from other addresses than they are
invited at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from icalendar import Calendar, Event, vCalAddress

from bookings.calendars.events import PRODID
from bookings.models import Answer, Attendee

MOST_BYTES = 1_000_000  # of a mail; an answer is some three thousand
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
TOKEN = re.compile(r"reply\+([a-z2-7]{52})@", re.IGNORECASE)
CALENDAR_PARTS = ("text/calendar", "application/ics")
MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: whose token, to which event, when it was written, and for what time."""

    token: str
    uid: str
    answer: Answer
    stamp: datetime | None
    start: datetime | date | None

    def is_about(self, attendee: Attendee) -> bool:
        """Its event is what they are invited to, at the time it has now: a yes to Tuesday is
        none to the Wednesday it has been moved to. Some programs leave the time out."""
        booking = attendee.booking
        same_time = not isinstance(self.start, datetime) or self.start == booking.start
        return self.uid == booking.ical_uid and same_time


class NoReply(ValueError):
    """A mail that answers nothing. The text says why, for the log of the mail server."""


def read_reply(raw: bytes) -> Reply:
    """The answer in a mail as it came. Raises `NoReply`."""
    if len(raw) > MOST_BYTES:
        raise NoReply("too large")
    message = message_from_bytes(raw, policy=policy.default)
    token = _token_of(message)
    for event in _answered(message):
        attendees = event.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        if len(attendees) != 1:
            raise NoReply("a reply names one attendee")
        said = str(attendees[0].params.get("PARTSTAT", "")).lower()
        if said not in Answer.values or said == Answer.NEEDS_ACTION:
            raise NoReply("no answer in it")
        stamp, start = _moment(event, "DTSTAMP"), _moment(event, "DTSTART")
        return Reply(
            token=token,
            uid=str(event.get("UID", "")),
            answer=Answer(said),
            stamp=stamp if isinstance(stamp, datetime) else None,
            start=start,
        )
    raise NoReply("no reply in it")


def _token_of(message: EmailMessage) -> str:
    addressed = (str(value) for name in ADDRESSED for value in message.get_all(name, []))
    found = TOKEN.search(" ".join(addressed))
    if found is None:
        raise NoReply("not to an address of ours")
    return found[1].lower()


def _answered(message: EmailMessage) -> Iterator[Event]:
    parts = [part for part in message.walk() if part.get_content_type() in CALENDAR_PARTS]
    parts.sort(key=lambda part: CALENDAR_PARTS.index(part.get_content_type()))
    for part in parts[:MOST_PARTS]:
        body = part.get_payload(decode=True)
        try:
            calendar = Calendar.from_ical(cast(bytes, body))
        except ValueError:
            continue
        if str(calendar.get("METHOD", "")).upper() == "REPLY":
            yield from calendar.events[:1]


def _moment(event: Event, name: str) -> datetime | date | None:
    try:
        moment = event.decoded(name, None)
    except (ValueError, AttributeError):
        return None
    if isinstance(moment, datetime):  # a floating time is nobody's
        return moment.astimezone(UTC) if moment.tzinfo else None
    return moment if isinstance(moment, date) else None


def write_reply(invitation: bytes, answer: Answer, *, now: datetime) -> bytes:
    """The mail with which a calendar program answers an invitation of ours."""
    asked = Calendar.from_ical(invitation).events[0]
    calendar, event = Calendar(), Event()
    for name, value in (("PRODID", PRODID), ("VERSION", "2.0"), ("METHOD", "REPLY")):
        calendar.add(name, value)
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY"):
        event[name] = asked[name]
    event.add("DTSTAMP", now.astimezone(UTC))
    attendee = vCalAddress(str(asked["ATTENDEE"]))
    attendee.params["PARTSTAT"] = answer.upper()
    event["ATTENDEE"] = attendee
    calendar.add_component(event)
    mail = EmailMessage()
    mail["From"] = str(attendee).removeprefix("mailto:")
    mail["To"] = str(asked["ORGANIZER"]).removeprefix("mailto:")
    mail["Subject"] = f"{answer.label}: {asked['SUMMARY']}".replace("\n", " ")
    mail.set_content(str(answer.label))
    mail.add_alternative(
        calendar.to_ical().decode(), subtype="calendar", params={"method": "REPLY"}
    )
    return mail.as_bytes()
