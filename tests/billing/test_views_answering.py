"""Cancelling and answering, where no money moves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bookings.models import Status
from spaces.models import Space
from tests.billing.test_views import LATER, TOMORROW, waits
from tests.cast import EVIL, Cast
from tests.factories import make_booking

pytestmark = pytest.mark.django_db


def test_cancel_shows_before_it_does(client: Client, cast: Cast, space: Space) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    client.force_login(cast.booker)

    assert client.get(f"/bookings/{booking.pk}/cancel/").status_code == 200
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED

    answer = client.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0})
    booking.refresh_from_db()
    assert (answer.status_code, booking.status) == (303, Status.CANCELLED)


def test_an_owner_who_cancels_says_why(client: Client, cast: Cast, space: Space) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    client.force_login(cast.host)

    assert client.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0}).status_code == 422
    answer = client.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0, "reason": "Vannlekkasje"})

    event = booking.events.get()
    assert answer.status_code == 303
    assert (event.kind, event.by, event.data["reason"]) == ("cancelled", cast.host, "Vannlekkasje")
    assert event.data["as_owner"] is True


@pytest.mark.parametrize("who", ["other", "finance", "foreign", "operator"])
def test_nobody_else_cancels(client: Client, cast: Cast, space: Space, who: str) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    cast.sign_in(client, who)

    answer = client.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0, "reason": "x"})

    booking.refresh_from_db()
    assert answer.status_code == 404
    assert booking.status == Status.CONFIRMED


def test_cancelling_what_has_begun_is_refused_with_a_sentence(
    client: Client, cast: Cast, space: Space
) -> None:
    now = timezone.now()
    booking = make_booking(
        space, now - timedelta(hours=1), now + timedelta(hours=1), by=cast.booker
    )
    client.force_login(cast.booker)

    for answer in (
        client.get(f"/bookings/{booking.pk}/cancel/", follow=True),
        client.post(f"/bookings/{booking.pk}/cancel/", {"shown": 0}, follow=True),
    ):
        assert 'class="error"' in answer.content.decode()
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


def test_answering_twice_is_refused_with_a_sentence(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = waits(make_booking(space, TOMORROW, LATER, by=cast.booker, status=Status.REQUESTED))
    client.force_login(cast.host)
    client.post(f"/bookings/{booking.pk}/approve/")

    answer = client.post(f"/bookings/{booking.pk}/decline/", {"reason": EVIL}, follow=True)

    booking.refresh_from_db()
    assert 'class="error"' in answer.content.decode()
    assert booking.status == Status.CONFIRMED


@pytest.mark.parametrize(
    ("asked_for", "goes_to"),
    [("/owner/requests/", "/owner/requests/"), ("https://evil.example/", None), ("//evil", None)],
)
def test_an_answer_leads_back_to_our_own_pages_only(
    client: Client, cast: Cast, space: Space, asked_for: str, goes_to: str | None
) -> None:
    booking = waits(make_booking(space, TOMORROW, LATER, by=cast.booker, status=Status.REQUESTED))
    client.force_login(cast.owner)

    answer = client.post(f"/bookings/{booking.pk}/decline/", {"next": asked_for})

    assert answer["Location"] == (goes_to or f"/bookings/{booking.pk}/")


def test_names_with_markup_are_escaped_in_messages(
    client: Client, cast: Cast, space: Space
) -> None:
    User.objects.filter(pk=cast.booker.pk).update(name=EVIL)
    booking = waits(make_booking(space, TOMORROW, LATER, by=cast.booker, status=Status.REQUESTED))
    client.force_login(cast.owner)

    answer = client.post(f"/bookings/{booking.pk}/approve/", follow=True)

    assert EVIL not in answer.content.decode()
    assert "&lt;img src=x" in answer.content.decode()
