"""An owner with spaces in thirty buildings finds their way; and a free stretch is a link."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.views.owner import FEW, MOST_LINES
from spaces.models import Space, Unit
from spaces.views.spaces import A_PAGE
from tests.bookings.test_closing_pages import wall
from tests.cast import Cast
from tests.factories import make_booking, make_place, make_space

pytestmark = pytest.mark.django_db
DAY = timezone.localdate() + timedelta(days=1)
CALENDARS = ["/owner/", "/owner/week/", "/owner/month/"]


@pytest.fixture
def cast() -> Cast:
    return Cast()


def fill(cast: Cast, name: str, number: int) -> None:
    """So many spaces, quickly."""
    place = make_place(cast.organisation, name=name, slug=name.lower())
    first = make_space(place, name=f"{name} 0")
    Space.objects.bulk_create(
        Space(
            place=place,
            organisation=place.organisation,
            kind=first.kind,
            name=f"{name} {n}",
            slug=f"{place.slug}-{n}",
            capacity=4,
            listing=first.listing,
        )
        for n in range(1, number)
    )
    Unit.objects.bulk_create(Unit(place=place, name=f"Unit {n}") for n in range(number))


# --- Calendars --------------------------------------------------------------------------


@pytest.mark.parametrize("page", CALENDARS)
def test_few_spaces_are_shown_together(client: Client, cast: Cast, page: str) -> None:
    fill(cast, "Alfa", 2)
    fill(cast, "Beta", 2)
    cast.sign_in(client, "host")

    shown = client.get(page).text

    assert "Alfa 1" in shown
    assert "Beta 1" in shown
    assert 'id="ow-place"' not in shown


@pytest.mark.parametrize("page", CALENDARS)
def test_with_more_spaces_one_may_choose_a_place(client: Client, cast: Cast, page: str) -> None:
    fill(cast, "Alfa", FEW)
    fill(cast, "Beta", 2)
    cast.sign_in(client, "host")

    assert "Beta 1" in client.get(page).text
    shown = client.get(page, {"place": "alfa"}).text

    assert "All places" in shown
    assert "Alfa 1" in shown
    assert "Beta 1" not in shown
    assert "&amp;place=alfa" in shown  # the arrows keep it
    assert client.get(page, {"place": "gamma"}).status_code == 404


@pytest.mark.parametrize("page", CALENDARS)
def test_too_many_spaces_are_shown_a_place_at_a_time(client: Client, cast: Cast, page: str) -> None:
    fill(cast, "Alfa", MOST_LINES)
    fill(cast, "Beta", 2)
    cast.sign_in(client, "host")

    shown = client.get(page).text

    assert "All places" not in shown
    assert "Alfa 1" in shown
    assert "Beta 1" not in shown
    assert "Beta 1" in client.get(page, {"place": "beta"}).text


# --- The list of spaces -----------------------------------------------------------------


def test_a_long_list_of_spaces_is_searched_and_comes_in_pages(client: Client, cast: Cast) -> None:
    fill(cast, "Alfa", A_PAGE)
    fill(cast, "Beta", 2)
    cast.sign_in(client, "manager")
    client.get("/owner/spaces/")

    with CaptureQueriesContext(connection) as whole:
        shown = client.get("/owner/spaces/").text
    with CaptureQueriesContext(connection) as few:
        found = client.get("/owner/spaces/", {"q": "beta 1"}).text

    assert "Beta 1" not in shown
    assert "Beta 1" in client.get("/owner/spaces/", {"page": 2}).text
    assert "Beta 1" in found
    assert "Alfa 1" not in found
    assert "None has that name" in client.get("/owner/spaces/", {"q": "gamma"}).text
    assert len(whole) == len(few)


def test_a_short_list_needs_no_search(client: Client, cast: Cast) -> None:
    fill(cast, "Alfa", 2)
    cast.sign_in(client, "manager")

    assert 'id="kept-q"' not in client.get("/owner/spaces/").text


# --- Free stretches ---------------------------------------------------------------------


def offers(text: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'class="bar-offer" href="([^"]+)"', text)]


@pytest.mark.parametrize("page", ["/owner/", "/owner/week/"])
def test_each_free_stretch_leads_to_the_form_that_closes_it(
    client: Client, cast: Cast, page: str
) -> None:
    space = make_space(make_place(cast.organisation), slug="nidelva", hours=(8 * 60, 16 * 60))
    make_booking(space, *wall(10, 12))
    cast.sign_in(client, "host")

    found = [one for one in offers(client.get(page, {"date": f"{DAY}"}).text) if str(DAY) in one]

    close = f"/owner/spaces/nidelva/close/?date={DAY}"
    assert found == [f"{close}&from=08%3A00&to=10%3A00", f"{close}&from=12%3A00&to=16%3A00"]
    form = client.get(found[1]).text
    assert re.search(r'<option value="12:00"\s+selected', form)
    assert re.search(r'<option value="16:00"\s+selected', form)


def test_what_is_past_is_not_offered_for_closing(client: Client, cast: Cast) -> None:
    make_space(make_place(cast.organisation), hours=(8 * 60, 16 * 60))
    cast.sign_in(client, "host")

    assert not offers(client.get("/owner/", {"date": f"{DAY - timedelta(days=3)}"}).text)
