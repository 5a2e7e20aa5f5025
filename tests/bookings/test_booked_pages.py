"""The owner looks through all bookings of their spaces, and takes them out as a file."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from bookings.models import Booking, Status
from bookings.views import booked
from spaces.models import Place, Space
from tests.cast import EVIL, NAMES, RUN_IT, Cast
from tests.factories import make_booking, make_organisation, make_place, make_space, make_user

pytestmark = pytest.mark.django_db
NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation, name="Sanden")


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, name="Nidelva")


def listed(client: Client, **asked: str) -> list[Booking]:
    answer: Any = client.get("/owner/bookings/", asked)
    return [booking for booking, _status in answer.context["entries"]]


def table(client: Client, **asked: str) -> list[list[str]]:
    answer: Any = client.get("/owner/bookings/file/", asked)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("who", NAMES)
def test_the_list_and_its_file_are_for_those_who_run_the_spaces(
    client: Client, cast: Cast, space: Space, who: str
) -> None:
    booking = make_booking(space, NOON + DAY)
    make_space(make_place(cast.foreign.memberships.get().organisation))
    cast.sign_in(client, who)

    if who in RUN_IT:
        assert listed(client) == [booking]
        assert len(table(client)) == 2
    elif who == "foreign":
        assert listed(client) == []
        assert len(table(client)) == 1
    else:
        for path in ("/owner/bookings/", "/owner/bookings/file/?as=xlsx"):
            assert client.get(path).status_code == 302


def test_what_is_to_come_is_shown_first(client: Client, cast: Cast, space: Space) -> None:
    later, sooner, over = (make_booking(space, NOON + n * DAY) for n in (3, 2, -2))
    cast.sign_in(client, "host")

    assert listed(client) == [sooner, later]
    assert listed(client, **{"from": ""}) == [later, sooner, over]  # all: the latest first


@pytest.mark.parametrize(
    "word",
    ["aune", "INGRID@", "sintef", "kollok", "po-77", "4410", "nidel", "sanden", "ingrid kollok"],
)
def test_a_booking_is_found_by_what_one_knows_of_it(
    client: Client, cast: Cast, space: Space, word: str
) -> None:
    wanted = make_booking(
        space,
        NOON + DAY,
        by=make_user(name="Ingrid Aune", email="ingrid@example.org"),
        organisation=make_organisation(name="SINTEF"),
        title="Kollokvie",
        reference="PO-77",
        cost_centre="4410",
    )
    make_booking(make_space(make_place(cast.organisation, name="Berget")), NOON + DAY)
    cast.sign_in(client, "host")

    assert listed(client, q=word) == [wanted]


def test_a_booking_is_found_by_how_its_number_begins(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = make_booking(space, NOON + DAY)
    cast.sign_in(client, "host")

    assert listed(client, q=str(booking.pk)[:20]) == [booking]
    assert listed(client, q="no such thing") == []


def test_place_state_and_days_narrow_it(client: Client, cast: Cast, space: Space) -> None:
    elsewhere = make_space(make_place(cast.organisation, slug="berget"))
    soon = timezone.now() + timedelta(minutes=9)
    booked_, asked, gone, missed = (
        make_booking(space, NOON + n * DAY, status=status, **more)
        for n, status, more in (
            (1, Status.CONFIRMED, {}),
            (2, Status.REQUESTED, {"expires_at": soon}),
            (3, Status.CANCELLED, {}),
            (-1, Status.NO_SHOW, {}),
        )
    )
    run_out = make_booking(
        elsewhere, NOON + DAY, status=Status.HELD, expires_at=timezone.now() - DAY
    )
    cast.sign_in(client, "host")

    def found(**asked: str) -> set[Booking]:
        return set(listed(client, **asked))

    assert found(state="stands") == {booked_}
    assert found(state="waiting") == {asked}
    assert found(state="off") == {gone, run_out}
    assert found(state="no_show") == {missed}
    assert found(place="berget") == {run_out}
    first, last = NOON + 2 * DAY, NOON + 3 * DAY
    assert found(**{"from": f"{first:%Y-%m-%d}", "until": f"{first:%Y-%m-%d}"}) == {asked}
    assert found(until=f"{last:%Y-%m-%d}") == {booked_, asked, gone, missed, run_out}


def test_what_makes_no_sense_is_left_out(client: Client, cast: Cast, space: Space) -> None:
    booking = make_booking(space, NOON + DAY)
    cast.sign_in(client, "host")
    nonsense = {"place": "nowhere", "state": "burnt", "from": "x", "until": "0001-01-01"}

    assert listed(client, **nonsense, q=" ", page="x") == [booking]
    assert client.get("/owner/bookings/", {"q": "nul\x00"}).status_code == 200


def test_pages_keep_what_is_asked(
    client: Client, cast: Cast, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booked, "A_PAGE", 2)
    for n in range(3):
        make_booking(space, NOON + n * DAY + DAY, title="Kor")
    cast.sign_in(client, "host")

    answer = client.get("/owner/bookings/", {"q": "kor"})
    assert 'href="?q=kor&amp;page=2"' in answer.content.decode()
    assert len(listed(client, q="kor", page="2")) == 1


def test_nothing_asked_is_what_is_to_come_on_every_page(
    client: Client, cast: Cast, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booked, "A_PAGE", 2)
    past = make_booking(space, NOON - 2 * DAY)
    coming = [make_booking(space, NOON + n * DAY) for n in range(1, 4)]
    cast.sign_in(client, "host")

    assert [*listed(client), *listed(client, page="2")] == coming
    assert str(past.pk) not in {row[0] for row in table(client, page="2")}


def test_the_list_asks_the_same_however_many_it_shows(
    client: Client, cast: Cast, space: Space, django_assert_max_num_queries: Any
) -> None:
    cast.sign_in(client, "host")
    make_booking(space, NOON + DAY)
    client.get("/owner/bookings/")
    with django_assert_max_num_queries(100) as one:
        client.get("/owner/bookings/")
    for n in range(2, 5):
        make_booking(space, NOON + n * DAY, organisation=make_organisation())
    with django_assert_max_num_queries(len(one)):
        assert len(listed(client)) == 4


def test_a_file_holds_what_was_asked_for_and_no_formula(
    client: Client, cast: Cast, space: Space
) -> None:
    by = make_user(name="=cmd()", email="a@example.org")
    booking = make_booking(space, NOON + DAY, by=by, title="+1", amount=12_345, people=4)
    make_booking(space, NOON + 2 * DAY, title=EVIL)
    cast.sign_in(client, "owner")

    (head, row) = table(client, q="a@example.org")
    said = dict(zip(head, row, strict=True))
    start = booking.start.astimezone(space.place.zone)
    assert said["Number"] == str(booking.pk)
    assert said["Start"] == f"{start:%Y-%m-%d %H:%M}"
    assert (said["Who"], said["Title"], said["Amount"]) == ("'=cmd()", "'+1", "123,45")
    assert (said["State"], said["People"]) == ("Confirmed", "4")

    workbook = client.get("/owner/bookings/file/", {"as": "xlsx", "q": "a@example.org"})
    sheet = load_workbook(io.BytesIO(workbook.content)).active
    assert sheet is not None
    (names, cells) = list(sheet.values)
    told = dict(zip(names, cells, strict=True))
    assert told["Who"] == "'=cmd()"
    assert told["Start"] == start.replace(tzinfo=None)
    assert isinstance(told["Start"], datetime)
    assert float(str(told["Amount"])) == 123.45


def test_a_workbook_that_would_be_too_large_is_refused_with_a_sentence(
    client: Client, cast: Cast, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booked, "MOST_IN_A_WORKBOOK", 0)
    make_booking(space, NOON + DAY)
    cast.sign_in(client, "host")

    answer = client.get("/owner/bookings/file/", {"as": "xlsx", "state": "stands"}, follow=True)

    assert "A workbook holds 0 bookings." in answer.content.decode()
    assert answer.redirect_chain[0][0] == "/owner/bookings/?state=stands"
