"""`GET /api/v1/slots/`: any time will do."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from rest_framework.throttling import ScopedRateThrottle

from accounts.models import User
from bookings.models import Status
from bookings.operations import hold
from bookings.queries.misses import divided
from spaces.models import Quota, Space
from spaces.periods import period
from tests.bookings.test_slots import at
from tests.factories import (
    NOW,
    make_booking,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon")]


def slots(client: Client | None = None, **asked: Any) -> dict[str, Any]:
    query = {"minutes": 120, "from": "2026-11-24", "to": "2026-11-26", **asked}
    answer = (client or Client()).get("/api/v1/slots/", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def problem(**asked: Any) -> dict[str, Any]:
    answer = Client().get("/api/v1/slots/", asked)
    assert answer.status_code == 400, answer.content
    errors: dict[str, Any] = answer.json()["errors"]
    return errors


def names(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["name"], one["start"][5:16]) for one in found]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_slots_answers_times_in_order_of_the_walk() -> None:
    near, far = make_space(name="Nidelva", price=40000), make_place(latitude=63.43)
    make_space(far, name="Fjord", hours=(600, 960))
    make_booking(near, start=at(9), end=at(10.5))
    found = slots(between="09:00-16:00", weekdays="tue,wed")
    assert names(found["results"]) == [
        ("Nidelva", "11-24T10:30"),
        ("Nidelva", "11-25T09:00"),
        ("Fjord", "11-24T10:00"),
        ("Fjord", "11-25T10:00"),
    ]
    first = found["results"][0]
    assert first == {
        "space": near.pk,
        "name": "Nidelva",
        "start": "2026-11-24T10:30:00+01:00",
        "end": "2026-11-24T12:30:00+01:00",
        "quantity": 1,
        "people": 1,
        "price": {"amount": 80000, "currency": "NOK"},
        "walk_minutes": first["walk_minutes"],
    }
    assert found["results"][2]["walk_minutes"] > first["walk_minutes"]
    assert found["near_misses"] == []
    assert found["next_page"] is None


def test_slots_can_come_by_time_or_by_price() -> None:
    make_space(name="Dyr", price=90000)
    make_space(make_place(latitude=63.43), name="Sen", price=50000, hours=(960, 1200))
    assert names(slots(sort="price")["results"])[0][0] == "Sen"
    by_time = names(slots(sort="start")["results"])
    assert by_time[0][0] == "Dyr"
    assert [start for _name, start in by_time] == sorted(start for _name, start in by_time)
    assert {name for name, _start in by_time[1:3]} == {"Dyr", "Sen"}  # not one space by itself


def test_slots_keeps_to_what_is_asked() -> None:
    make_space(name="Liten", capacity=4)
    make_space(name="Trapper", capacity=12)
    make_space(name="Lab", kind="lab", capacity=12, is_step_free=True)
    make_space(name="Dyr", capacity=12, is_step_free=True, price=100000)
    make_space(name="Slik", capacity=12, is_step_free=True, price=20000)
    asked = {"people": 8, "step_free": 1, "kind": "meeting_room", "max_price": 50000}
    assert {name for name, _ in names(slots(**asked)["results"])} == {"Slik"}


def test_slots_reads_the_address_with_nothing_said_of_some_filters() -> None:
    make_space(name="Rommet", is_step_free=True)
    make_space(name="Trapper")
    nothing = ("kind", "near", "radius", "max_price", "amenity", "sort", "free", "lift", "between")
    found = slots(**dict.fromkeys((*nothing, "from", "to"), ""), step_free=1, people=8)
    assert {name for name, _ in names(found["results"])} == {"Rommet"}


def test_slots_of_a_desk_area_are_for_as_many_desks() -> None:
    desks = make_space(
        name="Loftet", kind="desk_area", units=3, allocation="any", capacity=3, price=1000
    )
    make_booking(desks, start=at(8), end=at(12), quantity=2)
    found = slots(people=2, between="08:00-16:00", weekdays="tue")["results"]
    assert names(found) == [("Loftet", "11-24T12:00")]
    assert found[0]["quantity"] == 2
    assert found[0]["price"]["amount"] == 4000


# --- Near misses ------------------------------------------------------------------------


def differs(found: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["differs"] for one in found["near_misses"]}


def test_a_near_miss_by_time_is_the_nearest_not_the_first() -> None:
    late, early = make_space(name="Senere"), make_space(name="Tidligere")
    make_booking(late, start=at(14), end=at(14.5))
    make_booking(early, start=at(14.5), end=at(19))
    found = slots(between="14:00-16:00", weekdays="tue")
    assert differs(found) == {
        "Senere": [{"what": "time", "asked": "14:00-16:00", "offered": "14:30-16:30"}],
        "Tidligere": [{"what": "time", "asked": "14:00-16:00", "offered": "12:30-14:30"}],
    }


def test_near_misses_say_what_is_otherwise() -> None:
    organisation = make_organisation()
    late = make_space(make_place(organisation), name="Senere", hours=(930, 1080), capacity=8)
    make_space(late.place, name="Kortere", hours=(600, 690), capacity=8)
    make_space(late.place, name="Mindre", capacity=7)
    make_space(late.place, name="Dyrere", capacity=8, price=30000)
    found = slots(between="09:00-16:00", weekdays="tue", people=8, max_price=50000)
    assert found["results"] == []
    assert differs(found) == {
        "Senere": [{"what": "time", "asked": "09:00-16:00", "offered": "15:30-17:30"}],
        "Kortere": [{"what": "minutes", "asked": 120, "offered": 90}],
        "Mindre": [{"what": "people", "asked": 8, "offered": 7}],
        "Dyrere": [{"what": "price", "asked": 50000, "offered": 60000}],
    }


def test_two_rooms_of_a_place_are_a_near_miss_when_they_share_nothing() -> None:
    left = make_space(name="Venstre", capacity=5)
    right = make_space(left.place, name="Høyre", capacity=5, price=10000)
    right.prices.create(amount=15000, min_people=5)  # as many as come to each
    make_space(left.place, name="Begge", units=[*left.units.all(), *right.units.all()], capacity=9)
    make_booking(right, start=at(9), end=at(11))
    found = slots(between="09:00-13:00", weekdays="tue", people=10)
    two = next(one for one in found["near_misses"] if one["differs"][0]["what"] == "rooms")
    assert {(one["space"], one["people"]) for one in two["bookings"]} == {
        (left.pk, 5),
        (right.pk, 5),
    }
    assert {one["start"] for one in (two, *two["bookings"])} == {"2026-11-24T11:00:00+01:00"}
    assert two["price"]["amount"] == sum(one["price"]["amount"] for one in two["bookings"]) == 30000
    assert two["differs"] == [{"what": "rooms", "asked": 1, "offered": 2}]


def test_a_near_miss_is_priced_for_those_whom_it_holds() -> None:
    room = make_space(capacity=6, price=10000)
    room.prices.create(amount=5000, min_people=8)
    (miss,) = slots(people=8)["near_misses"]
    assert (miss["people"], miss["price"]["amount"]) == (6, 20000)


@pytest.mark.parametrize("path", ["slots", "recurrences"])
def test_who_asks_too_often_is_told_when_to_ask_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "searches", "2/min")
    asked = {"date": "2026-11-24", "from": "10:00", "to": "12:00", "count": 2}
    query = asked if path == "recurrences" else {}
    answers = [Client().get(f"/api/v1/{path}/", query) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert answers[-1].json()["code"] == "throttled"
    known = signed_in(make_user())  # has a share of their own
    assert known.get(f"/api/v1/{path}/", query).status_code == 200
    cache.clear()


def test_two_rooms_that_cannot_be_paid_in_one_go_are_not_offered_together() -> None:
    room = make_space(capacity=5, price=10000)
    make_space(room.place, capacity=5, price=10000).prices.update(currency="EUR")
    found = slots(between="09:00-13:00", weekdays="tue", people=10)
    assert found["near_misses"] == []
    room.prices.update(amount=0)  # then only one of them is paid
    found = slots(between="09:00-13:00", weekdays="tue", people=10)
    assert len(found["near_misses"]) == 1


@pytest.mark.parametrize(
    ("people", "here", "there", "shares"),
    [
        (8, 6, 3, (5, 3)),
        (9, 6, 3, (6, 3)),
        (10, 5, 5, (5, 5)),
        (4, 3, 3, (2, 2)),
        (12, 11, 3, (9, 3)),
        (4, 3, 90, (1, 3)),
    ],
)
def test_people_are_divided_over_two_rooms_as_they_hold(
    people: int, here: int, there: int, shares: tuple[int, int]
) -> None:
    assert divided(people, here, there) == shares


def test_a_little_beyond_the_radius_is_a_near_miss() -> None:
    make_space(make_place(latitude=63.4213), name="Litt lenger", capacity=8)
    make_space(make_place(latitude=63.44), name="Langt unna", capacity=8)
    found = slots(near="63.4189,10.3953", radius=200, between="09:00-16:00", weekdays="tue")
    assert found["results"] == []
    assert differs(found) == {"Litt lenger": [{"what": "distance", "asked": 200, "offered": 267}]}


def test_a_room_with_steps_is_no_near_miss_for_who_needs_none() -> None:
    make_space(name="Trapper", capacity=7)
    assert slots(people=8, step_free=1)["near_misses"] == []


# --- What is offered is accepted --------------------------------------------------------


def test_slots_does_not_offer_what_this_person_may_not_book() -> None:
    person, ntnu = make_user(), make_organisation()
    space = make_space(name="Bare for noen")
    space.access_rules.create(organisation=ntnu)
    full = make_space(name="Kvote")
    Quota.objects.create(space=full, counts="minutes", amount=180, window="week")
    make_booking(full, by=person, start=at(30), end=at(32))
    assert {name for name, _ in names(slots(signed_in(person))["results"])} == set()
    assert {name for name, _ in names(slots(signed_in(person), minutes=60)["results"])} == {"Kvote"}
    assert {name for name, _ in names(slots()["results"])} == {"Bare for noen", "Kvote"}


def test_a_booking_accepts_what_slots_offers() -> None:
    person = make_user()
    room = make_space(name="Rom", buffer_before=15, buffer_after=30, hours=(480, 1200), step=15)
    make_space(units=list(room.units.all()), name="Hall", lead_time=1440, min_length=60)
    desks = make_space(units=2, allocation="any", name="Pulter", hours=(0, 2880))
    for start in (8, 11, 15.25, 33):
        make_booking(room, start=at(start), end=at(start + 1))
        make_booking(desks, start=at(start + 1), end=at(start + 4))
    found = slots(signed_in(person), minutes=90, people=2)["results"]
    assert len({one["space"] for one in found}) == 3
    for one in found:
        with transaction.atomic():
            booking = hold(
                space=Space.objects.get(pk=one["space"]),
                span=period(*map(datetime.fromisoformat, (one["start"], one["end"]))),
                quantity=one["quantity"],
                by=person,
                now=NOW,
            )
            assert booking.status == Status.CONFIRMED
            transaction.set_rollback(True)


def test_slots_asks_the_database_as_often_for_thirty_spaces_as_for_one(
    django_assert_num_queries: Any,
) -> None:
    client = signed_in(make_user())
    for n in range(30):
        if n in (8, 29):
            with django_assert_num_queries(17):
                found = slots(client)
        make_space(make_place(latitude=63.4 + n / 1000))
    assert found["next_page"] == 2
    assert len({one["space"] for one in found["results"]}) == 24


# --- What is not understood -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minutes", "0"),
        ("minutes", "two"),
        ("between", "09:00"),
        ("between", "25:00-26:00"),
        ("between", "08-12,13-16"),
        ("weekdays", "tirsdag"),
        ("people", "-1"),
        ("near", "63"),
        ("max_price", "-1"),
        ("from", "2026-13-01"),
        ("from", "2026-11-24T10:00"),
        ("to", "2027-11-24"),
        ("to", "2026-11-22"),
        ("sort", "random"),
        ("kind", "castle"),
    ],
)
def test_slots_names_what_it_does_not_understand(name: str, value: str) -> None:
    assert name in problem(**{name: value})


def test_slots_over_a_clock_change_are_as_long_as_asked() -> None:
    make_space(name="Døgnåpent", horizon_days=365)
    night = {"from": "2027-03-27T23:00:00+01:00", "to": "2027-03-28T09:00:00+02:00"}
    found = slots(minutes=240, **night)["results"]
    assert [one["start"] for one in found] == [
        "2027-03-27T23:00:00+01:00",
        "2027-03-28T00:00:00+01:00",
    ]
    for one in found:
        length = datetime.fromisoformat(one["end"]) - datetime.fromisoformat(one["start"])
        assert length == timedelta(hours=4)


def test_slots_is_json() -> None:
    make_space()
    json.dumps(slots())


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (("2026-11-26", "2026-11-24"), "Slutten må være etter starten."),
        (("2026-11-20", "2026-11-21"), "Den tiden er alt over."),
        (("2026-11-24", "2027-11-24"), "Må være høyst 92 dager etter `from`."),
    ],
)
def test_slots_says_what_is_wrong_with_a_window(window: tuple[str, str], told: str) -> None:
    start, end = window
    assert problem(**{"from": start, "to": end}) == {"to": [told]}


def test_slots_takes_weekdays_one_by_one_too() -> None:
    make_space()
    together, apart = slots(weekdays="tue,wed"), slots(weekdays=["tue", "wed"])
    assert together["results"] == apart["results"] != slots(weekdays="wed")["results"]
