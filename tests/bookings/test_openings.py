"""Free times that somebody can have: what keeps them from one does not hide the others."""

from typing import Any

import pytest

from accounts.models import Role
from bookings.availability import Slots
from bookings.queries.obtaining import Asker, Wished, first_obtainable
from bookings.queries.openings import Wish, openings
from spaces.models import Audience, Quota, Space
from spaces.periods import period
from tests.bookings.test_slots import at
from tests.bookings.test_slots_api import differs, names, signed_in, slots
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon")]

AFTERNOON = period(at(13), at(15))


def named(found: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for name, _start in names(found["results"])))


# --- Spaces that are not for them -----------------------------------------------------------


def test_a_space_for_others_takes_no_ones_place_on_a_page() -> None:
    person, place, others = signed_in(make_user()), make_place(), make_organisation()
    spaces = [make_space(place, name=f"Rom {n}") for n in range(28)]
    spaces[2].access_rules.create(organisation=others)

    first, second = slots(person), slots(person, page=2)

    assert len(named(first)) == 24
    assert first["next_page"] == 2
    assert set(named(first)) | set(named(second)) == {one.name for one in spaces} - {"Rom 2"}
    assert second["next_page"] is None


def test_many_spaces_for_others_do_not_hide_one_that_is_for_all() -> None:
    place, others = make_place(), make_organisation()
    for _ in range(26):
        make_space(place).access_rules.create(organisation=others)
    make_space(make_place(latitude=63.43), name="For alle")

    assert named(slots(signed_in(make_user()))) == ["For alle"]


def test_many_spaces_without_a_price_do_not_hide_one_that_is_sold() -> None:
    place = make_place()
    for _ in range(26):
        make_space(place, price=None).prices.create(audience=Audience.STUDENT, amount=0)
    make_space(make_place(latitude=63.43), name="Til salgs")

    assert named(slots()) == ["Til salgs"]


def test_many_dear_spaces_do_not_hide_a_cheap_one() -> None:
    """However many are passed over: here ten, where one is looked for."""
    dear = make_place()
    for _ in range(10):
        make_space(dear, price=300_00)
    cheap = make_space(make_place(latitude=63.43), price=20_00)
    spaces, span = Space.objects.by_distance(63.42, 10.39), AFTERNOON
    asker = Asker.at(NOW, None)

    at_most_fifty = first_obtainable(spaces, Wished(span, 1, most=50_00), asker, limit=1)
    assert at_most_fifty == ([cheap.pk], False)
    assert first_obtainable(spaces, Wished(span, 1, most=10_00), asker, limit=1) == ([], False)
    wish = Wish(spaces, Slots(span, 120), (63.42, 10.39), most=50_00)
    ((slot,),) = openings(wish, spaces, asker, limit=1, each=1)
    assert slot.space == cheap


def test_a_certificate_that_runs_out_leaves_the_times_before() -> None:
    person = make_user()
    lab = make_space(name="Lab")
    training = lab.organisation.trainings.create(name={"nb": "Laser"})
    lab.trainings.add(training)
    training.certificates.create(user=person, granted_by=person, granted_at=NOW, expires_at=at(20))
    assert names(slots(signed_in(person))["results"]) == [("Lab", "11-24T00:00")]


# --- Quotas ----------------------------------------------------------------------------------


def test_a_quota_that_is_used_leaves_the_next_week() -> None:
    person = make_user()
    space, other = make_space(name="Kvote"), make_space(name="Annet")
    Quota.objects.create(space=space, counts="bookings", amount=1, window="week")
    make_booking(space, by=person, start=at(10), end=at(12))

    found = slots(signed_in(person), to="2026-12-02", weekdays="thu,mon,tue")

    assert names(found["results"])[0] == (space.name, "11-30T00:00")
    assert (other.name, "11-24T00:00") in names(found["results"])


def test_who_runs_a_space_is_not_bound_by_its_quota() -> None:
    space = make_space(name="Kvote")
    host = make_member(space.organisation, Role.HOST)
    Quota.objects.create(space=space, counts="minutes", amount=60, window="day")

    assert named(slots(signed_in(host))) == ["Kvote"]
    assert named(slots(signed_in(make_user()))) == []


def test_two_rooms_are_not_offered_where_a_quota_allows_for_one() -> None:
    place = make_place()
    rooms = [make_space(place, name=f"Rom {n}", capacity=5) for n in range(2)]
    person = signed_in(make_user())
    assert "rooms" in {one["differs"][0]["what"] for one in misses(person)}

    quota = Quota.objects.create(
        owner=place.organisation, counts="bookings", amount=1, window="day"
    )
    assert misses(person) == []

    quota.delete()
    Quota.objects.create(space=rooms[1], counts="minutes", amount=60, window="day")
    assert misses(person) == []


def misses(person: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = slots(person, people=10)["near_misses"]
    return found


# --- What it costs then ---------------------------------------------------------------------


def evenings_free() -> Space:
    space = make_space(name="Kveld", price=20000)
    space.prices.create(amount=0, opens=17 * 60, closes=23 * 60)
    return space


def test_free_of_charge_is_said_of_each_time() -> None:
    evenings_free()
    make_space(make_place(latitude=63.43), name="Alltid", hours=(540, 660))

    found = slots(free=1, to="2026-11-25")["results"]

    assert names(found) == [
        ("Kveld", "11-24T17:00"),
        ("Kveld", "11-25T17:00"),
        ("Alltid", "11-24T09:00"),
        ("Alltid", "11-25T09:00"),
    ]
    assert {one["price"]["amount"] for one in found} == {0}


def test_a_price_of_some_times_is_looked_for_at_those_times() -> None:
    space = make_space(name="Lørdag", price=None)
    space.prices.create(amount=10000, weekdays=[6])
    space.prices.create(amount=10000, weekdays=[4], opens=20 * 60, closes=22 * 60)

    found = slots(to="2026-11-30", between="08:00-23:00")["results"]

    assert names(found) == [
        ("Lørdag", "11-26T20:00"),
        ("Lørdag", "11-28T08:00"),
        ("Lørdag", "11-28T20:00"),
    ]


def test_at_most_so_much_finds_the_cheap_hours() -> None:
    evenings_free()
    assert names(slots(max_price=0, weekdays="tue")["results"]) == [("Kveld", "11-24T17:00")]
    assert names(slots(max_price=40000, weekdays="tue")["results"])[0] == ("Kveld", "11-24T00:00")


# --- Almost ----------------------------------------------------------------------------------


def test_a_few_desks_fewer_are_almost_what_was_wanted() -> None:
    make_space(name="Loftet", kind="desk_area", units=3, allocation="any", capacity=3)
    found = slots(people=4)
    assert found["results"] == []
    assert differs(found) == {"Loftet": [{"what": "units", "asked": 4, "offered": 3}]}
    assert found["near_misses"][0]["quantity"] == 3
