"""Owners say what can be booked along."""

import pytest
from django.test import Client

from spaces.models import AddOn, Space, Unit
from tests.cast import Cast
from tests.factories import make_booking, make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation, slug="kaia"), name="Nidelva")


def form(space: Space, **changes: str) -> dict[str, object]:
    return {
        "name_nb": "Projektor",
        "amount": "250",
        "per": "booking",
        "vat": "standard_25",
        "count": "2",
        "is_offered": "on",
        "spaces": [space.pk],
        **changes,
    }


def test_two_projectors_are_offered(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")

    client.post("/owner/places/kaia/add-ons/new/", form(space))

    add_on = AddOn.objects.get()
    assert (str(add_on), add_on.amount, add_on.is_counted) == ("Projektor", 250_00, True)
    assert [unit.name for unit in add_on.units.all()] == ["Projektor 1", "Projektor 2"]
    assert list(space.add_ons.all()) == [add_on]
    assert "Projektor" in client.get("/owner/places/kaia/add-ons/").content.decode()


def test_fewer_leaves_what_is_booked_its_own(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    client.post("/owner/places/kaia/add-ons/new/", form(space))
    add_on = AddOn.objects.get()
    first, second = add_on.units.all()
    booking = make_booking(space)
    booking.occupancies.create(place=space.place, unit=second, during=booking.period)

    client.post(f"/owner/places/kaia/add-ons/{add_on.pk}/", form(space, count="1"))
    assert list(add_on.units.all()) == [first]
    assert Unit.objects.filter(pk=second.pk, add_on=None).exists()

    client.post(f"/owner/places/kaia/add-ons/{add_on.pk}/", form(space, count=""))
    add_on.refresh_from_db()
    assert (add_on.is_counted, add_on.units.count()) == (False, 0)


@pytest.mark.parametrize(
    "wrong", [{"name_nb": ""}, {"amount": "mye"}, {"count": "0"}, {"count": "501"}, {"per": "moon"}]
)
def test_what_makes_no_sense_is_refused(
    client: Client, cast: Cast, space: Space, wrong: dict[str, str]
) -> None:
    cast.sign_in(client, "manager")

    assert client.post("/owner/places/kaia/add-ons/new/", form(space, **wrong)).status_code == 422
    assert not AddOn.objects.exists()


def test_spaces_of_another_place_cannot_be_named(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    elsewhere = make_space()

    answer = client.post(
        "/owner/places/kaia/add-ons/new/", form(space) | {"spaces": [elsewhere.pk]}
    )

    assert answer.status_code == 422


def test_what_goes_along_is_no_unit_of_a_space(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    client.post("/owner/places/kaia/add-ons/new/", form(space))

    client.get("/owner/places/kaia/add-ons/")  # where it is said to be added

    assert "Projektor" not in client.get(f"/owner/spaces/{space.slug}/units/").content.decode()
