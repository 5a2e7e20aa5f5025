"""The pages of a booking, met by everybody who might come by."""

import re
import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.transactions import Busy
from billing.models import IdempotencyKey
from bookings.models import Booking, Kind, Status
from bookings.operations.moves import record
from spaces.models import Allocation, Space
from tests.cast import EVIL, RUN_IT, Cast
from tests.cast import NAMES as AS
from tests.factories import make_booking, make_member, make_organisation, make_space

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(1)
LATER = TOMORROW + timedelta(hours=2)
HTMX = {"HX-Request": "true"}


def asked(start: datetime = TOMORROW, end: datetime = LATER, **more: object) -> dict[str, object]:
    return {
        "date": start.date().isoformat(),
        "from": f"{start:%H:%M}",
        "to": f"{end:%H:%M}",
        "title": "",
        "key": str(uuid.uuid4()),
        **more,
    }


def test_a_start_that_has_just_passed_is_the_next_and_nothing_is_booked_unseen(
    client: Client, cast: Cast, space: Space
) -> None:
    """As when one reads the code on a door at the last moment, and signs in first."""
    Space.objects.filter(pk=space.pk).update(step=15, min_length=15)
    cast.sign_in(client, "booker")
    soon = TOMORROW + timedelta(minutes=15)
    said = asked(soon, soon + timedelta(minutes=30))
    with time_machine.travel(soon + timedelta(seconds=30), tick=False):
        page = client.get(f"/spaces/{space.slug}/", said).content.decode()
        assert '<option value="12:30" selected>' in page
        assert '<option value="13:00" selected>' in page

        answer = client.post(f"/spaces/{space.slug}/book/", said)

        assert answer.status_code == 422
        assert "This is from the next on" in answer.content.decode()
        assert '<option value="12:30" selected>' in answer.content.decode()
        assert not Booking.objects.exists()
        client.post(f"/spaces/{space.slug}/book/", said | {"from": "12:30", "to": "13:00"})
    booking = Booking.objects.get()
    assert booking.start == soon + timedelta(minutes=15)
    assert booking.end - booking.start == timedelta(minutes=30)


def waits(booking: Booking) -> Booking:
    """With an expiry that the views' own clock has not reached."""
    Booking.objects.filter(pk=booking.pk).update(expires_at=timezone.now() + timedelta(hours=1))
    booking.occupancies.update(held_until=timezone.now() + timedelta(hours=1))
    return booking


# --- Booking ----------------------------------------------------------------------------


def test_book_free_space_leads_to_its_booking(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.booker)

    answer = client.post(f"/spaces/{space.slug}/book/", asked(title="Kollokvie"))

    booking = Booking.objects.get()
    assert (booking.status, booking.title, booking.booker) == (
        "confirmed",
        "Kollokvie",
        cast.booker,
    )
    assert (answer.status_code, answer["Location"]) == (303, f"/bookings/{booking.pk}/")


