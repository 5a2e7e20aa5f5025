"""The directory of actors, open to everyone."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import OrganisationKind, Role
from spaces.models import Listing
from tests.cast import EVIL
from tests.factories import make_member, make_organisation, make_place, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(client: Client) -> None:
    client.cookies["django_language"] = "en"


def page(client: Client, address: str = "/actors/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().split("<main", 1)[1]


def test_those_who_share_a_room_or_are_let_in_are_listed(client: Client) -> None:
    make_space(make_place(make_organisation("Shares")))
    make_organisation("Let in", about={"en": "We are here."}, is_listed=True)
    make_organisation("Cheap pills", about={"en": "Buy now."})
    make_organisation("Silent")
    make_space(make_place(make_organisation("Drafting")), listing=Listing.DRAFT)

    seen = page(client)

    assert "Shares" in seen
    assert "We are here." in seen
    assert "Silent" not in seen
    assert "pills" not in seen
    assert "Drafting" not in seen


def test_only_published_rooms_count_and_show(client: Client) -> None:
    place = make_place(make_organisation("Elveporten", slug="elveporten"), name="Huset")
    make_space(place, name="Nidelva")
    for n, listing in enumerate((Listing.DRAFT, Listing.PAUSED, Listing.ARCHIVED)):
        make_space(place, name=f"Hidden {n}", listing=listing)
    make_place(place.organisation, name="Empty house")

    assert "1 room" in page(client)
    seen = page(client, "/actors/elveporten/")
    assert "Nidelva" in seen
    assert "Huset" in seen
    assert "Hidden" not in seen
    assert "Empty house" not in seen


def test_the_directory_is_searched_by_words_and_kind(client: Client) -> None:
    make_organisation(
        "Sambandet", about={"en": "Studios"}, is_listed=True, kind=OrganisationKind.COMPANY
    )
    make_organisation("Kvarten", is_listed=True, kind=OrganisationKind.STUDENT_SOCIETY)

    assert "Kvarten" not in page(client, "/actors/?q=studios")
    assert "Sambandet" not in page(client, "/actors/?kind=student_society")
    assert "Sambandet" in page(client, "/actors/?kind=castle")  # no such kind: all
    assert "Nobody matches" in page(client, "/actors/?q=castle")


def test_an_actor_that_is_not_listed_is_seen_by_those_who_work_there(client: Client) -> None:
    silent = make_organisation("Silent", slug="silent")
    assert client.get("/actors/silent/").status_code == 404
    client.force_login(make_user())
    assert client.get("/actors/silent/").status_code == 404

    client.force_login(make_member(silent, Role.HOST))

    assert "Only you who work here see this page." in page(client, "/actors/silent/")


def test_what_actors_write_is_text(client: Client) -> None:
    fields = {"about": {"en": EVIL}, "website": "https://example.org", "is_listed": True}
    make_organisation(EVIL, slug="evil", **fields)

    for address in ("/actors/", "/actors/evil/"):
        assert "<img src=x" not in page(client, address)


@pytest.mark.parametrize("address", ["/actors/", "/actors/elveporten/"])
def test_more_actors_and_rooms_need_no_more_queries(client: Client, address: str) -> None:
    place = make_place(make_organisation("Elveporten", slug="elveporten"))
    make_space(place)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(3):
        make_space(place)
        make_space(make_place(place.organisation))
        make_space(make_place(make_organisation()))

    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)


def test_a_long_list_of_rooms_comes_in_pages(client: Client) -> None:
    place = make_place(make_organisation(slug="elveporten"))
    for n in range(25):
        make_space(place, name=f"Room {n:02}")

    assert "Room 24" not in page(client, "/actors/elveporten/")
    assert "Room 24" in page(client, "/actors/elveporten/?page=2")
    assert "Room 24" in page(client, "/actors/elveporten/?page=99")  # the last


def test_a_space_leads_to_its_owner(client: Client) -> None:
    space = make_space(make_place(make_organisation(slug="elveporten")))

    assert 'href="/actors/elveporten/"' in page(client, space.get_absolute_url())
