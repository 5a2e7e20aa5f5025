"""Closing a space for a period, and reopening it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Closure, Occupancy
from bookings.operations import close
from spaces.models import Place, Space, Unit
from spaces.periods import at_minute, period
from tests.cast import EVIL, NAMES, RUN_IT, Cast
from tests.factories import make_booking, make_place, make_space

pytestmark = pytest.mark.django_db
NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
TOMORROW = NOON + timedelta(days=1)
DAY = TOMORROW.date()
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, name="Nidelva")


def wall(start: float, end: float, day: date = DAY) -> tuple[datetime, datetime]:
    """Hours on the wall clock of the day, in Trondheim."""
    return at_minute(day, int(start * 60), OSLO), at_minute(day, int(end * 60), OSLO)


def closing(day: date = DAY, **more: str) -> dict[str, str]:
    return {"first": f"{day}", "from": "08:00", "last": f"{day}", "to": "24:00", **more}


@pytest.mark.parametrize("who", NAMES)
def test_closing_is_for_those_who_run_the_space(
    client: Client, cast: Cast, space: Space, who: str
) -> None:
    cast.sign_in(client, who)
    may = who in RUN_IT

    assert client.get(f"/owner/spaces/{space.slug}/close/").status_code == (
        200 if may else 404 if who else 302
    )
    answer = client.post(f"/owner/spaces/{space.slug}/close/", closing())

    assert answer.status_code == (302 if may or not who else 404)
    assert Closure.objects.count() == may


@pytest.mark.parametrize("who", NAMES)
def test_reopening_is_for_those_who_run_the_space(
    client: Client, cast: Cast, space: Space, who: str
) -> None:
    closure = close(space=space, span=period(*wall(8, 9)), by=cast.owner, now=timezone.now())
    cast.sign_in(client, who)
    may = who in RUN_IT

    answer = client.post(f"/owner/closures/{closure.pk}/reopen/")

    assert answer.status_code == (302 if may or not who else 404)
    assert Closure.objects.exists() == (not may)


def test_close_takes_the_time(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.host)

    answer = client.post(f"/owner/spaces/{space.slug}/close/", closing(reason=EVIL), follow=True)

    closure = Closure.objects.get()
    assert closure.period == period(*wall(8, 24))
    assert (closure.reason, closure.made_by) == (EVIL, cast.host)
    assert EVIL not in answer.content.decode()
    assert f'action="/owner/closures/{closure.pk}/reopen/"' in answer.content.decode()


def test_close_names_the_bookings_in_the_way(client: Client, cast: Cast, place: Place) -> None:
    units = [Unit.objects.create(place=place, name=name) for name in "AB"]
    half, whole = make_space(place, units=[units[0]]), make_space(place, units=units)
    booking = make_booking(whole, *wall(13, 15), by=cast.booker)
    client.force_login(cast.host)

    answer = client.post(f"/owner/spaces/{half.slug}/close/", closing())

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert f'<a href="/bookings/{booking.pk}/">' in page
    assert not Closure.objects.exists()


def test_close_does_not_name_a_neighbours_bookings(
    client: Client, cast: Cast, space: Space
) -> None:
    theirs = make_space(make_place(), units=list(space.units.all()))
    booking = make_booking(theirs, *wall(13, 15), by=cast.booker)
    client.force_login(cast.host)

    page = client.post(f"/owner/spaces/{space.slug}/close/", closing()).content.decode()

    assert str(booking.pk) not in page
    assert "Ingrid Aune" not in page
    assert "It stays, and is closed around." in page
    again = closing(around_others="1")
    assert client.post(f"/owner/spaces/{space.slug}/close/", again).status_code == 302
    assert Closure.objects.get().occupancies.count() == 2


def test_close_twice_is_refused_with_a_sentence(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.host)
    client.post(f"/owner/spaces/{space.slug}/close/", closing())

    answer = client.post(f"/owner/spaces/{space.slug}/close/", closing())

    assert answer.status_code == 422
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": ""},
        {"last": "x"},
        {"from": "24:00"},
        {"to": "08:00"},
        {"last": "2020-01-01", "first": "2020-01-01"},
        {"reason": "x" * 141},
        {"reason": "nul\x00"},
    ],
)
def test_close_malformed_is_a_422(
    client: Client, cast: Cast, space: Space, wrong: dict[str, str]
) -> None:
    client.force_login(cast.host)

    answer = client.post(f"/owner/spaces/{space.slug}/close/", closing(**wrong))

    assert answer.status_code == 422
    assert not Closure.objects.exists()


def test_reopen_gives_the_time_back(client: Client, cast: Cast, space: Space) -> None:
    closure = close(space=space, span=period(*wall(8, 9)), by=cast.owner, now=timezone.now())
    client.force_login(cast.host)

    answer = client.post(f"/owner/closures/{closure.pk}/reopen/")

    assert answer["Location"] == f"/owner/spaces/{space.slug}/close/"
    assert not Occupancy.objects.exists()
    assert client.post(f"/owner/closures/{closure.pk}/reopen/").status_code == 404
