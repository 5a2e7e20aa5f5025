"""Booking and cancelling over the API."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries
from rest_framework.serializers import ModelSerializer

from accounts.models import Role, User
from billing.api.shapes import WHERE_THERE_IS, PaidBookingSerializer
from bookings import operations as bookings
from bookings.models import Booking, Status
from spaces.models import Listing, Space
from tests.factories import make_booking, make_member, make_organisation, make_space, make_user

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(1)
LATER = TOMORROW + timedelta(hours=2)


@pytest.fixture
def booker(client: Client) -> User:
    person = make_user()
    client.force_login(person)
    return person


def book(client: Client, where: Space, key: str = "", **more: Any):
    asked = {"space": where.pk, "start": TOMORROW.isoformat(), "end": LATER.isoformat(), **more}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/bookings/", asked, content_type="application/json", headers=headers)


def cancel(client: Client, booking: Booking | str):
    pk = booking.pk if isinstance(booking, Booking) else booking
    return client.post(f"/api/v1/bookings/{pk}/cancel/", {}, content_type="application/json")


def test_a_free_space_is_confirmed_at_once(client: Client, booker: User) -> None:
    answer = book(client, make_space(), title="Kollokvie")

    assert answer.status_code == 201
    booking = answer.json()
    assert booking["status"] == "confirmed"
    assert booking["title"] == "Kollokvie"
    assert booking["ical_uid"].startswith(booking["id"])
    assert {"checkout_url", "expires_at"}.isdisjoint(booking)


def test_a_space_whose_owner_answers_first_is_requested(client: Client, booker: User) -> None:
    booking = book(client, make_space(is_instant=False)).json()

    assert booking["status"] == "requested"
    assert "expires_at" in booking


def test_a_taken_time_is_a_409_that_says_so(client: Client, booker: User) -> None:
    space = make_space()
    make_booking(space, TOMORROW, LATER)

    answer = book(client, space)

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "slot_taken"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"min_length": 180}, "too_short"),
        ({"max_length": 60}, "too_long"),
        ({"lead_time": 5 * 24 * 60}, "too_soon"),
        ({"step": 300}, "off_step"),
        ({"hours": "never"}, "closed"),
    ],
)
def test_each_rule_refuses_with_its_code(
    client: Client, booker: User, rule: dict[str, Any], code: str
) -> None:
    answer = book(client, make_space(**rule))

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_the_same_key_and_body_give_the_same_booking(client: Client, booker: User) -> None:
    space, key = make_space(), str(uuid.uuid4())

    first, second = book(client, space, key), book(client, space, key)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Booking.objects.count() == 1


def test_the_same_key_with_another_body_is_a_mismatch(client: Client, booker: User) -> None:
    space = make_space()
    book(client, space, "key")

    answer = book(client, space, "key", title="Something else")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_a_refused_key_may_be_tried_again(client: Client, booker: User) -> None:
    space = make_space()
    other = make_booking(space, TOMORROW, LATER)
    assert book(client, space, "key").status_code == 409
    other.occupancies.all().delete()

    assert book(client, space, "key").status_code == 201


def test_two_persons_keys_are_two_keys(client: Client, booker: User) -> None:
    space = make_space()
    book(client, space, "key")
    client.force_login(make_user())

    assert book(client, space, "key").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "tomorrow"},
        {"start": "2026-11-24T12:00:00"},
        {"start": None},
        {"end": TOMORROW.isoformat()},
        {"end": "9999-12-31T23:59:59Z"},
        {"space": 0},
        {"space": "x"},
        {"space": 10**30},
        {"passes": "ten"},
        {"quantity": 0},
        {"quantity": 10**12},
        {"title": "x" * 141},
        {"title": "nul\x00"},
        {"title": {"a": 1}},
    ],
)
def test_a_malformed_booking_is_a_400(client: Client, booker: User, wrong: dict[str, Any]) -> None:
    answer = book(client, make_space(), **wrong)

    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"x"', "123"])
def test_what_is_no_json_object_is_a_400(client: Client, booker: User, body: str) -> None:
    answer = client.post("/api/v1/bookings/", body, content_type="application/json")

    assert answer.status_code == 400


def test_a_draft_cannot_be_booked_by_guessing_its_number(client: Client, booker: User) -> None:
    assert book(client, make_space(listing=Listing.DRAFT)).status_code == 400


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert book(client, make_space()).status_code == 401
    assert client.get("/api/v1/bookings/").status_code == 401


def test_one_lists_ones_own_bookings_only(client: Client, booker: User) -> None:
    mine = make_booking(by=booker)
    make_booking()

    listed = client.get("/api/v1/bookings/").json()

    assert [booking["id"] for booking in listed["results"]] == [str(mine.pk)]


def test_nobody_elses_booking_is_there(client: Client, booker: User) -> None:
    other = make_booking(start=TOMORROW)

    assert client.get(f"/api/v1/bookings/{other.pk}/").status_code == 404
    assert cancel(client, other).status_code == 404
    other.refresh_from_db()
    assert other.status == Status.CONFIRMED


def test_cancelling_frees_the_time(client: Client, booker: User) -> None:
    space = make_space()
    booking = book(client, space).json()

    assert cancel(client, booking["id"]).json()["status"] == "cancelled"
    assert book(client, space).status_code == 201


def test_cancelling_twice_is_refused(client: Client, booker: User) -> None:
    booking = book(client, make_space()).json()
    cancel(client, booking["id"])

    answer = cancel(client, booking["id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 200), (Role.HOST, 200), (Role.FINANCE, 404)]
)
def test_who_runs_the_space_may_cancel(client: Client, role: Role, status: int) -> None:
    space = make_space()
    booking = make_booking(space, TOMORROW)
    client.force_login(make_member(space.organisation, role))

    assert cancel(client, booking).status_code == status


def test_an_owner_of_another_organisation_may_not(client: Client) -> None:
    booking = make_booking(start=TOMORROW)
    client.force_login(make_member(make_organisation()))

    assert cancel(client, booking).status_code == 404


def test_a_hold_that_ran_out_is_shown_as_expired(client: Client, booker: User) -> None:
    past = timezone.now() - timedelta(minutes=1)
    booking = make_booking(by=booker, start=TOMORROW, status=Status.HELD, expires_at=past)

    assert client.get(f"/api/v1/bookings/{booking.pk}/").json()["status"] == "expired"


@pytest.mark.parametrize("held", [1, 6])
def test_ones_own_bookings_take_as_many_queries_for_many_as_for_one(
    client: Client, booker: User, held: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    soon, organisation = timezone.now() + timedelta(minutes=9), make_organisation()
    for _ in range(held):
        unpaid = {"status": Status.HELD, "expires_at": soon, "organisation": organisation}
        make_booking(by=booker, start=TOMORROW, **unpaid)

    with django_assert_num_queries(8):
        answer = client.get("/api/v1/bookings/")

    assert answer.json()["count"] == held


def test_a_booking_asks_nine_questions(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Who asks, the space, what the decision rests on, the hours' lock, whether it is free, the
    units' lock, which are free now, who is told, and one to write it all:
    docs/performance.md."""
    space, person = make_space(), make_user()
    make_member(space.organisation, Role.HOST)
    _row, token = AuthToken.objects.create(person)
    asked = {"space": space.pk, "start": TOMORROW.isoformat(), "end": LATER.isoformat()}

    with django_assert_num_queries(9):
        answer = client.post(
            "/api/v1/bookings/",
            asked,
            content_type="application/json",
            headers={"Authorization": f"Token {token}"},
        )

    assert answer.status_code == 201
    booking = Booking.objects.get(pk=answer.json()["id"])
    assert booking.events.count() == booking.occupancies.count() == 1
    assert booking.deliveries.count() == 2  # the booker's and the host's


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.HELD, Status.REQUESTED])
def test_the_answer_is_what_its_fields_describe(status: Status) -> None:
    """It is written by hand, for speed; the description of the API is made from the fields."""
    organisation = make_organisation()
    booking = make_booking(
        make_space(release_after=15), status=status, organisation=organisation, cost_centre="77"
    )
    now = booking.start - timedelta(days=1)
    serializer = PaidBookingSerializer(booking, context={"now": now})

    by_fields = ModelSerializer.to_representation(serializer, booking)

    assert serializer.data == {
        name: value
        for name, value in by_fields.items()
        if value is not None or name not in WHERE_THERE_IS
    }


