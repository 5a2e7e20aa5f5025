"""Places and spaces as their owners keep them: added, described, made of units, copied."""

import pytest
from django.test import Client

from spaces import facts
from spaces.models import (
    Allocation,
    Amenity,
    HoursException,
    Kind,
    Layout,
    Listing,
    OpeningHours,
    Place,
    Season,
    Space,
    SpaceAmenity,
    Unit,
)
from spaces.operations import UnitInUse, add_space, compose, copy_space, drop_unit
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db

PLACE = {
    "name": "Elveporten øst",
    "address": "Elgeseter gate 4",
    "postcode": "7030",
    "city": "Trondheim",
    "latitude": "63.4189",
    "longitude": "10.3953",
    "time_zone": "Europe/Oslo",
    "has_lift": "on",
    "arrival_nb": "Ring på ved porten.",
    "arrival_en": "Ring at the gate.",
}


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, name="Nidelva")


# --- Places -----------------------------------------------------------------------------


def test_a_manager_adds_a_place(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "manager")

    answer = client.post("/owner/places/new/", {**PLACE, "organisation": cast.organisation.pk})

    place = Place.objects.get()
    assert answer["Location"] == "/owner/places/elveporten-ost/hours/"
    assert place.organisation == cast.organisation
    assert (place.has_lift, place.has_hearing_loop) == (True, False)
    assert place.arrival == {"nb": "Ring på ved porten.", "en": "Ring at the gate."}


def test_a_place_is_added_for_ones_own_organisations_only(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "foreign")

    answer = client.post("/owner/places/new/", {**PLACE, "organisation": cast.organisation.pk})

    assert answer.status_code == 422
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitude": "91"},
        {"longitude": "nan"},
        {"latitude": "inf"},
        {"time_zone": "Mars/Olympus"},
        {"name": ""},
        {"name": "x" * 121},
    ],
)
def test_a_place_has_to_be_somewhere(client: Client, cast: Cast, wrong: dict[str, str]) -> None:
    cast.sign_in(client, "owner")

    answer = client.post(
        "/owner/places/new/", {**PLACE, "organisation": cast.organisation.pk, **wrong}
    )

    assert answer.status_code == 422


def test_a_place_is_changed_and_keeps_its_address_here(
    client: Client, cast: Cast, place: Place
) -> None:
    cast.sign_in(client, "owner")

    assert client.post(f"/owner/places/{place.slug}/", PLACE).status_code == 302

    slug = place.slug
    place.refresh_from_db()
    assert (place.name, place.slug) == ("Elveporten øst", slug)


# --- Spaces -----------------------------------------------------------------------------


def test_a_room_is_one_unit_and_a_draft(client: Client, cast: Cast, place: Place) -> None:
    cast.sign_in(client, "manager")
    room = {"place": place.pk, "kind": "meeting_room", "name": "Møterom Å", "capacity": "8"}

    answer = client.post("/owner/spaces/new/", room)

    space = Space.objects.get()
    assert answer["Location"] == "/owner/spaces/moterom-a/"
    assert (space.listing, space.allocation) == (Listing.DRAFT, Allocation.ALL)
    assert [unit.name for unit in space.units.all()] == ["Møterom Å"]
    assert space.organisation == cast.organisation


def test_a_pool_has_its_units_from_the_start(place: Place) -> None:
    desks = add_space(place=place, kind=Kind.DESK_AREA, name="Loftet", capacity=12, units=12)

    assert desks.is_pool
    assert desks.units.count() == 12


def test_a_space_is_not_added_at_anothers_place(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "owner")
    make_place(cast.organisation)
    elsewhere = make_place()

    answer = client.post(
        "/owner/spaces/new/",
        {"place": elsewhere.pk, "kind": "lab", "name": "Lab", "capacity": "2"},
    )

    assert answer.status_code == 422


def test_facts_amenities_and_layouts_are_said_and_shown(
    client: Client, cast: Cast, place: Place
) -> None:
    Amenity.objects.create(code="screen", name={"en": "Screen"})
    Amenity.objects.create(code="piano", name={"en": "Piano"})
    hall = make_space(place, kind=Kind.EVENT_HALL)
    SpaceAmenity.objects.create(space=hall, amenity_id="piano")
    cast.sign_in(client, "manager")

    answer = client.post(
        f"/owner/spaces/{hall.slug}/",
        {
            "name": "Storsalen",
            "kind": "event_hall",
            "capacity": "200",
            "area": "310",
            "summary_nb": "Sal med scene",
            "summary_en": "A hall with a stage",
            "house_rules_en": f"No open fire. {EVIL}",
            "facts-has_stage": "on",
            "facts-ceiling": "620",
            "amenity-screen": "2",
            "layout-theatre": "200",
            "layout-banquet": "120",
        },
    )

    assert answer.status_code == 302
    hall.refresh_from_db()
    assert hall.facts == {"has_stage": True, "ceiling": 620}
    assert [str(row) for row in hall.space_amenities.all()] == ["2 × Screen"]
    assert {row.seating: row.capacity for row in hall.layouts.all()} == {
        "theatre": 200,
        "banquet": 120,
    }
    shown = client.get(hall.get_absolute_url()).content.decode()
    for words in ("Ceiling height in cm", "Rows of chairs", "No open fire.", "2 × Screen"):
        assert words in shown
    assert EVIL not in shown


