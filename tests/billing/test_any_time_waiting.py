"""Waiting for any time that would do: so long, between two dates, in whatever a search finds."""

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from billing import operations as billing
from bookings import emails, operations
from bookings.forms import search_of
from bookings.models import Booking, Delivery, Kind, Queue, SavedSearch, Status, Waiting
from bookings.operations.queueing import FreeNow
from bookings.queries.fitting import wish_for
from bookings.refusals import TooSoon
from spaces.models import Space
from spaces.periods import period
from tests.billing.waiting import free, state
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

HOUR = timedelta(hours=1)
TUESDAY = NOW + timedelta(days=1)  # the 24th, 12:00 in Trondheim
ANY_HOUR = "minutes=60&date=2026-11-24&last=2026-11-24&from=10:00&to=16:00"
ALL_WEEK = "minutes=60&date=2026-11-24&last=2026-11-29&from=10:00&to=16:00"


@pytest.fixture
def booking(space: Space) -> Booking:
    """Of all that Tuesday but its night."""
    return make_booking(space, TUESDAY - 4 * HOUR, TUESDAY + 6 * HOUR)


def wish(query: str = ANY_HOUR, by: User | None = None, **fields: Any) -> Waiting:
    at = fields.pop("at", NOW)
    wanted = search_of(QueryDict(query), now=at)
    return operations.join(**wish_for(wanted), by=by or make_user(), now=at, **fields)


def test_join_for_any_time_is_one_entry_however_often_it_is_asked(booking: Booking) -> None:
    entry = wish()
    again = wish(by=entry.person, at=NOW + HOUR)

    assert again == entry
    assert (entry.minutes, entry.offered) == (60, None)
    assert entry.period == period(TUESDAY - 2 * HOUR, TUESDAY + 4 * HOUR)
    assert entry.until == TUESDAY + 3 * HOUR  # the last hour begins then


def test_join_for_any_time_is_refused_where_one_is_free_or_all_have_passed(
    booking: Booking,
) -> None:
    with pytest.raises(FreeNow):
        wish(ALL_WEEK)
    with pytest.raises(TooSoon):
        wish("minutes=60&date=2026-11-23&last=2026-11-23&from=08:00&to=12:30")


def test_join_for_any_time_goes_on_while_today_has_hours_left(space: Space) -> None:
    make_booking(space, NOW - HOUR, NOW + 8 * HOUR)
    entry = wish("minutes=60&date=2026-11-23&last=2026-11-23&from=08:00&to=16:00")

    assert entry.period.lower < NOW < entry.until


def test_what_is_freed_is_offered_for_as_long_as_was_wished(booking: Booking) -> None:
    entry = wish()
    assert billing.offer_due(now=NOW) == []

    free(booking)
    (offer,) = billing.offer_due(now=NOW)

    assert state(entry) == Queue.OFFERED
    assert (offer.status, offer.booker) == (Status.HELD, entry.person)
    assert offer.period == entry.offered == period(TUESDAY - 2 * HOUR, TUESDAY - HOUR)
    assert billing.accept(entry=entry, by=entry.person, now=NOW).status == Status.CONFIRMED
    assert state(entry) == Queue.TAKEN


def test_a_shorter_booking_frees_enough_for_the_first(booking: Booking) -> None:
    """Of an hour and a half that is freed, one hour is offered, and once."""
    entries = [wish(at=NOW + timedelta(seconds=n)) for n in range(2)]
    make_booking(booking.space, TUESDAY + 6 * HOUR, TUESDAY + 7 * HOUR)
    later = make_space(booking.place, name="Fjord")
    make_booking(later, TUESDAY - 4 * HOUR, TUESDAY + HOUR)
    rest = make_booking(later, TUESDAY + HOUR, TUESDAY + 2.5 * HOUR)
    make_booking(later, TUESDAY + 2.5 * HOUR, TUESDAY + 6 * HOUR)
    free(rest)

    (offer,) = billing.offer_due(now=NOW)

    assert offer.period == period(TUESDAY + HOUR, TUESDAY + 2 * HOUR)
    assert [state(one) for one in entries] == [Queue.OFFERED, Queue.WAITING]


