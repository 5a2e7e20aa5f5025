"""The pages of those who answer for spaces."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from bookings.models import Booking, ChangeStatus, Occupancy, Status
from bookings.operations import close, reschedule
from bookings.queries.diary import diary, without
from spaces.dayline import Block
from spaces.models import Allocation, Listing, Place, Space, Unit
from spaces.periods import period
from tests.bookings.test_closing_pages import closing, wall
from tests.cast import EVIL, NAMES, RUN_IT, Cast
from tests.factories import (
    make_booking,
    make_member,
    make_place,
    make_series,
    make_source,
    make_space,
)

pytestmark = pytest.mark.django_db
NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
TOMORROW = NOON + timedelta(days=1)
DAY = TOMORROW.date()
PAGES = ["/owner/", "/owner/week/", "/owner/requests/"]


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, name="Nidelva")


def request_for(space: Space, **fields: Any) -> Booking:
    soon = timezone.now() + timedelta(hours=1)
    return make_booking(space, TOMORROW, status=Status.REQUESTED, expires_at=soon, **fields)


# --- Who may come in --------------------------------------------------------------------


@pytest.mark.parametrize("who", NAMES)
@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_those_who_run_spaces(
    client: Client, cast: Cast, space: Space, who: str, page: str
) -> None:
    cast.sign_in(client, who)

    answer = client.get(page)

    assert answer.status_code == (200 if who in RUN_IT else 302)
    if who and who not in RUN_IT:
        assert answer["Location"] == "/owner/start/"


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("booker", "Sign up an organisation"),
        ("host", "You run no rooms yet"),
        ("owner", "Add the building"),
    ],
)
def test_who_has_no_rooms_is_told_what_comes_first(
    client: Client, cast: Cast, who: str, words: str
) -> None:
    cast.sign_in(client, who)

    assert words in client.get("/owner/", follow=True).content.decode()


def test_who_has_rooms_is_past_what_comes_first(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "owner")
    assert client.get("/owner/start/")["Location"] == "/owner/"
    cast.sign_in(client, "finance")
    assert client.get("/owner/start/")["Location"] == "/owner/money/"


def test_nobody_sees_anothers_spaces(client: Client, cast: Cast, space: Space) -> None:
    other = make_space(make_place(), name="Fremmed")
    make_member(other.organisation, Role.OWNER, cast.foreign)
    make_booking(space, TOMORROW, title="Hemmelig")
    client.force_login(cast.foreign)

    for page in (f"/owner/?date={DAY}", f"/owner/week/?date={DAY}"):
        shown = client.get(page).content.decode()
        assert "Fremmed" in shown
        assert "Nidelva" not in shown
        assert "Hemmelig" not in shown
    assert client.get(f"/owner/week/?space={space.slug}").status_code == 404


# --- Day and week -----------------------------------------------------------------------


def test_day_shows_its_bookings_as_blocks_and_as_a_list(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = make_booking(space, *wall(13, 15), by=cast.booker, title="Styremøte")
    make_booking(space, TOMORROW + timedelta(days=1), title="Dagen etter")
    client.force_login(cast.host)

    page = client.get(f"/owner/?date={DAY}").content.decode()

    assert page.count(f'href="/bookings/{booking.pk}/"') == 2
    assert "Ingrid Aune: Styremøte" in page
    assert "Dagen etter" not in page


@pytest.mark.parametrize("page", PAGES[:2])
@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30", "\x00"])
def test_days_nobody_means_are_today(
    client: Client, cast: Cast, space: Space, page: str, day: str
) -> None:
    client.force_login(cast.host)

    answer = client.get(page, {"date": day})

    assert answer.status_code == 200
    assert answer.context["is_now"]


def test_what_has_ended_or_run_out_is_not_on_the_line(cast: Cast, space: Space) -> None:
    now = timezone.now()
    make_booking(space, *wall(8, 9), status=Status.CANCELLED)
    held = make_booking(space, *wall(10, 11), status=Status.HELD, expires_at=now)
    held.occupancies.update(held_until=now)
    make_booking(space, *wall(12, 13))

    line = diary([space], DAY, 1, now=now).rows[0][1][0].line

    assert [(block.start, block.status) for block in line.blocks] == [(720, "confirmed")]


def test_a_booking_of_both_halves_stands_on_the_line_of_each(place: Place) -> None:
    units = [Unit.objects.create(place=place, name=name) for name in "AB"]
    half, whole = make_space(place, units=[units[0]]), make_space(place, name="A+B", units=units)
    booking = make_booking(whole, *wall(13, 15))

    found = diary([half, whole], DAY, 1, now=timezone.now())

    on_half, on_whole = (cells[0].line.blocks[0] for _space, cells in found.rows)
    assert on_half.label == f"A+B: {booking.booker}"
    assert on_whole.label == str(booking.booker)
    assert found.bookings == [booking]
    assert found.rows[0][1][0].bookings == ()


def test_a_booking_is_drawn_over_the_same_meeting_in_another_calendar(space: Space) -> None:
    booking = make_booking(space, *wall(13, 15))
    make_source(space, period(*wall(13, 15)))

    found = diary([space], DAY, 1, now=timezone.now(), run=[space])

    busy, booked = found.rows[0][1][0].line.blocks
    assert (busy.status, booked.label) == ("closure", str(booking.booker))


def test_a_neighbours_booking_of_shared_units_has_no_name(place: Place) -> None:
    mine = make_space(place)
    theirs = make_space(make_place(), units=list(mine.units.all()))
    make_booking(theirs, *wall(13, 15), title="Hemmelig")

    block = diary([mine], DAY, 1, now=timezone.now()).rows[0][1][0].line.blocks[0]

    assert (block.label, block.href) == ("Taken", "") or block.label == "Opptatt"


def test_a_pool_counts_what_is_taken(place: Place) -> None:
    desks = make_space(place, units=3, allocation=Allocation.ANY)
    units = list(desks.units.order_by("pk"))
    for hours, taken in (((9, 12), units[:1]), ((10, 11), units[1:]), ((12, 13), units[:1])):
        booking = make_booking(desks, *wall(*hours), status=Status.CANCELLED)
        Occupancy.objects.bulk_create(
            Occupancy(place=place, unit=unit, during=booking.period, booking=booking)
            for unit in taken
        )

    line = diary([desks], DAY, 1, now=timezone.now()).rows[0][1][0].line

    assert line.blocks == (
        Block(540, 600, "1/3", status="part"),
        Block(600, 660, "3/3", status="confirmed"),
        Block(660, 780, "1/3", status="part"),
    )


def test_a_booking_over_midnight_stands_on_both_days(space: Space) -> None:
    make_booking(space, *wall(22, 26))

    first, second = (
        cell.line.blocks[0] for cell in diary([space], DAY, 2, now=timezone.now()).rows[0][1]
    )

    assert (first.start, first.end) == (22 * 60, 24 * 60)
    assert (second.start, second.end) == (0, 2 * 60)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_the_nights_when_clocks_change(space: Space, day: date) -> None:
    make_booking(space, *wall(1, 8, day))

    block = diary([space], day, 1, now=timezone.now()).rows[0][1][0].line.blocks[0]

    assert (block.start, block.end) == (60, 480)


def test_without_cuts_out_what_is_taken() -> None:
    assert without([(0, 10)], [(2, 3), (5, 20)]) == ((0, 2), (3, 5))
    assert without([(0, 10)], [(10, 12)]) == ((0, 10),)
    assert without([(5, 10)], [(0, 5)]) == ((5, 10),)
    assert without([(5, 10)], [(0, 12)]) == ()


def test_week_of_one_space_names_its_bookers(client: Client, cast: Cast, space: Space) -> None:
    make_space(space.place)
    make_booking(space, TOMORROW, by=cast.booker)
    client.force_login(cast.manager)

    overview = client.get(f"/owner/week/?date={DAY}").content.decode()
    one = client.get(f"/owner/week/?date={DAY}&space={space.slug}").content.decode()

    assert "Ingrid Aune" not in overview
    assert "1 booking" in overview
    assert "Ingrid Aune" in one


def test_week_of_one_space_names_the_bookings_of_its_siblings(
    client: Client, cast: Cast, place: Place
) -> None:
    units = [Unit.objects.create(place=place, name=name) for name in "AB"]
    half, whole = make_space(place, units=[units[0]]), make_space(place, name="A+B", units=units)
    make_booking(whole, TOMORROW, by=cast.booker)
    client.force_login(cast.host)

    page = client.get(f"/owner/week/?date={DAY}&space={half.slug}").content.decode()

    assert "A+B: Ingrid Aune" in page


def test_archived_spaces_are_left_out(client: Client, cast: Cast, place: Place) -> None:
    make_space(place, name="Nedlagt", listing=Listing.ARCHIVED)
    make_space(place, name="Utkast", listing=Listing.DRAFT)
    client.force_login(cast.owner)

    page = client.get("/owner/").content.decode()

    assert "Utkast" in page
    assert "Nedlagt" not in page


def test_nobody_without_spaces_left_falls_over(client: Client, cast: Cast, place: Place) -> None:
    make_space(place, listing=Listing.ARCHIVED)
    client.force_login(cast.owner)

    assert [client.get(page).status_code for page in PAGES] == [200, 200, 200]


@pytest.mark.parametrize("page", [*PAGES, "week of one", "close"])
def test_queries_do_not_grow_with_rows(
    client: Client, cast: Cast, place: Place, space: Space, page: str
) -> None:
    url = {
        "week of one": f"/owner/week/?space={space.slug}&date={DAY}",
        "close": f"/owner/spaces/{space.slug}/close/",
    }.get(page, f"{page}?date={DAY}")
    client.force_login(cast.owner)
    make_space(place)
    counts: list[int] = []
    for more in (1, 29):
        for n in range(more):
            start = TOMORROW + timedelta(days=7 + len(counts), hours=n)
            close(
                space=space,
                span=period(start, start + timedelta(hours=1)),
                by=cast.owner,
                now=timezone.now(),
            )
            request_for(make_space(place))
            make_booking(make_space(place, name=f"Rom {n}"), TOMORROW)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- Requests ---------------------------------------------------------------------------


def asked_change(space: Space, **fields: Any) -> Booking:
    """A booking that its booker wants three hours later, which its owner is to answer."""
    Space.objects.filter(pk=space.pk).update(is_instant=False)
    booking = make_booking(space, TOMORROW, **fields)
    later = period(booking.start + timedelta(hours=3), booking.end + timedelta(hours=3))
    reschedule(booking=booking, by=booking.booker, now=timezone.now(), span=later)
    return booking


def test_a_change_that_is_asked_for_waits_among_the_requests(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = asked_change(space, title="Styremøte")
    request_for(make_space(space.place), title="Ny")
    cast.sign_in(client, "host")

    page, today = client.get("/owner/requests/"), client.get("/owner/")

    assert page.context["ledig"].to_answer == today.context["ledig"].to_answer == 2
    assert [one.title for one, _n in page.context["asked"]] == ["Ny", "Styremøte"]
    said = page.content.decode()
    assert "Wants to change from" in said
    assert today.content.decode().count("Wants to change from") == 1
    client.post(f"/bookings/{booking.pk}/approve/", {"next": "/owner/requests/"})
    booking.refresh_from_db()
    assert booking.start == TOMORROW + timedelta(hours=3)
    assert client.get("/owner/requests/").context["ledig"].to_answer == 1


def test_every_page_of_the_workspace_says_how_many_requests_wait(
    client: Client, cast: Cast, space: Space
) -> None:
    request_for(space)
    cast.sign_in(client, "owner")
    for page in (*PAGES, "/owner/money/", "/owner/spaces/", "/owner/places/"):
        assert '<span class="count hot">1</span>' in client.get(page).content.decode(), page


def test_a_series_that_waits_is_one_request_of_the_day_too(
    client: Client, cast: Cast, space: Space
) -> None:
    series = make_series(space, TOMORROW + timedelta(days=7), count=5, by=cast.booker)
    soon = timezone.now() + timedelta(hours=1)
    series.bookings.update(status=Status.REQUESTED, expires_at=soon)
    cast.sign_in(client, "host")

    page = client.get("/owner/")

    assert [n for _one, n in page.context["requests"]] == [5]
    assert not page.context["has_more_requests"]
    assert f"/owner/series/{series.pk}/approve/" in page.content.decode()


def test_a_change_that_waits_for_money_or_has_run_out_is_no_request(
    client: Client, cast: Cast, space: Space
) -> None:
    booking = asked_change(space)
    cast.sign_in(client, "host")
    booking.changes.update(status=ChangeStatus.HELD)
    assert client.get("/owner/requests/").context["ledig"].to_answer == 0
    past = timezone.now() - timedelta(minutes=1)
    booking.changes.update(status=ChangeStatus.REQUESTED, expires_at=past)
    assert client.get("/owner/requests/").context["ledig"].to_answer == 0


def test_as_many_queries_for_three_asked_changes_as_for_one(
    client: Client, cast: Cast, place: Place
) -> None:
    cast.sign_in(client, "host")
    asked_change(make_space(place))
    client.get("/owner/requests/")
    with CaptureQueriesContext(connection) as one:
        client.get("/owner/requests/")
    for _n in range(2):
        asked_change(make_space(place))
    with CaptureQueriesContext(connection) as three:
        client.get("/owner/requests/")
    assert len(three) == len(one)


def test_requests_wait_with_the_most_urgent_first(client: Client, cast: Cast, space: Space) -> None:
    now = timezone.now()
    later = request_for(make_space(space.place))
    Booking.objects.filter(pk=later.pk).update(expires_at=now + timedelta(hours=9))
    first = request_for(space, by=cast.booker, title="Styremøte")
    gone = request_for(make_space(space.place))
    Booking.objects.filter(pk=gone.pk).update(expires_at=now)
    request_for(make_space())
    client.force_login(cast.host)

    answer = client.get("/owner/requests/")

    assert answer.context["asked"] == [(first, 1), (later, 1)]
    assert answer.context["ledig"].to_answer == 2
    page = answer.content.decode()
    assert "Ingrid Aune: Styremøte" in page
    assert f'action="/bookings/{first.pk}/approve/"' in page


def test_nothing_to_answer(client: Client, cast: Cast, space: Space) -> None:
    client.force_login(cast.host)

    assert "Nothing to answer" in client.get("/owner/requests/").content.decode()


# --- Names with markup ------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PAGES, "week of one", "close"])
def test_what_people_write_is_escaped(client: Client, cast: Cast, place: Place, page: str) -> None:
    space = make_space(place, name=EVIL)
    make_space(place)
    type(cast.booker).objects.filter(pk=cast.booker.pk).update(name=EVIL)
    booking = request_for(space, by=cast.booker, title=EVIL)
    make_booking(make_space(place), TOMORROW, by=cast.booker, title=EVIL)
    client.force_login(cast.owner)
    form = {**closing(), "reason": EVIL}
    shown = {
        "week of one": lambda: client.get(f"/owner/week/?space={space.slug}&date={DAY}"),
        "close": lambda: client.post(f"/owner/spaces/{space.slug}/close/", form),
    }.get(page, lambda: client.get(f"{page}?date={DAY}"))()

    assert EVIL not in shown.content.decode()
    assert "&lt;img src=x" in shown.content.decode()
    assert booking.pk
