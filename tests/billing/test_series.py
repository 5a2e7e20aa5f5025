"""Series on the pages and in the API: booked all or nothing, cancelled together, told once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from accounts.models import User
from billing import operations
from billing.models import Order
from billing.operations.repeating import returns_of
from bookings import deliveries
from bookings.models import Booking, Delivery, Kind, Occupancy, Series, Status
from bookings.operations.repeating import coming_of
from bookings.refusals import TooLate, WrongState
from spaces.models import Space
from tests.bookings.test_series import TUESDAY, as_wanted, at, tuesdays
from tests.cast import EVIL, Cast
from tests.factories import NOW, make_booking, make_member, make_place, make_series, make_space

pytestmark = pytest.mark.usefixtures("monday_noon", "in_english")

WEEK = timedelta(weeks=1)


@pytest.fixture
def booker(cast: Cast, client: Client) -> User:
    client.force_login(cast.booker)
    cast.booker.refresh_from_db()
    return cast.booker


RULE = {
    "date": "2026-12-01",
    "from": "10:00",
    "to": "12:00",
    "repeat": "weekly",
    "count": "10",
    "quantity": "1",
    "title": "Statistics",
}


def page_of(client: Client, space: Space, **changes: str) -> str:
    return client.get(reverse("repeat", args=[space.slug]), {**RULE, **changes}).content.decode()


def all_proposed(client: Client, space: Space) -> dict[str, str]:
    """The table's fields as a browser sends them untouched."""
    table = client.get(reverse("repeat", args=[space.slug]), RULE).context["table"]
    return {row.name: row.chosen for row in table.rows if row.chosen}


# --- Pages ------------------------------------------------------------------------------


def test_the_form_asks_and_the_table_answers(client: Client, booker: User, space: Space) -> None:
    fjord = make_space(space.place, name="Fjord")
    make_booking(space, at(TUESDAY + 2 * WEEK))

    empty = client.get(reverse("repeat", args=[space.slug]), {"date": "2026-12-01"})
    assert b"Show all the times" in empty.content
    shown = page_of(client, space)

    assert "9 of 10 in Nidelva, 1 in Fjord" in shown
    assert "It is booked from 10:00 to 12:00." in shown
    assert f'value="{fjord.pk}.20261215T0900Z.20261215T1100Z" checked' in shown
    assert "Nidelva at 12:00–14:00 instead" in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": ""}, "Say how many times, or until when."),
        ({"until": "2028-01-01"}, "Until at most a year after the first day."),
        ({"repeat": "weekday", "count": "20"}, "That takes more than a year."),
        ({"date": "2026-11-01"}, "Begin today or within a year."),
        ({"repeat": "daily", "count": "", "until": "2027-11-30"}, "That is more than 260 times."),
    ],
)
def test_a_rule_that_does_not_hold_is_told(
    client: Client, booker: User, space: Space, changes: dict[str, str], said: str
) -> None:
    shown = page_of(client, space, **changes)

    assert said in shown
    assert "picks" not in shown


def test_what_is_picked_is_booked_and_the_rest_left_out(
    client: Client, booker: User, space: Space
) -> None:
    fjord = make_space(space.place, name="Fjord")
    make_booking(space, at(TUESDAY + 2 * WEEK))
    picks = all_proposed(client, space)
    del picks["pick-2026-12-08"]

    answer = client.post(reverse("repeat", args=[space.slug]), {**RULE, **picks})

    series = Series.objects.get()
    assert answer["Location"] == series.get_absolute_url()
    booked = list(series.bookings.order_by("period"))
    assert len(booked) == 9
    assert [one.space for one in booked].count(fjord) == 1
    assert {one.status for one in booked} == {Status.CONFIRMED}
    shown = client.get(series.get_absolute_url()).content.decode()
    assert "In Fjord" in shown
    assert shown.count("Left out") == 1


