"""What a search offers, a booking by the same person accepts."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.errors import Refused
from accounts.models import Affiliation, AffiliationKind, Role, User
from bookings import operations
from bookings.queries import Results, Row
from spaces.access import Access
from spaces.models import Allocation, Audience, Quota, Space
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

TIME = {"date": "2026-11-24", "from": "13:00", "to": "15:00"}
EVENING = {**TIME, "from": "18:00", "to": "22:00"}
LATER = {**TIME, "date": "2026-12-24", "people": 3}


class Town:
    """One owner's spaces, each of which something keeps somebody from."""

    def __init__(self) -> None:
        self.owner = make_organisation("Owner")
        self.place = make_place(self.owner)
        self.company = make_organisation("Company")
        self.student = make_user(email="student@example.org")
        self.tie(self.student, AffiliationKind.STUDENT, self.owner)
        self.member = make_member(self.company, Role.HOST)
        self.employee = make_user()
        self.tie(self.employee, AffiliationKind.EMPLOYEE, self.owner)
        self.host = make_member(self.owner, Role.HOST)

        self.space("Open")
        self.space("Students").access_rules.create(affiliation="student")
        of_owner = {"affiliation": "employee", "organisation": self.owner}
        self.space("Employees").access_rules.create(**of_owner)
        self.space("Company's").access_rules.create(organisation=self.company)
        group = self.owner.groups.create(name="Friends")
        group.members.create(email="student@example.org")
        self.space("Group").access_rules.create(group=group)
        laser = self.owner.trainings.create(name={"nb": "Laser"})
        self.space("Laser").trainings.add(laser)
        laser.certificates.create(user=self.employee, granted_by=self.host, granted_at=NOW)
        expired = {"expires_at": NOW + timedelta(hours=5)}
        laser.certificates.create(
            user=self.student, granted_by=self.host, granted_at=NOW, **expired
        )
        self.space("Once a day", quota={"counts": "bookings", "amount": 1, "window": "day"})
        self.space("An hour", quota={"counts": "minutes", "amount": 60, "window": "week"})
        together = {"whose": "affiliation", "affiliation": "student"}
        used = self.space(
            "Students share",
            quota={"counts": "minutes", "amount": 180, "window": "day", **together},
        )
        make_booking(used, NOW + timedelta(hours=20), by=self.student)
        self.space("For students", price=None).prices.create(
            audience=Audience.STUDENT, amount=50_00
        )
        self.space("Own people", price=None).prices.create(audience=Audience.OWN, amount=10_00)
        self.space("Not for sale", price=None)
        self.space("Evenings", price=None).prices.create(amount=0, opens=17 * 60, closes=23 * 60)
        self.space("Groups", price=None).prices.create(amount=0, min_people=3)
        self.space("Soon", lead_time=60 * 24 * 7)
        self.space("Far", horizon_days=7)
        self.space("Short", max_length=120)
        self.space("Desks", allocation=Allocation.ANY, units=4)

    def space(self, name: str, *, quota: dict[str, Any] | None = None, **fields: Any) -> Space:
        space = make_space(self.place, name=name, **fields)
        if quota:
            Quota.objects.create(space=space, **quota)
        return space

    def tie(self, user: User, kind: AffiliationKind, organisation: Any) -> None:
        Affiliation.objects.create(user=user, kind=kind, organisation=organisation, verified_at=NOW)


@pytest.fixture
def town() -> Town:
    return Town()


def search(client: Client, **query: Any) -> Results:
    found = client.get("/", query).context["results"]
    assert isinstance(found, Results)
    return found


PEOPLE = ("student", "member", "employee", "host")


@pytest.mark.parametrize("who", PEOPLE)
def test_what_is_offered_as_free_is_booked_and_what_is_barred_is_refused(
    client: Client, town: Town, who: str
) -> None:
    person: User = getattr(town, who)
    client.force_login(person)
    for time in (TIME, EVENING, LATER):
        offered = search(client, **time)
        assert offered.free
        for row in [*offered.free, *offered.barred]:
            assert is_bookable(row, person) == row.is_free, (row.space.name, time)


def test_a_stranger_is_told_what_others_have_put_on_sale_meanwhile(
    client: Client, town: Town
) -> None:
    """Though how to ask for such a search is worked out once."""
    before = {row.space.name for row in search(client, **TIME).free}
    town.space("Quite new")
    assert {row.space.name for row in search(client, **TIME).free} == before | {"Quite new"}
    assert {row.space.name for row in search(client, **TIME, people=9).free} == set()
    Space.objects.filter(name="Quite new").update(capacity=9)
    assert {row.space.name for row in search(client, **TIME, people=9).free} == {"Quite new"}


