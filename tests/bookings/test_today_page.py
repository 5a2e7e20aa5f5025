"""Today, for those who meet people: who comes, what waits for an answer, what is in conflict."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from bookings.models import Status
from bookings.queries.arrivals import Arrivals, arrivals
from spaces.models import Allocation, Listing, Place, Space
from spaces.periods import at_minute
from tests.bookings.test_owner_pages import DAY, TOMORROW, request_for
from tests.cast import Cast
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, name="Nidelva")


def test_today_says_who_is_here_who_comes_and_who_was(
    cast: Cast, space: Space, place: Place
) -> None:
    here = make_booking(space, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    over = make_booking(make_space(place), NOW - timedelta(hours=3), NOW)
    later, sooner = (make_booking(make_space(place), NOW + timedelta(hours=n)) for n in (3, 2))
    make_booking(space, NOW + timedelta(days=1))
    make_booking(make_space(place), NOW, status=Status.CANCELLED)
    make_booking(make_space(), NOW)

    found = arrivals(cast.host, NOW.date(), now=NOW)

    assert found == Arrivals(here=[here], coming=[sooner, later], over=[over])


def test_today_is_the_day_at_the_place(cast: Cast) -> None:
    far = make_place(cast.organisation, time_zone="Pacific/Auckland")
    space = make_space(far)
    today, tomorrow = NOW.date(), NOW.date() + timedelta(days=1)
    booking = make_booking(space, at_minute(tomorrow, 2 * 60, far.zone))  # 14 here

    assert arrivals(cast.host, today, now=NOW).all == []
    assert arrivals(cast.host, tomorrow, now=NOW).coming == [booking]


def test_who_comes_to_an_archived_space_comes_all_the_same(
    client: Client, cast: Cast, place: Place
) -> None:
    make_booking(make_space(place, name="Nedlagt", listing=Listing.ARCHIVED), TOMORROW)
    make_space(place)
    client.force_login(cast.host)

    assert "Nedlagt" in client.get(f"/owner/?date={DAY}").content.decode()


def test_a_guest_is_shown_with_what_a_host_needs(client: Client, cast: Cast, place: Place) -> None:
    desks = make_space(place, name="Verftet", units=4, allocation=Allocation.ANY)
    guests = make_organisation("Sintef")
    make_booking(
        desks, TOMORROW, by=cast.booker, quantity=3, title="Kollokvie", organisation=guests
    )
    client.force_login(cast.host)

    page = client.get(f"/owner/?date={DAY}").content.decode()

    for words in ("Verftet × 3", "Ingrid Aune, Sintef", f"Kollokvie · {place}"):
        assert words in page
    assert f'href="mailto:{cast.booker.email}" aria-label="Write to Ingrid Aune"' in page


def test_all_that_one_runs_is_on_one_page(client: Client, cast: Cast, space: Space) -> None:
    other = make_space(name="Kanalen")
    make_member(other.organisation, Role.HOST, cast.host)
    make_booking(space, TOMORROW)
    make_booking(other, TOMORROW)
    client.force_login(cast.host)

    guests = client.get(f"/owner/?date={DAY}").context["guests"]

    assert len(guests.all) == 2


def test_requests_and_conflicts_are_answered_from_today(
    client: Client, cast: Cast, space: Space
) -> None:
    asked = request_for(space)
    paused = make_space(space.place, name="Kanalen", listing=Listing.PAUSED)
    make_booking(paused, TOMORROW)
    client.force_login(cast.host)

    today = client.get("/owner/").content.decode()
    another = client.get(f"/owner/?date={DAY}").content.decode()

    assert "One request to answer" in today
    assert f'action="/bookings/{asked.pk}/approve/"' in today
    assert '<input type="hidden" name="next" value="/owner/">' in today
    assert "One booking in conflict" in today
    assert "The space is paused." in today
    assert "One request to answer" not in another
    assert "One booking in conflict" not in another


def test_a_quiet_day_names_the_next_to_come(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.host)
    assert "Nothing is booked ahead" in client.get("/owner/").content.decode()

    booking = make_booking(space, TOMORROW + timedelta(days=3), by=cast.booker)

    page = client.get("/owner/")
    assert "Nobody comes today" in page.content.decode()
    assert page.context["next_guest"] == booking


def test_many_are_folded_away(client: Client, cast: Cast, place: Place) -> None:
    for _ in range(8):
        make_booking(make_space(place), TOMORROW)
    client.force_login(cast.host)

    page = client.get(f"/owner/?date={DAY}").content.decode()

    assert "<summary>2 more</summary>" in page


def test_queries_do_not_grow_with_rows(client: Client, cast: Cast, place: Place) -> None:
    client.force_login(cast.host)
    now = timezone.now()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_booking(make_space(place), now)
            request_for(make_space(place))
            make_booking(make_space(place, listing=Listing.PAUSED), TOMORROW)
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/owner/")
        counts.append(len(queries))

    assert len(page.context["guests"].all) == 3
    assert len(page.context["requests"]) == len(page.context["conflicts"]) == 3
    assert counts[0] == counts[1]