def test_the_same_sending_twice_is_one_series(client: Client, booker: User, space: Space) -> None:
    key = "0190d7a4-0000-7000-8000-000000000001"
    sent = {**RULE, **all_proposed(client, space), "key": key}

    first, again = (client.post(reverse("repeat", args=[space.slug]), sent) for _ in range(2))

    assert first["Location"] == again["Location"]
    assert Booking.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_one_that_has_gone_meanwhile_refuses_all_and_says_which(
    client: Client, booker: User, space: Space
) -> None:
    picks = all_proposed(client, space)
    make_booking(space, at(TUESDAY + WEEK))

    answer = client.post(reverse("repeat", args=[space.slug]), {**RULE, **picks})

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Tuesday 8 December: Someone else has that time. Choose another." in shown
    assert "9 of 10 in Nidelva" in shown
    assert not Series.objects.exists()


def test_nothing_picked_and_nonsense_picked_are_refused(
    client: Client, booker: User, space: Space
) -> None:
    for picks in ({}, {"pick-2026-12-01": EVIL}, {"pick-2026-12-02": "1.2.3"}):
        answer = client.post(reverse("repeat", args=[space.slug]), {**RULE, **picks})
        assert answer.status_code == 422
        assert "Pick at least one time." in answer.content.decode()


def test_who_is_not_signed_in_sees_the_table_and_comes_back_to_it(
    client: Client, space: Space
) -> None:
    assert "Sign in to book" in page_of(client, space)

    answer = client.post(reverse("repeat", args=[space.slug]), RULE)

    assert "/accounts/login/" in answer["Location"]
    assert "repeat%3Dweekly" in answer["Location"]


def test_a_skipped_day_is_added_on_a_page_of_its_own(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    booking = series.bookings.get(recurrence_date=TUESDAY + WEEK)
    operations.cancel(booking=booking, by=booker, as_owner=False, now=NOW)
    url = f"{reverse('series_add', args=[series.pk])}?date=2026-12-08"
    assert url in client.get(series.get_absolute_url()).content.decode()
    (row,) = [client.get(url).context["row"]]

    answer = client.post(url, {row.name: row.chosen})

    assert answer["Location"] == series.get_absolute_url()
    assert series.bookings.filter(status=Status.CONFIRMED).count() == 3


def test_titles_are_never_markup(client: Client, booker: User, space: Space) -> None:
    series = make_series(space, at(TUESDAY), by=booker, title=EVIL)

    for url in (series.get_absolute_url(), reverse("series_cancel", args=[series.pk])):
        assert "<img src=x" not in client.get(url).content.decode()


@pytest.mark.parametrize("route", ["series", "series_cancel"])
def test_pages_take_as_many_queries_for_thirty_as_for_two(
    client: Client, booker: User, space: Space, route: str
) -> None:
    few = make_series(space, at(TUESDAY), count=2, by=booker)
    many = make_series(make_space(space.place), at(TUESDAY), count=30, by=booker)

    def queries(series: Series) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(route, args=[series.pk])).status_code == 200
        return len(found)

    queries(few)
    assert queries(few) == queries(many)


# --- Cancelling -------------------------------------------------------------------------


def test_cancel_series_from_a_day_on_leaves_the_earlier(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=4, by=booker)
    url = reverse("series_cancel", args=[series.pk])
    assert "Cancel 2 bookings?" in client.get(url, {"from": "2026-12-15"}).content.decode()

    client.post(url, {"from": "2026-12-15"})

    assert [one.status for one in series.bookings.order_by("period")] == [
        *[Status.CONFIRMED] * 2,
        *[Status.CANCELLED] * 2,
    ]
    assert Occupancy.objects.count() == 2


