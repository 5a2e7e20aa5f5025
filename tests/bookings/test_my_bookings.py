"""My bookings, and the calendar address beside them."""

from datetime import timedelta

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from bookings.models import Booking, Status
from tests.cast import EVIL
from tests.factories import make_booking, make_series, make_space, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
TOMORROW = NOW + timedelta(days=1)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def me(client: Client) -> User:
    person = make_user(language="en")
    client.force_login(person)
    return person


def listed(client: Client, show: str = "") -> list[Booking]:
    answer = client.get("/bookings/", {"show": show} if show else {})
    assert answer.status_code == 200
    return [booking for booking, _status, _more in answer.context["rows"]]


def test_signed_out_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/bookings/")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/bookings/")


def test_each_booking_stands_under_one_tab(client: Client, me: User) -> None:
    soon = NOW + timedelta(hours=1)
    coming = make_booking(start=TOMORROW, by=me)
    under_way = make_booking(start=NOW - timedelta(hours=1), by=me)
    held = make_booking(start=TOMORROW, by=me, status=Status.HELD, expires_at=soon)
    asked = make_booking(start=TOMORROW, by=me, status=Status.REQUESTED, expires_at=TOMORROW)
    over = [
        make_booking(start=TOMORROW, by=me, status=Status.CANCELLED),
        make_booking(start=TOMORROW, by=me, status=Status.HELD, expires_at=YESTERDAY),
        make_booking(start=YESTERDAY, by=me),
        make_booking(start=YESTERDAY, by=me, status=Status.COMPLETED),
    ]

    assert listed(client) == [under_way, coming]
    assert listed(client, "waiting") == [held, asked]
    assert set(listed(client, "over")) == set(over)
    assert listed(client, "nonsense") == [under_way, coming]


def test_others_bookings_are_not_among_them(client: Client, me: User) -> None:
    make_booking(start=TOMORROW)

    assert listed(client) == listed(client, "waiting") == listed(client, "over") == []


def test_what_is_to_be_paid_stands_on_every_tab(client: Client, me: User) -> None:
    booking = make_booking(
        start=TOMORROW, by=me, status=Status.HELD, expires_at=NOW + timedelta(hours=1), amount=100
    )

    for show in ("", "waiting", "over"):
        page = client.get("/bookings/", {"show": show}).content.decode()
        assert f'<a href="/bookings/{booking.pk}/">Pay' in page


def test_titles_are_escaped(client: Client, me: User) -> None:
    make_booking(make_space(name=EVIL), start=TOMORROW, by=me, title=EVIL)

    page = client.get("/bookings/").content.decode()

    assert EVIL not in page
    assert page.count("&lt;img src=x") >= 2


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "999"])
def test_pages(client: Client, me: User, number: str) -> None:
    for days in range(21):
        make_booking(start=TOMORROW + timedelta(days=days), by=me)

    rows = client.get("/bookings/", {"page": number}).context["rows"]

    assert len(rows) == (20 if number == "x" else 1)


def test_queries_do_not_grow_with_rows(client: Client, me: User) -> None:
    counts = []
    client.get("/bookings/")
    for more in (1, 29):
        for days in range(more):
            make_booking(start=TOMORROW + timedelta(days=days), by=me)
        with CaptureQueriesContext(connection) as queries:
            client.get("/bookings/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- The calendar -----------------------------------------------------------------------


def test_one_booking_as_a_file(client: Client, me: User) -> None:
    booking = make_booking(start=TOMORROW, by=me, title="Kollokvie; æøå")

    answer = client.get(f"/bookings/{booking.pk}/ledig.ics")

    event = icalendar.Calendar.from_ical(answer.content).events[0]
    assert answer["Content-Type"].startswith("text/calendar")
    assert "attachment" in answer["Content-Disposition"]
    assert str(event["UID"]) == booking.ical_uid
    assert str(event["SUMMARY"]) == "Kollokvie; æøå"
    assert event.decoded("DTSTART") == booking.start


@pytest.mark.parametrize("status", [Status.HELD, Status.CANCELLED, Status.DECLINED])
def test_what_does_not_stand_has_no_file(client: Client, me: User, status: Status) -> None:
    booking = make_booking(start=TOMORROW, by=me, status=status)

    assert client.get(f"/bookings/{booking.pk}/ledig.ics").status_code == 404


def test_a_series_stands_once_and_says_how_many_more(me: User, client: Client) -> None:
    series = make_series(make_space(), timezone.now() + timedelta(days=2), count=4, by=me)

    ((booking, _status, more),) = client.get("/bookings/").context["rows"]

    assert (booking, more) == (series.bookings.earliest("period"), 3)
