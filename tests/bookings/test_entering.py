"""The code of the door, and the way in: for whom, and when."""

import logging
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Role, User
from bookings import operations
from bookings.emails import mail_for
from bookings.entering import PROVIDERS, code_of_booking, way_in
from bookings.models import Booking, Status
from spaces.models import CodeFrom, Door, Space
from spaces.operations import door_of, set_way_in
from spaces.periods import period
from tests.factories import NOW, make_booking, make_member, make_space, make_user

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = NOW + timedelta(days=1)


def booked(code_from: CodeFrom = CodeFrom.BOOKING, code: str = "", **fields: object) -> Booking:
    booking = make_booking(start=START, **fields)
    door = door_of(space=booking.space, now=NOW)
    set_way_in(door=door, code_from=code_from, code=code, way_in={"nb": "Ring på"})
    return again(booking)


def again(booking: Booking) -> Booking:
    return Booking.objects.for_listing().get(pk=booking.pk)


@pytest.mark.parametrize(
    ("moment", "is_shown"),
    [
        (START - 30 * MINUTE - timedelta(seconds=1), False),
        (START - 30 * MINUTE, True),
        (START + 2 * HOUR - timedelta(seconds=1), True),
        (START + 2 * HOUR, False),
    ],
)
def test_it_is_shown_from_half_an_hour_before_until_the_end(
    moment: datetime, is_shown: bool
) -> None:
    assert (way_in(booked(), now=moment) is not None) == is_shown


STANDING = {Status.CONFIRMED, Status.CHECKED_IN}


@pytest.mark.parametrize("status", [one for one in Status if one not in STANDING])
def test_it_is_shown_to_nobody_whose_booking_does_not_stand(status: Status) -> None:
    assert way_in(booked(status=status), now=START) is None


def test_each_source_has_a_provider() -> None:
    assert set(PROVIDERS) == set(CodeFrom)


def test_the_owner_s_code_is_sealed_in_the_database() -> None:
    booking = booked(CodeFrom.OWNER, "2580#")
    found = way_in(booking, now=START)
    assert found is not None
    assert found.code == "2580#"
    assert b"2580" not in bytes(Door.objects.get().sealed_code)


def test_under_another_key_it_has_to_be_written_anew(settings) -> None:
    booking = booked(CodeFrom.OWNER, "2580")
    settings.SECRET_KEY = "another" * 8
    found = way_in(booking, now=START)
    assert found is not None
    assert found.code == ""


def test_the_owner_s_code_stays_until_another_is_written_or_it_is_not_used() -> None:
    door = booked(CodeFrom.OWNER, "2580").space.door
    sealed = bytes(Door.objects.get().sealed_code)
    set_way_in(door=door, code_from=CodeFrom.OWNER)
    assert bytes(Door.objects.get().sealed_code) == sealed
    set_way_in(door=door, code_from=CodeFrom.NOBODY)
    assert bytes(Door.objects.get().sealed_code) == b""


def test_a_code_of_the_booking_is_six_digits_and_its_own() -> None:
    bookings = [booked() for _ in range(20)]
    codes = [code_of_booking(one, one.space.door) for one in bookings]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(set(codes)) > 15
    assert codes == [code_of_booking(again(one), one.space.door) for one in bookings]


def test_it_changes_when_the_booking_is_moved_but_not_when_it_is_longer() -> None:
    booking = booked()
    code = code_of_booking(booking, booking.space.door)
    booking.period = period(START, START + 3 * HOUR)
    assert code_of_booking(booking, booking.space.door) == code
    booking.period = period(START + HOUR, START + 3 * HOUR)
    assert code_of_booking(booking, booking.space.door) != code


def test_no_mail_has_it() -> None:
    booking = booked(CodeFrom.OWNER, "771177")
    Space.objects.update(release_after=15)
    booking = operations.hold(
        space=Space.objects.get(),
        span=period(START + 3 * HOUR, START + 4 * HOUR),
        by=booking.booker,
        now=NOW,
    )
    for delivery in booking.deliveries.all():
        text = mail_for(delivery).message().as_string()
        assert "771177" not in text
        assert "Ring på" not in mail_for(delivery).body


def test_the_page_shows_it_to_the_booker_and_to_hosts(client: Client) -> None:
    booking = booked(CodeFrom.OWNER, "771177", by=make_user(language="nb"))
    host = make_member(booking.space.organisation, Role.HOST)
    for person in (booking.booker, host):
        client.force_login(person)
        with time_machine.travel(START - HOUR, tick=False):
            before = client.get(booking.get_absolute_url()).content.decode()
        with time_machine.travel(START, tick=False):
            then = client.get(booking.get_absolute_url()).content.decode()
        assert "771177" not in before
        assert "771177" in then
        assert "Ring på" in then
    client.force_login(booking.booker)
    with time_machine.travel(START - HOUR, tick=False):
        assert "11.30" in client.get(booking.get_absolute_url()).content.decode()


@pytest.mark.parametrize("who", ["stranger", "finance"])
def test_nobody_else_sees_it(client: Client, who: str) -> None:
    booking = booked(CodeFrom.OWNER, "771177")
    person: User = make_user()
    if who == "finance":
        make_member(booking.space.organisation, Role.FINANCE, person)
    client.force_login(person)
    with time_machine.travel(START, tick=False):
        assert client.get(booking.get_absolute_url()).status_code == 404
        assert client.get(f"/api/v1/bookings/{booking.pk}/").status_code == 404


def test_the_api_has_it_in_its_time_only(client: Client) -> None:
    booking = booked(CodeFrom.OWNER, "771177")
    client.force_login(booking.booker)
    address = f"/api/v1/bookings/{booking.pk}/"
    with time_machine.travel(START - HOUR, tick=False):
        assert "door_code" not in client.get(address).json()
    with time_machine.travel(START, tick=False):
        assert client.get(address).json()["door_code"] == "771177"


def test_the_form_takes_the_code_and_never_shows_it(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    space = make_space()
    client.force_login(make_member(space.organisation, Role.MANAGER))
    address = f"/owner/spaces/{space.slug}/door/"
    caplog.set_level(logging.DEBUG)

    assert client.post(address, {"code_from": "owner"}).status_code == 422
    assert client.post(address, {"code_from": "owner", "code": "771177"}).status_code == 302
    assert "771177" not in client.get(address).content.decode()
    assert client.post(address, {"code_from": "owner"}).status_code == 302  # keeps it
    assert "771177" not in caplog.text