def test_book_with_htmx_redirects_the_whole_page(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.booker)

    answer = client.post(f"/spaces/{space.slug}/book/", asked(), headers=HTMX)

    assert answer["HX-Redirect"] == f"/bookings/{Booking.objects.get().pk}/"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_book_signed_out_asks_to_sign_in_and_keeps_the_time(
    client: Client, space: Space, headers: dict[str, str]
) -> None:
    answer = client.post(f"/spaces/{space.slug}/book/", asked(), headers=headers)

    to = answer.get("HX-Redirect") or answer["Location"]
    assert to.startswith("/accounts/login/?next=/spaces/")
    assert "from%3D12%253A00" in to
    assert not Booking.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_book_taken_time_says_so_and_keeps_the_form(
    client: Client, cast: Cast, space: Space, headers: dict[str, str]
) -> None:
    make_booking(space, TOMORROW, LATER)
    client.force_login(cast.booker)

    answer = client.post(f"/spaces/{space.slug}/book/", asked(title=EVIL), headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert ("<html" in page) == (not headers)
    assert 'role="alert"' in page
    assert EVIL not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("wrong", [{"date": "x"}, {"from": ""}, {"title": "x" * 141}])
def test_book_malformed_is_a_422(
    client: Client, cast: Cast, space: Space, wrong: dict[str, str]
) -> None:
    client.force_login(cast.booker)

    assert client.post(f"/spaces/{space.slug}/book/", asked(**wrong)).status_code == 422
    assert not Booking.objects.exists()


def test_book_twice_with_one_key_is_one_booking(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.booker)
    form = asked()

    first, second = (client.post(f"/spaces/{space.slug}/book/", form) for _ in range(2))

    assert Booking.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_book_while_the_same_sending_is_under_way_waits_for_it(
    client: Client, cast: Cast, space: Space
) -> None:
    client.force_login(cast.booker)
    form = asked()
    client.post(f"/spaces/{space.slug}/book/", form)
    IdempotencyKey.objects.update(booking=None, locked_at=timezone.now())

    answer = client.post(f"/spaces/{space.slug}/book/", form)

    assert (answer.status_code, answer["Location"]) == (303, "/bookings/")
    assert Booking.objects.count() == 1


def test_book_when_a_lock_takes_too_long_says_so(
    client: Client, cast: Cast, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_asked: object) -> Booking:
        raise Busy

    monkeypatch.setattr("billing.operations.book", busy)
    client.force_login(cast.booker)

    answer = client.post(f"/spaces/{space.slug}/book/", asked(), headers=HTMX)

    assert answer.status_code == 422
    assert "Try again" in answer.content.decode()


def test_book_another_time_with_a_used_key_asks_again(
    client: Client, cast: Cast, space: Space
) -> None:
    client.force_login(cast.booker)
    form = asked()
    client.post(f"/spaces/{space.slug}/book/", form)

    again = {**form, "from": "15:00", "to": "16:00"}
    answer = client.post(f"/spaces/{space.slug}/book/", again)

    assert answer.status_code == 422
    fresh = re.search(r'name="key" value="([^"]+)"', answer.content.decode())
    assert fresh[1] != form["key"]
    assert client.post(f"/spaces/{space.slug}/book/", {**again, "key": fresh[1]}).status_code == 303
    assert Booking.objects.count() == 2


def test_book_a_draft_is_not_found(client: Client, cast: Cast) -> None:
    client.force_login(cast.booker)

    assert (
        client.post(f"/spaces/{make_space(listing='draft').slug}/book/", asked()).status_code == 404
    )


def test_book_several_desks(client: Client, cast: Cast) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY)
    client.force_login(cast.booker)

    client.post(f"/spaces/{desks.slug}/book/", asked(quantity=3))
    too_many = client.post(f"/spaces/{desks.slug}/book/", asked(quantity=2))

    assert Booking.objects.get().quantity == 3
    assert too_many.status_code == 422


# --- Who meets what ---------------------------------------------------------------------

SEES = ("booker", *RUN_IT)


@pytest.mark.parametrize("who", AS)
@pytest.mark.parametrize("page", ["", "cancel/", "ledig.ics"])
def test_booking_is_seen_by_its_booker_and_those_who_run_it(
    client: Client, cast: Cast, space: Space, who: str, page: str
) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    cast.sign_in(client, who)

    answer = client.get(f"/bookings/{booking.pk}/{page}")

    assert answer.status_code == (200 if who in SEES else 404 if who else 302)


@pytest.mark.parametrize("who", AS)
@pytest.mark.parametrize("deed", ["approve", "decline"])
def test_request_is_answered_by_those_who_run_it_only(
    client: Client, cast: Cast, space: Space, who: str, deed: str
) -> None:
    booking = waits(make_booking(space, TOMORROW, LATER, by=cast.booker, status=Status.REQUESTED))
    cast.sign_in(client, who)

    answer = client.post(f"/bookings/{booking.pk}/{deed}/")

    may = who in RUN_IT
    assert answer.status_code == (303 if may else 404 if who else 302)
    booking.refresh_from_db()
    done = {"approve": Status.CONFIRMED, "decline": Status.DECLINED}[deed]
    assert booking.status == (done if may else Status.REQUESTED)


@pytest.mark.parametrize("who", AS)
@pytest.mark.parametrize(("deed", "method"), [("pay", "post"), ("paid", "get")])
def test_only_the_booker_pays(
    client: Client, cast: Cast, space: Space, who: str, deed: str, method: str
) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    cast.sign_in(client, who)

    answer = getattr(client, method)(f"/bookings/{booking.pk}/{deed}/")

    assert answer.status_code == (303 if who == "booker" else 404 if who else 302)