def is_bookable(row: Row, person: User) -> bool:
    """Whether the booking operation takes it; nothing of it stays."""
    with transaction.atomic():
        try:
            operations.hold(
                space=row.space,
                span=row.wanted.span,
                by=person,
                now=NOW,
                quantity=row.quantity,
                people=row.wanted.people,
            )
        except Refused:
            return False
        transaction.set_rollback(True)
    return True


@pytest.mark.parametrize("who", PEOPLE)
def test_a_program_is_offered_what_the_page_offers(client: Client, town: Town, who: str) -> None:
    client.force_login(getattr(town, who))
    page = search(client, **TIME)

    asked = {"free_from": "2026-11-24T13:00+01:00", "free_to": "2026-11-24T15:00+01:00"}
    api = client.get("/api/v1/spaces/", asked).json()["results"]

    assert {space["name"] for space in api} == {row.space.name for row in page.free}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_used_quota_bars(client: Client, town: Town, who: str) -> None:
    person: User = getattr(town, who)
    make_booking(Space.objects.get(name="Once a day"), NOW + timedelta(days=1), by=person)
    client.force_login(person)

    found = search(client, **{**TIME, "from": "18:00", "to": "19:00"})

    (row,) = [row for row in found.rows if row.space.name == "Once a day"]
    assert row.is_barred != (who == "host")  # who runs a space is not bound
    assert row.is_free or row.why_not == "Kvoten din er brukt opp"


def test_a_quota_of_the_owner_bars_all_its_spaces(client: Client, town: Town) -> None:
    Quota.objects.create(owner=town.owner, counts="bookings", amount=1, window="week")
    make_booking(Space.objects.get(name="Open"), NOW + timedelta(days=2), by=town.employee)
    elsewhere = make_space(name="Elsewhere")
    client.force_login(town.employee)

    assert [row.space for row in search(client, **TIME).free] == [elsewhere]


def test_of_a_stranger_nothing_is_asked(client: Client, town: Town) -> None:
    free = {row.space.name for row in search(client, **TIME).free}

    assert {"Students", "Laser", "Once a day"} <= free
    assert not {"For students", "Evenings", "Groups", "Soon"} & free


@pytest.mark.parametrize("who", [*PEOPLE, ""])
def test_access_says_of_all_spaces_what_it_says_of_each(town: Town, who: str) -> None:
    access = Access(getattr(town, who) if who else None, NOW)
    until = NOW + timedelta(days=1)

    opened = set(Space.objects.filter(access.opens(until)))

    assert opened == {
        space
        for space in Space.objects.all()
        if access.may_book(space) and not access.lacks(space, until)
    }


def test_where_many_free_ones_have_no_price_it_is_looked_further(client: Client) -> None:
    place, far = make_place(), make_place(latitude=63.44)
    for _ in range(105):
        make_space(place, price=None)
    make_space(far, name="Sold")

    assert [row.space.name for row in search(client, **TIME).free] == ["Sold"]


# --- Free at other times that day -------------------------------------------------------------


def later(client: Client, **query: Any) -> list[str]:
    return [row.space.name for row in search(client, **{**TIME, **query}).later]


def test_another_time_that_day_is_one_that_they_can_have(client: Client) -> None:
    place, person = make_place(), make_user()
    names = ("Open", "Others", "Laser", "Once a day", "Mornings", "Unpriced")
    spaces = {name: make_space(place, name=name, hours=(480, 1080)) for name in names}
    spaces["Others"].access_rules.create(organisation=make_organisation())
    spaces["Laser"].trainings.add(place.organisation.trainings.create(name={"nb": "Laser"}))
    Quota.objects.create(space=spaces["Once a day"], counts="bookings", amount=1, window="day")
    make_booking(spaces["Once a day"], NOW + timedelta(hours=20), by=person)
    spaces["Unpriced"].prices.all().delete()
    spaces["Mornings"].prices.all().delete()
    spaces["Mornings"].prices.create(amount=0, opens=0, closes=12 * 60)
    for space in spaces.values():
        make_booking(space, NOW + timedelta(hours=25))

    strangers = {"Open", "Others", "Laser", "Once a day"}
    assert set(later(client)) == strangers
    client.force_login(person)
    assert later(client) == ["Open"]
    shown = {row.space.name: row.why_not for row in search(client, **TIME).full}
    assert shown["Others"] == "Ikke ledig i 2 timer"
