"""Searches that find nothing are counted once they have settled, without anybody's name."""

from datetime import date
from typing import Any

import pytest
from celery import current_app
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from bookings import tasks, unmet
from bookings.models import Booking, Unmet, UnmetSearch
from spaces.models import Kind
from tests.bookings.test_slots import at
from tests.cast import Cast
from tests.factories import make_booking, make_place, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
TIME = "date=2026-11-24&from=12:00&to=14:00"
TAKEN_DAY = "minutes=60&date=2026-11-24&last=2026-11-24&from=12:00&to=14:00"
PROGRAM = "free_from=2026-11-24T12:00:00%2B01:00&free_to=2026-11-24T14:00:00%2B01:00"


class Worker:
    """Keeps what it is asked to count, and counts when all have settled."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def send(self, name: str, *, kwargs: dict[str, Any], countdown: int) -> None:
        assert name == tasks.count_unmet.name
        assert countdown == unmet.SETTLES
        self.asked.append(kwargs)

    def work(self) -> None:
        for kwargs in self.asked:
            tasks.count_unmet(**kwargs)
        self.asked.clear()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    worker = Worker()
    monkeypatch.setattr(current_app, "send_task", worker.send)
    return worker


@pytest.fixture
def booking() -> Booking:
    """Of the only room, all that day."""
    room = make_space(make_place(), name="Nidelva")
    return make_booking(room, at(0), at(24))


def look(address: str, **headers: str) -> None:
    visitor = Client(headers={"User-Agent": FIREFOX, **headers})
    assert visitor.get(address).status_code == 200


def counted() -> UnmetSearch:
    return UnmetSearch.objects.get()


def test_a_search_in_vain_is_counted_without_a_name(worker: Worker, booking: Booking) -> None:
    asked = f"/?{TIME}&kind=meeting_room&people=6&q=nidelva"
    for _twice in range(2):  # the same visitor again, who has searched for other things between
        look(asked)
        worker.work()
        look("/?date=2026-11-25")
    look(f"/?{TIME}&kind=meeting_room&people=7", **{"User-Agent": "Mozilla/5.0 Safari"})
    worker.work()

    row = counted()
    assert (row.day, row.hour, row.kind) == (date(2026, 11, 24), 12, Kind.MEETING_ROOM)
    assert (row.people, row.place, row.reason, row.count) == (5, None, Unmet.NONE_FREE, 2)
    assert (row.last_day, row.minutes) == (None, None)


@pytest.mark.parametrize("path", ["/", "/anytime/"])
def test_of_a_burst_the_last_counts_with_script_as_without(
    worker: Worker, booking: Booking, path: str
) -> None:
    for people, script in (("2", "true"), ("9", "true"), ("17", "true")):
        asked = f"{path}?{TAKEN_DAY}&people={people}"
        look(asked, **({"HX-Request": script}))
    worker.work()

    assert counted().people == 17


@pytest.mark.parametrize("path", ["/", "/anytime/"])
def test_on_the_way_to_what_is_found_nothing_counts(
    worker: Worker, booking: Booking, path: str
) -> None:
    look(f"{path}?{TAKEN_DAY}", **{"HX-Request": "true"})
    look(f"{path}?date=2026-11-25&last=2026-11-25", **{"HX-Request": "true"})
    worker.work()

    assert not UnmetSearch.objects.exists()


def test_a_search_for_any_time_says_until_when_and_how_long(
    worker: Worker, booking: Booking
) -> None:
    look(f"/anytime/?{TAKEN_DAY}&kind=meeting_room")
    worker.work()

    row = counted()
    assert (row.day, row.last_day, row.minutes) == (date(2026, 11, 24), date(2026, 11, 24), 60)
    assert (row.hour, row.kind, row.reason) == (12, Kind.MEETING_ROOM, Unmet.NONE_FREE)


def test_there_being_none_at_all_is_told_apart(worker: Worker, booking: Booking) -> None:
    addresses = (
        f"/?{TIME}&people=500",
        f"/anytime/?{TAKEN_DAY}&people=500",
        f"/anytime/?{TAKEN_DAY}&kind=lab",
        f"/api/v1/spaces/?{PROGRAM}&capacity=500",
        "/api/v1/slots/?from=2026-11-24&to=2026-11-24&people=500",
    )
    for n, address in enumerate(addresses, 1):
        look(address)
        worker.work()
        rows = UnmetSearch.objects.filter(reason=Unmet.NONE_AT_ALL)
        assert sum(rows.values_list("count", flat=True)) == n, address


def test_programs_search_in_vain_too(worker: Worker, booking: Booking) -> None:
    look(f"/api/v1/spaces/?{PROGRAM}&kind=meeting_room")
    worker.work()
    look("/api/v1/slots/?minutes=90&from=2026-11-24&to=2026-11-24&between=09:00-16:00&people=1")
    worker.work()

    exact, any_time = UnmetSearch.objects.order_by("minutes")
    if exact.minutes is not None:
        exact, any_time = any_time, exact
    assert (exact.day, exact.hour, exact.kind) == (date(2026, 11, 24), 12, Kind.MEETING_ROOM)
    assert (any_time.day, any_time.hour, any_time.minutes) == (date(2026, 11, 24), 9, 90)
    assert {exact.reason, any_time.reason} == {Unmet.NONE_FREE}


@pytest.mark.parametrize(
    "address", ["/recurring/?kind=meeting_room&repeat=daily", "/api/v1/recurrences/?"]
)
def test_again_and_again_in_vain_counts_as_its_first_time(
    worker: Worker, booking: Booking, address: str
) -> None:
    look(f"{address}&date=2026-11-24&from=12:00&to=14:00&count=1&people=3")
    worker.work()

    found = counted()
    assert (found.day, found.hour, found.people) == (date(2026, 11, 24), 12, 2)
    assert found.reason == Unmet.NONE_FREE


def test_a_place_that_is_named_is_kept(worker: Worker, booking: Booking) -> None:
    look(f"/?{TIME}&q={booking.place.name}")
    worker.work()

    assert counted().place == booking.place


def test_what_is_no_search_of_a_person_is_not_counted(worker: Worker, booking: Booking) -> None:
    for path in ("/", "/anytime/"):
        look(path)
        look(f"{path}?{TAKEN_DAY}&page=2")
        look(f"{path}?{TAKEN_DAY}", **{"User-Agent": "Googlebot/2.1"})
        look(f"{path}?{TAKEN_DAY}", **{"User-Agent": ""})
        Client(headers={"User-Agent": FIREFOX}).head(f"{path}?{TAKEN_DAY}")
    look("/api/v1/spaces/")
    look(f"/api/v1/spaces/?{PROGRAM}", **{"User-Agent": "python-requests/2.32"})

    assert worker.asked == []


def test_a_broker_is_not_told_who_searched(
    worker: Worker, booking: Booking, client: Client
) -> None:
    cast = Cast()
    cast.sign_in(client, "booker")
    client.get(f"/?{TIME}&q=my+own+words", headers={"User-Agent": FIREFOX})

    (told,) = worker.asked
    said = str(told)
    assert "words" not in said
    assert str(client.session.session_key) not in said
    assert cast.booker.email not in said


def test_a_silent_broker_breaks_no_search(
    monkeypatch: pytest.MonkeyPatch, booking: Booking
) -> None:
    def silent(*_args: object, **_kwargs: object) -> None:
        raise OSError

    monkeypatch.setattr(current_app, "send_task", silent)
    look(f"/?{TIME}")


@pytest.mark.parametrize(
    "of", [{"last_day": "2026-11-24"}, {"minutes": 60}, {"last_day": "2026-11-23", "minutes": 60}]
)
def test_any_time_has_a_length_and_a_last_day_that_comes_after(of: dict[str, Any]) -> None:
    found = {"day": "2026-11-24", "hour": 12, "kind": "lab", "people": 5, "place": None}
    with pytest.raises(IntegrityError, match="unmet_search_any_time"), transaction.atomic():
        unmet.add(**found, **of, reason=Unmet.NONE_FREE)


def test_operators_see_the_counts_and_nobody_else(client: Client) -> None:
    cast = Cast()
    found = {"day": "2026-11-24", "hour": 12, "kind": "lab", "people": 5, "place": None}
    for of in ({}, {}, {"last_day": "2026-11-30", "minutes": 60}):
        unmet.add(**found, **of, reason=Unmet.NONE_FREE)
    assert [row.count for row in UnmetSearch.objects.order_by("count")] == [1, 2]
    address = reverse("operator:bookings_unmetsearch_changelist")
    cast.sign_in(client, "operator")
    assert client.get(address).status_code == 200
    for who in ("owner", "booker"):
        cast.sign_in(client, who)
        assert client.get(address).status_code == 404
