from datetime import timedelta

import pytest
from icalendar import Calendar

from bookings.calendars.invitation import Guest, Method, invitation, read
from bookings.models import Status
from tests.factories import NOW, make_booking, make_user

pytestmark = pytest.mark.django_db
KARI = Guest("Kari", "kari@example.org")


def test_invitation_asks_the_guest_on_behalf_of_ledig() -> None:
    kari = make_user("kari@example.org", name='Kari "Æ", Å;\r\nX: y')
    booking = make_booking(by=kari)
    guest = Guest(kari.name, kari.email)

    calendar = Calendar.from_ical(
        invitation(booking, guest=guest, method=Method.REQUEST, version=0)
    )

    assert calendar["METHOD"] == "REQUEST"
    (event,) = calendar.events
    assert event["UID"] == booking.ical_uid
    assert event["SEQUENCE"] == 0
    assert event["STATUS"] == "CONFIRMED"
    assert event["ORGANIZER"] == "mailto:booking@ledig.example"
    assert event["ATTENDEE"] == "mailto:kari@example.org"
    assert event["ATTENDEE"].params["CN"] == "Kari 'Æ', Å; X: y"
    assert event.decoded("DTSTART") == booking.start
    assert event.decoded("DTSTAMP") == booking.changed_at
    assert calendar.timezones[0].tz_name == "Europe/Oslo"


def test_cancel_names_the_same_event_in_a_later_version() -> None:
    booking = make_booking(status=Status.CANCELLED, sequence=2)

    text = invitation(booking, guest=KARI, method=Method.CANCEL, version=2)

    (event,) = Calendar.from_ical(text).events
    assert event["UID"] == booking.ical_uid
    assert event["SEQUENCE"] == 2
    assert event["STATUS"] == "CANCELLED"


def test_invitation_sent_late_still_says_what_it_said() -> None:
    booking = make_booking(status=Status.CANCELLED, sequence=1)

    text = invitation(booking, guest=KARI, method=Method.REQUEST, version=0)

    (event,) = Calendar.from_ical(text).events
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")


def test_read_gives_back_what_was_written() -> None:
    booking = make_booking(title="Styremøte, høst", start=NOW)
    text = invitation(booking, guest=KARI, method=Method.REQUEST, version=0)

    card = read(text.encode())

    assert card.method == Method.REQUEST
    assert card.title == "Styremøte, høst"
    assert card.start == NOW
    assert card.end == NOW + timedelta(hours=2)
