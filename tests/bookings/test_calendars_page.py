"""The page of one's calendars, and how to connect a program."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Role, User
from bookings import deliveries, emails
from bookings.calendars.programs import program_of
from bookings.models import Booking, Delivery, Feed, FeedKind, Kind, SavedSearch, Status
from bookings.operations import choose_invitations, my_feed, open_feed
from bookings.operations.moves import record
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def me(client: Client) -> User:
    user = make_user(language="nb")
    client.force_login(user)
    return user


def test_the_page_has_the_addresses_of_every_program(client: Client, me: User) -> None:
    page = client.get("/calendars/").content.decode()

    url = my_feed(user=me, now=NOW).url
    assert f'value="{url}"' in page
    assert 'href="webcal://' + url.split("://")[1] in page
    assert "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F" in page
    assert "https://outlook.live.com/calendar/0/addfromweb?url=http" in page
    assert "https://outlook.office.com/calendar/0/addfromweb?url=http" in page
    assert "Ingen programmer har hentet den ennå." in page


def test_the_page_says_when_and_by_what_a_calendar_was_fetched(client: Client, me: User) -> None:
    address = my_feed(user=me, now=NOW).url
    client.get(address, headers={"User-Agent": "Google-Calendar-Importer"})

    page = client.get("/calendars/").content.decode()
    assert "klokka 12 av Google Kalender" in page


def test_rotate_closes_the_old_address(client: Client, me: User) -> None:
    feed = my_feed(user=me, now=NOW)

    assert client.get(f"/calendars/{feed.pk}/rotate/").status_code == 405  # not by looking
    answer = client.post(f"/calendars/{feed.pk}/rotate/")

    new = Feed.objects.get(user=me).token
    assert answer.status_code == 302
    assert new != feed.token
    assert client.get(f"/calendars/{feed.token}.ics").status_code == 404
    assert client.get(f"/calendars/{new}.ics").status_code == 200


def test_follow_a_space_an_organisation_and_a_search(client: Client, me: User) -> None:
    space = make_space(name="Nidelva")
    make_member(space.organisation, Role.HOST, me)
    search = SavedSearch.objects.create(user=me, name="Lab på Gløshaugen", saved_at=NOW)
    wanted = {
        f"space:{space.pk}": "Nidelva",
        f"organisation:{space.organisation_id}": f"{space.organisation}: rommene",
        f"search:{search.pk}": "Ledig: Lab på Gløshaugen",
    }
    for what, name in wanted.items():
        answer = client.post("/calendars/follow/", {"what": what}, follow=True)
        assert f"{name}</h2>" in answer.content.decode()
    assert Feed.objects.filter(user=me).count() == 4  # and one's own


@pytest.mark.parametrize("what", ["", "space:0", "mine:1", "space:x", "castle:1"])
def test_follow_refuses_what_is_not_offered(client: Client, me: User, what: str) -> None:
    others = make_space()
    for one in (what, f"space:{others.pk}"):
        assert client.post("/calendars/follow/", {"what": one}).status_code == 422
    assert Feed.objects.exclude(kind=FeedKind.MINE).count() == 0


def test_close_leaves_nothing_at_the_address(client: Client, me: User) -> None:
    search = SavedSearch.objects.create(user=me, name="Lab", saved_at=NOW)
    feed = open_feed(user=me, kind=FeedKind.SEARCH, search=search, now=NOW)

    client.post(f"/calendars/{feed.pk}/close/")

    assert client.get(f"/calendars/{feed.token}.ics").status_code == 404


def test_a_calendar_that_is_nobody_else_s_is_missing_to_others(client: Client, me: User) -> None:
    others = my_feed(user=make_user(), now=NOW)
    for do in ("rotate", "close"):
        assert client.post(f"/calendars/{others.pk}/{do}/").status_code == 404


def test_connect_fills_in_ones_own_addresses(client: Client, me: User) -> None:
    page = client.get("/calendars/connect/").content.decode()

    assert f'value="{my_feed(user=me, now=NOW).url}"' in page
    for program in ("iPhone", "Google", "Outlook", "Thunderbird", "DAVx⁵"):
        assert program in page


def test_the_list_s_questions_do_not_grow(
    client: Client, me: User, django_assert_max_num_queries: Any
) -> None:
    space = make_space()
    make_member(space.organisation, Role.HOST, me)
    for n in range(8):
        other = make_space(space.place, name=f"Rom {n}")
        open_feed(user=me, kind=FeedKind.SPACE, space=other, now=NOW)
    client.get("/calendars/")
    with django_assert_max_num_queries(16):
        client.get("/calendars/")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Google-Calendar-Importer", "Google Kalender"),
        ("iOS/18.1 (22B83) dataaccessd/1.0", "iPhone"),
        ("macOS/15.1 (24B83) CalendarAgent/1", "Mac"),
        ("Mozilla/5.0 … Thunderbird/128.4", "Thunderbird"),
        ("Microsoft.Exchange/15.20", "Outlook"),
        ("DAVx5/4.4.3-ose", "DAVx⁵"),
        ("curl/8.1", "curl"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_program_of_is_a_name_people_know(agent: str, name: str) -> None:
    assert program_of(agent) == name


# --- Each booking once ------------------------------------------------------------------


def calendar_parts(booking: Booking, kind: Kind) -> list[str]:
    Delivery.objects.all().delete()
    deliveries.tell(booking, kind, to=[booking.booker], now=NOW)
    raw = emails.mail_for(Delivery.objects.get()).message().as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    return [p.get_content_type() for p in message.walk() if "cal" in p.get_content_type()]


def test_who_follows_the_feed_gets_mails_without_invitation(client: Client, me: User) -> None:
    invited = make_booking(by=me)
    assert calendar_parts(invited, Kind.CONFIRMED) == ["text/calendar"]

    client.post("/calendars/invitations/", {"to": "off"})

    later = make_booking(by=me, created_at=NOW + timedelta(hours=1))
    assert calendar_parts(later, Kind.CONFIRMED) == []
    assert "uten invitasjon" in client.get("/calendars/").content.decode()
    client.post("/calendars/invitations/", {"to": "on"})
    assert calendar_parts(later, Kind.CONFIRMED) == ["text/calendar"]


def test_what_was_put_in_the_calendar_by_mail_is_taken_out_by_mail(me: User) -> None:
    status = Status.CANCELLED
    invited = make_booking(by=me, created_at=NOW - timedelta(hours=1), status=status, sequence=1)
    record(invited, Kind.CONFIRMED, by=None, now=NOW)
    choose_invitations(user=me, wanted=False, now=NOW)

    assert calendar_parts(invited, Kind.CANCELLED) == ["text/calendar"]


# --- The API ------------------------------------------------------------------------------


def test_api_follows_lists_rotates_and_closes(client: Client, me: User) -> None:
    space = make_space(name="Nidelva")
    make_member(space.organisation, Role.MANAGER, me)

    made = client.post("/api/v1/feeds/", {"kind": "space", "space": space.pk}, "application/json")
    assert made.status_code == 201
    one = made.json()
    assert (one["name"], one["space"], one["fetched_at"]) == ("Nidelva", space.pk, None)
    assert client.get(one["url"]).status_code == 200
    assert [feed["id"] for feed in client.get("/api/v1/feeds/").json()["results"]] == [one["id"]]

    new = client.post(f"/api/v1/feeds/{one['id']}/rotate/").json()["url"]
    assert client.get(one["url"]).status_code == 404
    assert client.get(new).status_code == 200

    assert client.delete(f"/api/v1/feeds/{one['id']}/").status_code == 204
    assert client.get(new).status_code == 404


def test_api_says_what_is_missing_and_takes_only_ones_own(client: Client, me: User) -> None:
    others = make_space()
    for asked in ({"kind": "space"}, {"kind": "space", "space": others.pk}, {"kind": "moon"}):
        assert client.post("/api/v1/feeds/", asked, "application/json").status_code == 400
    theirs = my_feed(user=make_user(), now=NOW)
    assert client.get(f"/api/v1/feeds/{theirs.pk}/").status_code == 404
    assert client.delete(f"/api/v1/feeds/{theirs.pk}/").status_code == 404


def test_an_own_calendar_is_made_and_deleted_on_the_page(client: Client, me: User) -> None:
    answer = client.post("/calendars/own/", {"name": "Sjekk & <b>liste"})

    assert answer.status_code == 302
    page = client.get("/calendars/").content.decode()
    assert "Sjekk &amp; &lt;b&gt;liste" in page
    made = me.own_calendars.get()
    assert made.components == ["VEVENT", "VTODO", "VJOURNAL"]
    assert client.post(f"/calendars/own/{made.pk}/delete/").status_code == 302
    assert not me.own_calendars.exists()


def test_a_twenty_first_own_calendar_is_refused_with_a_way_out(client: Client, me: User) -> None:
    for n in range(20):
        me.own_calendars.create(key=f"{n}", components=["VTODO"], created_at=NOW)

    answer = client.post("/calendars/own/", {"name": "Enda en"})

    assert answer.status_code == 422
    assert "Slett en først" in answer.content.decode()
    assert 'value="Enda en"' in answer.content.decode()
