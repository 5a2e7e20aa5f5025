"""Calendars of more than oneself: who may follow what, and what it shows them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from icalendar import Calendar, Event

from accounts.models import Member, Organisation, Role, User
from bookings.models import Booking, Feed, FeedKind, SavedSearch, Status, Visibility
from bookings.operations import close, close_place, open_feed
from bookings.operations.feeds import NotToFollow
from spaces.models import Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_member, make_organisation, make_place, make_user
from tests.factories import make_space as make_any_space

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ours() -> Organisation:
    return make_organisation("Elveporten AS")


@pytest.fixture
def host(ours: Organisation) -> User:
    user = make_member(ours, Role.HOST)
    user.language = "nb"
    user.save()
    return user


@pytest.fixture
def nidelva(ours: Organisation) -> Space:
    return make_any_space(make_place(ours, name="Elveporten"), name="Nidelva", slug="nidelva")


def shown(client: Client, feed: Feed) -> list[Event]:
    answer = client.get(f"/calendars/{feed.token}.ics")
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).events)


def summaries(client: Client, feed: Feed) -> set[str]:
    return {str(event["SUMMARY"]) for event in shown(client, feed)}


def test_a_space_s_calendar_says_who_has_it_and_when_it_is_closed(
    client: Client, host: User, nidelva: Space
) -> None:
    kari = make_user(name="Kari")
    booking = make_booking(nidelva, by=kari, title="Styremøte")
    make_booking(nidelva, NOW + timedelta(days=2), by=kari)
    make_booking(nidelva, NOW + timedelta(days=3), by=kari, status=Status.CANCELLED)
    make_booking(make_any_space(nidelva.place, name="Gaula"), by=kari)
    span = period(NOW + timedelta(days=4), NOW + timedelta(days=5))
    close(space=nidelva, span=span, by=host, now=NOW, reason="Maling")
    later = period(NOW + timedelta(days=6), NOW + timedelta(days=7))
    close_place(place=nidelva.place, span=later, by=host, now=NOW)
    feed = open_feed(user=host, kind=FeedKind.SPACE, space=nidelva, now=NOW)

    events = {str(event["SUMMARY"]): event for event in shown(client, feed)}

    assert set(events) == {"Kari: Styremøte", "Kari", "Maling", "Stengt"}
    assert events["Kari: Styremøte"]["UID"] == booking.ical_uid
    assert events["Kari: Styremøte"].decoded("DTSTART") == booking.start
    assert events["Kari: Styremøte"].decoded("DTSTAMP") == booking.changed_at
    assert events["Maling"].decoded("DTSTART") == span.lower
    assert events["Maling"]["URL"].endswith("/owner/spaces/nidelva/close/")
    assert events["Stengt"]["LOCATION"].startswith("Elveporten, Klæbuveien")


def test_an_organisation_s_calendar_names_the_space(
    client: Client, host: User, ours: Organisation, nidelva: Space
) -> None:
    kari = make_user(name="Kari")
    make_booking(nidelva, by=kari, title="Styremøte")
    make_booking(make_any_space(nidelva.place, name="Gaula"), by=kari)
    make_booking(by=kari)  # in somebody else's space
    feed = open_feed(user=host, kind=FeedKind.ORGANISATION, organisation=ours, now=NOW)

    assert summaries(client, feed) == {"Nidelva: Kari: Styremøte", "Gaula: Kari"}


def test_colleagues_calendar_shows_what_they_share_and_leads_to_no_booking(
    client: Client, ours: Organisation, nidelva: Space
) -> None:
    finance = make_member(ours, Role.FINANCE)
    kari = make_user(name="Kari")
    booking = make_booking(
        nidelva, by=kari, title="Plan", organisation=ours, visibility=Visibility.ORGANISATION
    )
    make_booking(
        nidelva, NOW + timedelta(days=2), by=kari, organisation=ours, title="Ingen sin sak"
    )
    feed = open_feed(user=finance, kind=FeedKind.COLLEAGUES, organisation=ours, now=NOW)

    (event,) = shown(client, feed)

    assert event["SUMMARY"] == "Plan (Kari)"
    assert str(booking.pk) not in str(event["URL"])


@pytest.mark.parametrize("kind", [FeedKind.SPACE, FeedKind.ORGANISATION, FeedKind.COLLEAGUES])
def test_who_leaves_takes_no_calendar_along(
    client: Client, host: User, ours: Organisation, nidelva: Space, kind: FeedKind
) -> None:
    about = {"space": nidelva} if kind == FeedKind.SPACE else {"organisation": ours}
    feed = open_feed(user=host, kind=kind, now=NOW, **about)
    make_booking(nidelva)
    shown(client, feed)

    Member.objects.filter(user=host).delete()

    assert client.get(f"/calendars/{feed.token}.ics").status_code == 404


@pytest.mark.parametrize("role", [Role.FINANCE, None])
def test_open_feed_refuses_whoever_does_not_run_the_space(
    ours: Organisation, nidelva: Space, role: Role | None
) -> None:
    other = make_member(ours, role) if role else make_user()
    for kind, about in (
        (FeedKind.SPACE, {"space": nidelva}),
        (FeedKind.ORGANISATION, {"organisation": ours}),
    ):
        with pytest.raises(NotToFollow):
            open_feed(user=other, kind=kind, now=NOW, **about)
    assert not Feed.objects.exists()


def test_open_feed_twice_is_one_calendar(host: User, nidelva: Space) -> None:
    first = open_feed(user=host, kind=FeedKind.SPACE, space=nidelva, now=NOW)
    again = open_feed(user=host, kind=FeedKind.SPACE, space=nidelva, now=NOW + HOUR)
    assert (again.pk, again.token) == (first.pk, first.token)


def test_a_calendar_is_about_what_its_kind_says(host: User, nidelva: Space) -> None:
    feed = open_feed(user=host, kind=FeedKind.SPACE, space=nidelva, now=NOW)
    for wrong in ({"kind": "mine"}, {"space": None}, {"kind": "colleagues"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Feed.objects.filter(pk=feed.pk).update(**wrong)


def test_the_token_is_not_in_the_database(host: User) -> None:
    feed = open_feed(user=host, kind=FeedKind.MINE, now=NOW)
    assert feed.token.encode() not in bytes(feed.digest) + feed.salt.bytes
    assert bytes(feed.digest) == Feed.digest_of(feed.token)


# --- Tags -------------------------------------------------------------------------------


def renamed_booker(booking: Booking) -> None:
    User.objects.filter(pk=booking.booker_id).update(name="Kari Nordmann")


def closed(booking: Booking) -> None:
    span = period(NOW + timedelta(days=9), NOW + timedelta(days=10))
    close(space=booking.space, span=span, by=booking.booker, now=NOW)


@pytest.mark.parametrize("change", [renamed_booker, closed])
def test_an_owner_s_calendar_has_a_new_tag_when_it_says_something_new(
    client: Client, host: User, nidelva: Space, change: object
) -> None:
    booking = make_booking(nidelva)
    feed = open_feed(user=host, kind=FeedKind.SPACE, space=nidelva, now=NOW)
    address = f"/calendars/{feed.token}.ics"
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304

    change(booking)  # type: ignore[operator]

    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_an_owner_s_calendar_asks_the_same_number_of_questions_for_one_and_for_many(
    client: Client, host: User, ours: Organisation, nidelva: Space, django_assert_num_queries
) -> None:
    feed = open_feed(user=host, kind=FeedKind.ORGANISATION, organisation=ours, now=NOW)
    make_booking(nidelva)
    client.get(f"/calendars/{feed.token}.ics")
    for more in (0, 3):
        for _ in range(more):
            make_booking(make_any_space(nidelva.place))
        with django_assert_num_queries(7):
            client.get(f"/calendars/{feed.token}.ics")


# --- What is free, and what is on -------------------------------------------------------


def test_a_search_s_calendar_offers_free_times_that_can_be_booked(client: Client) -> None:
    me = make_user(language="nb")
    make_any_space(name="Nidelva", slug="nidelva", hours=(8 * 60, 12 * 60), price=30_000)
    make_any_space(name="Våtlab", kind="lab", hours=(8 * 60, 12 * 60))
    search = SavedSearch.objects.create(
        user=me, name="Møterom", query="kind=meeting_room", saved_at=NOW
    )
    feed = open_feed(user=me, kind=FeedKind.SEARCH, search=search, now=NOW)

    answer = client.get(f"/calendars/{feed.token}.ics")

    events = Calendar.from_ical(answer.content).events
    assert {str(event["SUMMARY"]) for event in events} == {"Ledig: Nidelva, 600\xa0kr"}
    assert all(event["TRANSP"] == "TRANSPARENT" for event in events)
    first = events[0]
    assert first.decoded("DTSTART") == NOW + timedelta(hours=20)  # Tuesday at 08
    assert "/spaces/nidelva/?date=2026-11-24&from=08%3A00&to=10%3A00" in str(first["URL"])
    tag = answer["ETag"]
    known = client.get(f"/calendars/{feed.token}.ics", headers={"If-None-Match": tag})
    assert known.status_code == 304

    make_booking(Space.objects.get(slug="nidelva"), NOW + timedelta(hours=20))

    times = [event.decoded("DTSTART") for event in shown(client, feed)]
    assert NOW + timedelta(hours=20) not in times


def test_the_calendar_of_a_search_again_and_again_has_its_hours_in_the_coming_week(
    client: Client,
) -> None:
    make_any_space(hours=(8 * 60, 18 * 60))
    query = "date=2026-11-24&from=10:00&to=12:00&repeat=weekly&weekdays=2&weekdays=4&count=10"
    me = make_user()
    search = SavedSearch.objects.create(user=me, name="Kurs", query=query, saved_at=NOW)
    feed = open_feed(user=me, kind=FeedKind.SEARCH, search=search, now=NOW)

    times = [(event.decoded("DTSTART"), event.decoded("DTEND")) for event in shown(client, feed)]
    noons = [NOW + timedelta(days=day) for day in (1, 3)]
    assert times == [(noon - timedelta(hours=2), noon) for noon in noons]


def test_somebody_else_s_search_is_not_to_follow(host: User) -> None:
    search = SavedSearch.objects.create(user=make_user(), name="Lab", saved_at=NOW)
    with pytest.raises(NotToFollow):
        open_feed(user=host, kind=FeedKind.SEARCH, search=search, now=NOW)


def test_activities_are_for_everybody_and_say_only_what_is_public(client: Client) -> None:
    kari = make_user(name="Kari Hemmelig")
    booking = make_booking(
        by=kari, title="Internt navn", public_title="Åpen dag", visibility=Visibility.PUBLIC
    )
    make_booking(by=kari, title="Lukket")

    answer = client.get("/calendars/activities.ics")

    (event,) = Calendar.from_ical(answer.content).events
    assert event["SUMMARY"] == "Åpen dag"
    assert event["UID"] == booking.ical_uid
    text = answer.content.decode()
    assert "Internt" not in text
    assert "Hemmelig" not in text
    assert f"/bookings/{booking.pk}" not in text
    assert answer["Cache-Control"] == "public, max-age=300"
    assert client.get(
        "/calendars/activities.ics", headers={"If-None-Match": answer["ETag"]}
    ).status_code == (304)
