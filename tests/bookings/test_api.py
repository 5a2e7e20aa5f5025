"""Spaces, availability and quotes over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bookings.filters import FACTS
from spaces.models import Allocation, Kind, Listing, Space
from tests.factories import make_booking, make_member, make_place, make_space, make_user

pytestmark = pytest.mark.django_db
OF_A_PLACE = (
    "has_lift",
    "has_automatic_doors",
    "has_accessible_toilet",
    "has_hearing_loop",
    "has_accessible_parking",
    "is_outdoor",
)
TOMORROW = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(1)
LATER = TOMORROW + timedelta(hours=2)


def spaces(client: Client, **query: object):
    answer = client.get("/api/v1/spaces/", query)
    assert answer.status_code == 200, answer.content
    return [space["name"] for space in answer.json()["results"]]


def test_a_space_has_what_was_promised(client: Client) -> None:
    space = make_space(name="Nidelva", units=3, allocation=Allocation.ANY)

    shown = client.get(f"/api/v1/spaces/{space.pk}/").json()

    assert set(shown) == {
        "id",
        "slug",
        "name",
        "kind",
        "capacity",
        "units",
        "place",
        "organisation",
        "amenities",
        "outdoor",
        *FACTS,
        "answer_within",
        "url",
        "walk_minutes",
        "add_ons",
    }
    assert set(shown["place"]) == {"id", "slug", "name", "address", "lat", "lon", "time_zone"}
    assert shown["units"] == 3


@pytest.mark.parametrize("fact", [*FACTS, "outdoor"])
def test_what_is_filtered_by_is_said_of_each(client: Client, fact: str) -> None:
    make_space(make_place(**dict.fromkeys(OF_A_PLACE, True)), is_step_free=True)
    make_space(is_instant=False)

    for wanted in (True, False):
        found = client.get("/api/v1/spaces/", {fact: str(wanted)}).json()["results"]

        assert [one[fact] for one in found] == [wanted]


@pytest.mark.parametrize("whose", ["place", "organisation"])
def test_the_slugs_that_filters_take_are_said(client: Client, whose: str) -> None:
    make_space()
    make_space()

    slug = client.get("/api/v1/spaces/").json()["results"][0][whose]["slug"]

    name = {"place": "place", "organisation": "owner"}[whose]
    assert client.get("/api/v1/spaces/", {name: slug}).json()["count"] == 1


def test_a_list_is_counted_and_paged(client: Client) -> None:
    for _ in range(3):
        make_space()

    page = client.get("/api/v1/spaces/", {"page_size": 2}).json()

    assert page["count"] == 3
    assert len(page["results"]) == 2
    assert "page=2" in page["next"]
    assert page["previous"] is None


def test_what_is_free_is_paged_like_the_rest(client: Client) -> None:
    rooms = [make_space(price=10_000) for _ in range(3)]
    query = {"free_from": TOMORROW.isoformat(), "free_to": LATER.isoformat(), "page_size": 2}

    first = client.get("/api/v1/spaces/", query).json()
    second = client.get(first["next"]).json()

    assert first["count"] == 3
    assert second["next"] is None
    shown = [space["id"] for space in first["results"] + second["results"]]
    assert shown == [room.pk for room in rooms]
    assert client.get("/api/v1/spaces/", {**query, "page": "999999999999"}).status_code == 404


def test_filters_narrow(client: Client) -> None:
    make_space(name="Nidelva", kind=Kind.MEETING_ROOM, capacity=10)
    make_space(name="Våtlab 3", kind=Kind.LAB, capacity=4)

    assert spaces(client, kind="lab") == ["Våtlab 3"]
    assert spaces(client, capacity=5) == ["Nidelva"]
    assert spaces(client, q="våtlab") == ["Våtlab 3"]
    assert spaces(client, q="finnes ikke") == []


def test_the_nearest_come_first(client: Client) -> None:
    make_space(make_place(latitude=63.41, longitude=10.40), name="far")
    make_space(make_place(latitude=63.42, longitude=10.40), name="near")

    assert spaces(client, near="63.4201,10.4001") == ["near", "far"]


def test_with_a_time_only_free_spaces_come_with_their_price(client: Client) -> None:
    taken, free = make_space(name="taken", price=20_000), make_space(name="free", price=32_000)
    make_booking(taken, TOMORROW, LATER)

    found = client.get(
        "/api/v1/spaces/", {"free_from": TOMORROW.isoformat(), "free_to": LATER.isoformat()}
    ).json()["results"]

    assert [(space["id"], space["price"]) for space in found] == [
        (free.pk, {"amount": 64_000, "currency": "NOK"})
    ]


def test_what_is_not_published_is_not_seen(client: Client) -> None:
    draft = make_space(listing=Listing.DRAFT)

    assert spaces(client) == []
    assert client.get(f"/api/v1/spaces/{draft.pk}/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"near": "Gløshaugen"},
        {"near": "91,10"},
        {"near": "nan,nan"},
        {"kind": "castle"},
        {"kind": "lab,castle"},
        {"step_free": "maybe"},
        {"free": "2"},
        {"capacity": "many"},
        {"capacity": "-1"},
        {"capacity": "8.5"},
        {"capacity": "99999999999999999999"},
        {"free_from": "2026-11-24T12:00:00+01:00"},
        {"free_from": "2026-11-24T12:00", "free_to": "2026-11-24T13:00"},
        {"free_from": "2026-11-24T14:00:00Z", "free_to": "2026-11-24T13:00:00Z"},
        {"free_from": "9999-12-31T23:00:00Z", "free_to": "9999-12-31T23:59:00Z"},
        {"free_from": "0001-01-01T00:00:00+14:00", "free_to": "2026-11-24T13:00:00Z"},
        {"q": "\x00"},
    ],
)
def test_what_makes_no_sense_is_400(client: Client, query: dict[str, str]) -> None:
    answer = client.get("/api/v1/spaces/", query)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert set(answer.json()["errors"]) & {*query, "free_to"}  # by the name it has in the address


def test_availability_is_open_less_taken(client: Client) -> None:
    space = make_space(hours=(8 * 60, 20 * 60))
    make_booking(space, TOMORROW, LATER)
    day = TOMORROW.replace(hour=0)

    found = client.get(
        f"/api/v1/spaces/{space.pk}/availability/",
        {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()},
    ).json()

    clock = lambda pairs: [(a[11:16], b[11:16]) for a, b in pairs]  # noqa: E731
    assert clock(found["open"]) == [("08:00", "20:00")]
    assert clock(found["taken"]) == [("12:00", "14:00")]
    assert clock(found["free"]) == [("08:00", "12:00"), ("14:00", "20:00")]
    assert found["time_zone"] == "Europe/Oslo"


@pytest.mark.parametrize(("start", "end"), [("", ""), ("x", "y"), ("2026-11-24", "2027-11-24")])
def test_availability_wants_a_window_with_an_end(client: Client, start: str, end: str) -> None:
    space = make_space()

    answer = client.get(f"/api/v1/spaces/{space.pk}/availability/", {"from": start, "to": end})

    assert answer.status_code == 400


def test_a_quote_is_explained_and_says_whether_it_can_be_booked(client: Client) -> None:
    space = make_space(price=32_000)
    asked = {"space": space.pk, "start": TOMORROW.isoformat(), "end": LATER.isoformat()}

    first = client.post("/api/v1/quotes/", asked, content_type="application/json").json()
    make_booking(space, TOMORROW, LATER)
    second = client.post("/api/v1/quotes/", asked, content_type="application/json").json()

    assert first["price"] == {"amount": 64_000, "currency": "NOK"}
    assert sum(line["amount"] for line in first["lines"]) == 64_000
    assert (first["bookable"], first["code"]) == (True, "free")
    assert (second["bookable"], second["code"]) == (False, "slot_taken")


def test_a_space_with_no_price_for_one_is_refused(client: Client) -> None:
    space = make_space(price=None)
    asked = {"space": space.pk, "start": TOMORROW.isoformat(), "end": LATER.isoformat()}

    answer = client.post("/api/v1/quotes/", asked, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_for_sale")


def test_addresses_that_do_not_exist_answer_as_the_rest_does(client: Client) -> None:
    answer = client.get("/api/v1/castles/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    client: Client, rows: int, django_assert_num_queries
) -> None:
    place = make_place()
    for _ in range(rows):
        make_space(place, price=10_000)
    client.force_login(make_member(place.organisation, user=make_user()))
    query = {"free_from": TOMORROW.isoformat(), "free_to": LATER.isoformat(), "page_size": 50}
    client.get("/api/v1/spaces/", query)

    with django_assert_num_queries(12):
        assert len(spaces(client, **query)) == rows


def test_the_description_of_the_api_is_valid_and_shown(client: Client) -> None:
    assert b"/api/v1/spaces/{id}/availability/" in client.get("/api/schema/").content
    assert client.get("/api/docs/").status_code == 200


def test_a_space_of_ones_own_can_be_found_like_any_other(client: Client) -> None:
    space = make_space()
    assert Space.objects.visible_to(make_member(space.organisation)).get() == space


# --- In what order, and how far ----------------------------------------------------------------


def test_prices_at_a_time_are_those_of_a_group_where_it_is_said(client: Client) -> None:
    groups = make_space(price=100_00)
    groups.prices.create(amount=50_00, min_people=5)
    time = {"free_from": TOMORROW.isoformat(), "free_to": LATER.isoformat()}
    hours = (LATER - TOMORROW) // timedelta(hours=1)

    def price(**asked: Any) -> int:
        (found,) = client.get("/api/v1/spaces/", {**time, **asked}).json()["results"]
        return int(found["price"]["amount"])

    assert price() == price(capacity=2) == 100_00 * hours
    assert price(capacity=5) == price(capacity=5, max_price=60_00 * hours) == 50_00 * hours


def in_order(client: Client, **query: Any) -> list[str]:
    return [space["name"] for space in client.get("/api/v1/spaces/", query).json()["results"]]


def test_spaces_come_in_the_order_that_is_asked_for(client: Client) -> None:
    near, far = make_place(latitude=63.4219), make_place(latitude=63.45)
    make_space(far, name="Far, small", capacity=2, price=10000)
    make_space(near, name="Near, large", capacity=20, price=30000)
    make_space(near, name="Near, small", capacity=3, price=20000)

    assert in_order(client, sort="distance") == ["Near, large", "Near, small", "Far, small"]
    assert in_order(client, sort="capacity") == ["Far, small", "Near, small", "Near, large"]
    assert in_order(client, sort="size") == ["Near, large", "Near, small", "Far, small"]
    time = {"free_from": TOMORROW.isoformat(), "free_to": LATER.isoformat()}
    cheapest = ["Far, small", "Near, small", "Near, large"]
    assert in_order(client, sort="price", **time) == cheapest
    assert in_order(client, sort="capacity", capacity=3) == ["Near, small", "Near, large"]


def test_the_walk_is_from_what_is_asked_near(client: Client) -> None:
    space = make_space(make_place(latitude=63.45, longitude=10.4))
    (here,) = client.get("/api/v1/spaces/", {"near": "63.45,10.4"}).json()["results"]
    shown = client.get(f"/api/v1/spaces/{space.pk}/").json()
    assert here["walk_minutes"] == 1
    assert shown["walk_minutes"] > 20


@pytest.mark.parametrize("sort", ["price", "start", "random"])
def test_an_order_that_says_nothing_of_what_was_asked_is_400(client: Client, sort: str) -> None:
    answer = client.get("/api/v1/spaces/", {"sort": sort})
    assert answer.status_code == 400
    assert "sort" in answer.json()["errors"]
