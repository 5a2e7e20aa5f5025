"""Listing a space: what is missing, the moves, the rulebook, and other people's eyes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bookings import availability
from bookings.models import Status
from spaces import rulebook
from spaces.checklist import checklist, missing
from spaces.models import Audience, Listing, OpeningHours, Price, Rulebook, Space
from spaces.operations import NotReady, NotThatWay, relist
from spaces.operations.listing import LISTING_MOVES
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


def make_draft(cast: Cast, **fields: object) -> Space:
    """With all that is needed."""
    values = {"listing": Listing.DRAFT, "summary": {"en": "A room"}, **fields}
    return make_space(make_place(cast.organisation), **values)


# --- What is missing --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"summary": {}}, "summary"),
        ({"units": 0}, "units"),
        ({"hours": "never"}, "hours"),
        ({"price": None}, "price"),
    ],
)
def test_a_space_with_a_gap_is_not_listed(cast: Cast, fields: dict[str, object], code: str) -> None:
    space = make_draft(cast, **fields)

    with pytest.raises(NotReady) as refused:
        relist(space=space, to=Listing.PUBLISHED)

    assert refused.value.details["missing"] == [code]
    space.refresh_from_db()
    assert space.listing == Listing.DRAFT


def test_the_hours_of_the_place_are_enough(cast: Cast) -> None:
    space = make_draft(cast, hours="never")
    OpeningHours.objects.create(place=space.place, weekday=1, opens=480, closes=960)

    relist(space=space, to=Listing.PUBLISHED)


def test_what_would_only_help_keeps_nothing_back(cast: Cast) -> None:
    space = make_draft(cast)

    assert not missing(space)
    assert {item.code for item in checklist(space) if not item.is_done} == {
        "photo",
        "alt",
        "description",
    }


# --- The moves --------------------------------------------------------------------------


@pytest.mark.parametrize("to", Listing)
@pytest.mark.parametrize("now", Listing)
def test_a_space_moves_as_the_table_says(cast: Cast, now: Listing, to: Listing) -> None:
    space = make_draft(cast, listing=now)

    if to in LISTING_MOVES[now]:
        relist(space=space, to=to)
    else:
        with pytest.raises(NotThatWay):
            relist(space=space, to=to)

    space.refresh_from_db()
    assert space.listing == (to if to in LISTING_MOVES[now] else now)


def test_archiving_keeps_what_is_booked_and_says_so(client: Client, cast: Cast) -> None:
    space = make_draft(cast, listing=Listing.PUBLISHED)
    tomorrow = timezone.now() + timedelta(days=1)
    coming = make_booking(space, tomorrow)
    make_booking(space, tomorrow - timedelta(days=30))
    cast.sign_in(client, "owner")
    page = f"/owner/spaces/{space.slug}/publishing/"

    assert "One coming booking stands" in client.get(page).content.decode()
    client.post(page, {"to": "archived"})

    coming.refresh_from_db()
    assert coming.status == Status.CONFIRMED
    assert coming.occupancies.exists()
    later = tomorrow.replace(hour=12, minute=0, second=0, microsecond=0)
    assert availability.verdict_on(space, coming.period, now=later) == "not_listed"


def test_a_state_nobody_has_heard_of_is_missing(client: Client, cast: Cast) -> None:
    space = make_draft(cast)
    cast.sign_in(client, "owner")

    answer = client.post(f"/owner/spaces/{space.slug}/publishing/", {"to": "sold"})

    assert answer.status_code == 404


# --- The rulebook -----------------------------------------------------------------------


def publish(version: int = 1) -> Rulebook:
    return Rulebook.objects.create(version=version, text={"en": "Be kind."}, published_at=NOW)


def test_an_owner_says_yes_before_anything_new_is_listed(client: Client, cast: Cast) -> None:
    space = make_draft(cast)
    publish()
    with pytest.raises(NotReady):
        relist(space=space, to=Listing.PUBLISHED)
    cast.sign_in(client, "owner")
    assert "Be kind." in client.get("/rulebook/").content.decode()

    client.post("/rulebook/", {"version": "1", "organisation": cast.organisation.slug})

    relist(space=space, to=Listing.PUBLISHED)


def test_a_new_version_asks_again_and_unlists_nothing(cast: Cast) -> None:
    listed, draft = make_draft(cast, listing=Listing.PUBLISHED), make_draft(cast)
    for version in (1, 2):
        newest = publish(version)
        assert not rulebook.has_accepted(cast.organisation)
        rulebook.accept(rulebook=newest, organisation=cast.organisation, by=cast.owner, now=NOW)
        assert rulebook.has_accepted(cast.organisation)
    publish(3)

    assert Space.objects.get(pk=listed.pk).listing == Listing.PUBLISHED
    assert [item.code for item in missing(draft)] == ["rulebook"]


def test_a_yes_to_an_older_version_is_no_yes(client: Client, cast: Cast) -> None:
    publish(1)
    publish(2)
    cast.sign_in(client, "owner")

    answer = client.post("/rulebook/", {"version": "1", "organisation": cast.organisation.slug})

    assert answer.status_code == 302
    assert not rulebook.has_accepted(cast.organisation)


@pytest.mark.parametrize("who", ["manager", "host", "finance", "foreign", "booker"])
def test_only_owners_say_yes(client: Client, cast: Cast, who: str) -> None:
    publish()
    cast.sign_in(client, who)

    answer = client.post("/rulebook/", {"version": "1", "organisation": cast.organisation.slug})

    assert answer.status_code == 404
    assert not rulebook.has_accepted(cast.organisation)


@pytest.mark.parametrize(("who", "asked"), [("owner", True), ("manager", False)])
def test_the_workspace_tells_owners_of_a_new_version(
    client: Client, cast: Cast, who: str, asked: bool
) -> None:
    make_draft(cast)
    publish()
    cast.sign_in(client, who)

    assert ("has a new version" in client.get("/owner/spaces/").content.decode()) == asked
    assert ("Only its owners can" in client.get("/rulebook/").content.decode()) != asked


def test_a_draft_of_the_rulebook_asks_nobody(client: Client, cast: Cast) -> None:
    Rulebook.objects.create(version=1, text={"en": "Not yet."})

    assert rulebook.has_accepted(cast.organisation)
    assert client.get("/rulebook/").status_code == 404


# --- Other people's eyes ----------------------------------------------------------------


def test_an_owner_sees_the_page_as_others_do(client: Client, cast: Cast) -> None:
    space = make_draft(cast, price=20_000)
    Price.objects.create(space=space, audience=Audience.STUDENT, amount=5_000)
    Price.objects.create(space=space, audience=Audience.OWN, amount=0)
    cast.sign_in(client, "owner")
    shown = {
        who: client.get(f"{space.get_absolute_url()}?as={who}").content.decode()
        for who in ("stranger", "student", "king")
    }

    assert "You see it as a stranger does." in shown["stranger"]
    assert "<b>200\xa0kr/hour</b>" in shown["stranger"]
    assert "<b>50\xa0kr/hour</b>" in shown["student"]
    assert "You see it as" not in shown["king"]


def test_nobody_else_lends_eyes(client: Client, cast: Cast) -> None:
    space = make_draft(cast, listing=Listing.PUBLISHED, price=20_000)
    Price.objects.create(space=space, audience=Audience.STUDENT, amount=5_000)
    client.force_login(make_user(language="en"))

    shown = client.get(f"{space.get_absolute_url()}?as=student").content.decode()

    assert "You see it as" not in shown
    assert "<b>200\xa0kr/hour</b>" in shown
