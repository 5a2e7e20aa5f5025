from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import recurring_ical_events
import time_machine
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from bookings.models import Booking, Feed, Status
from bookings.operations import my_feed, rotate_feed
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kari() -> User:
    return make_user(name="Kari", language="nb")


def address(user: User) -> str:
    return f"/calendars/{my_feed(user=user, now=NOW).token}.ics"


def fetch(client: Client, user: User, **headers: str) -> Any:
    return client.get(address(user), headers=headers)


def uids(response: Any) -> set[str]:
    return {str(event["UID"]) for event in Calendar.from_ical(response.content).events}


def test_feed_shows_what_stands_and_what_waits(client: Client, kari: User) -> None:
    shown = [
        make_booking(by=kari, status=status)
        for status in (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED, Status.REQUESTED)
    ]
    for status in (Status.HELD, Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.NO_SHOW):
        make_booking(by=kari, status=status)
    make_booking(by=kari, status=Status.REQUESTED, expires_at=NOW)  # nobody answered
    make_booking()  # somebody else's

    assert uids(fetch(client, kari)) == {booking.ical_uid for booking in shown}


def test_feed_reaches_three_months_back_and_eighteen_ahead(client: Client, kari: User) -> None:
    inside = [
        make_booking(by=kari, start=NOW - timedelta(days=85)),
        make_booking(by=kari, start=NOW + timedelta(days=545)),
    ]
    make_booking(by=kari, start=NOW - timedelta(days=100))
    make_booking(by=kari, start=NOW + timedelta(days=560))

    assert uids(fetch(client, kari)) == {booking.ical_uid for booking in inside}


def test_feed_is_a_published_calendar(client: Client, kari: User) -> None:
    make_booking(by=kari)
    make_booking(by=kari, space=make_space(make_place(time_zone="Europe/Helsinki")))

    response = fetch(client, kari)

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, max-age=300, must-revalidate"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    calendar = Calendar.from_ical(response.content)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["NAME"] == calendar["X-WR-CALNAME"]
    assert {zone.tz_name for zone in calendar.timezones} == {"Europe/Oslo", "Europe/Helsinki"}
    for event in calendar.events:
        assert "ORGANIZER" not in event
        assert "ATTENDEE" not in event


def test_feed_is_read_at_the_right_hours_by_calendar_programs(client: Client, kari: User) -> None:
    night = datetime(2027, 3, 27, 23, tzinfo=UTC)  # 00–05 in Trondheim, the night without 02
    booking = make_booking(by=kari, start=night, end=night + timedelta(hours=4))

    calendar = Calendar.from_ical(fetch(client, kari).content)

    (event,) = recurring_ical_events.of(calendar).between(night, night + timedelta(days=1))
    assert event["UID"] == booking.ical_uid
    assert (event.decoded("DTEND") - event.decoded("DTSTART").astimezone(UTC)) == (
        timedelta(hours=4)
    )


def test_feed_is_written_in_the_persons_language(client: Client) -> None:
    nynorsk = make_user(language="nn")
    place = make_place(arrival={"nb": "Ring på.", "nn": "Ring på døra.", "en": "Ring."})
    make_booking(make_space(place), by=nynorsk)

    response = fetch(client, nynorsk, **{"Accept-Language": "en"})

    assert "Ring på døra." in response.content.decode()
    assert response.headers["Content-Language"] == "nn"


# --- Fetching again ---------------------------------------------------------------------


def test_feed_that_has_not_changed_is_a_304(client: Client, kari: User) -> None:
    make_booking(by=kari)
    tag = fetch(client, kari).headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = fetch(client, kari, **{"If-None-Match": known})
        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["ETag"] == tag


def test_feed_ignores_a_bare_if_modified_since(client: Client, kari: User) -> None:
    response = fetch(client, kari, **{"If-Modified-Since": "Mon, 23 Nov 2027 11:00:00 GMT"})
    assert response.status_code == 200


def renamed(booking: Booking) -> None:
    booking.space.name = "Gaula"
    booking.space.save()


def moved(booking: Booking) -> None:
    """By an operation whose clock was a little behind that of another."""
    Booking.objects.filter(pk=booking.pk).update(
        sequence=1, changed_at=booking.changed_at - timedelta(seconds=1)
    )


def cancelled(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)


def requested(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(
        status=Status.REQUESTED, expires_at=NOW + timedelta(hours=1)
    )


def another(booking: Booking) -> None:
    make_booking(by=booking.booker)


@pytest.mark.parametrize("change", [renamed, moved, cancelled, requested, another])
def test_feed_has_a_new_tag_after_any_change(client: Client, kari: User, change: object) -> None:
    booking = make_booking(by=kari)
    before = fetch(client, kari)

    change(booking)  # type: ignore[operator]

    after = fetch(client, kari, **{"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_feed_has_a_new_tag_when_a_request_runs_out(
    client: Client, kari: User, at_noon: time_machine.Traveller
) -> None:
    make_booking(by=kari, status=Status.REQUESTED)
    tag = fetch(client, kari).headers["ETag"]

    at_noon.shift(timedelta(hours=1))

    assert fetch(client, kari, **{"If-None-Match": tag}).status_code == 200


def test_feed_answers_head_without_a_body(client: Client, kari: User) -> None:
    make_booking(by=kari)
    full = fetch(client, kari)

    head = client.head(address(kari))

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(full.content))
    assert head.headers["ETag"] == full.headers["ETag"]


def test_feed_cannot_be_posted_to(client: Client, kari: User) -> None:
    assert client.post(address(kari)).status_code == 405


def test_feed_asks_the_same_number_of_questions_for_one_and_for_many(
    client: Client, kari: User, django_assert_num_queries: object
) -> None:
    url = address(kari)
    make_booking(by=kari)
    client.get(url)  # notes the time of the fetch
    for more in (0, 3):
        for _ in range(more):
            make_booking(by=kari)
        with django_assert_num_queries(5):  # type: ignore[operator]
            client.get(url)


# --- Whose it is ------------------------------------------------------------------------


def test_feed_of_an_unknown_token_is_404(client: Client) -> None:
    assert client.get(f"/calendars/{'0' * 64}.ics").status_code == 404


def test_feed_moves_with_a_new_token(client: Client, kari: User) -> None:
    old = address(kari)
    new = rotate_feed(feed=my_feed(user=kari, now=NOW), now=NOW)

    assert client.get(old).status_code == 404
    assert client.get(f"/calendars/{new.token}.ics").status_code == 200


def test_feed_of_somebody_who_has_left_is_404(client: Client, kari: User) -> None:
    url = address(kari)
    kari.is_active = False
    kari.save()
    assert client.get(url).status_code == 404


def test_feed_notes_when_it_was_fetched_to_within_five_minutes(
    client: Client, kari: User, at_noon: time_machine.Traveller
) -> None:
    def fetched_at() -> datetime | None:
        return Feed.objects.values_list("fetched_at", flat=True).get(user=kari)

    fetch(client, kari)
    at_noon.shift(timedelta(minutes=4))
    fetch(client, kari)
    assert fetched_at() == NOW

    at_noon.shift(timedelta(minutes=2))
    fetch(client, kari)
    assert fetched_at() == NOW + timedelta(minutes=6)
