"""Waiting for the same time again and again: written to, once, when a space has more of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from billing import operations as billing
from bookings import emails, operations
from bookings.forms import search_of
from bookings.models import Booking, Delivery, Kind, Queue, Waiting
from bookings.operations.queueing import FreeNow
from bookings.queries.fitting import wish_for
from bookings.queries.line import numbers_in_line
from bookings.refusals import TooSoon
from spaces.models import Space
from spaces.periods import Period, period
from tests.billing.waiting import free, state, wait
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
TUESDAYS = "date=2026-11-24&from=10:00&to=12:00&repeat=weekly&weekdays=2&count=4"
FIRST = NOW + timedelta(hours=22)  # Tuesday at 10 in Trondheim
NIGHT = NOW + timedelta(hours=12)


@pytest.fixture
def booked(space: Space) -> list[Booking]:
    """The four Tuesdays, by somebody else."""
    return [make_booking(space, at.lower, at.upper) for at in map(tuesday, range(4))]


def tuesday(number: int) -> Period:
    return period(FIRST + number * WEEK, FIRST + number * WEEK + 2 * HOUR)


def wish(query: str = TUESDAYS, by: User | None = None, at: Any = NOW) -> Waiting:
    wanted = search_of(QueryDict(query), now=at)
    return operations.join(**wish_for(wanted), by=by or make_user(), now=at)


def test_join_again_and_again_is_one_entry_with_what_was_free(booked: list[Booking]) -> None:
    entry = wish()
    assert (entry.had, entry.minutes, entry.space) == (0, None, None)
    assert entry.period == period(FIRST, FIRST + 3 * WEEK + 2 * HOUR)
    assert entry.until == FIRST + 3 * WEEK  # until then there may be one

    free(booked[0])
    same = wish(by=entry.person, at=NOW + HOUR)
    assert (same, same.had, same.until) == (entry, 1, FIRST + 2 * WEEK)


def test_join_again_and_again_is_refused_where_a_space_has_all_that_are_ahead(
    booked: list[Booking],
) -> None:
    for one in booked[1:]:
        free(one)
    assert wish().had == 3
    with pytest.raises(FreeNow):
        wish(at=FIRST)
    with pytest.raises(TooSoon):
        wish(TUESDAYS.replace("count=4", "count=1"), at=FIRST)


def test_who_waits_is_written_to_once_when_a_space_has_more(booked: list[Booking]) -> None:
    entry = wish()
    assert billing.offer_due(now=NOW) == []
    assert state(entry) == Queue.WAITING

    free(booked[1])
    assert billing.offer_due(now=NOW) == []

    assert state(entry) == Queue.TOLD
    assert (entry.had, entry.booking, entry.letter) == (1, None, 1)
    (letter,) = Delivery.objects.filter(kind=Kind.MORE_TIMES)
    assert (letter.recipient, letter.version, letter.not_before) == (entry.person, 1, NOW)
    assert not Booking.objects.filter(booker=entry.person).exists()

    again = wish(by=entry.person)
    free(booked[2])
    billing.offer_due(now=NOW)
    assert (state(again), again.had, again.letter) == (Queue.TOLD, 2, 2)
    assert Delivery.objects.filter(kind=Kind.MORE_TIMES).count() == 2


def test_as_many_as_before_are_no_news(space: Space, booked: list[Booking]) -> None:
    free(booked[0])
    entry = wish()
    other = make_space(space.place, name="Fjord")
    for number in range(1, 4):
        make_booking(other, tuesday(number).lower, tuesday(number).upper)

    billing.offer_due(now=NOW)
    assert state(entry) == Queue.WAITING

    make_space(space.place, name="Fjell")
    billing.offer_due(now=NOW)
    assert (state(entry), entry.had) == (Queue.TOLD, 4)


def test_at_night_nobody_is_written_to_before_the_morning(booked: list[Booking]) -> None:
    wish()
    free(booked[0])
    billing.offer_due(now=NIGHT)
    (letter,) = Delivery.objects.filter(kind=Kind.MORE_TIMES)
    assert letter.not_before == NOW + timedelta(hours=19)  # seven


def test_who_waits_to_be_told_stands_in_nobodys_way(space: Space, booked: list[Booking]) -> None:
    told = wish()
    asked = wait(space, span=tuesday(0), at=NOW + HOUR)
    assert numbers_in_line([told, asked], now=NOW + HOUR) == {asked.pk: 1}

    free(booked[0])
    (offer,) = billing.offer_due(now=NOW + HOUR)
    assert (offer.booker, state(told)) == (asked.person, Queue.WAITING)  # it is held


def test_the_page_keeps_a_search_in_vain_and_says_what_it_has_now(
    client: Client, cast: Cast, booked: list[Booking]
) -> None:
    asked = client.get(f"/recurring/?{TUESDAYS}").content.decode()
    assert "/accounts/login/?next=/recurring/%3Fdate%3D2026-11-24" in asked
    cast.sign_in(client, "booker")
    assert (
        "Tell me when something is free" in client.get(f"/recurring/?{TUESDAYS}").content.decode()
    )

    assert client.post("/waitlist/", {"search": TUESDAYS})["Location"] == "/waitlist/"

    mine = client.get("/waitlist/").content.decode()
    assert "Every week, Tuesday, 10:00–12:00" in mine
    assert "We write when a space has any of the 4 times." in mine
    assert "in line" not in mine

    free(booked[0])
    page = client.get(f"/recurring/?{TUESDAYS}").content.decode()
    assert "Tell me when one has more" in page
    billing.offer_due(now=NOW)
    assert (
        "A space had 1 of the 4 times when we wrote." in client.get("/waitlist/").content.decode()
    )

    for one in booked[1:]:
        free(one)
    assert "Tell me" not in client.get(f"/recurring/?{TUESDAYS}").content.decode()
    answer = client.post("/waitlist/", {"search": TUESDAYS}, follow=True)
    assert "There is a free one now" in answer.content.decode()


def test_the_letter_and_the_notice_lead_to_the_search(
    client: Client, booked: list[Booking]
) -> None:
    entry = wish(by=make_user(language="en"))
    free(booked[0])
    billing.offer_due(now=NOW)
    letter = Delivery.objects.get(kind=Kind.MORE_TIMES)

    text = str(emails.mail_for(letter).body)

    assert "A space has 1 of the 4 times you wait for" in text
    assert "Nothing is kept for you" in text
    assert f"/recurring/?{entry.search}" in text
    client.force_login(entry.person)
    assert "more of the times you wait for" in client.get("/notices/").content.decode()
    led = client.get(f"/notices/{letter.pk}/")["Location"]
    assert led == f"/recurring/?{entry.search}"
    with time_machine.travel(FIRST + HOUR):  # the same last day, though the first has begun
        assert len(client.get(led).context["wanted"].days) == 4
    with time_machine.travel(FIRST + timedelta(days=1)):
        assert len(client.get(led).context["wanted"].days) == 3


def test_a_program_waits_again_and_again(client: Client, cast: Cast, booked: list[Booking]) -> None:
    cast.sign_in(client, "booker")
    answer = client.post("/api/v1/waitlist/", {"search": TUESDAYS}, "application/json")

    told = answer.json()
    assert answer.status_code == 201, told
    assert (told["state"], told["had"], told["number"]) == ("waiting", 0, None)
    assert client.get("/api/v1/waitlist/").json()["results"] == [told]
    address = f"/api/v1/waitlist/{told['id']}/"
    assert client.post(f"{address}accept/").json()["code"] == "not_offered"
    assert client.post(f"{address}decline/").json()["code"] == "not_offered"
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["state"] == "ended"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": Queue.TOLD},
        {"had": None, "letter": 1},
        {"had": None, "state": Queue.TOLD},
        {"minutes": 60},
    ],
)
def test_the_database_keeps_what_is_told_apart_from_what_is_offered(
    booked: list[Booking], wrong: dict[str, Any]
) -> None:
    entry = wish()
    with pytest.raises(IntegrityError, match="waiting_told"), transaction.atomic():
        Waiting.objects.filter(pk=entry.pk).update(**wrong)
