"""The rules for booking a space in words, and who says each."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Training
from spaces.listed import for_page
from spaces.models import AccessRule, OrganisationRules, Quota, Rulebook, Space
from spaces.said import rules_of
from tests.cast import Cast
from tests.factories import NOW, make_organisation, make_place, make_space

pytestmark = pytest.mark.django_db

DISTRICT, OWNER, HERE = "The district’s rulebook", "Kommunen", "This space"


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def space() -> Space:
    owner = make_organisation(OWNER)
    Rulebook.objects.create(
        version=1, published_at=NOW, max_length=240, horizon_days=365, longest_notice=1440
    )
    OrganisationRules.objects.create(organisation=owner, lead_time=120, buffer_after=15)
    made = make_space(
        make_place(owner), max_length=600, min_length=60, horizon_days=30, lead_time=0
    )
    return Space.objects.for_page().get(pk=made.pk)


def said(space: Space, name: str) -> list[tuple[str, str]]:
    return [(rule.value, rule.by) for rule in rules_of(space) if rule.name == name]


def test_the_tightest_holds_and_who_says_it_is_named(space: Space) -> None:
    assert said(space, "Longest booking") == [("4 hours", DISTRICT)]
    assert said(space, "Shortest booking") == [("1 hour", HERE)]
    assert said(space, "Booked at the latest") == [("2 hours before", OWNER)]
    assert said(space, "Booked at the earliest") == [("30 days ahead", HERE)]
    assert said(space, "Kept free after") == [("15 min", OWNER)]
    assert said(space, "Kept free before") == []
    assert said(space, "A booking") == [("is confirmed at once", HERE)]


def test_an_answer_is_asked_for_by_the_highest_who_says_so(space: Space) -> None:
    OrganisationRules.objects.update(needs_approval=True)
    space = Space.objects.for_page().get()

    assert said(space, "A booking") == [("waits for the owner’s answer", OWNER)]


def test_quotas_of_all_three_levels_are_named(space: Space) -> None:
    Quota.objects.create(space=space, counts="bookings", amount=1, window="day")
    Quota.objects.create(owner=space.organisation, counts="bookings", amount=2, window="week")
    Quota.objects.create(
        rulebook=Rulebook.objects.get(), counts="minutes", amount=240, window="month"
    )

    assert said(space, "At most") == [
        ("1 booking a day for each person", HERE),
        ("2 bookings a week for each person", OWNER),
        ("4 hours a month for each person", DISTRICT),
    ]


def test_cancelling_names_who_protects_the_booker(space: Space) -> None:
    assert said(space, "Cancelling")[0][1] == HERE
    Space.objects.update(cancellation=[[2880, 100]])
    space = Space.objects.for_page().get()

    assert said(space, "Cancelling") == [
        (
            "Free cancellation until 24 hours before. After that nothing is paid back.",
            DISTRICT,
        )
    ]


def test_doors_trainings_and_being_there_are_told(space: Space) -> None:
    AccessRule.objects.create(space=space, affiliation="student")
    space.trainings.add(Training.objects.create(organisation=space.organisation, name={"en": "X"}))
    Space.objects.update(release_after=30, no_show_fee=15000)
    space = Space.objects.for_page().get()

    assert said(space, "Who may book") == [("Only for: Students.", HERE)]
    assert said(space, "Training") == [("X", HERE)]
    ((check_in, by),) = said(space, "Check-in")
    assert (check_in.startswith("within 30 min"), by) == (True, HERE)
    assert said(space, "Not coming") == [("150\xa0kr", HERE)]
    assert said(space, "Staying too long") == []


def test_they_are_worked_out_once_until_something_changes(space: Space) -> None:
    Quota.objects.create(space=space, counts="bookings", amount=1, window="day")
    rules_of(for_page([space.pk])[space.pk])

    with CaptureQueriesContext(connection) as queries:
        again = rules_of(for_page([space.pk])[space.pk])
    Quota.objects.update(amount=5)
    after = rules_of(for_page([space.pk])[space.pk])

    assert len(queries) == 1  # for the stamp
    assert "1 booking a day for each person" in [rule.value for rule in again]
    assert "5 bookings a day for each person" in [rule.value for rule in after]
    with translation.override("nb"):
        assert rules_of(for_page([space.pk])[space.pk])[0].name != again[0].name


def test_bookers_and_owners_read_the_same(client: Client) -> None:
    cast = Cast()
    Rulebook.objects.create(version=1, published_at=NOW, max_length=240)
    space = make_space(make_place(cast.organisation))
    cast.sign_in(client, "owner")

    for page in (space.get_absolute_url(), reverse("space_rules", args=[space.slug])):
        shown = client.get(page).content.decode()
        assert "<dt>Longest booking</dt><dd>4 hours<br>" in shown, page
        assert DISTRICT in shown, page
