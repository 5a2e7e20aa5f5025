"""Checking in, and what becomes of a time that nobody comes to."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Role
from bookings import availability, deliveries, operations
from bookings.models import Booking, BookingEvent, Kind, Status
from bookings.operations.presence import check_in_by
from bookings.refusals import NotYet, WrongState
from spaces.models import OrganisationRules, Rulebook, Space
from spaces.periods import period
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = NOW + timedelta(days=1)
BY = START + 15 * MINUTE


def missed(**fields: Any) -> Booking:
    """A booking of two hours that somebody has to check in to."""
    return make_booking(start=START, check_in_by=BY, **fields)


def hold(space: Space) -> Booking:
    space = Space.objects.get(pk=space.pk)
    span = period(START, START + 2 * HOUR)
    return operations.hold(space=space, span=span, by=make_user(), now=NOW)


# --- Who has to -------------------------------------------------------------------------


def test_nobody_has_to_check_in_where_the_space_does_not_ask() -> None:
    assert hold(make_space()).check_in_by is None


def test_a_booking_keeps_the_rule_it_was_made_under() -> None:
    space = make_space(release_after=15)
    booking = hold(space)
    Space.objects.update(release_after=5)

    booking.refresh_from_db()
    assert booking.check_in_by == BY


def test_the_shortest_of_the_three_levels_holds() -> None:
    space = make_space(release_after=30)
    OrganisationRules.objects.create(organisation=space.organisation, release_after=20)
    assert Space.objects.get().in_force.release_after == 20

    Rulebook.objects.create(version=1, published_at=NOW, release_after=10)
    assert Space.objects.get().in_force.release_after == 10

    Space.objects.update(release_after=None)  # above it somebody asks all the same
    assert Space.objects.get().in_force.release_after == 10


def test_who_books_a_time_that_has_begun_has_as_long_from_then() -> None:
    space = make_space(release_after=15)
    span = period(START, START + 2 * HOUR)
    assert check_in_by(space, span, START + 30 * MINUTE) == START + 45 * MINUTE


def test_who_pays_after_the_start_still_has_ten_minutes() -> None:
    booking = missed(status=Status.HELD, expires_at=BY)
    operations.confirm(booking=booking, now=BY - MINUTE)

    booking.refresh_from_db()
    assert booking.check_in_by == BY + 9 * MINUTE


def test_a_longer_wait_than_the_booking_ends_with_it() -> None:
    assert hold(make_space(release_after=600)).check_in_by == START + 2 * HOUR


# --- Checking in ------------------------------------------------------------------------


@pytest.mark.parametrize("as_owner", [False, True])
def test_checking_in_stands_in_the_history(as_owner: bool) -> None:
    booking = missed()
    by = make_user() if as_owner else booking.booker
    operations.check_in(booking=booking, by=by, as_owner=as_owner, now=START)

    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN
    event = BookingEvent.objects.get(kind=Kind.CHECKED_IN)
    assert (event.by, event.at) == (by, START)
    assert not booking.deliveries.exists()  # no news: they are there
    assert booking.occupancies.exists()


def test_checking_in_twice_is_checking_in_once() -> None:
    booking = missed()
    for _ in range(2):
        operations.check_in(booking=booking, by=booking.booker, as_owner=False, now=START)
    assert booking.events.filter(kind=Kind.CHECKED_IN).count() == 1


def test_one_may_check_in_from_a_quarter_before_until_the_end() -> None:
    booking = missed()

    def try_at(now: datetime) -> None:
        operations.check_in(booking=booking, by=booking.booker, as_owner=False, now=now)

    with pytest.raises(NotYet):
        try_at(START - 16 * MINUTE)
    with pytest.raises(WrongState):
        try_at(booking.end)
    try_at(START - 15 * MINUTE)


def test_late_is_not_too_late_while_the_rest_is_not_given_away() -> None:
    booking = missed()
    operations.check_in(booking=booking, by=booking.booker, as_owner=False, now=BY + MINUTE)
    assert operations.release_due(now=BY + 2 * MINUTE) == []


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.CANCELLED, Status.NO_SHOW])
def test_only_what_is_confirmed_can_be_checked_in_to(status: Status) -> None:
    booking = missed(status=status)
    with pytest.raises(WrongState):
        operations.check_in(booking=booking, by=booking.booker, as_owner=False, now=START)


# --- The rest is for others -------------------------------------------------------------


def test_the_rest_is_free_when_nobody_has_come() -> None:
    booking = missed(amount=20_000)
    rest = period(BY + 30 * MINUTE, booking.end)
    Space.objects.update(step=15, lead_time=0)

    def verdict(now: datetime) -> str:
        return availability.verdict_on(Space.objects.get(), rest, now=now)

    assert operations.release_due(now=BY - MINUTE) == []
    assert verdict(BY - MINUTE) == "slot_taken"
    assert operations.release_due(now=BY) == [booking]
    assert verdict(BY) == availability.FREE

    booking.refresh_from_db()
    assert booking.status == Status.NO_SHOW
    assert booking.amount == 20_000  # nothing is paid back
    assert [row.kind for row in booking.deliveries.all()] == [Kind.NO_SHOW]


def test_a_booking_without_check_in_is_never_released() -> None:
    booking = make_booking(start=START)
    assert operations.release_due(now=booking.end) == []


def test_a_worker_that_slept_through_it_still_tells_who_did_not_come() -> None:
    came, stayed_away, need_not = missed(), missed(), make_booking(start=START)
    operations.check_in(booking=came, by=came.booker, as_owner=False, now=START)

    assert operations.finish_due(now=START + 2 * HOUR) == 3
    assert operations.release_due(now=START + 2 * HOUR) == []
    for booking, status in [
        (came, Status.COMPLETED),
        (stayed_away, Status.NO_SHOW),
        (need_not, Status.COMPLETED),
    ]:
        booking.refresh_from_db()
        assert booking.status == status


def test_the_booker_is_told_by_mail(mailoutbox: list[Any]) -> None:
    booking = missed(by=make_user(language="nb"))
    operations.release_due(now=BY)
    deliveries.send_due(now=BY)

    (mail,) = mailoutbox
    assert mail.to == [booking.booker.email]
    assert mail.subject.startswith("Frigitt:")
    clock = BY.astimezone(booking.space.place.zone)
    assert f"{clock:%H.%M}" in mail.body


# --- The pages --------------------------------------------------------------------------


def test_the_booker_checks_in_on_the_booking_s_page(client: Client) -> None:
    booking = missed(by=make_user(language="nb"))
    client.force_login(booking.booker)
    with time_machine.travel(START - 20 * MINUTE, tick=False):
        page = client.get(booking.get_absolute_url()).content.decode()
        assert "Sjekk inn innen" in page
        assert "/check-in/" not in page
    with time_machine.travel(START, tick=False):
        assert "/check-in/" in client.get(booking.get_absolute_url()).content.decode()
        answer = client.post(f"{booking.get_absolute_url()}check-in/", follow=True)
    assert "Velkommen." in answer.content.decode()
    booking.refresh_from_db()
    assert booking.status == Status.CHECKED_IN


def test_a_refusal_is_a_sentence_on_the_page(client: Client) -> None:
    booking = missed(by=make_user(language="nb"))
    client.force_login(booking.booker)
    with time_machine.travel(NOW, tick=False):
        answer = client.post(f"{booking.get_absolute_url()}check-in/", follow=True)
    assert "for tidlig" in answer.content.decode()


def test_a_host_checks_them_in_from_the_day_s_page(client: Client) -> None:
    booking = missed()
    host = make_member(booking.space.organisation, Role.HOST)
    client.force_login(host)
    with time_machine.travel(START, tick=False):
        day = client.get("/owner/").content.decode()
        assert f"{booking.get_absolute_url()}check-in/" in day
        answer = client.post(f"{booking.get_absolute_url()}check-in/", {"next": "/owner/"})
        assert answer.headers["Location"] == "/owner/"
        assert "/check-in/" not in client.get("/owner/").content.decode()
    assert booking.events.get(kind=Kind.CHECKED_IN).by == host


def test_the_space_s_page_says_it_beforehand(client: Client) -> None:
    space = make_space(release_after=15)
    with time_machine.travel(NOW, tick=False):
        page = client.get(space.get_absolute_url()).content.decode()
    assert "Sjekk inn innen 15 min etter start" in page.replace("\u00a0", " ")


def test_over_the_api(client: Client) -> None:
    booking = missed()
    client.force_login(booking.booker)
    address = f"/api/v1/bookings/{booking.pk}/check-in/"
    with time_machine.travel(NOW, tick=False):
        assert client.post(address).json()["code"] == "not_yet"
    with time_machine.travel(START, tick=False):
        answer = client.post(address).json()
    assert answer["status"] == "checked_in"
    assert answer["check_in_by"] is not None
