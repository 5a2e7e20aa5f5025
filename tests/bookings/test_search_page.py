"""The front page, for a student, a stranger and whoever types anything into the address."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Affiliation, AffiliationKind
from bookings.forms import Wanted
from bookings.models import Status
from bookings.queries import Results, search
from spaces.models import Allocation, Audience, Kind, Listing, Price, Space
from spaces.periods import period
from spaces.prices import Buyer
from tests.bookings.test_forms import MONDAY, NONSENSE
from tests.factories import NOW, make_booking, make_organisation, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

ONE_TO_THREE = {"date": "2026-11-24", "from": "13:00", "to": "15:00"}
AT_ONE = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT_THREE = datetime(2026, 11, 24, 14, tzinfo=UTC)


def results(client: Client, **query: Any) -> Results:
    answer = client.get("/", {**ONE_TO_THREE, **query})
    assert answer.status_code == 200
    found = answer.context["results"]
    assert isinstance(found, Results)
    return found


def names(rows: Any) -> list[str]:
    return [row.space.name for row in rows]


# --- What is found ------------------------------------------------------------------------


def test_free_come_first_then_other_times_then_the_rest(client: Client) -> None:
    make_space(name="Free")
    taken, closed = make_space(name="Taken"), make_space(name="Closed", hours="never")
    make_booking(taken, AT_ONE, AT_THREE)

    found = results(client)

    assert names(found.free) == ["Free"]
    assert names(found.later) == ["Taken"]
    assert names(found.full) == [closed.name]
    assert found.free_count == 1


def test_the_other_time_is_as_long_and_as_near_as_can_be(client: Client) -> None:
    space = make_space(hours=(8 * 60, 18 * 60))
    make_booking(space, AT_ONE, AT_THREE)

    (row,) = results(client).later

    assert (row.span.lower, row.span.upper) == (AT_THREE, AT_THREE.replace(hour=16))
    assert "from=15%3A00&to=17%3A00" in row.url


def test_the_other_time_of_a_space_by_the_hour_begins_on_the_hour(client: Client) -> None:
    make_space(step=60, min_length=60)

    (row,) = results(client, **{"from": "13:30", "to": "15:30"}).later

    assert row.span.lower == AT_ONE.replace(hour=13)


def test_only_what_is_listed_and_large_enough(client: Client) -> None:
    make_space(name="Draft", listing=Listing.DRAFT)
    make_space(name="Paused", listing=Listing.PAUSED)
    make_space(name="Small", capacity=2)
    make_space(name="Large", capacity=12)

    assert names(results(client, people=6).rows) == ["Large"]


def test_a_desk_area_has_to_have_that_many_desks_left(client: Client) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY, capacity=4, kind=Kind.DESK_AREA)
    make_booking(desks, AT_ONE, AT_THREE, quantity=2)

    assert results(client, people=2).free_count == 1
    assert results(client, people=3).free_count == 0


def test_the_other_time_of_a_desk_area_is_at_the_same_desks_throughout(client: Client) -> None:
    """A desk is free at every moment of 13:30 to 15:30, but none for the whole of it."""
    desks = make_space(units=2, allocation=Allocation.ANY, kind=Kind.DESK_AREA, hours=(720, 1200))
    for unit, start in zip(desks.units.order_by("pk"), (12, 14), strict=True):
        taken = make_booking(desks, status=Status.CANCELLED)
        during = period(AT_ONE.replace(hour=start - 1), AT_ONE.replace(hour=start + 1))
        taken.occupancies.create(place=desks.place, unit=unit, during=during)

    (row,) = results(client).later

    assert row.span == period(AT_THREE.replace(hour=13), AT_THREE.replace(hour=15))
    page = client.get(desks.get_absolute_url(), ONE_TO_THREE).content.decode()
    assert "Free 14:00–16:00" in page


def test_what_is_not_free_says_whether_it_is_the_rules(client: Client) -> None:
    make_space(lead_time=48 * 60)
    make_space(step=60, min_length=60)

    rows = results(client, **{"from": "13:30", "to": "15:00"}).full

    assert [row.why_not for row in rows] == ["To be booked 2 days before", "In steps of 1 hour"]


def test_what_is_not_let_for_so_long_is_priced_by_the_hour(client: Client) -> None:
    make_space(price=200_00, max_length=60)
    page = client.get("/", ONE_TO_THREE).content.decode()
    assert "200\N{NO-BREAK SPACE}kr/hour" in page
    assert "400" not in page  # neither in the row nor on the map


def test_filters_narrow(client: Client) -> None:
    make_space(name="A", kind=Kind.LAB)
    make_space(name="B", is_step_free=True)
    make_space(name="C", is_instant=False, price=100)

    assert names(results(client, kind="lab").rows) == ["A"]
    assert names(results(client, step_free="on").rows) == ["B"]
    assert set(names(results(client, instant="on").rows)) == {"A", "B"}
    assert set(names(results(client, free="on").rows)) == {"A", "B"}


def test_words_are_looked_for_in_names_texts_places_owners_and_kinds(client: Client) -> None:
    place = make_place(make_organisation("Sintef"), name="Elveporten")
    make_space(place, name="Nidelva", summary={"nb": "Utsikt mot elva"}, kind=Kind.LAB)
    make_space(name="Other")

    for words in ("nidel", "utsikt ELVA", "elveporten", "sintef", "lab", "nidelva lab"):
        assert names(results(client, q=words).rows) == ["Nidelva"], words
    assert not results(client, q="nidelva workshop").rows


def test_nearest_first_then_as_sorted(client: Client) -> None:
    here, far = make_place(), make_place(latitude=63.43)
    make_space(far, name="Far", price=100_00, capacity=4)
    make_space(here, name="Near", price=200_00, capacity=9)

    assert names(results(client).rows) == ["Near", "Far"]
    assert names(results(client, sort="price").rows) == ["Far", "Near"]
    assert names(results(client, sort="capacity").rows) == ["Far", "Near"]


def test_a_student_pays_the_students_price_and_others_see_it(client: Client) -> None:
    space = make_space(price=200_00)
    Price.objects.create(space=space, audience=Audience.STUDENT, amount=0)
    student = make_user()
    Affiliation.objects.create(
        user=student, kind=AffiliationKind.STUDENT, organisation=space.organisation, verified_at=NOW
    )

    (row,) = results(client).rows
    assert row.total is not None
    assert (row.total.amount, row.student_rate.is_free) == (400_00, True)
    assert not results(client, free="on").rows

    client.force_login(student)
    (row,) = results(client, free="on").rows
    assert row.total is not None
    assert (row.total.amount, row.student_rate) == (0, None)


def test_price_is_that_of_the_wanted_time_and_group(client: Client) -> None:
    """Dear by day and cheap in the evening, or the other way round; free for a group."""
    place = make_place()
    by_day = make_space(place, name="By day", price=100_00, capacity=30)
    by_day.prices.create(amount=500_00, opens=17 * 60, closes=22 * 60)
    evenings = make_space(place, name="Evenings", price=300_00, capacity=30)
    evenings.prices.create(amount=50_00, opens=17 * 60, closes=22 * 60)
    evenings.prices.create(amount=0, min_people=20)

    def found(start: str, end: str, **more: Any) -> list[str]:
        wish = {"date": "2026-11-24", "from": start, "to": end, **more}
        return names(results(client, **wish).rows)

    assert found("10:00", "12:00", sort="price") == ["By day", "Evenings"]
    assert found("18:00", "20:00", sort="price") == ["Evenings", "By day"]
    assert found("10:00", "12:00", free="on") == []
    assert found("10:00", "12:00", free="on", people=20) == ["Evenings"]


def test_what_is_not_for_sale_to_one_comes_last_by_price(client: Client) -> None:
    place = make_place()
    hidden = make_space(place, name="Students only", price=None)
    hidden.prices.create(audience=Audience.STUDENT, amount=1_00)
    make_space(place, name="Dear", price=900_00)

    assert names(results(client, sort="price").rows) == ["Dear", "Students only"]


# --- How it is shown ----------------------------------------------------------------------


def test_pages_of_24(client: Client) -> None:
    place = make_place()
    for _ in range(25):
        make_space(place)

    first, second = results(client), results(client, page=2)

    assert (len(first.rows), len(second.rows)) == (24, 1)
    assert first.free_count == second.free_count == 25
    assert results(client, page=99).page.number == 2


def test_the_same_number_of_queries_for_one_space_and_for_thirty(client: Client) -> None:
    place = make_place()
    client.force_login(make_user())
    counts = []
    for number in (1, 14, 15):
        for _ in range(number):
            make_space(place)
            make_booking(make_space(place), AT_ONE, AT_THREE)
        for _at_first_and_again in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get("/", ONE_TO_THREE)
            counts.append(len(queries))
    at_first, again = counts[::2], counts[1::2]

    assert at_first[0] == at_first[1] <= 33
    assert again[0] == again[1] <= 19
    assert at_first[2] < at_first[1]  # a page of free ones asks less about the others
    assert again[2] < again[1]


def test_pages_are_counted_also_where_the_first_is_all_free(client: Client) -> None:
    place = make_place()
    for n in range(30):
        space = make_space(place)
        if n < 6:
            make_booking(space, AT_ONE, AT_THREE)

    first, second = (client.get("/", {**ONE_TO_THREE, "page": n}) for n in (1, 2))

    assert all(row.is_free for row in first.context["results"].rows)
    assert first.context["results"].page.paginator.count == 30
    assert [row.is_free for row in second.context["results"].rows] == 6 * [False]


def test_a_row_says_at_once_what_its_owner_has_changed(client: Client) -> None:
    space = make_space(name="Fjord", price=100_00)
    assert "Fjord" in client.get("/", ONE_TO_THREE).content.decode()

    Space.objects.update(name="Nidelva")
    space.prices.update(amount=150_00)

    page = client.get("/", ONE_TO_THREE).content.decode()
    assert "Nidelva" in page
    assert "300\u00a0kr" in page
    assert "Fjord" not in page


def test_one_pin_for_each_place(client: Client) -> None:
    place = make_place(name="Elveporten")
    make_space(place, price=100_00)
    make_space(place, price=50_00)
    make_space(name="Alone")

    page = client.get("/", ONE_TO_THREE).content.decode()
    pins = json.loads(re.findall(r'<script id="pins"[^>]*>(.*?)</script>', page)[0])

    assert {pin["label"] for pin in pins} == {"100\u00a0kr +1", "Free"}
    assert all(pin["free"] for pin in pins)


def test_script_gets_the_results_alone_and_a_clean_address(client: Client) -> None:
    make_space()

    answer = client.get(
        "/", {**ONE_TO_THREE, "q": "", "people": "1", "kind": ""}, headers={"HX-Request": "true"}
    )

    assert b"<html" not in answer.content
    assert b'id="results"' in answer.content
    assert answer["HX-Push-Url"] == "/?date=2026-11-24&from=13%3A00&to=15%3A00"
    assert "HX-Request" in answer["Vary"]


def test_going_back_gets_the_whole_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert b"<html" in client.get("/", headers=headers).content


def test_late_in_the_evening_tomorrow_is_shown_and_now_is_a_tap_away(client: Client) -> None:
    make_space()
    with time_machine.travel(datetime(2026, 11, 23, 21, 40, tzinfo=UTC), tick=False):
        page = client.get("/").content.decode()

    assert "1 free Tuesday 24 November, 09:00–11:00" in page
    assert "Now 23:00–01:00" in page
    assert "?date=2026-11-23&amp;from=23%3A00&amp;to=01%3A00" in page


@pytest.mark.parametrize(
    "name", ["q", "kind", "date", "from", "to", "people", "instant", "sort", "page"]
)
def test_nonsense_in_the_address_is_a_page_like_any_other(client: Client, name: str) -> None:
    make_space()
    for value in NONSENSE:
        assert client.get("/", {name: value}).status_code == 200, value


def test_a_time_that_has_passed_finds_nothing(client: Client) -> None:
    make_space()

    found = results(client, date="2026-11-20")

    assert found.free_count == 0
    assert len(found.full) == 1


@pytest.mark.parametrize("day", ["2026-10-25", "2027-03-28"])
def test_days_with_a_clock_change_are_days(client: Client, day: str) -> None:
    make_space(horizon_days=200)
    with time_machine.travel(datetime(2026, 10, 20, 10, tzinfo=UTC), tick=False):
        for start in ("00:00", "02:00", "02:30"):
            assert results(client, date=day, **{"from": start, "to": "04:00"}).free_count == 1


def test_search_asks_for_no_clock() -> None:
    """Everything follows from `now`, so that a page can be asked about any moment."""
    make_space()
    wanted = Wanted(MONDAY, 13 * 60, 15 * 60)

    with time_machine.travel(0, tick=False):
        found = search(wanted, user=None, buyer=Buyer(), now=NOW)

    assert found.free_count == 1
