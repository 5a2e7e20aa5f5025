"""Filters of a search: what they let through, how they are counted, shown and taken off."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.filters import Spot
from bookings.queries import Results, facets
from spaces.models import Amenity, Kind, Space
from tests.factories import NOW, make_organisation, make_place, make_space

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

TIME = {"date": "2026-11-24", "from": "13:00", "to": "15:00"}
API_TIME = {"free_from": "2026-11-24T13:00:00+01:00", "free_to": "2026-11-24T15:00:00+01:00"}


@pytest.fixture
def district() -> dict[str, Space]:
    """Three spaces that differ in everything one can filter by."""
    ntnu, sintef = make_organisation("NTNU", slug="ntnu"), make_organisation("SINTEF", slug="s")
    hill = make_place(
        ntnu, name="Gløshaugen", slug="gloshaugen", has_lift=True, has_hearing_loop=True
    )
    river = make_place(
        sintef, name="Elveparken", slug="elveparken", latitude=63.43, is_outdoor=True
    )
    screen = Amenity.objects.create(code="screen", name={"nb": "Skjerm"})
    hood = Amenity.objects.create(code="hood", name={"nb": "Avtrekk"})
    spaces = {
        "Lab": make_space(hill, name="Lab", kind=Kind.LAB, price=300_00, capacity=4),
        "Room": make_space(hill, name="Room", price=100_00, capacity=12, is_step_free=True),
        "Park": make_space(river, name="Park", kind=Kind.OUTDOOR, is_instant=False, capacity=90),
    }
    spaces["Lab"].amenities.set([screen, hood])
    spaces["Room"].amenities.set([screen])
    return spaces


def results(client: Client, **query: Any) -> Results:
    answer = client.get("/", {**TIME, **query})
    assert answer.status_code == 200
    found = answer.context["results"]
    assert isinstance(found, Results)
    return found


def page_names(client: Client, **query: Any) -> set[str]:
    return {row.space.name for row in results(client, **query).rows}


def api_names(client: Client, **query: Any) -> set[str]:
    answer = client.get("/api/v1/spaces/", {**API_TIME, **query})
    assert answer.status_code == 200, answer.content
    return {space["name"] for space in answer.json()["results"]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "Lab Room Park"),
        ({"kind": "lab"}, "Lab"),
        ({"kind": ["lab", "outdoor"]}, "Lab Park"),
        ({"kind": "lab,outdoor"}, "Lab Park"),
        ({"kind": ["", "lab"]}, "Lab"),
        ({"kind": ""}, "Lab Room Park"),
        ({"amenity": "screen,hood"}, "Lab"),
        ({"owner": "ntnu, s"}, "Lab Room Park"),
        ({"amenity": "screen"}, "Lab Room"),
        ({"amenity": ["screen", "hood"]}, "Lab"),
        ({"amenity": "no-such-thing"}, ""),
        ({"owner": "ntnu"}, "Lab Room"),
        ({"owner": ["ntnu", "s"]}, "Lab Room Park"),
        ({"place": "elveparken"}, "Park"),
        ({"step_free": "true"}, "Room"),
        ({"step_free": "on"}, "Room"),
        ({"step_free": "yes"}, "Room"),
        ({"step_free": "1"}, "Room"),
        ({"step_free": ""}, "Lab Room Park"),
        ({"lift": "true"}, "Lab Room"),
        ({"hearing_loop": "true", "step_free": "true"}, "Room"),
        ({"accessible_parking": "true"}, ""),
        ({"instant": "true"}, "Lab Room"),
        ({"outdoor": "true"}, "Park"),
        ({"outdoor": "false"}, "Lab Room"),
        ({"free": "true"}, "Park"),
        ({"free": "on"}, "Park"),
        ({"max_price": 200}, "Room Park"),  # for two hours
        ({"max_price": 199}, "Park"),
        ({"max_price": 0}, "Park"),
        ({"near": "63.4301,10.3953", "radius": 300}, "Park"),
        ({"bbox": "10.39,63.41,10.40,63.42"}, "Lab Room"),
        ({"q": "park", "kind": "outdoor"}, "Park"),
    ],
)
def test_page_and_program_filter_alike(
    client: Client, district: dict[str, Space], query: dict[str, Any], names: str
) -> None:
    asked = dict(query)
    if "max_price" in asked:  # kroner to people; minor units, as all money, to programs
        asked["max_price"] *= 100
    assert page_names(client, **query) == api_names(client, **asked) == set(names.split())


@pytest.mark.parametrize(
    "query",
    [{"near": "here"}, {"near": "91,0"}, {"bbox": "1,2,3"}, {"bbox": "5,0,4,1"}, {"radius": "x"}],
)
def test_a_program_is_told_what_is_wrong_and_a_page_leaves_it_out(
    client: Client, district: dict[str, Space], query: dict[str, Any]
) -> None:
    assert client.get("/api/v1/spaces/", query).status_code == 400
    assert page_names(client, **query) == {"Lab", "Room", "Park"}


NONSENSE = ["", "\x00", "-1", "1e9", "NaN", "nan,nan", "inf,0", "🙂" * 90, "1,2,3,4,5", "<b>"]
NAMES = ["amenity", "owner", "place", "lift", "outdoor", "max_price", "near", "radius", "bbox"]


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_in_the_address_is_a_page_like_any_other(client: Client, name: str) -> None:
    make_space()
    for value in NONSENSE:
        assert client.get("/", {name: value}).status_code == 200, value
        assert client.get("/api/v1/spaces/", {name: value}).status_code in (200, 400), value


# --- Counted ------------------------------------------------------------------------------


def test_each_value_says_how_many_spaces_it_would_leave(
    client: Client, district: dict[str, Space]
) -> None:
    facets = results(client).facets

    assert {one.value: one.count for one in facets.kinds if one.count} == {
        "lab": 1, "meeting_room": 1, "outdoor": 1,
    }  # fmt: skip
    assert [(one.label, one.count) for one in facets.amenities] == [("Skjerm", 2), ("Avtrekk", 1)]
    assert [(one.label, one.count) for one in facets.owners] == [("NTNU", 2), ("SINTEF", 1)]
    assert facets.outdoor == {"true": 1, "false": 2}
    assert (facets.facts["lift"], facets.facts["free"], facets.facts["step_free"]) == (2, 1, 1)


def test_each_chip_says_how_many_spaces_it_would_leave(
    client: Client, district: dict[str, Space]
) -> None:
    chips = '<small id="n-kind-lab">1</small>', '<small id="n-instant">2</small>'
    for path in ("/", "/anytime/"):
        page = client.get(path, TIME).content.decode()
        assert all(chip in page for chip in chips), path
        part = client.get(path, TIME, headers={"HX-Request": "true"}).content.decode()
        assert '<small id="n-free" hx-swap-oob="true">1</small>' in part, path


def test_alternatives_are_counted_under_the_other_filters_and_the_rest_under_all(
    client: Client, district: dict[str, Space]
) -> None:
    facets = results(client, kind="lab", lift="on").facets

    kinds = {one.value: (one.count, one.is_chosen) for one in facets.kinds if one.count}
    assert kinds == {"lab": (1, True), "meeting_room": (1, False)}
    assert {one.value: one.count for one in facets.amenities} == {"screen": 1, "hood": 1}
    assert facets.facts["hearing_loop"] == 1


def test_what_a_number_says_is_what_one_tap_finds(
    client: Client, district: dict[str, Space]
) -> None:
    facets = results(client, amenity="screen").facets

    for name, choices in (
        ("kind", facets.kinds),
        ("owner", facets.owners),
        ("place", facets.places),
    ):
        for one in choices:
            found = page_names(client, amenity="screen", **{name: one.value})
            assert len(found) == one.count, (name, one)
    for name, count in facets.facts.items():
        assert len(page_names(client, amenity="screen", **{name: "on"})) == count, name


def test_with_a_price_limit_nothing_is_counted_that_it_may_leave_out(
    client: Client, district: dict[str, Space]
) -> None:
    counted = client.get("/", TIME).content.decode()
    priced = client.get("/", {**TIME, "max_price": "250"}).content.decode()

    assert '<small id="n-kind-lab">1</small>' in counted
    assert "Indoors (2)" in counted
    assert '<small id="n-kind-lab"></small>' in priced
    assert "Indoors</option>" in priced
    assert "<span>Skjerm</span><small></small>" in priced
    assert "No numbers with a price limit" in priced
    assert '<small id="n-kind-lab">1</small>' in client.get("/", TIME).content.decode()


def test_a_chosen_value_stays_to_be_taken_off_when_nothing_has_it(client: Client) -> None:
    make_space()

    (one,) = results(client, amenity="gone").facets.amenities

    assert (one.value, one.count, one.is_chosen) == ("gone", 0, True)


def test_counting_takes_one_query_however_many_values_there_are(client: Client) -> None:
    counts = []
    for number in (1, 29):
        for n in range(number):
            code = f"kit-{number}-{n}"
            Amenity.objects.create(code=code, name={"nb": code})
            make_space().amenities.add(code)
        with CaptureQueriesContext(connection) as queries:
            client.get("/", TIME)
        counts.append(len(queries))

    assert counts[0] >= counts[1]  # of a page that is full, what is not free is not asked
    assert sum("AS MATERIALIZED" in query["sql"] for query in queries) == 1


# --- Shown and taken off ------------------------------------------------------------------


def test_every_filter_that_is_on_is_named_and_taken_off_by_its_link(
    client: Client, district: dict[str, Space]
) -> None:
    query = {
        "kind": ["lab", "outdoor"],
        "amenity": "screen",
        "owner": "ntnu",
        "place": "gloshaugen",
        "lift": "on",
        "outdoor": "false",
        "max_price": "900",
        "near": "Gløs",
        "radius": "600",
        "bbox": "10,63,11,64",
    }
    answer = client.get("/", {**TIME, **query})
    active = dict(answer.context["active"])

    assert list(active) == [
        "Lab", "Outdoors", "Skjerm", "NTNU", "Gløshaugen", "Lift", "Indoors",
        "At most 900\u00a0kr", "Near Gløshaugen, 10 min walk", "This part of the map",
    ]  # fmt: skip
    assert "10 filters are on" in answer.content.decode()
    for label, address in active.items():
        left = client.get(f"/?{address}").context["active"]
        assert len(left) == len(active) - 1, label
        assert label not in dict(left)


def test_an_unknown_place_is_said_to_be_one(client: Client) -> None:
    make_space()

    assert (
        "“Atlantis” is not a place here" in client.get("/", {"near": "Atlantis"}).content.decode()
    )


def test_distances_are_walked_from_what_is_asked_near(
    client: Client, district: dict[str, Space]
) -> None:
    walks = {row.space.name: row.walk for row in results(client, near="Elveparken").rows}

    assert walks["Park"] == 1
    assert walks["Lab"] == walks["Room"] == 21


@pytest.mark.parametrize("said", ["Gløshaugen", "gloshaugen", "GLØS", "glos"])
def test_a_place_is_named_with_or_without_accents(said: str) -> None:
    make_space(make_place(name="Gløshaugen"))
    spot = Spot.named(said)
    assert spot is not None
    assert spot.name == "Gløshaugen"


# --- Order and pages ----------------------------------------------------------------------


def test_largest_and_best_fit(client: Client, district: dict[str, Space]) -> None:
    def order(**query: Any) -> list[str]:
        return [row.space.name for row in results(client, **query).rows]

    assert order(sort="size") == ["Park", "Room", "Lab"]
    assert order(sort="capacity", people=5) == ["Room", "Park"]


@pytest.mark.parametrize("sort", ["distance", "price", "capacity", "size"])
def test_no_page_repeats_another(client: Client, sort: str) -> None:
    place = make_place()
    for n in range(60):
        make_space(place, price=(n % 3) * 100_00, capacity=1 + n % 4)

    pages = [[row.space.pk for row in results(client, sort=sort, page=n).rows] for n in (1, 2, 3)]

    assert [len(page) for page in pages] == [24, 24, 12]
    assert len({pk for page in pages for pk in page}) == 60


def test_words_are_marked_in_names(client: Client, district: dict[str, Space]) -> None:
    page = client.get("/", {**TIME, "q": "gloshaugen room"}).content.decode()

    assert "<mark>Room</mark></a>" in page
    assert "<mark>Gløshaugen</mark>" in page


def test_numbers_are_kept_for_a_minute(
    client: Client, district: dict[str, Space], settings: Any
) -> None:
    settings.COUNTS_KEPT = timedelta(minutes=1)
    facets._kept.clear()  # by other tests, of other districts

    def labs(**query: Any) -> int:
        kinds = results(client, **query).facets.kinds
        return next(one.count for one in kinds if one.value == "lab")

    before = labs(people="2")
    make_space(district["Lab"].place, kind=Kind.LAB, capacity=4)

    assert labs(people="2", sort="price") == before == 1
    assert labs(people="3") == 2  # another question
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert labs(people="2") == 2