def test_only_a_hall_has_layouts(client: Client, cast: Cast, place: Place) -> None:
    hall = make_space(place, kind=Kind.EVENT_HALL)
    Layout.objects.create(space=hall, seating="theatre", capacity=90)
    cast.sign_in(client, "owner")

    client.post(
        f"/owner/spaces/{hall.slug}/",
        {"name": "Rom", "kind": "meeting_room", "capacity": "9", "summary_nb": "Rom"},
    )

    assert not hall.layouts.exists()


@pytest.mark.parametrize("kind", facts.OF_KIND)
def test_a_fact_that_no_form_knows_is_not_told(kind: Kind) -> None:
    space = Space(kind=kind, facts={"safety": "nonsense", "old": 1, "screens": 0})

    assert list(facts.in_words(space)) == []


# --- Units ------------------------------------------------------------------------------


def test_a_divided_hall_shares_its_units(client: Client, cast: Cast, place: Place) -> None:
    left, right = make_space(place, name="A"), make_space(place, name="B")
    whole = make_space(place, name="A+B", units=0)
    halves = [left.units.get(), right.units.get()]
    cast.sign_in(client, "manager")

    answer = client.post(
        f"/owner/spaces/{whole.slug}/units/",
        {"allocation": "all", "units": [unit.pk for unit in halves]},
    )

    assert answer.status_code == 302
    assert set(whole.units.all()) == set(halves)


def test_a_unit_elsewhere_cannot_be_part(client: Client, cast: Cast, space: Space) -> None:
    elsewhere = make_space().units.get()
    cast.sign_in(client, "owner")

    answer = client.post(
        f"/owner/spaces/{space.slug}/units/", {"allocation": "all", "units": [elsewhere.pk]}
    )

    assert answer.status_code == 422


def test_units_are_added_renamed_and_deleted(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    page = f"/owner/spaces/{space.slug}/units/"

    client.post(f"{page}add/", {"name": "Pult 1"})
    unit = Unit.objects.get(name="Pult 1")
    client.post(f"{page}{unit.pk}/", {"name": "Pult 2"})
    assert Unit.objects.filter(name="Pult 2").exists()
    client.post(f"{page}{unit.pk}/", {"name": "Pult 2", "drop": ""})
    assert not Unit.objects.filter(pk=unit.pk).exists()


def test_a_unit_that_is_part_or_was_booked_stays(space: Space) -> None:
    unit = space.units.get()
    with pytest.raises(UnitInUse):
        drop_unit(unit=unit)
    make_booking(space)
    compose(space=space, units=[], allocation=Allocation.ALL)

    with pytest.raises(UnitInUse):
        drop_unit(unit=unit)


# --- Copying ----------------------------------------------------------------------------


def test_a_copy_has_all_but_photos_bookings_and_units(space: Space) -> None:
    season = Season.objects.create(
        space=space, name="Sommer", first_month=6, first_day=1, last_month=8, last_day=31
    )
    OpeningHours.objects.create(space=space, season=season, weekday=1, opens=600, closes=900)
    HoursException.objects.create(space=space, date=NOW.date())
    make_booking(space)
    space.max_length, space.facts = 90, {"x": 1}
    space.save()

    twin = copy_space(space=space, name="Nidelva")

    assert (twin.slug, twin.listing) == ("nidelva", Listing.DRAFT)
    assert (twin.max_length, twin.facts) == (90, {"x": 1})
    assert not set(twin.units.all()) & set(space.units.all())
    assert twin.prices.count() == space.prices.count() == 1
    assert twin.opening_hours.count() == space.opening_hours.count() == 8
    assert twin.opening_hours.get(season__isnull=False).season == twin.seasons.get()
    assert twin.hours_exceptions.count() == 1
    assert not twin.bookings.exists()


def test_a_copy_needs_a_name(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "owner")

    client.post(f"/owner/spaces/{space.slug}/copy/", {"name": " "})
    assert Space.objects.count() == 1
    client.post(f"/owner/spaces/{space.slug}/copy/", {"name": "Nidelva 2"})
    assert Space.objects.count() == 2
