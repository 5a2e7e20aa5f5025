"""What people keep: favourites, searches, and what they have looked at."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings import operations
from bookings.models import Favourite, SavedSearch, Seen
from bookings.operations.saving import MOST_SEARCHES, SEEN_FOR, SEEN_KEPT, TooManySearches
from spaces.models import Listing
from tests.cast import EVIL
from tests.factories import NOW, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]


@pytest.fixture
def me(client: Client) -> User:
    user = make_user(language="en")
    client.force_login(user)
    return user


# --- Favourites ---------------------------------------------------------------------------


def test_like_twice_is_once_and_unlike_twice_is_none(me: User) -> None:
    space = make_space()
    for _ in range(2):
        operations.like(space=space, by=me, now=NOW)
    assert Favourite.objects.filter(user=me).count() == 1

    for _ in range(2):
        operations.unlike(space=space, by=me)
    assert not Favourite.objects.exists()


def test_a_heart_comes_back_to_the_page_it_was_on(client: Client, me: User) -> None:
    space = make_space()

    answer = client.post(f"/spaces/{space.slug}/favourite/", {"to": "on", "next": "/?q=a&page=2"})

    assert answer["Location"] == "/?q=a&page=2"
    assert 'aria-pressed="true"' in client.get("/").content.decode()
    assert 'aria-pressed="true"' in client.get(space.get_absolute_url()).content.decode()


def test_a_heart_leads_to_no_other_site(client: Client, me: User) -> None:
    address = f"/spaces/{make_space().slug}/favourite/"

    for evil in (
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
    ):
        assert client.post(address, {"to": "on", "next": evil})["Location"] == "/saved/"


def test_a_heart_that_script_sends_is_answered_shortly(client: Client, me: User) -> None:
    address = f"/spaces/{make_space().slug}/favourite/"

    assert client.post(address, {"to": "on"}, headers={"HX-Request": "true"}).status_code == 204
    assert client.post(address, {"to": "sideways"}).status_code == 404
    assert Favourite.objects.count() == 1


def test_a_draft_of_others_cannot_be_liked(client: Client, me: User) -> None:
    draft = make_space(listing=Listing.DRAFT)

    assert client.post(f"/spaces/{draft.slug}/favourite/", {"to": "on"}).status_code == 404
    assert client.put(f"/api/v1/spaces/{draft.pk}/favourite/").status_code == 404


def test_a_program_puts_and_deletes_a_favourite(client: Client, me: User) -> None:
    address = f"/api/v1/spaces/{make_space().pk}/favourite/"

    assert client.get(address).json() == {"is_favourite": False}
    assert client.put(address).json() == client.put(address).json() == {"is_favourite": True}
    assert client.get(address).json() == {"is_favourite": True}
    assert client.delete(address).status_code == client.delete(address).status_code == 204
    assert client.get(address).json() == {"is_favourite": False}


# --- Searches -----------------------------------------------------------------------------


def test_a_search_is_kept_without_its_time(client: Client, me: User) -> None:
    query = "date=2026-11-24&from=13:00&to=15:00&kind=lab&kind=studio&step_free=on&evil=1"

    client.post("/saved/searches/", {"name": "Lab", "query": query})

    search = SavedSearch.objects.get()
    assert search.query == "kind=lab&kind=studio&step_free=on"
    assert search.asked.getlist("kind") == ["lab", "studio"]
    page = client.get("/saved/").content.decode()
    assert "/?kind=lab&amp;kind=studio&amp;step_free=on" in page


def test_a_search_again_and_again_is_kept_with_its_rule(client: Client, me: User) -> None:
    query = "date=2026-11-24&from=10%3A00&to=12%3A00&repeat=weekly&until=2026-12-22"
    page = client.get(f"/recurring/?{query}&kind=lab&page=2").content.decode()
    assert "Save this search" in page
    assert 'value="Every week, Tuesday, 10:00–12:00"' in page

    client.post("/saved/searches/", {"name": "Lab", "query": f"{query}&kind=lab&page=2"})

    (search,) = me.saved_searches.all()
    assert search.get_absolute_url() == f"/recurring/?{query}&kind=lab"
    assert len(client.get(search.get_absolute_url()).context["wanted"].days) == 5


def test_the_same_search_is_kept_once_under_its_newest_name(me: User) -> None:
    for name in ("A", "B"):
        operations.save_search(name=name, asked=QueryDict("kind=lab"), by=me, now=NOW)

    assert [search.name for search in SavedSearch.objects.all()] == ["B"]


def test_so_many_searches_and_no_more(me: User) -> None:
    for n in range(MOST_SEARCHES):
        operations.save_search(name="Sal", asked=QueryDict(f"people={n + 2}"), by=me, now=NOW)

    with pytest.raises(TooManySearches):
        operations.save_search(name="Lab", asked=QueryDict("kind=lab"), by=me, now=NOW)


def test_a_search_without_a_name_is_asked_about_again(client: Client, me: User) -> None:
    answer = client.post("/saved/searches/", {"name": "  ", "query": "kind=lab"})

    assert answer.status_code == 422
    assert not SavedSearch.objects.exists()


def test_a_search_is_deleted_by_whose_it_is_alone(client: Client, me: User) -> None:
    mine = me.saved_searches.create(name=EVIL, query="kind=lab", saved_at=NOW)
    other = make_user().saved_searches.create(name="Lab", query="kind=lab", saved_at=NOW)

    assert EVIL not in client.get("/saved/").content.decode()
    assert client.post(f"/saved/searches/{other.pk}/delete/").status_code == 404
    assert client.post(f"/saved/searches/{mine.pk}/delete/").status_code == 302
    assert list(SavedSearch.objects.all()) == [other]


# --- Recently seen ------------------------------------------------------------------------


def test_the_last_spaces_looked_at_are_kept_the_newest_first(client: Client, me: User) -> None:
    spaces = [make_space() for _ in range(SEEN_KEPT + 2)]
    for n, space in enumerate([*spaces, spaces[3]]):
        with time_machine.travel(NOW + timedelta(minutes=n), tick=False):
            client.get(space.get_absolute_url())

    seen = [one.space for one in Seen.objects.filter(user=me)]
    assert seen == [spaces[3], *reversed([one for one in spaces[2:] if one != spaces[3]])]


def test_of_strangers_nothing_is_kept(client: Client) -> None:
    client.get(make_space().get_absolute_url())

    assert not Seen.objects.exists()


def test_what_was_seen_long_ago_is_forgotten(me: User) -> None:
    old, new = make_space(), make_space()
    operations.note_seen(space=old, by=me, now=NOW - SEEN_FOR - timedelta(seconds=1))
    operations.note_seen(space=new, by=me, now=NOW - SEEN_FOR)

    assert operations.forget_seen(now=NOW) == 1
    assert Seen.objects.get().space == new


# --- The page, and the end ----------------------------------------------------------------


def test_the_same_number_of_queries_for_one_and_for_thirty(client: Client, me: User) -> None:
    counts = []
    for number in (1, 29):
        for n in range(number):
            operations.like(space=make_space(), by=me, now=NOW)
            operations.note_seen(space=make_space(), by=me, now=NOW)
            query = QueryDict(f"people={number + n + 2}")
            operations.save_search(name="Sal", asked=query, by=me, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            client.get("/saved/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


def test_what_is_no_longer_listed_is_not_shown(client: Client, me: User) -> None:
    space = make_space(name="Nidelva")
    operations.like(space=space, by=me, now=NOW)
    operations.note_seen(space=space, by=me, now=NOW)
    space.listing = Listing.PAUSED
    space.save()

    assert "Nidelva" not in client.get("/saved/").content.decode()


def test_all_of_it_goes_with_the_person(me: User) -> None:
    operations.like(space=make_space(), by=me, now=NOW)
    operations.note_seen(space=make_space(), by=me, now=NOW)
    operations.save_search(name="Lab", asked=QueryDict("kind=lab"), by=me, now=NOW)

    me.delete()

    for kept in (Favourite, Seen, SavedSearch):
        assert not kept.objects.exists()
