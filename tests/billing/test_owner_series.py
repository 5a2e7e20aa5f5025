"""An owner answers a series as one: approved, declined or cancelled together, told once."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from billing import operations
from bookings.emails import of_series
from bookings.models import Booking, Delivery, Kind, Series, Status
from bookings.operations import Pick
from bookings.refusals import WrongState
from spaces.models import Space
from tests.bookings.test_series import as_wanted, tuesdays
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_place, make_space

pytestmark = pytest.mark.usefixtures("monday_noon", "in_english")

MINUTE = timedelta(minutes=1)


@pytest.fixture
def space(cast: Cast) -> Space:
    return make_space(
        make_place(cast.organisation),
        name="Nidelva",
        slug="nidelva",
        is_instant=False,
        horizon_days=365,
    )


@pytest.fixture
def elsewhere() -> Space:
    return make_space(name="Fjord")


@pytest.fixture
def asked(cast: Cast, space: Space, elsewhere: Space) -> Series:
    """Three that wait for an answer, and a fourth in another owner's space."""
    series = tuesdays(space, 4, title="Statistics")
    first, second, third, fourth = as_wanted(series)
    picks = [first, second, third, Pick(fourth.day, elsewhere, fourth.span)]
    return operations.book_series(series=series, picks=picks, by=cast.booker, now=NOW)


def statuses(series: Series) -> list[str]:
    return list(series.bookings.order_by("period").values_list("status", flat=True))


def test_approve_series_answers_all_that_wait_in_ones_own_spaces(cast: Cast, asked: Series) -> None:
    before = Delivery.objects.filter(recipient=cast.booker).count()

    operations.approve_series(series=asked, by=cast.owner, now=NOW)

    assert statuses(asked) == [Status.CONFIRMED] * 4
    told = Delivery.objects.filter(recipient=cast.booker).order_by("pk")[before:]
    assert [one.kind for one in told] == [Kind.SERIES_BOOKED]
    with pytest.raises(WrongState):
        operations.approve_series(series=asked, by=cast.owner, now=NOW)


def test_the_letter_of_what_was_approved_is_about_just_that(
    cast: Cast, space: Space, asked: Series
) -> None:
    """Not the day that was declined before, but the day that was asked for since."""
    declined = asked.bookings.order_by("period")[1]
    operations.decline(booking=declined, by=cast.owner, now=NOW + MINUTE)
    assert declined.recurrence_date is not None
    extra = Pick(declined.recurrence_date, space, declined.period)
    with time_machine.travel(NOW + 2 * MINUTE, tick=False):
        added = operations.add_to_series(
            series=asked, pick=extra, by=cast.booker, now=NOW + 2 * MINUTE
        )

    answered = operations.approve_series(series=asked, by=cast.owner, now=NOW + 3 * MINUTE)

    told = Delivery.objects.filter(recipient=cast.booker, kind=Kind.SERIES_BOOKED).last()
    assert told is not None
    letter = of_series.booked(told.booking)
    assert added in answered
    assert letter.events == answered
    assert letter.subject.startswith("Booked: Nidelva, 3 times")
    assert not any("say yes first" in one for one in letter.paragraphs)


def test_the_letter_of_a_series_on_request_tells_what_is_certain_and_what_is_not(
    asked: Series,
) -> None:
    letter = of_series.booked(asked.bookings.order_by("period")[0])

    assert len(letter.events) == 1
    assert "4 times" in letter.subject
    assert any("say yes first" in one for one in letter.paragraphs)


def test_the_letter_of_a_series_that_is_only_asked_for_does_not_say_that_it_is_booked(
    cast: Cast, space: Space
) -> None:
    series = tuesdays(space, 2)
    booked = operations.book_series(series=series, picks=as_wanted(series), by=cast.booker, now=NOW)

    letter = of_series.booked(booked.bookings.order_by("period")[0])

    assert letter.subject.startswith("Asked for: Nidelva, 2 times")
    assert (letter.heading, letter.events) == ("Your request is with the owner", [])


def test_decline_series_leaves_what_is_in_others_spaces(cast: Cast, asked: Series) -> None:
    before = Delivery.objects.filter(recipient=cast.booker).count()

    operations.decline_series(series=asked, by=cast.owner, now=NOW, reason="Exams then")

    assert statuses(asked) == [*[Status.DECLINED] * 3, Status.CONFIRMED]
    told = Delivery.objects.filter(recipient=cast.booker).order_by("pk")[before:]
    assert [one.kind for one in told] == [Kind.SERIES_CANCELLED]


def test_the_letter_of_a_declined_series_says_who_and_why(cast: Cast, asked: Series) -> None:
    operations.decline_series(series=asked, by=cast.owner, now=NOW, reason="Exams then")

    letter = of_series.cancelled(asked.bookings.order_by("period")[0])
    assert letter.subject.startswith("Declined: Nidelva, 3 times")
    assert any("said no" in one for one in letter.paragraphs)
    assert any("Exams then" in one for one in letter.paragraphs)
    assert not letter.events


def test_cancel_series_as_owner_apologises_once(cast: Cast, asked: Series) -> None:
    operations.approve_series(series=asked, by=cast.owner, now=NOW)
    operations.cancel_series_as_owner(series=asked, by=cast.owner, now=NOW, reason="Water")

    assert statuses(asked) == [*[Status.CANCELLED] * 3, Status.CONFIRMED]
    letter = of_series.cancelled(asked.bookings.order_by("period")[0])
    assert letter.subject.startswith("Cancelled: Nidelva, 3 times")
    assert any("had to cancel" in one for one in letter.paragraphs)


@pytest.mark.parametrize(
    ("route", "status"),
    [("approve_series", Status.CONFIRMED), ("decline_series", Status.DECLINED)],
)
def test_an_owner_answers_a_series_with_one_click(
    cast: Cast, client: Client, asked: Series, route: str, status: Status
) -> None:
    cast.sign_in(client, "owner")
    requests = client.get(reverse("owner_requests")).content.decode()
    assert "Approve all 3" in requests
    page = client.get(reverse("owner_series", args=[asked.pk])).content.decode()
    assert "3 times wait for your answer" in page
    assert "Fjord" not in page

    answer = client.post(reverse(route, args=[asked.pk]), {"reason": EVIL})

    assert answer.status_code == 303
    assert statuses(asked)[:3] == [status] * 3
    again = client.post(reverse(route, args=[asked.pk]), follow=True)
    assert "None of it waits" in again.content.decode()


def test_a_series_is_shown_to_nobody_who_runs_none_of_its_spaces(
    cast: Cast, client: Client, asked: Series
) -> None:
    for name in ("booker", "foreign"):
        cast.sign_in(client, name)
        assert client.get(reverse("owner_series", args=[asked.pk])).status_code in (302, 404)


def test_the_page_asks_the_database_as_often_for_many_days(
    cast: Cast, client: Client, space: Space, django_assert_max_num_queries: Any
) -> None:
    cast.sign_in(client, "owner")
    asked = []
    for count, opens in ((2, 600), (30, 900)):
        series = tuesdays(space, count, opens=opens, closes=opens + 60)
        booked = operations.book_series(
            series=series, picks=as_wanted(series), by=cast.booker, now=NOW
        )
        url = reverse("owner_series", args=[booked.pk])
        client.get(url)
        with django_assert_max_num_queries(40) as met:
            client.get(url)
        asked.append(len(met))
    assert asked[0] == asked[1]
    assert Booking.objects.count() > 20