def test_cancel_series_leaves_what_is_too_close_and_says_so(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    series.bookings.update(last_notice=10 * 24 * 60)
    url = reverse("series_cancel", args=[series.pk])
    page = client.get(url).content.decode()
    assert "Cancel 2 bookings?" in page
    assert "One is so close that it can no longer be cancelled." in page

    client.post(url)

    assert [one.status for one in series.bookings.order_by("period")] == [
        Status.CONFIRMED,
        *[Status.CANCELLED] * 2,
    ]
    with pytest.raises(TooLate):
        operations.cancel_series(series=series, by=booker, now=NOW)
    again = client.get(url, follow=True).content.decode()
    assert "So close to the start it can no longer be cancelled or changed." in again


def test_cancel_series_leaves_where_they_have_checked_in_already_and_says_so(
    client: Client, booker: User, space: Space
) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=booker)
    Booking.objects.filter(pk=series.bookings.earliest("period").pk).update(
        status=Status.CHECKED_IN
    )
    url = reverse("series_cancel", args=[series.pk])
    assert "Cancel 2 bookings?" in client.get(url).content.decode()

    client.post(url)

    assert [one.status for one in series.bookings.order_by("period")] == [
        Status.CHECKED_IN,
        *[Status.CANCELLED] * 2,
    ]


def test_cancel_series_tells_booker_and_owner_once(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=5, by=cast.booker)

    operations.cancel_series(series=series, by=cast.booker, now=NOW)

    sent = Delivery.objects.all()
    assert {one.kind for one in sent} == {Kind.SERIES_CANCELLED}
    assert {one.recipient for one in sent} == {cast.booker, cast.owner, cast.manager, cast.host}
    assert sent.count() == 4
    with pytest.raises(WrongState):
        operations.cancel_series(series=series, by=cast.booker, now=NOW)


def test_what_cancelling_returns_is_each_by_its_own_terms(cast: Cast, space: Space) -> None:
    series = make_series(space, NOW + timedelta(hours=12), count=3, by=cast.booker)
    series.bookings.update(amount=10_000, cancellation=[[24 * 60, 100], [0, 50]])
    for booking in series.bookings.all():
        order = Order.objects.create(
            buyer=cast.booker,
            status="paid",
            amount=10_000,
            created_at=NOW,
            session_expires_at=NOW,
            not_before=NOW,
        )
        order.lines.create(kind="booking", booking=booking, owner=space.organisation, amount=10_000)

    returns = returns_of(coming_of(series, now=NOW), now=NOW)

    assert [one.amount.amount for one in returns] == [5_000, 10_000, 10_000]


# --- Letters ----------------------------------------------------------------------------