def test_any_time_and_one_time_stand_in_one_line(booking: Booking) -> None:
    """The first to come is the first to be asked, whatever they wait for."""
    any_time = wish(at=NOW)
    exact = operations.join(
        space=booking.space,
        span=period(TUESDAY - 2 * HOUR, TUESDAY + 4 * HOUR),
        by=make_user(),
        now=NOW + timedelta(seconds=1),
    )
    free(booking)

    assert [one.booker for one in billing.offer_due(now=NOW)] == [any_time.person]
    assert state(exact) == Queue.WAITING


def test_outside_the_hours_and_the_weekdays_nothing_is_offered(space: Space) -> None:
    on_tuesday = make_booking(space, TUESDAY - 12 * HOUR, TUESDAY + 12 * HOUR)
    on_wednesday = make_booking(space, TUESDAY + 12 * HOUR, TUESDAY + 36 * HOUR)
    entry = wish("minutes=60&date=2026-11-24&last=2026-11-25&from=10:00&to=16:00&on=2")

    free(on_wednesday)
    make_booking(space, TUESDAY + 13 * HOUR, TUESDAY + 14 * HOUR)
    assert billing.offer_due(now=NOW) == []

    free(on_tuesday)
    (offer,) = billing.offer_due(now=NOW)
    assert offer.start == TUESDAY - 2 * HOUR
    assert state(entry) == Queue.OFFERED


def test_two_wishes_are_offered_times_apart(cast: Cast, booking: Booking) -> None:
    first = wish(by=cast.booker)
    second = wish(f"{ANY_HOUR}&q=nidelva", by=cast.booker, at=NOW + timedelta(seconds=1))
    free(booking)
    billing.offer_due(now=NOW)

    assert [state(one) for one in (first, second)] == [Queue.OFFERED, Queue.OFFERED]
    assert first.offered == period(TUESDAY - 2 * HOUR, TUESDAY - HOUR)
    assert second.offered == period(TUESDAY - HOUR, TUESDAY)


def test_an_offer_that_is_declined_goes_to_the_next(booking: Booking) -> None:
    first, second = wish(), wish(at=NOW + timedelta(seconds=1))
    free(booking)
    make_booking(booking.space, TUESDAY - HOUR, TUESDAY + 6 * HOUR)
    billing.offer_due(now=NOW)
    assert [state(one) for one in (first, second)] == [Queue.OFFERED, Queue.WAITING]

    billing.decline_offer(entry=first, by=first.person, now=NOW)
    billing.offer_due(now=NOW)

    assert [state(one) for one in (first, second)] == [Queue.PASSED, Queue.OFFERED]
    assert second.offered == period(TUESDAY - 2 * HOUR, TUESDAY - HOUR)


def test_it_ends_when_no_such_time_can_begin_any_more(booking: Booking) -> None:
    entry = wish()

    operations.end_waiting(now=TUESDAY + 3 * HOUR - timedelta(seconds=1))
    assert state(entry) == Queue.WAITING
    operations.end_waiting(now=TUESDAY + 3 * HOUR)
    assert state(entry) == Queue.ENDED


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"minutes": 0}, "waiting_any_time_of_a_search"),
        ({"search": "", "minutes": 60}, "waiting_"),
        ({"offered": period(TUESDAY, TUESDAY + 9 * HOUR)}, "waiting_offered_what_is_wished"),
        ({"minutes": None, "offered": period(TUESDAY, TUESDAY + HOUR)}, "waiting_offered_what"),
        ({"state": "offered"}, "waiting_offer_is_a_booking"),
    ],
)
def test_the_database_keeps_to_what_is_wished(
    booking: Booking, change: dict[str, Any], constraint: str
) -> None:
    entry = wish()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Waiting.objects.filter(pk=entry.pk).update(**change)