@pytest.mark.parametrize("page", ["", "cancel/", "pay/", "paid/", "approve/", "decline/"])
def test_no_such_booking_is_not_found(client: Client, cast: Cast, page: str) -> None:
    client.force_login(cast.owner)
    post = page in ("pay/", "approve/", "decline/")

    answer = (client.post if post else client.get)(f"/bookings/{uuid.uuid4()}/{page}")

    assert answer.status_code == 404


@pytest.mark.parametrize("deed", ["pay", "approve", "decline"])
def test_deeds_are_not_done_by_looking(client: Client, cast: Cast, space: Space, deed: str) -> None:
    booking = make_booking(space, by=cast.booker)
    client.force_login(cast.owner)

    assert client.get(f"/bookings/{booking.pk}/{deed}/").status_code == 405


# --- The page ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("who", ["booker", "owner"])
def test_every_state_has_its_page(
    client: Client, cast: Cast, space: Space, status: Status, who: str
) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker, status=status, title=EVIL)
    waits(booking)
    record(booking, Kind.CANCELLED, by=cast.owner, now=timezone.now(), reason=EVIL)
    cast.sign_in(client, who)

    page = client.get(f"/bookings/{booking.pk}/")

    assert page.status_code == 200
    assert EVIL not in page.content.decode()
    assert "hx-trigger" not in page.content.decode()


def test_history_shows_each_side_what_concerns_it(client: Client, cast: Cast, space: Space) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    now = timezone.now()
    record(booking, Kind.CONFIRMED, by=cast.booker, now=now)
    record(booking, Kind.MOVED, by=cast.owner, now=now, reason="A pipe")
    record(booking, Kind.KEPT, by=cast.owner, now=now, despite=["closed"])
    record(booking, Kind.INVITED, by=cast.booker, now=now, attendee=0)

    client.force_login(cast.owner)
    seen = english(client, booking)
    assert f"Moved to another space, {cast.owner}: A pipe" in seen
    assert "Kept as it is" in seen
    assert "Invited" not in seen
    client.force_login(cast.booker)
    seen = english(client, booking)
    assert "Confirmed, you" in seen
    assert f"Moved to another space, {cast.organisation}: A pipe" in seen
    assert "Invited, you" in seen
    assert "Kept as it is" not in seen
    assert str(cast.owner) not in seen


def test_an_expired_hold_offers_no_payment(client: Client, cast: Cast, space: Space) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker, status=Status.HELD)
    Booking.objects.filter(pk=booking.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(cast.booker)

    page = english(client, booking)

    assert "The time to pay ran out" in page
    assert "/pay/" not in page


def test_an_unanswered_request_cannot_be_answered(client: Client, cast: Cast, space: Space) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker, status=Status.REQUESTED)
    Booking.objects.filter(pk=booking.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(cast.owner)

    assert "/approve/" not in english(client, booking)
    client.post(f"/bookings/{booking.pk}/approve/")
    booking.refresh_from_db()
    assert booking.status == Status.REQUESTED


def test_booking_page_queries_do_not_grow_with_history(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = make_booking(space, TOMORROW, LATER, by=cast.booker)
    client.force_login(cast.owner)
    counts = []
    for events in (1, 29):
        for _ in range(events):
            record(booking, Kind.CONFIRMED, by=cast.booker, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/bookings/{booking.pk}/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def english(client: Client, booking: Booking) -> str:
    return client.get(f"/bookings/{booking.pk}/").content.decode()


def test_book_on_behalf_of_an_organisation_of_ones_own(client: Client, cast: Cast) -> None:
    space, firm = make_space(), make_organisation("Elveporten AS")
    make_member(firm, user=cast.booker)
    client.force_login(cast.booker)
    page = client.get(space.get_absolute_url()).content.decode()
    assert "Elveporten AS" in page
    day = (timezone.localtime() + timedelta(days=1)).date().isoformat()
    asked = {"date": day, "from": "10:00", "to": "12:00", "quantity": "1"}

    foreign = client.post(
        f"/spaces/{space.slug}/book/", {**asked, "organisation": cast.organisation.pk}
    )
    client.post(
        f"/spaces/{space.slug}/book/",
        {**asked, "organisation": firm.pk, "cost_centre": "4711", "reference": "Kari Lie"},
    )

    assert foreign.status_code == 422
    booking = Booking.objects.get()
    assert (booking.organisation, booking.cost_centre) == (firm, "4711")
    shown = client.get(booking.get_absolute_url()).content.decode()
    assert "Kari Lie" in shown
