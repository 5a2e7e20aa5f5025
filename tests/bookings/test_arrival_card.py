"""The arrival card: who may see it, what is on it, and where the door's code is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.deliveries import send_due
from bookings.models import Attendee, Booking, Status
from bookings.operations import invite
from spaces.models import CodeFrom, FloorPlan, PlanPoint, Space
from spaces.operations import door_of, set_way_in
from tests.cast import EVIL, NAMES, RUN_IT, Cast
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db
START = NOW + timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def space(cast: Cast) -> Space:
    place = make_place(
        cast.organisation,
        arrival={"nb": "Ring på ved porten."},
        doors={"nb": "Inngang fra gården."},
        parking={"nb": "To plasser bak."},
        public_transport={"nb": "Buss 3 til Elgeseter."},
        has_lift=True,
        has_hearing_loop=True,
    )
    space = make_space(place, name="Nidelva")
    plan = FloorPlan.objects.create(place=place, name="2. etasje", file="x.png", width=9, height=9)
    PlanPoint.objects.create(plan=plan, space=space, x=40, y=60)
    door = door_of(space=space, now=NOW)
    set_way_in(door=door, code_from=CodeFrom.OWNER, code="4711", way_in={"nb": "Venstre dør."})
    return space


@pytest.fixture
def booking(cast: Cast, space: Space) -> Booking:
    return make_booking(space, START, by=cast.booker, title=EVIL)


@pytest.fixture
def guest(cast: Cast, booking: Booking) -> Attendee:
    with time_machine.travel(NOW, tick=False):
        people = [("Ola", "ola@example.org")]
        invite(booking=booking, people=people, by=cast.booker, now=NOW)
    return booking.attendees.get()


def card(client: Client, path: str, now: datetime = NOW) -> Any:
    with time_machine.travel(now, tick=False):
        return client.get(path)


@pytest.mark.parametrize("who", NAMES)
def test_the_card_is_for_the_booker_and_those_who_run_the_space(
    client: Client, cast: Cast, booking: Booking, who: str
) -> None:
    cast.sign_in(client, who)

    answer = card(client, f"/bookings/{booking.pk}/arrival/")

    may = who in ("booker", *RUN_IT)
    assert answer.status_code == (200 if may else 404 if who else 302)


def test_all_that_one_needs_to_come_is_on_it(client: Client, cast: Cast, booking: Booking) -> None:
    cast.sign_in(client, "booker")

    text = card(client, f"/bookings/{booking.pk}/arrival/").text

    place = booking.space.place
    assert place.full_address in text
    assert f"{place.latitude:.5f},{place.longitude:.5f}" in text
    for words in (
        *("Ring på ved porten.", "Inngang fra gården.", "To plasser bak.", "Buss 3 til Elgeseter."),
        *("Lift", "Hearing loop", "2. etasje", "There are stairs"),
    ):
        assert words in text
    assert EVIL not in text


def test_the_code_is_on_it_only_while_it_may_be_shown_and_never_printed(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    path = f"/bookings/{booking.pk}/arrival/"

    before = card(client, path).text
    soon = card(client, path, START - timedelta(minutes=20)).text

    assert ("4711" in before, "Venstre dør." in before) == (False, False)
    assert "4711" in soon
    assert soon.index('<div class="no-print">') < soon.index("4711")


@pytest.mark.parametrize("now", [NOW, START - timedelta(minutes=20)])
def test_who_is_invited_sees_the_way_but_no_code(
    client: Client, booking: Booking, guest: Attendee, now: datetime
) -> None:
    answer = card(client, f"/answers/{guest.token}/arrival/", now)

    assert "Inngang fra gården." in answer.text
    assert ("4711" in answer.text, "Venstre dør." in answer.text) == (False, False)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert f"/answers/{guest.token}/arrival/" in card(client, f"/answers/{guest.token}/").text
    assert card(client, "/answers/" + "a" * 52 + "/arrival/").status_code == 404


def test_there_is_no_card_of_what_does_not_take_place(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    path = f"/bookings/{booking.pk}/arrival/"

    assert card(client, path, START + timedelta(days=1)).status_code == 404
    Booking.objects.update(status=Status.CANCELLED)
    assert card(client, path).status_code == 404


def test_mails_lead_to_it(
    booking: Booking, guest: Attendee, mailoutbox: Any, settings: Any
) -> None:
    send_due(now=NOW)

    (letter,) = mailoutbox
    assert f"{settings.PUBLIC_URL}/answers/{guest.token}/arrival/" in letter.body
