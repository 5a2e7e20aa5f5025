"""The waiting list's pages and API, met by everybody who might come by."""

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import operations as billing
from bookings import emails, operations
from bookings.models import Booking, Delivery, Kind, Queue, Status, Waiting
from bookings.queries.line import numbers_in_line
from spaces.models import Space
from spaces.periods import period
from tests.cast import EVIL, NAMES, Cast
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

START = NOW + timedelta(days=1)  # 12:00 in Trondheim, the 24th
SPAN = period(START, START + timedelta(hours=2))
ASKED = {"date": "2026-11-24", "from": "12:00", "to": "14:00"}
SEARCH = "date=2026-11-24&from=12:00&to=14:00"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture
def booking(space: Space) -> Booking:
    return make_booking(space, START)


@pytest.fixture
def entry(cast: Cast, booking: Booking) -> Waiting:
    return operations.join(space=booking.space, span=SPAN, by=cast.booker, now=NOW)


@pytest.fixture
def offered(entry: Waiting, booking: Booking) -> Waiting:
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    billing.offer_due(now=NOW)
    entry.refresh_from_db()
    assert entry.state == Queue.OFFERED
    return entry


# --- Joining ------------------------------------------------------------------------------


def test_a_taken_time_can_be_waited_for(client: Client, cast: Cast, booking: Booking) -> None:
    cast.sign_in(client, "booker")
    page = client.get(f"/spaces/{booking.space.slug}/", ASKED).content.decode()
    assert "Tell me when it is free" in page

    answer = client.post(f"/spaces/{booking.space.slug}/wait/", ASKED)

    assert answer["Location"] == "/waitlist/"
    entry = Waiting.objects.get()
    assert (entry.person, entry.space, entry.period) == (cast.booker, booking.space, SPAN)
    assert "No. 1 in line" in client.get("/waitlist/").content.decode()


def test_a_free_time_is_booked_rather_than_waited_for(
    client: Client, cast: Cast, space: Space
) -> None:
    cast.sign_in(client, "booker")
    assert "Tell me when" not in client.get(f"/spaces/{space.slug}/", ASKED).content.decode()

    answer = client.post(f"/spaces/{space.slug}/wait/", ASKED, follow=True)

    assert "you can book it" in answer.content.decode()
    assert not Waiting.objects.exists()