# --- Sent twice -------------------------------------------------------------------------


def send(client: Client, booking: Booking, action: str, key: str = "", **asked: Any):
    return client.post(
        f"/api/v1/bookings/{booking.pk}/{action}/",
        asked,
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )


def test_extend_until_a_moment_is_done_once(client: Client, booker: User) -> None:
    booking = make_booking(make_space(), TOMORROW, LATER, by=booker)
    until = (LATER + timedelta(hours=1)).isoformat()

    answers = [send(client, booking, "extend", until=until) for _time in range(2)]

    booking.refresh_from_db()
    assert [one.status_code for one in answers] == [200, 200]
    assert booking.end == LATER + timedelta(hours=1)
    assert booking.changes.count() == 1


def test_extend_until_what_it_is_already_says_so(client: Client, booker: User) -> None:
    booking = make_booking(make_space(), TOMORROW, LATER, by=booker)

    same = send(client, booking, "extend", until=LATER.isoformat())
    both = send(client, booking, "extend", until=LATER.isoformat(), minutes=30)

    assert (same.status_code, same.json()["code"]) == (409, "not_longer")
    assert both.status_code == 400


def test_extend_by_minutes_is_done_once_for_a_key(client: Client, booker: User) -> None:
    booking = make_booking(make_space(), TOMORROW, LATER, by=booker)

    for _time in range(2):
        assert send(client, booking, "extend", "a", minutes=30).status_code == 200
    other = send(client, booking, "extend", "a", minutes=60)

    booking.refresh_from_db()
    assert booking.end == LATER + timedelta(minutes=30)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert send(client, booking, "extend", "b", minutes=30).status_code == 200


def test_a_refused_change_lets_go_of_its_key(client: Client, booker: User) -> None:
    space = make_space()
    booking = make_booking(space, TOMORROW, LATER, by=booker)
    rival = make_booking(space, LATER, LATER + timedelta(hours=2))

    assert send(client, booking, "extend", "a", minutes=30).status_code == 409
    cancelled = bookings.cancel(booking=rival, by=rival.booker, as_owner=False, now=timezone.now())
    assert cancelled.status == Status.CANCELLED
    assert send(client, booking, "extend", "a", minutes=30).status_code == 200


def test_reschedule_and_cancel_are_done_once_for_a_key(client: Client, booker: User) -> None:
    booking = make_booking(make_space(), TOMORROW, LATER, by=booker)
    later = {"end": (LATER + timedelta(hours=1)).isoformat()}

    moved = [send(client, booking, "reschedule", "a", **later) for _time in range(2)]
    ended = [send(client, booking, "cancel", "b") for _time in range(2)]

    assert [one.status_code for one in (*moved, *ended)] == [200] * 4
    assert booking.changes.count() == 1
    assert [one.json()["status"] for one in ended] == ["cancelled"] * 2
    assert send(client, booking, "cancel").status_code == 409