def test_one_letter_names_all_times_and_puts_them_in_the_calendar(cast: Cast, space: Space) -> None:
    fjord = make_space(make_place(name="Fjordgata"), name="Fjord")
    make_member(fjord.organisation, user=cast.other)
    series = tuesdays(space, 3, title="Statistics")
    picks = as_wanted(series)
    picks[1] = type(picks[1])(picks[1].day, fjord, picks[1].span)
    cast.booker.refresh_from_db()
    operations.book_series(series=series, picks=picks, by=cast.booker, now=NOW)

    deliveries.send_due(now=NOW)

    to = {message.to[0]: message for message in mail.outbox}
    assert len(mail.outbox) == 5
    mine = to[cast.booker.email]
    assert mine.subject == "Booked: Nidelva and Fjord, 3 times from Tuesday 1 December"
    assert "Tuesday 8 December, 10:00–12:00: Fjord" in mine.body
    assert series.get_absolute_url() in mine.body
    assert "Tuesday 8 December" not in to[cast.owner.email].body
    assert "Tuesday 1 December" not in to[cast.other.email].body
    part = next(p for p in mine.message().walk() if p.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert str(calendar["METHOD"]) == part.get_param("method") == "PUBLISH"
    assert [str(event["UID"]) for event in calendar.events] == [
        one.ical_uid for one in series.bookings.order_by("period")
    ]


def test_a_series_on_request_says_who_answers(cast: Cast, space: Space) -> None:
    Space.objects.filter(pk=space.pk).update(is_instant=False)
    space = Space.objects.get(pk=space.pk)
    series = tuesdays(space, 2)
    cast.booker.refresh_from_db()
    operations.book_series(series=series, picks=as_wanted(series), by=cast.booker, now=NOW)

    deliveries.send_due(now=NOW)

    mine = next(message for message in mail.outbox if message.to == [cast.booker.email])
    assert "is to say yes first" in mine.body
    assert "text/calendar" not in mine.message().as_string()


def test_the_letter_of_a_cancelled_series(cast: Cast, space: Space) -> None:
    series = make_series(space, at(TUESDAY), count=3, by=cast.booker)
    cast.booker.refresh_from_db()
    operations.cancel_series(series=series, by=cast.booker, first=TUESDAY + WEEK, now=NOW)

    deliveries.send_due(now=NOW)

    mine = next(message for message in mail.outbox if message.to == [cast.booker.email])
    assert mine.subject == "Cancelled: Nidelva, 2 times from Tuesday 8 December"
    calendar = Calendar.from_ical(
        next(
            p for p in mine.message().walk() if p.get_content_type() == "text/calendar"
        ).get_payload(decode=True)
    )
    assert {str(event["STATUS"]) for event in calendar.events} == {"CANCELLED"}
    assert {int(event["SEQUENCE"]) for event in calendar.events} == {1}


# --- API --------------------------------------------------------------------------------


def ask(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(
        f"/api/v1/series/{path}",
        json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def wish(space: Space, **changes: Any) -> dict[str, Any]:
    rule = {"space": space.pk, "date": "2026-12-01", "from": "10:00", "to": "12:00"}
    return {**rule, "repeat": "weekly", "count": 3, **changes}


def test_the_api_previews_books_shows_and_cancels(
    client: Client, booker: User, space: Space
) -> None:
    fjord = make_space(space.place, name="Fjord")
    make_booking(space, at(TUESDAY + WEEK))

    preview = ask(client, "?preview=1", wish(space)).json()
    assert [one["status"] for one in preview["occurrences"]] == ["free", "slot_taken", "free"]
    taken = preview["occurrences"][1]
    assert taken["start"] == "2026-12-08T10:00:00+01:00"
    assert taken["reasons"][0]["code"] == "slot_taken"
    assert taken["alternatives"][0]["space"] == fjord.pk
    assert preview["total"] == {"amount": 0, "currency": "NOK"}
    assert not Series.objects.exists()

    with transaction.atomic():
        refused = ask(client, "", wish(space))
        transaction.set_rollback(True)
    assert (refused.status_code, refused.json()["date"]) == (409, "2026-12-08")

    picks = [{"date": "2026-12-08", **taken["alternatives"][0]}]
    picks[0].pop("price")
    booked = ask(client, "", wish(space, picks=picks), **{"Idempotency-Key": "one"})
    again = ask(client, "", wish(space, picks=picks), **{"Idempotency-Key": "one"})
    assert (booked.status_code, again.json()["id"]) == (201, booked.json()["id"])
    assert [one["space"] for one in booked.json()["bookings"]] == [space.pk, fjord.pk, space.pk]

    pk = booked.json()["id"]
    assert client.get(f"/api/v1/series/{pk}/").json()["bookings"][0]["status"] == "confirmed"
    left = ask(client, f"{pk}/cancel/", {"from": "2026-12-08"}).json()["bookings"]
    assert [one["status"] for one in left] == ["confirmed", "cancelled", "cancelled"]


@pytest.mark.parametrize(("said", "status"), [("True", 200), ("yes", 200), ("perhaps", 400)])
def test_the_api_books_nothing_that_may_have_been_meant_as_a_preview(
    client: Client, booker: User, space: Space, said: str, status: int
) -> None:
    assert ask(client, f"?preview={said}", wish(space)).status_code == status
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"count": None},
        {"until": "2027-01-01"},  # and a count
        {"count": 261},
        {"from": "25:00"},
        {"from": "24:00"},
        {"repeat": "yearly"},
        {"weekdays": [8]},
        {"picks": [{"date": "2026-12-01", "start": "2026-12-01T10:00:00"}]},
        {"picks": [{"date": "2026-12-01", "start": "2026-12-01T10:00:00Z"}]},
        {"picks": [{"date": "2026-12-02", "skip": True}]},  # no day of the rule
        {"picks": [{"date": "2026-12-01", "skip": True}, {"date": "2026-12-01"}]},
    ],
)
def test_the_api_refuses_what_is_malformed(
    client: Client, booker: User, space: Space, changes: dict[str, Any]
) -> None:
    assert ask(client, "", wish(space, **changes)).status_code == 400
