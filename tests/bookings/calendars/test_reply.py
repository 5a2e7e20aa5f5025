"""Answers to invitations, in mails as calendar programs write them."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from bookings.calendars.invitation import Guest, Method, invitation
from bookings.calendars.reply import NoReply, read_reply, write_reply
from bookings.models import Answer, Attendee, Booking
from bookings.operations import invite, take_reply, uninvite
from spaces.periods import period
from tests.factories import NOW, make_booking, make_user

pytestmark = pytest.mark.django_db
SECRET = "hush"
WEBHOOK = "/webhooks/mail/"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def guest() -> Attendee:
    booking = make_booking(by=make_user(name="Kari"), title="Styremøte")
    return invite(booking=booking, people=[("Ola", "ola@example.org")], by=booking.booker, now=NOW)[
        0
    ]


def asked(guest: Attendee) -> bytes:
    text = invitation(guest.booking, guest=Guest.of(guest), method=Method.REQUEST, version=0)
    return text.encode()


def gmail(guest: Attendee, partstat: str = "ACCEPTED", **changes: str) -> bytes:
    """As Google writes it: two alternatives, the calendar folded and in UTC."""
    said = {
        "to": guest.reply_address,
        "method": "REPLY",
        "uid": guest.booking.ical_uid,
        "start": f"{guest.booking.start:%Y%m%dT%H%M%SZ}",
        "stamp": f"{NOW:%Y%m%dT%H%M%SZ}",
        "partstat": partstat,
        **changes,
    }
    text = (
        "From: Ola <someone.else@gmail.com>\r\nTo: {to}\r\nSubject: Accepted: Styrem\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n"
        "Content-Type: multipart/alternative; boundary=B\r\n\r\n--B\r\n"
        "Content-Type: text/plain\r\n\r\nOla has accepted\r\n--B\r\n"
        'Content-Type: text/calendar; charset="UTF-8"; method=REPLY\r\n'
        "Content-Transfer-Encoding: 7bit\r\n\r\nBEGIN:VCALENDAR\r\n"
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\n"
        "CALSCALE:GREGORIAN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nDTSTART:{start}\r\n"
        "DTSTAMP:{stamp}\r\nORGANIZER;CN=Ledig:mailto:{to}\r\nUID:{uid}\r\n"
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN=someone.el\r\n"
        " se@gmail.com;X-NUM-GUESTS=0:mailto:someone.else@gmail.com\r\nSEQUENCE:0\r\n"
        "STATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n\r\n--B--\r\n--A--\r\n"
    )
    return text.format(**said).encode()


def answer_of(guest: Attendee) -> str:
    guest.refresh_from_db()
    return guest.answer


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.TENTATIVE, Answer.DECLINED])
def test_take_reply_passes_the_answer_on(guest: Attendee, answer: Answer) -> None:
    raw = write_reply(asked(guest), answer, now=NOW)

    assert take_reply(raw=raw, now=NOW) == "taken"

    assert answer_of(guest) == answer
    told = guest.booking.deliveries.get(kind="answered", recipient=guest.booking.booker)
    assert told.read_at is None


def test_take_reply_reads_what_google_writes_from_another_address(guest: Attendee) -> None:
    assert take_reply(raw=gmail(guest), now=NOW) == "taken"
    assert answer_of(guest) == Answer.ACCEPTED


def test_take_reply_of_the_same_mail_twice_tells_once(guest: Attendee) -> None:
    for _ in range(2):
        take_reply(raw=gmail(guest), now=NOW)
    assert guest.booking.events.filter(kind="answered").count() == 1


def test_take_reply_leaves_a_mail_that_was_overtaken(guest: Attendee) -> None:
    later, earlier = NOW + timedelta(minutes=5), NOW + timedelta(minutes=1)
    take_reply(raw=gmail(guest, "DECLINED", stamp=f"{later:%Y%m%dT%H%M%SZ}"), now=later)
    take_reply(raw=gmail(guest, "ACCEPTED", stamp=f"{earlier:%Y%m%dT%H%M%SZ}"), now=later)
    assert answer_of(guest) == Answer.DECLINED


def test_take_reply_leaves_a_yes_to_the_time_before_it_was_moved(guest: Attendee) -> None:
    raw = gmail(guest)
    booking = guest.booking
    start = booking.start + timedelta(days=1)
    Booking.objects.filter(pk=booking.pk).update(period=period(start, start + timedelta(hours=1)))

    assert take_reply(raw=raw, now=NOW) == "about another time"
    assert answer_of(guest) == Answer.NEEDS_ACTION


def test_take_reply_takes_nothing_from_whoever_is_no_longer_invited(guest: Attendee) -> None:
    uninvite(attendee=guest, by=guest.booking.booker, now=NOW)
    assert take_reply(raw=gmail(guest), now=NOW) == "nothing to answer"


def test_take_reply_cancels_no_booking(guest: Attendee) -> None:
    raw = gmail(guest, method="CANCEL")
    assert take_reply(raw=raw, now=NOW) == "no reply in it"
    guest.booking.refresh_from_db()
    assert guest.booking.status == "confirmed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"to": "booking@ledig.example"}, "not to an address of ours"),
        ({"to": "reply+short@ledig.example"}, "not to an address of ours"),
        ({"method": "COUNTER"}, "no reply in it"),
        ({"partstat": "DELEGATED"}, "no answer in it"),
        ({"partstat": "NEEDS-ACTION"}, "no answer in it"),
    ],
)
def test_read_reply_finds_none(guest: Attendee, changes: dict[str, str], why: str) -> None:
    with pytest.raises(NoReply, match=why):
        read_reply(gmail(guest, **changes))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"To: reply+" + b"a" * 52 + b"@ledig.example\r\n\r\nI am away until Monday",
        b"To: reply+" + b"a" * 52 + b"@x\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR",
        b"To: reply+" + b"a" * 52 + b"@x\r\nContent-Type: text/calendar; charset=nope\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n%%%",
        b"x" * 1_000_001,
    ],
)
def test_take_reply_shrugs_at_what_is_no_answer(raw: bytes) -> None:
    assert take_reply(raw=raw, now=NOW) != "taken"


def test_take_reply_with_a_uid_of_another_booking_says_nothing_of_this_one(
    guest: Attendee,
) -> None:
    other = make_booking()
    take_reply(raw=gmail(guest, uid=other.ical_uid), now=NOW)
    assert answer_of(guest) == Answer.NEEDS_ACTION


# --- Handed over ----------------------------------------------------------------------------


@pytest.fixture
def secret(settings: Settings) -> dict[str, str]:
    settings.MAIL_WEBHOOK_SECRET = SECRET
    return {"Authorization": "Basic " + b64encode(f"ledig:{SECRET}".encode()).decode()}


def deliver(client: Client, body: Any, kind: str, headers: dict[str, str]) -> Any:
    return client.post(WEBHOOK, body, content_type=kind, headers=headers)


def test_inbound_mail_is_taken_as_the_mail_itself(
    client: Client, guest: Attendee, secret: dict[str, str]
) -> None:
    answer = deliver(client, gmail(guest), "message/rfc822", secret)
    assert (answer.status_code, answer.json()) == (200, {"outcome": "taken"})
    assert answer_of(guest) == Answer.ACCEPTED


@pytest.mark.parametrize("field", ["body-mime", "email"])
def test_inbound_mail_is_taken_from_a_provider_s_form(
    client: Client, guest: Attendee, secret: dict[str, str], field: str
) -> None:
    answer = client.post(WEBHOOK, {field: gmail(guest).decode()}, headers=secret)
    assert answer.json() == {"outcome": "taken"}


def test_inbound_mail_is_taken_from_a_provider_s_json(
    client: Client, guest: Attendee, secret: dict[str, str]
) -> None:
    body = json.dumps({"RawEmail": gmail(guest).decode()})
    assert deliver(client, body, "application/json", secret).json() == {"outcome": "taken"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"RawEmail": 1}', "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"x" * 3_000_000, "message/rfc822"),
        (b"", "image/png"),
    ],
)
def test_inbound_mail_answers_200_to_what_nobody_should_send_again(
    client: Client, secret: dict[str, str], body: bytes, kind: str
) -> None:
    answer = deliver(client, body, kind, secret)
    assert answer.status_code == 200
    assert answer.json()["outcome"] != "taken"


@pytest.mark.parametrize(
    "told", ["", "Basic", "Basic %%%", "Bearer hush", "Basic " + b64encode(b"ledig:no").decode()]
)
def test_inbound_mail_is_not_taken_from_just_anybody(
    client: Client, guest: Attendee, secret: dict[str, str], told: str
) -> None:
    answer = deliver(client, gmail(guest), "message/rfc822", {"Authorization": told})
    assert answer.status_code == 401
    assert answer_of(guest) == Answer.NEEDS_ACTION


def test_inbound_mail_is_off_without_a_secret(client: Client, settings: Settings) -> None:
    settings.MAIL_WEBHOOK_SECRET = ""
    told = {"Authorization": "Basic " + b64encode(b"ledig:").decode()}
    assert deliver(client, b"", "message/rfc822", told).status_code == 404