def test_a_time_no_waiting_helps_is_not_offered_to_wait_for(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    long = {**ASKED, "from": "00:00", "to": "23:00"}

    page = client.get(f"/spaces/{booking.space.slug}/", long).content.decode()

    assert "Tell me when" not in page


def test_a_stranger_is_asked_to_sign_in_and_comes_back(client: Client, booking: Booking) -> None:
    page = client.get(f"/spaces/{booking.space.slug}/", ASKED).content.decode()
    assert 'name="signin"' in page

    answer = client.post(f"/spaces/{booking.space.slug}/wait/", ASKED)

    assert answer["Location"].startswith("/accounts/login/?next=/spaces/")
    assert "12%253A00" in answer["Location"] or "12%3A00" in answer["Location"]


def test_with_script_joining_leads_on_too(client: Client, cast: Cast, booking: Booking) -> None:
    cast.sign_in(client, "booker")

    answer = client.post(
        f"/spaces/{booking.space.slug}/wait/", ASKED, headers={"HX-Request": "true"}
    )

    assert answer["HX-Redirect"] == "/waitlist/"


def test_a_search_that_finds_nothing_can_be_kept(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    page = client.get(f"/?{SEARCH}&kind=meeting_room&people=4")
    assert "Tell me when something is free" in page.content.decode()

    wanted = page.context["wanted"].query()
    answer = client.post("/waitlist/", {"search": wanted}, follow=True)

    entry = Waiting.objects.get()
    assert entry.search == wanted
    assert entry.period == SPAN
    told = answer.content.decode()
    assert "Meeting room" in told
    assert "4 people" in told


def test_a_search_that_finds_something_cannot(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "booker")
    assert "Tell me when" not in client.get(f"/?{SEARCH}").content.decode()

    client.post("/waitlist/", {"search": SEARCH})

    assert not Waiting.objects.exists()


def test_a_later_page_with_nothing_free_says_nothing_of_waiting(
    client: Client, cast: Cast, booking: Booking
) -> None:
    for _n in range(24):
        make_space(booking.place)
    cast.sign_in(client, "booker")

    page = client.get(f"/?{SEARCH}&page=2")

    assert not page.context["results"].free
    assert "Tell me when" not in page.content.decode()


# --- One's own ----------------------------------------------------------------------------


def test_only_oneself_sees_what_one_waits_for(client: Client, cast: Cast, entry: Waiting) -> None:
    for who in filter(None, NAMES):
        cast.sign_in(client, who)
        seen = "Nidelva" in client.get("/waitlist/").content.decode()
        assert seen == (who == "booker")


def test_the_number_counts_those_who_came_before(
    client: Client, cast: Cast, entry: Waiting
) -> None:
    operations.join(space=entry.space, span=SPAN, by=cast.other, now=NOW + timedelta(seconds=1))
    later = period(SPAN.upper, SPAN.upper + timedelta(hours=1))
    make_booking(entry.space, later.lower, later.upper)
    operations.join(space=entry.space, span=later, by=cast.other, now=NOW + timedelta(seconds=2))

    numbers = numbers_in_line(Waiting.objects.all(), now=NOW)
    entries = Waiting.objects.order_by("created_at")

    assert [numbers[one.pk] for one in entries] == [1, 2, 1]


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    counts = []
    for days in (range(1), range(1, 20)):
        for day in days:
            start = START + timedelta(days=day)
            if day:
                make_booking(booking.space, start)
            operations.join(
                space=booking.space,
                span=period(start, start + timedelta(hours=2)),
                by=cast.booker,
                now=NOW,
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/waitlist/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_offer_is_answered_on_the_list_and_on_its_booking(
    client: Client, cast: Cast, offered: Waiting
) -> None:
    cast.sign_in(client, "booker")
    for address in ("/waitlist/", offered.booking.get_absolute_url()):
        page = client.get(address).content.decode()
        assert f"/waitlist/{offered.pk}/accept/" in page
        assert f"/waitlist/{offered.pk}/decline/" in page

    answer = client.post(f"/waitlist/{offered.pk}/accept/")

    assert answer["Location"] == offered.booking.get_absolute_url()
    offered.booking.refresh_from_db()
    assert offered.booking.status == Status.CONFIRMED
    assert "accept/" not in client.get("/waitlist/").content.decode()


def test_an_owner_sees_a_hold_and_no_buttons(client: Client, cast: Cast, offered: Waiting) -> None:
    cast.sign_in(client, "owner")

    page = client.get(offered.booking.get_absolute_url()).content.decode()

    assert "/accept/" not in page


@pytest.mark.parametrize("deed", ["accept", "decline", "leave"])
def test_what_another_waits_for_is_not_there(
    client: Client, cast: Cast, offered: Waiting, deed: str
) -> None:
    for who in ("other", "owner", "foreign", "operator"):
        cast.sign_in(client, who)
        assert client.post(f"/waitlist/{offered.pk}/{deed}/").status_code == 404
    offered.refresh_from_db()
    assert offered.state == Queue.OFFERED


def test_saying_no_and_leaving(client: Client, cast: Cast, offered: Waiting) -> None:
    cast.sign_in(client, "booker")

    client.post(f"/waitlist/{offered.pk}/decline/")

    offered.refresh_from_db()
    assert offered.state == Queue.PASSED
    answer = client.post(f"/waitlist/{offered.pk}/decline/", follow=True)
    assert "not offered to you any more" in answer.content.decode()
    assert client.post(f"/waitlist/{offered.pk}/leave/").status_code == 303


def test_names_from_others_are_text(client: Client, cast: Cast) -> None:
    space = make_space(make_place(cast.organisation, name=EVIL), name=EVIL)
    make_booking(space, START)
    operations.join(space=space, span=SPAN, by=cast.booker, now=NOW)
    make_booking(make_space(), START)
    operations.join(
        search=f"{SEARCH}&q=%22%3E%3Cimg+src%3Dx%3E", span=SPAN, by=cast.booker, now=NOW
    )
    cast.sign_in(client, "booker")

    assert "<img src=x" not in client.get("/waitlist/").content.decode()


# --- From the mail ------------------------------------------------------------------------


def letter(entry: Waiting) -> Any:
    delivery = Delivery.objects.get(kind=Kind.OFFERED)
    assert delivery.recipient == entry.person
    return message_from_bytes(emails.mail_for(delivery).message().as_bytes(), policy=policy.default)


def test_the_letter_says_until_when_and_how_to_stop(offered: Waiting) -> None:
    message = letter(offered)

    text = message.get_body(("plain",)).get_content()
    assert "Free for you: Nidelva" in message["Subject"]
    assert "12:30" in text
    assert offered.booking.get_absolute_url() in text
    assert f"/waitlist/stop/{offered.token}/" in text
    stop = message["List-Unsubscribe"].strip()  # a long header begins on its second line
    assert stop.startswith("<http")
    assert stop.endswith(f"/waitlist/stop/{offered.token}/>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_letter_is_in_the_readers_language(offered: Waiting) -> None:
    offered.person.language = "nb"
    offered.person.save()

    message = letter(offered)

    assert "Ledig for deg: Nidelva" in message["Subject"]
    assert message["Content-Language"] == "nb"


def test_other_letters_have_nothing_to_unsubscribe_from(booking: Booking) -> None:
    delivery = Delivery(
        booking=booking, kind=Kind.CONFIRMED, recipient=booking.booker, version=0, not_before=NOW
    )
    assert "List-Unsubscribe" not in emails.mail_for(delivery).message()


def test_looking_at_the_link_changes_nothing(client: Client, offered: Waiting) -> None:
    page = client.get(f"/waitlist/stop/{offered.token}/").content.decode()

    assert "Wait no longer for this?" in page
    offered.refresh_from_db()
    assert offered.state == Queue.OFFERED


def test_one_click_leaves_without_signing_in_or_a_page_of_ours(offered: Waiting) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(f"/waitlist/stop/{offered.token}/", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    offered.refresh_from_db()
    assert offered.state == Queue.PASSED
    again = client.post(f"/waitlist/stop/{offered.token}/")
    assert "You do not wait for this any more" in again.content.decode()


def test_a_link_that_is_not_ours_leads_nowhere(client: Client, offered: Waiting) -> None:
    for token in (str(offered.pk), f"{offered.pk}:forged", offered.token + "x", "x"):
        assert client.post(f"/waitlist/stop/{token}/").status_code == 404
    offered.refresh_from_db()
    assert offered.state == Queue.OFFERED


# --- For programs -------------------------------------------------------------------------


def test_a_program_waits_takes_and_leaves(client: Client, cast: Cast, booking: Booking) -> None:
    cast.sign_in(client, "booker")
    asked = {
        "space": booking.space_id,
        "start": SPAN.lower.isoformat(),
        "end": SPAN.upper.isoformat(),
    }
    made = client.post("/api/v1/waitlist/", asked, content_type="application/json")
    assert made.status_code == 201
    entry = made.json()
    assert (entry["state"], entry["number"], entry["offer"]) == ("waiting", 1, None)
    address = f"/api/v1/waitlist/{entry['id']}/"
    assert client.post(f"{address}accept/").json()["code"] == "not_offered"

    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    billing.offer_due(now=NOW)
    (entry,) = client.get("/api/v1/waitlist/").json()["results"]
    assert entry["state"] == "offered"
    assert entry["offer"]["status"] == "held"

    assert client.post(f"{address}accept/").json()["status"] == "confirmed"
    assert client.get(address).json()["state"] == "taken"
    assert client.delete(address).status_code == 204
    assert Booking.objects.get(pk=entry["offer"]["id"]).status == Status.CONFIRMED


def test_a_program_waits_for_a_search_and_says_no(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    made = client.post(
        "/api/v1/waitlist/", {"search": SEARCH}, content_type="application/json"
    ).json()
    assert made["search"] == "date=2026-11-24&from=12%3A00&to=14%3A00"
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)
    billing.offer_due(now=NOW)

    answer = client.post(f"/api/v1/waitlist/{made['id']}/decline/")

    assert answer.json()["state"] == "passed"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"space": 1, "search": SEARCH},
        {"search": SEARCH, "start": "2026-11-24T12:00:00+01:00"},
        {"search": "x" * 1001},
    ],
)
def test_a_program_that_is_not_clear_is_told(
    client: Client, cast: Cast, asked: dict[str, Any]
) -> None:
    cast.sign_in(client, "booker")
    answer = client.post("/api/v1/waitlist/", asked, content_type="application/json")
    assert answer.status_code == 400


def test_a_program_waits_only_for_an_organisation_of_ones_own(
    client: Client, cast: Cast, booking: Booking
) -> None:
    asked = {
        "space": booking.space_id,
        "start": SPAN.lower.isoformat(),
        "end": SPAN.upper.isoformat(),
        "organisation": cast.organisation.pk,
    }
    cast.sign_in(client, "booker")
    assert client.post("/api/v1/waitlist/", asked, "application/json").status_code == 400
    cast.sign_in(client, "finance")
    assert client.post("/api/v1/waitlist/", asked, "application/json").status_code == 201


def test_a_program_finds_nothing_of_anothers(client: Client, cast: Cast, offered: Waiting) -> None:
    address = f"/api/v1/waitlist/{offered.pk}/"
    for who in ("other", "owner", "foreign", "operator"):
        cast.sign_in(client, who)
        assert client.get(address).status_code == 404
        assert client.delete(address).status_code == 404
        assert client.post(f"{address}accept/").status_code == 404
        assert client.get("/api/v1/waitlist/").json()["count"] == 0


def test_of_two_whose_times_overlap_the_first_is_asked(cast: Cast) -> None:
    """Two who wait for overlapping times of one space: the one who came first has it."""
    space = make_space()
    booking = make_booking(space, START, START + timedelta(hours=3))
    first = operations.join(space=space, span=SPAN, by=cast.booker, now=NOW)
    overlapping = period(START + timedelta(hours=1), START + timedelta(hours=3))
    second = operations.join(
        space=space, span=overlapping, by=make_user(), now=NOW + timedelta(seconds=1)
    )
    billing.cancel(booking=booking, by=booking.booker, as_owner=False, now=NOW)

    assert [one.booker for one in billing.offer_due(now=NOW)] == [first.person]
    second.refresh_from_db()
    assert second.state == Queue.WAITING
