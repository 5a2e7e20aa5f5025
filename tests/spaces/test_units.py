"""Units: the things that spaces are made of, one or many at a time."""

import pytest
from django.test import Client

from spaces.models import Space, Unit
from spaces.operations import add_units, rename_unit
from spaces.operations.units import UnitNamed
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(make_place(cast.organisation))


def names(space: Space) -> list[str]:
    return list(space.place.units.values_list("name", flat=True))


def test_forty_desks_are_added_at_once(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    units = f"/owner/spaces/{space.slug}/units/"
    wish = {"name": "Pult", "first": "1", "last": "40", "is_part": "on"}
    assert client.post(f"{units}add/", wish).status_code == 302
    assert [one.name for one in space.units.all()][1:] == [f"Pult {n}" for n in range(1, 41)]

    again = client.post(f"{units}add/", {**wish, "first": "40", "last": "41"})
    assert again.status_code == 422
    assert "Pult 40" in again.content.decode()
    assert "Pult 41" not in names(space)


def test_one_is_added_and_stands_alone(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    client.post(f"/owner/spaces/{space.slug}/units/add/", {"name": "Benk"})
    assert not Unit.objects.get(name="Benk").spaces.exists()


@pytest.mark.parametrize(
    ("first", "last"), [("1", ""), ("", "4"), ("4", "1"), ("1", "201"), ("-1", "3"), ("a", "b")]
)
def test_odd_numbers_are_asked_about(
    client: Client, cast: Cast, space: Space, first: str, last: str
) -> None:
    cast.sign_in(client, "manager")
    before = names(space)
    wish = {"name": "Pult", "first": first, "last": last}
    answer = client.post(f"/owner/spaces/{space.slug}/units/add/", wish)
    assert answer.status_code == 422
    assert names(space) == before


def test_the_same_name_twice_is_refused_as_a_whole(space: Space) -> None:
    before = names(space)
    with pytest.raises(UnitNamed):
        add_units(place=space.place, names=["Ny", before[0]])
    with pytest.raises(UnitNamed):
        add_units(place=space.place, names=["Ny", "Ny"])
    assert names(space) == before


def test_a_unit_takes_no_name_that_another_has(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    first = space.units.get()
    other = add_units(place=space.place, names=["Benk"])[0]

    with pytest.raises(UnitNamed):
        rename_unit(unit=Unit.objects.get(pk=other.pk), name=first.name)
    rename_unit(unit=Unit.objects.get(pk=other.pk), name="Benk")  # its own
    answer = client.post(
        f"/owner/spaces/{space.slug}/units/{other.pk}/", {"name": first.name}, follow=True
    )

    assert f"There is a {first.name} here already." in answer.content.decode()
    other.refresh_from_db()
    assert other.name == "Benk"
