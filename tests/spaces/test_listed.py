"""Spaces that a process keeps for pages: never older than the database."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, Training
from spaces.listed import Kept, for_page, listed
from spaces.models import (
    AccessRule,
    AddOn,
    Amenity,
    Attachment,
    Layout,
    LengthDiscount,
    OpeningHours,
    OrganisationRules,
    Photo,
    Price,
    Quota,
    Rulebook,
    Space,
    SpaceAmenity,
    Unit,
)
from spaces.money import Money
from spaces.periods import period
from spaces.prices import Buyer, total
from tests.factories import NOW, make_organisation, make_source, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def space() -> Space:
    """With a row of everything that a list reads."""
    space = make_space(name="Fjord", price=100_00)
    partner = make_organisation("Partner")
    Photo.objects.create(space=space, file="spaces/a.webp", width=4, height=3)
    Price.objects.create(space=space, audience="organisation", organisation=partner, amount=1)
    LengthDiscount.objects.create(space=space, from_minutes=240, percent=10)
    screen = Amenity.objects.create(code="screen", name={"nb": "Skjerm"})
    SpaceAmenity.objects.create(space=space, amenity=screen)
    group = Group.objects.create(organisation=partner, name="Board")
    AccessRule.objects.create(space=space, group=group)
    AccessRule.objects.create(space=space, affiliation="student")
    Layout.objects.create(space=space, seating="theatre", capacity=9)
    Attachment.objects.create(space=space, name="Regler", content=b"%PDF-", size=5)
    along = AddOn.objects.create(place=space.place, name={"nb": "Projektor"}, amount=1)
    along.spaces.add(space)
    Unit.objects.create(place=space.place, name="P1", add_on=along)
    space.trainings.add(Training.objects.create(organisation=partner, name={"nb": "Laser"}))
    OrganisationRules.objects.create(organisation=space.organisation)
    Rulebook.objects.create(version=1, published_at=NOW)
    return space


def queries_of(pk: int, kept: Kept = listed) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        kept([pk])
    return [query["sql"] for query in queries]


def test_listed_asks_only_whether_what_it_knows_still_holds(space: Space) -> None:
    first = listed([space.pk])[space.pk]

    assert len(queries_of(space.pk)) == 1
    assert listed([space.pk])[space.pk] is first


@pytest.mark.parametrize(("kept", "tables"), [(listed, 11), (for_page, 17)])
def test_stamps_know_every_table_that_is_read(space: Space, kept: Kept, tables: int) -> None:
    read = {
        table
        for sql in queries_of(space.pk, kept)[1:]
        for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)
    }

    assert len(read) >= tables
    for table in read - {"spaces_rulesinforce"}:  # a view, of three of the others
        assert re.search(rf"\b{table} AS", kept.stamps), table


CHANGES: dict[str, Callable[[], Any]] = {
    "space": lambda: Space.objects.update(capacity=99),
    "place": lambda: Space.objects.get().place.__class__.objects.update(name="Elsewhere"),
    "owner": lambda: Space.objects.get().organisation.__class__.objects.update(name="Other"),
    "photo": lambda: Photo.objects.all().delete(),
    "price": lambda: Price.objects.filter(amount=1).update(amount=2),
    "discount": lambda: LengthDiscount.objects.update(percent=20),
    "amenity": lambda: Amenity.objects.update(name={"nb": "Tavle"}),
    "has amenity": lambda: SpaceAmenity.objects.update(count=2),
    "group": lambda: Group.objects.update(name="Staff"),
    "access": lambda: AccessRule.objects.filter(group=None).delete(),
    "training": lambda: Training.objects.update(name={"nb": "Dreiing"}),
    "trainings": lambda: Space.objects.get().trainings.clear(),
    "owner's rules": lambda: OrganisationRules.objects.update(min_length=90),
    "rulebook": lambda: Rulebook.objects.update(min_length=120),
    "a calendar that is too old to trust": lambda: make_source(Space.objects.get()),
    "new rulebook": lambda: Rulebook.objects.create(version=2, published_at=NOW),
}


ON_ITS_PAGE: dict[str, Callable[[], Any]] = {
    **CHANGES,
    "its hours": lambda: Space.objects.get().opening_hours.update(closes=900),
    "hours of its place": lambda: OpeningHours.objects.create(
        place=Space.objects.get().place, weekday=1, opens=480, closes=960
    ),
    "layout": lambda: Layout.objects.update(capacity=8),
    "quota": lambda: Quota.objects.create(
        owner=Space.objects.get().organisation, counts="bookings", amount=2, window="week"
    ),
    "paper": lambda: Attachment.objects.all().delete(),
    "thing to book along": lambda: AddOn.objects.update(name={"nb": "Lerret"}),
    "number of things to book along": lambda: Unit.objects.filter(add_on__isnull=False).delete(),
}


@pytest.mark.parametrize("change", ON_ITS_PAGE)
def test_a_page_reads_anew_what_has_changed(space: Space, change: str) -> None:
    before = for_page([space.pk])[space.pk]

    ON_ITS_PAGE[change]()

    assert for_page([space.pk])[space.pk] is not before
    assert len(queries_of(space.pk, for_page)) == 1


@pytest.mark.parametrize("change", CHANGES)
def test_listed_reads_anew_what_has_changed(space: Space, change: str) -> None:
    before = listed([space.pk])[space.pk]

    CHANGES[change]()

    assert listed([space.pk])[space.pk] is not before
    assert len(queries_of(space.pk)) == 1


def test_listed_shows_what_has_changed(space: Space) -> None:
    listed([space.pk])
    Space.objects.update(name="Nidelva")
    OrganisationRules.objects.update(min_length=90)

    shown = listed([space.pk])[space.pk]

    assert (shown.name, shown.in_force.min_length) == ("Nidelva", 90)


def test_listed_keeps_the_latest(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "most", 1)
    other = make_space()
    listed([space.pk])
    listed([other.pk])

    assert len(queries_of(other.pk)) == 1
    assert len(queries_of(space.pk)) > 1


def test_listed_leaves_out_what_is_gone(space: Space) -> None:
    assert listed([]) == {}
    assert list(listed([space.pk, space.pk + 1000])) == [space.pk]


def test_what_a_time_comes_to_follows_the_price(space: Space) -> None:
    def comes_to() -> Money | None:
        shown = listed([space.pk])[space.pk]
        span = period(NOW, NOW + timedelta(hours=2))
        return total(shown, span, quantity=1, people=None, buyer=Buyer())

    assert comes_to() == comes_to() == Money(200_00)
    Price.objects.filter(audience="everyone").update(amount=150_00)
    assert comes_to() == Money(300_00)
    Price.objects.filter(audience="everyone").delete()
    assert comes_to() is None
