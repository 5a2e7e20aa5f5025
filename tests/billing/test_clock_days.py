"""Through the page and the API: the nights on which the clocks change, midnight, several days.
Elapsed time is billed, wall time is shown."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.models import Booking
from spaces.models import Space
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
HOUR = timedelta(hours=1)


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), hours="always", price=0, max_length=72 * 60)


@pytest.fixture(params=[SPRING, AUTUMN], ids=["spring", "autumn"])
def night(request: pytest.FixtureRequest, settings: Any) -> Iterator[date]:
    settings.LANGUAGE_CODE = "en"
    day: date = request.param
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=OSLO)
    with time_machine.travel(noon - timedelta(days=2), tick=False):
        yield day


def book(client: Client, space: Space, day: date, start: str, end: str) -> Any:
    said = {"date": day.isoformat(), "from": start, "to": end, "quantity": "1"}
    return client.post(reverse("book", args=[space.slug]), said)


def test_the_night_is_as_long_as_it_is(
    client: Client, cast: Cast, space: Space, night: date
) -> None:
    cast.sign_in(client, "booker")

    answer = book(client, space, night, "01:00", "04:00")

    booking = Booking.objects.get()
    assert booking.end - booking.start == (2 if night == SPRING else 4) * HOUR
    assert "01:00–04:00" in client.get(answer["Location"]).content.decode()


def test_an_hour_that_is_not_there_is_not_booked(
    client: Client, cast: Cast, space: Space, night: date
) -> None:
    """In autumn it is there twice: one of them is booked, and not both."""
    cast.sign_in(client, "booker")

    answer = book(client, space, night, "02:00", "03:00")

    if night == SPRING:
        assert answer.status_code == 422
        assert not Booking.objects.exists()
    else:
        booking = Booking.objects.get()
        assert booking.start.astimezone(OSLO).hour == 2
        assert booking.end - booking.start == HOUR


def test_past_midnight_and_over_several_days(
    client: Client, cast: Cast, space: Space, night: date
) -> None:
    cast.sign_in(client, "booker")
    before = night - timedelta(days=1)

    answer = book(client, space, before, "23:00", "01:00")
    assert "23:00" in client.get(answer["Location"]).content.decode()
    offset = "+01:00" if night == SPRING else "+02:00"
    after = "+02:00" if night == SPRING else "+01:00"
    other = make_space(space.place, hours="always", price=0, max_length=72 * 60)
    days = {
        "space": other.pk,
        "start": f"{before}T10:00:00{offset}",
        "end": f"{night + timedelta(days=1)}T10:00:00{after}",
    }
    made = client.post("/api/v1/bookings/", json.dumps(days), content_type="application/json")

    assert made.status_code == 201
    first, second = Booking.objects.get(space=space), Booking.objects.get(space=other)
    assert first.end - first.start == 2 * HOUR
    assert second.end - second.start == (47 if night == SPRING else 49) * HOUR
