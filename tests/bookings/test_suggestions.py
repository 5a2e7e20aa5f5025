"""What the search field offers while one types."""

import re

import pytest
from django.test import Client
from django.utils import translation

from bookings.queries import suggestions
from spaces.models import Amenity, Kind, Listing, SpaceAmenity
from tests.factories import make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district() -> None:
    place = make_place(make_organisation("Sintef"), name="Elveporten")
    names = {"nb": "Elektronmikroskop", "en": "Electron microscope"}
    amenity = Amenity.objects.create(code="electron", name=names)
    space = make_space(place, name="Møllerstua", kind=Kind.LAB)
    SpaceAmenity.objects.create(space=space, amenity=amenity)
    make_space(place, name="Lille sal")
    make_space(place, name="Hemmelig", listing=Listing.DRAFT)
    make_space(make_place(make_organisation("Tomt"), name="Tomgården"), listing=Listing.DRAFT)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mø", [("kind", "Møterom"), ("space", "Møllerstua")]),
        ("moll", [("space", "Møllerstua")]),
        ("elve", [("place", "Elveporten")]),
        ("lill", [("space", "Lille sal")]),
        ("lille", [("space", "Lille sal")]),  # which both languages know as "lill"
        ("lille sa", [("space", "Lille sal")]),
        ("sintefff", [("actor", "Sintef")]),  # spelt nearly so
        ("SINT", [("actor", "Sintef")]),
        ("elektro", [("amenity", "Elektronmikroskop")]),
        ("mollerstuua", [("space", "Møllerstua")]),  # and so
        ("mølelrst", [("space", "Møllerstua")]),  # two letters the wrong way round
        ("sitnef", [("actor", "Sintef")]),
        ("lille asl", [("space", "Lille sal")]),
        ("hmemelig", []),
        ("xxxx", []),
        ("elektromikroskop", [("amenity", "Elektronmikroskop")]),  # spelt nearly so
        ("hemm", []),
        ("tom", []),
        ("m", []),
        ("  ", []),
        ("'); drop table", []),
        ("%%", []),
        ("_", []),
    ],
)
def test_what_begins_so(typed: str, expected: list[tuple[str, str]]) -> None:
    with translation.override("nb"):
        assert [(one.what, one.text) for one in suggestions(typed)] == expected


def test_in_the_readers_language() -> None:
    with translation.override("en"):
        assert [one.text for one in suggestions("micros")] == ["Electron microscope"]
        assert [one.text for one in suggestions("meet")] == ["Meeting room"]


def test_at_most_eight_in_as_many_queries(django_assert_num_queries) -> None:
    place = make_place()
    for number in range(30):
        make_space(place, name=f"Fjord {number}")
    with django_assert_num_queries(1):
        assert len(suggestions("fjord")) == 8


def test_what_is_typed_is_marked_and_nothing_is_markup(client: Client) -> None:
    make_space(name="Nidelva <script>")
    options = client.get("/suggestions/", {"q": "nid"}, headers={"Accept-Language": "nb"})
    text = options.content.decode()
    assert "<mark>Nid</mark>elva &lt;script&gt;" in text
    assert re.findall(r'role="option" id="(suggest-\d)"', text) == ["suggest-1"]
    assert client.get("/suggestions/").content.strip() == b""
    options = client.get("/suggestions/", {"q": "moterom"}, headers={"Accept-Language": "nb"})
    assert "<mark>Møterom</mark>" in options.content.decode()
