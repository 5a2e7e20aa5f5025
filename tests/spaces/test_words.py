"""Spaces are found by words, however they are written."""

import pytest

from spaces.models import Amenity, Kind, Listing, Space, SpaceAmenity, SpaceWords
from tests.factories import make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def laser() -> Amenity:
    names = {"nb": "Laserkutter", "nn": "Laserkuttar", "en": "Laser cutter"}
    return Amenity.objects.create(code="laser-x", name=names)


def found(text: str) -> set[str]:
    return set(Space.objects.matching(text).values_list("name", flat=True))


@pytest.mark.parametrize(
    "text", ["møterom", "moterom", "Møterommet", "møterommene", "MØTEROM", "meeting room", "motrom"]
)
def test_a_kind_is_found_in_any_form(text: str) -> None:
    make_space(name="Nidelva", kind=Kind.MEETING_ROOM)
    make_space(name="Verkstaden", kind=Kind.WORKSHOP)
    assert found(text) == {"Nidelva"}


@pytest.mark.parametrize(
    "text", ["laserkutter", "laser cutter", "laserkuter", "lasercutter", "laser", "Laserkuttaren"]
)
def test_what_is_in_a_space_is_found_in_any_spelling(text: str, laser: Amenity) -> None:
    space = make_space(name="Prototypen", kind=Kind.WORKSHOP)
    SpaceAmenity.objects.create(space=space, amenity=laser)
    make_space(name="Nidelva")
    assert found(text) == {"Prototypen"}


def test_a_draft_that_is_misspelt_hides_no_other_spelling(laser: Amenity) -> None:
    space = make_space(name="Prototypen", kind=Kind.WORKSHOP)
    SpaceAmenity.objects.create(space=space, amenity=laser)
    make_space(name="Laserkuter", listing=Listing.DRAFT)
    assert "Prototypen" in found("laserkuter")


def test_every_word_has_to_be_about_it(laser: Amenity) -> None:
    place = make_place(make_organisation("Sintef"), name="Elveporten")
    space = make_space(place, name="Nidelva", summary={"nb": "Utsikt mot elva"})
    SpaceAmenity.objects.create(space=space, amenity=laser)
    for text in ("nidelva sintef", "utsikt elveporten", "rom med utsikt", "elva-laser", ""):
        assert "Nidelva" in found(text), text
    assert not found("nidelva xylofonverksted")


def test_a_beginning_is_enough_while_one_types() -> None:
    make_space(name="Mikroskopet")
    for length in range(2, 12):
        assert found("mikroskopet"[:length]) == {"Mikroskopet"}


def test_instruments_are_found() -> None:
    make_space(name="Lab 2", kind=Kind.LAB, facts={"instruments": "Konfokalmikroskop Zeiss LSM"})
    assert found("konfokal") == found("zeiss") == {"Lab 2"}


def test_what_looks_like_a_query_is_words() -> None:
    make_space(name="Nidelva")
    for text in ("nidelva & !", "'nidelva':*", "nidelva)(", "<->nidelva|", "nidelva%%"):
        assert found(text) == {"Nidelva"}, text
    assert found("!!! &&& '") == {"Nidelva"}  # nothing is asked


def test_the_words_follow_whatever_changes(laser: Amenity) -> None:
    owner = make_organisation("Gamleeier")
    place = make_place(owner, name="Gamlebygget", address="Gamleveien 1")
    space = make_space(place, name="Gamlerommet")
    has = SpaceAmenity.objects.create(space=space, amenity=laser)

    type(owner).objects.update(name="Nyeier")
    type(place).objects.update(name="Nyttbygg", address="Nyveien 1")
    Space.objects.update(name="Nyttrom")
    Amenity.objects.filter(pk=laser.pk).update(name={"nb": "Plasmaskjærer"})
    assert not found("gamle")
    for text in ("nyeier", "nyttbygg", "nyveien", "nyttrom", "plasmaskjærer"):
        assert found(text) == {"Nyttrom"}, text

    has.delete()
    assert not found("plasmaskjærer")
    space.delete()
    assert not SpaceWords.objects.exists()


def test_a_search_of_many_words_is_two_queries(django_assert_num_queries) -> None:
    make_space(name="Nidelva")
    with django_assert_num_queries(2):
        list(Space.objects.matching("nidelva " * 30 + "elgeseter gate rom skjerm tavle"))
