"""One booking, or one activity, copied into a calendar by a link or a file."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from icalendar import Calendar

from bookings.calendars.links import EventLinks
from bookings.models import Booking, Status, Visibility
from tests.factories import NOW, make_booking, make_space

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def activity(status: Status = Status.CONFIRMED, days: int = 2) -> Booking:
    return make_booking(
        make_space(name="Sal A"),
        NOW + days * DAY,
        status=status,
        title="Internal title",
        public_title="Åpen dag & <b>kake",
        visibility=Visibility.PUBLIC,
    )


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_links_say_what_when_and_where() -> None:
    booking = activity()

    links = EventLinks.of(booking, title="", page="https://ledig.example/b/")

    google, outlook = asked(links.google), asked(links.outlook)
    assert google["text"] == outlook["subject"] == "Sal A"
    assert google["dates"] == f"{booking.start:%Y%m%dT%H%M%SZ}/{booking.end:%Y%m%dT%H%M%SZ}"
    assert outlook["startdt"] == booking.start.isoformat()
    assert google["location"] == outlook["location"]
    assert booking.space.place.full_address in google["location"]
    assert google["details"] == "https://ledig.example/b/"


def test_the_page_of_a_booking_offers_them_to_its_booker(client: Client) -> None:
    booking = activity()
    client.force_login(booking.booker)

    with time_machine.travel(NOW, tick=False):
        page = client.get(booking.get_absolute_url()).content.decode()

    assert "https://calendar.google.com/calendar/render?" in page
    assert "https://outlook.live.com/calendar/0/deeplink/compose?" in page
    assert "https://outlook.office.com/calendar/0/deeplink/compose?" in page


def test_an_activity_is_a_file_for_everybody(client: Client) -> None:
    booking = activity()

    with time_machine.travel(NOW, tick=False):
        answer = client.get(f"/activities/{booking.pk}.ics")
        page = client.get("/activities/").content.decode()
        feed = client.get("/calendars/activities.ics").content

    (event,) = Calendar.from_ical(answer.content).events
    assert event["SUMMARY"] == "Åpen dag & <b>kake"
    assert event.start == booking.start
    assert event["UID"] == Calendar.from_ical(feed).events[0]["UID"]
    assert settings.PUBLIC_URL + "/activities/" in str(event["DESCRIPTION"])
    said = answer.content.decode()
    assert "Internal" not in said
    assert str(booking.booker) not in said
    assert f"/activities/{booking.pk}.ics" in page


@pytest.mark.parametrize(
    ("status", "days"), [(Status.CANCELLED, 2), (Status.REQUESTED, 2), (Status.CONFIRMED, -2)]
)
def test_what_is_not_on_is_no_file(client: Client, status: Status, days: int) -> None:
    booking = activity(status, days)

    with time_machine.travel(NOW, tick=False):
        assert client.get(f"/activities/{booking.pk}.ics").status_code == 404


def test_what_is_private_is_no_file_not_even_to_its_booker(client: Client) -> None:
    booking = make_booking(make_space(), NOW + DAY)
    client.force_login(booking.booker)

    with time_machine.travel(NOW, tick=False):
        assert client.get(f"/activities/{booking.pk}.ics").status_code == 404