# --- Pages, mail and programs ---------------------------------------------------------------


def test_the_page_of_any_time_keeps_a_search_in_vain(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    page = client.get(f"/anytime/?{ANY_HOUR}").content.decode()
    assert "Tell me when something is free" in page

    answer = client.post("/waitlist/", {"search": ANY_HOUR})

    entry = Waiting.objects.get()
    assert answer["Location"] == "/waitlist/"
    assert (entry.person, entry.minutes) == (cast.booker, 60)
    mine = client.get("/waitlist/").content.decode()
    assert "Tuesday 24 November: 1 hour, 10:00–16:00" in mine
    assert "/anytime/?minutes=60&amp;date=2026-11-24" in mine
    assert "No. 1 in line" in mine


def test_where_a_time_is_free_the_page_leads_back_and_says_so(
    client: Client, cast: Cast, booking: Booking
) -> None:
    cast.sign_in(client, "booker")
    assert "Tell me when" not in client.get(f"/anytime/?{ALL_WEEK}").content.decode()
    answer = client.post("/waitlist/", {"search": ALL_WEEK})

    assert answer["Location"].startswith("/anytime/?minutes=60&date=2026-11-24")
    assert not Waiting.objects.exists()


def test_a_stranger_signs_in_and_comes_back(client: Client, booking: Booking) -> None:
    page = client.get(f"/anytime/?{ANY_HOUR}").content.decode()

    assert "?next=/anytime/%3Fminutes%3D60%26date%3D2026-11-24" in page


def test_the_mail_says_what_was_waited_for_and_how_to_stop(
    client: Client, booking: Booking
) -> None:
    entry = wish(by=make_user(language="en"))
    free(booking)
    billing.offer_due(now=NOW)

    raw = emails.mail_for(Delivery.objects.get(kind=Kind.OFFERED)).message().as_bytes()
    letter = message_from_bytes(raw, policy=policy.default)

    body = letter.get_body(("plain",))
    assert body is not None
    assert "You waited for a time like this one" in body.get_content()
    link = letter["List-Unsubscribe"].strip("<>")
    assert entry.token in link
    assert "one-click" in letter["List-Unsubscribe-Post"].lower()
    assert client.post(f"/waitlist/stop/{entry.token}/").status_code == 200
    assert state(entry) == Queue.PASSED


def test_a_program_waits_for_any_time(client: Client, cast: Cast, booking: Booking) -> None:
    cast.sign_in(client, "booker")
    answer = client.post("/api/v1/waitlist/", {"search": ANY_HOUR}, "application/json")

    told = answer.json()
    assert answer.status_code == 201, told
    assert (told["minutes"], told["space"], told["number"]) == (60, None, 1)
    assert (told["start"], told["end"]) == (
        "2026-11-24T10:00:00+01:00",
        "2026-11-24T16:00:00+01:00",
    )
    assert client.get("/api/v1/waitlist/").json()["results"] == [told]


def test_a_saved_search_for_any_time_leads_back_to_it(client: Client, cast: Cast) -> None:
    cast.sign_in(client, "booker")
    query = f"{ALL_WEEK}&on=2&on=4&people=6&kind=lab"
    assert "Save this search" in client.get(f"/anytime/?{query}").content.decode()

    client.post("/saved/searches/", {"name": "Lab", "query": query})

    saved = SavedSearch.objects.get()
    kept = "minutes=60&from=10%3A00&to=16%3A00&on=2&on=4&people=6&kind=lab"
    assert saved.query == kept
    assert saved.get_absolute_url() == f"/anytime/?{kept}"
    wanted = client.get(saved.get_absolute_url()).context["wanted"]
    assert (wanted.length, wanted.weekdays, wanted.people) == (60, (2, 4), 6)
    assert (wanted.start, wanted.end) == (600, 960)
