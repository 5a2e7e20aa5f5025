"""What booker and owner write to each other."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Role
from bookings import deliveries, operations
from bookings.models import Booking, Delivery, Kind, Message
from bookings.operations import writing
from bookings.refusals import WrittenEnough
from tests.cast import EVIL, RUN_IT, Cast
from tests.factories import NOW, make_booking, make_member, make_place, make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def booking(cast: Cast) -> Booking:
    return make_booking(make_space(make_place(cast.organisation)), by=cast.booker)


def write(
    booking: Booking, text: str = "Hei", *, as_owner: bool = False, by: object = None
) -> Message:
    by = by or booking.booker
    return operations.write_message(
        booking=booking,
        text=text,
        by=by,
        as_owner=as_owner,
        now=NOW,
    )


def told(message: Message) -> set[object]:
    found = Delivery.objects.filter(kind=Kind.MESSAGE, version=message.number)
    return {delivery.recipient for delivery in found}


def test_write_message_is_mailed_to_the_other_side_each_once(cast: Cast, booking: Booking) -> None:
    first, second = write(booking, "One"), write(booking, "Two")
    answer = write(booking, "Three", as_owner=True, by=cast.host)

    runs_it = {cast.owner, cast.manager, cast.host}
    assert (told(first), told(second)) == (runs_it, runs_it)
    assert told(answer) == {cast.booker}
    deliveries.send_due(now=NOW)
    bodies = [str(message.body) for message in mail.outbox if message.to == [cast.owner.email]]
    assert ["One" in bodies[0], "Two" in bodies[1]] == [True, True]
    (back,) = [str(message.body) for message in mail.outbox if message.to == [cast.booker.email]]
    assert "Three" in back
    assert str(cast.host) not in back


def test_write_message_has_a_limit_a_day(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_A_DAY", 2)
    write(booking, "First")
    write(booking, "Second")
    with pytest.raises(WrittenEnough):
        write(booking, "Third")


def test_an_owner_who_books_their_own_room_writes_to_their_colleagues(cast: Cast) -> None:
    booking = make_booking(make_space(make_place(cast.organisation)), by=cast.owner)
    assert told(write(booking)) == {cast.manager, cast.host}


@pytest.mark.parametrize("name", ["booker", *RUN_IT])
def test_messages_stand_on_the_booking_the_newest_last(
    client: Client, cast: Cast, booking: Booking, name: str
) -> None:
    write(booking, EVIL)
    write(booking, "The newest", as_owner=True, by=cast.manager)
    client.force_login(cast.named(name))

    page = client.get(f"/bookings/{booking.pk}/").content.decode()

    thread = page.split('class="thread"')[1].split("</ol>")[0]
    assert thread.index("&lt;img src=x") < thread.index("The newest")
    assert EVIL not in page
    assert (str(cast.manager) in thread) == (name in ("owner", "host"))


@pytest.mark.parametrize("name", ["other", "finance", "foreign", "operator"])
def test_messages_are_for_the_two_sides_alone(
    client: Client, cast: Cast, booking: Booking, name: str
) -> None:
    client.force_login(cast.named(name))
    for address in (
        f"/bookings/{booking.pk}/messages/",
        f"/api/v1/bookings/{booking.pk}/messages/",
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, {"text": "x"}).status_code == 404
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "\x00"])
def test_messages_page_malformed_is_a_422(
    client: Client, cast: Cast, booking: Booking, text: str
) -> None:
    client.force_login(cast.booker)
    answer = client.post(f"/bookings/{booking.pk}/messages/", {"text": text})
    assert answer.status_code == 422
    assert not Message.objects.exists()


def test_api_lists_and_posts_messages(client: Client, cast: Cast, booking: Booking) -> None:
    client.force_login(cast.host)
    address = f"/api/v1/bookings/{booking.pk}/messages/"
    answer = client.post(address, {"text": "Hei"}, content_type="application/json")
    assert (answer.status_code, answer.json()["as_owner"]) == (201, True)
    assert client.get(address).json()["results"] == [answer.json()]


def test_a_colleague_who_left_reads_no_more(client: Client, cast: Cast, booking: Booking) -> None:
    leaver = make_member(cast.organisation, Role.HOST)
    client.force_login(leaver)
    assert client.get(f"/bookings/{booking.pk}/messages/").status_code == 200
    leaver.memberships.all().delete()
    assert client.get(f"/bookings/{booking.pk}/messages/").status_code == 404
