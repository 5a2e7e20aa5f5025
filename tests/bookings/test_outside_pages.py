"""The pages and the API on which owners attach calendars that are kept elsewhere."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from bookings.models import BusyTime
from spaces.models import CalendarSource, Space
from spaces.periods import Period, period
from tests.bookings.calendars.serving import CalendarServer, ics, serving
from tests.cast import EVIL, NAMES, Cast
from tests.factories import make_place, make_source, make_space

pytestmark = pytest.mark.django_db
KEEP_IT = ("owner", "manager")


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def room(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation), name="Nidelva", slug="nidelva")


@pytest.fixture
def server(settings: Any) -> Iterator[CalendarServer]:
    cache.clear()
    with serving(settings) as server:
        yield server


def at(hours: int, length: int = 1) -> Period:
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    return period(start, start + timedelta(hours=length))


PAGE = "/owner/spaces/nidelva/calendars/"


@pytest.mark.parametrize("who", NAMES)
def test_the_pages_are_for_those_who_keep_the_space(
    client: Client, cast: Cast, room: Space, who: str
) -> None:
    source = make_source(room, at(24), address="")
    cast.sign_in(client, who)

    pages = [PAGE, f"/owner/calendars/{source.pk}/"]
    answers = {client.get(page).status_code for page in pages}

    assert answers == ({200} if who in KEEP_IT else {404} if who else {302})


def test_attach_look_use_pause_and_remove(
    client: Client, cast: Cast, room: Space, server: CalendarServer
) -> None:
    server.body = ics(at(24), at(26))
    cast.sign_in(client, "manager")

    to = client.post(PAGE, {"address": server.address})["Location"]
    shown = client.get(to).content.decode()
    assert "Nothing is busy because of it until you use it." in shown
    assert "2 times to come in all." in shown
    assert "127.0.0.1" in shown
    assert not BusyTime.objects.exists()

    client.post(f"{to}use/")
    assert BusyTime.objects.count() == 2
    listed = client.get(PAGE).content.decode()
    assert "Up to date" in listed
    assert "hemmelig" not in listed + client.get(to).content.decode()

    client.post(f"{to}pause/")
    assert not BusyTime.objects.exists()
    client.post(f"{to}remove/")
    assert not CalendarSource.objects.exists()


def test_attach_a_file_under_its_own_name(client: Client, cast: Cast, room: Space) -> None:
    cast.sign_in(client, "owner")

    client.post(PAGE, {"file": SimpleUploadedFile("Styrerommet 2026.ics", ics(at(24)))})

    assert CalendarSource.objects.get().name == "Styrerommet 2026"


def test_what_is_left_out_is_said(
    client: Client, cast: Cast, room: Space, server: CalendarServer
) -> None:
    server.body = ics(at(24), at(26)).replace(b"SUMMARY:", b"TRANSP:TRANSPARENT\r\nSUMMARY:", 1)
    cast.sign_in(client, "owner")

    to = client.post(PAGE, {"address": server.address})["Location"]

    assert "1 is shown as free" in client.get(to).content.decode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "Write an address, or choose a file."),
        ({"address": "http://calendar.example/x.ics"}, "has to begin with https"),
        ({"address": "https://127.0.0.1/x.ics"}, "not on the public internet"),
        ({"address": "hei"}, "no address of a calendar"),
        ({"address": "https://u:p@calendar.example/"}, "no address of a calendar"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    client: Client, cast: Cast, room: Space, said: dict[str, str], why: str
) -> None:
    cache.clear()
    cast.sign_in(client, "owner")

    answer = client.post(PAGE, said)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not CalendarSource.objects.exists()


def test_a_unit_can_be_chosen_where_there_are_several(
    client: Client, cast: Cast, server: CalendarServer
) -> None:
    desks = make_space(
        make_place(cast.organisation), slug="nidelva", units=3, allocation="any", capacity=3
    )
    server.body = ics(at(24))
    one = desks.units.last()
    cast.sign_in(client, "owner")
    assert "The whole space" in client.get(PAGE).content.decode()

    client.post(PAGE, {"address": server.address, "unit": one.pk, "name": "Pult 3"})

    assert CalendarSource.objects.get().unit == one


def test_read_now_says_how_it_went_and_is_once_a_minute(
    client: Client, cast: Cast, room: Space, server: CalendarServer
) -> None:
    source = make_source(room, address=server.address, now=timezone.now() - timedelta(minutes=2))
    server.body = ics(at(24))
    cast.sign_in(client, "owner")
    page = f"/owner/calendars/{source.pk}/"

    assert client.post(f"{page}read/")["Location"] == page
    assert BusyTime.objects.count() == 1
    again = client.post(f"{page}read/")

    assert again.status_code == 409
    assert "less than a minute ago" in again.content.decode()


def test_one_that_cannot_be_read_says_why_and_what_it_means(
    client: Client, cast: Cast, room: Space
) -> None:
    now = timezone.now()
    source = make_source(
        room,
        now=now - timedelta(hours=7),
        problem="gone",
        failures=3,
        failing_since=now - timedelta(hours=6),
        due_at=now + timedelta(hours=1),
    )
    cast.sign_in(client, "owner")

    shown = client.get(f"/owner/calendars/{source.pk}/").content.decode()

    assert "Too old to trust" in shown
    assert "There is no calendar at that address any more." in shown
    assert "you are asked about each booking" in shown


def test_who_books_is_told_why_the_owner_answers_first(client: Client, room: Space) -> None:
    make_source(room, now=timezone.now() - timedelta(hours=7))

    shown = client.get("/spaces/nidelva/", headers={"accept-language": "en"}).content.decode()

    assert "another calendar of it cannot be read" in shown
    assert "Instant booking" not in shown


def test_what_people_write_is_escaped(
    client: Client, cast: Cast, room: Space, server: CalendarServer
) -> None:
    server.body = ics(at(24)).replace(b"Outlook 16.0", EVIL.encode())
    cast.sign_in(client, "owner")

    to = client.post(PAGE, {"address": server.address, "name": EVIL})["Location"]

    assert EVIL not in client.get(to).content.decode() + client.get(PAGE).content.decode()


def test_the_owners_day_week_and_month_show_what_is_busy(
    client: Client, cast: Cast, room: Space
) -> None:
    noon = timezone.now().astimezone(room.place.zone).replace(hour=12, minute=0, second=0)
    busy = period(noon, noon + timedelta(hours=1))
    make_source(room, busy, address="", name="Outlook")
    cast.sign_in(client, "manager")

    day = client.get("/owner/").content.decode()

    assert "Busy (Outlook)" in day
    assert client.get("/owner/week/").status_code == 200
    assert client.get("/owner/month/").status_code == 200


# --- The API ----------------------------------------------------------------------------


def test_the_api_attaches_uses_reads_and_removes(
    client: Client, cast: Cast, room: Space, server: CalendarServer
) -> None:
    server.body = ics(at(24))
    cast.sign_in(client, "manager")
    at_space = f"/api/v1/spaces/{room.pk}/calendars/"

    made = client.post(at_space, {"address": server.address}, content_type="application/json")
    one = made.json()
    assert made.status_code == 201
    assert (one["freshness"], one["host"], one["is_paused"]) == ("looked_at", "127.0.0.1", True)
    assert datetime.fromisoformat(one["times"][0]["start"]) == at(24).lower
    assert "address" not in one

    used = client.post(f"/api/v1/calendars/{one['id']}/use/").json()
    assert used["freshness"] == "fresh"
    assert BusyTime.objects.count() == 1
    assert client.post(f"/api/v1/calendars/{one['id']}/read/").json()["code"] == "read_just_now"
    assert client.post(f"/api/v1/calendars/{one['id']}/pause/").json()["is_paused"]
    assert [each["id"] for each in client.get(at_space).json()["results"]] == [one["id"]]
    assert client.delete(f"/api/v1/calendars/{one['id']}/").status_code == 204
    assert not CalendarSource.objects.exists()


def test_the_api_says_what_is_wrong_with_an_address(
    client: Client, cast: Cast, room: Space
) -> None:
    cast.sign_in(client, "manager")

    answer = client.post(
        f"/api/v1/spaces/{room.pk}/calendars/",
        {"address": "http://calendar.example/a.ics"},
        content_type="application/json",
    )

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["problem"]) == (
        "calendar_unreadable",
        "not_secure",
    )
