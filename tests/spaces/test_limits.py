"""Three levels say how a space is booked; each may only tighten."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from bookings import availability, operations
from spaces.cancellation import free_until, in_order, percent_back, with_free_until, within
from spaces.limits import TIGHTER
from spaces.models import OrganisationRules, Rulebook, Space
from spaces.periods import period
from tests.cast import Cast
from tests.factories import NOW, make_place, make_space, make_user

pytestmark = pytest.mark.usefixtures("monday_noon", "in_english")

HOUR = 60
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(
        make_place(cast.organisation), min_length=60, max_length=8 * HOUR, buffer_after=0
    )


def rulebook(version: int = 1, **limits: Any) -> Rulebook:
    return Rulebook.objects.create(version=version, published_at=NOW, **limits)


def verdict(space: Space, minutes: int, ahead: timedelta = timedelta(days=1)) -> str:
    start = NOW + ahead
    return availability.verdict_on(
        space, period(start, start + timedelta(minutes=minutes)), now=NOW
    )


# --- What is in force -------------------------------------------------------------------


@pytest.mark.django_db
@given(
    own=st.integers(1, 600),
    owner=st.none() | st.integers(1, 600),
    district=st.none() | st.integers(1, 600),
)
def test_the_tightest_of_the_three_is_in_force(
    own: int, owner: int | None, district: int | None
) -> None:
    Space.objects.all().delete()
    Rulebook.objects.all().delete()
    space = make_space(min_length=1, max_length=600)
    lengths = ("lead_time", "horizon_days", "buffer_before", "buffer_after")
    Space.objects.update(**dict.fromkeys(lengths, own), max_length=own)
    limits = dict.fromkeys((*lengths, "max_length"))
    OrganisationRules.objects.create(
        organisation=space.organisation, **dict.fromkeys(limits, owner)
    )
    rulebook(**dict.fromkeys(limits, district))

    in_force = Space.objects.get().in_force
    said = [value for value in (own, owner, district) if value is not None]
    for name in limits:
        expected = said[0]
        for value in said[1:]:
            expected = TIGHTER[name](expected, value)
        assert getattr(in_force, name) == expected, name


@pytest.mark.django_db
def test_the_engine_asks_for_what_is_in_force(space: Space) -> None:
    assert verdict(space, 8 * HOUR) == "free"

    OrganisationRules.objects.create(organisation=space.organisation, max_length=4 * HOUR)
    assert verdict(space, 8 * HOUR) == "too_long"

    rulebook(max_length=6 * HOUR, horizon_days=30)  # looser than the owner's in one
    assert verdict(space, 5 * HOUR) == "too_long"
    assert verdict(space, 60, timedelta(days=31)) == "too_far_ahead"


@pytest.mark.django_db
def test_a_buffer_of_the_district_keeps_bookings_apart(space: Space) -> None:
    rulebook(buffer_after=30)
    span = period(TOMORROW, TOMORROW + timedelta(hours=1))
    booking = operations.hold(space=space, span=span, by=make_user(), now=NOW)
    during = booking.occupancies.get().during
    assert during.upper - span.upper == timedelta(minutes=30)


@pytest.mark.django_db
def test_a_draft_of_a_rulebook_demands_nothing(space: Space) -> None:
    rulebook(1, max_length=6 * HOUR)
    Rulebook.objects.create(version=2, max_length=60)
    assert verdict(space, 5 * HOUR) == "free"


@pytest.mark.django_db
def test_approval_by_one_level_is_approval(space: Space) -> None:
    assert Space.objects.get().in_force.is_instant
    rulebook(needs_approval=True)
    assert not Space.objects.get().in_force.is_instant


@pytest.mark.django_db
def test_a_level_above_may_only_ask_for_a_quicker_answer(space: Space) -> None:
    assert Space.objects.get().in_force.answer_within == 48 * HOUR
    OrganisationRules.objects.create(organisation=space.organisation, answer_within=72 * HOUR)
    assert Space.objects.get().in_force.answer_within == 48 * HOUR
    rulebook(answer_within=24 * HOUR)
    assert Space.objects.get().in_force.answer_within == 24 * HOUR


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [59, 5 * 24 * HOUR + 1])
def test_no_owner_lets_a_card_wait_longer_than_its_bank_does(space: Space, minutes: int) -> None:
    with pytest.raises(IntegrityError, match="space_answer"), transaction.atomic():
        Space.objects.update(answer_within=minutes)
    with pytest.raises(IntegrityError, match="rulebook_limits"), transaction.atomic():
        rulebook(answer_within=minutes)


@pytest.mark.django_db
def test_no_space_asks_for_more_notice_than_the_district_lets_it(space: Space) -> None:
    Space.objects.update(last_notice=72 * HOUR)
    assert Space.objects.get().in_force.last_notice == 72 * HOUR
    rulebook(longest_notice=24 * HOUR)
    assert Space.objects.get().in_force.last_notice == 24 * HOUR


# --- Cancelling -------------------------------------------------------------------------

tiers = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(1, 100)),
    max_size=4,
    unique_by=lambda tier: tier[0],
).map(in_order)
notices = st.integers(0, 30_000)


@given(tiers=tiers, notice=notices, longest=st.none() | notices)
def test_a_longest_notice_only_ever_gives_more_back(
    tiers: list[tuple[int, int]], notice: int, longest: int | None
) -> None:
    kept = within(tiers, longest)
    assert percent_back(kept, notice) >= percent_back(tiers, notice)
    if longest is not None and notice >= longest and tiers:
        assert percent_back(kept, notice) == max(percent for _minutes, percent in tiers)


@given(tiers=tiers, minutes=st.integers(0, 20_000), notice=notices)
def test_free_until_a_time_is_free_until_just_then(
    tiers: list[tuple[int, int]], minutes: int, notice: int
) -> None:
    changed = with_free_until(tiers, minutes)
    assert free_until(changed) == minutes
    assert (percent_back(changed, notice) == 100) == (notice >= minutes)


@pytest.mark.django_db
def test_the_district_bounds_how_long_before_one_must_cancel(space: Space) -> None:
    space.cancellation = [[14 * 24 * HOUR, 100], [24 * HOUR, 50]]
    space.save()
    rulebook(longest_notice=48 * HOUR)
    assert Space.objects.get().tiers == [(48 * HOUR, 100), (24 * HOUR, 50)]


# --- The pages --------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_organisation_sets_what_its_spaces_share(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")
    there = f"/owner/organisations/{cast.organisation.slug}/rules/"

    client.post(there, {"max_length": "240", "needs_approval": "on", "answer_within": "1440"})

    rules = OrganisationRules.objects.get()
    assert (rules.max_length, rules.min_length, rules.needs_approval) == (240, None, True)
    assert rules.answer_within == 1440
    page = client.get(f"/owner/spaces/{space.slug}/rules/").content.decode()
    assert f"{cast.organisation.name} says: a booking lasts at most 4 hours." in page
    assert f"{cast.organisation.name} says: every booking waits for an answer." in page

    client.post(there, {})
    assert verdict(space, 8 * HOUR) == "free"


@pytest.mark.django_db
def test_levels_that_contradict_each_other_are_pointed_out(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "manager")
    there = f"/owner/organisations/{cast.organisation.slug}/rules/"

    assert client.post(there, {"min_length": "480", "max_length": "60"}).status_code == 422
    client.post(there, {"min_length": "720"})

    page = client.get(there).content.decode()
    assert "Here no booking is possible" in page
    assert space.name in page
    refused = client.post(
        f"/owner/spaces/{space.slug}/rules/",
        {
            "is_instant": "True",
            "step": "30",
            "min_length": "60",
            "max_length": "480",
            "lead_time": "0",
            "horizon_days": "60",
            "buffer_before": "0",
            "buffer_after": "0",
            "answer_within": "2880",
            "last_notice": "0",
        },
    )
    assert refused.status_code == 422
    assert "no booking would be possible" in refused.content.decode()


@pytest.mark.django_db
def test_the_rulebook_says_what_it_demands(client: Client) -> None:
    book = rulebook(max_length=8 * HOUR, longest_notice=24 * HOUR, needs_approval=True)
    book.quotas.create(counts="minutes", amount=240, window="week", affiliation="student")

    page = client.get("/rulebook/").content.decode()

    for sentence in (
        "A booking lasts at most 8 hours.",
        "Cancelling at most 24 hours before gives all back.",
        "The owner answers every booking.",
        "At most 4 hours a week for each person (Student).",
    ):
        assert sentence in page, sentence
