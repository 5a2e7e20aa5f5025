"""The page of one space: its week, its panel, and who may see it."""

import random
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from bookings import availability
from bookings.queries import Week, week_of
from spaces.models import (
    AccessRule,
    Allocation,
    Audience,
    HoursException,
    Kind,
    Listing,
    Price,
    Space,
)
from spaces.periods import Period, at_minute, wall_minute
from tests.bookings.test_forms import NONSENSE
from tests.factories import (
    NOW,
    make_booking,
    make_member,
    make_organisation,
    make_place,
    make_space,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

OSLO = ZoneInfo("Europe/Oslo")
HOUR = timedelta(hours=1)
TUESDAY = date(2026, 11, 24)
AT_NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
NOON_TO_TWO = {"date": "2026-11-24", "from": "12:00", "to": "14:00"}
HOURS = (8 * 60, 16 * 60)


def page(client: Client, space: Space, **query: Any) -> Any:
    answer = client.get(space.get_absolute_url(), query)
    assert answer.status_code == 200
    return answer


def panel(client: Client, space: Space, **query: Any) -> str:
    answer = client.get(f"{space.get_absolute_url()}panel/", query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Who may see it -----------------------------------------------------------------------


def test_a_draft_is_seen_by_its_owner_only(client: Client) -> None:
    space = make_space(listing=Listing.DRAFT)
    teammate = make_member(space.organisation, Role.HOST)

    assert client.get(space.get_absolute_url()).status_code == 404
    client.force_login(make_user())
    assert client.get(space.get_absolute_url()).status_code == 404
    client.force_login(teammate)
    assert client.get(space.get_absolute_url()).status_code == 200


def test_there_is_no_such_space(client: Client) -> None:
    assert client.get("/spaces/nowhere/").status_code == 404
    assert client.get("/spaces/nowhere/panel/").status_code == 404


# --- The week -----------------------------------------------------------------------------


def cells_of(week: Week, state: str) -> set[tuple[date, int]]:
    return {
        (cell.day.date, cell.start)
        for line in week.lines for cell in line.cells if cell.state == state
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("day", "step"),
    [(TUESDAY, 30), (TUESDAY, 60), (date(2026, 10, 25), 30), (date(2027, 3, 28), 30)],
)
def test_a_cell_is_free_if_and_only_if_it_can_be_booked(day: date, step: int, seed: int) -> None:
    rng = random.Random(f"{day}{step}{seed}")
    now = at_minute(day - timedelta(days=rng.randrange(3)), rng.randrange(1440), OSLO)
    opens = rng.randrange(0, 4) * 60
    space = make_space(
        units=rng.choice([1, 3]),
        allocation=rng.choice(list(Allocation)),
        hours=(opens, opens + 330),
        step=step,
        min_length=30,
        lead_time=rng.choice([0, 90]),
        horizon_days=rng.choice([2, 30]),
        buffer_before=rng.choice([0, 30]),
        buffer_after=rng.choice([0, 60]),
    )
    if rng.random() < 0.5:
        HoursException.objects.create(space=space, date=day, opens=60, closes=180)
    for _ in range(4):
        start = at_minute(day + timedelta(days=rng.randrange(-2, 3)), rng.randrange(48) * 30, OSLO)
        around = Period(start - 2 * HOUR, start + 3 * HOUR, "[)")
        untaken = availability.free_units(space, around, quantity=9, now=now)
        if len(untaken) == space.units.count():
            make_booking(space, start, start + HOUR)

    week = week_of(space, day, now=now)

    assert week.lines
    for line in week.lines:
        for cell in line.cells:
            if cell.rows > 1:
                continue
            lower = at_minute(cell.day.date, cell.start, OSLO)
            upper = at_minute(cell.day.date, cell.end, OSLO)
            exists = lower < upper and wall_minute(lower, cell.day.date, OSLO) == cell.start
            verdict = exists and availability.verdict_on(space, Period(lower, upper, "[)"), now=now)
            assert (cell.state == "free") == (verdict == "free"), (cell, verdict)


def test_a_booking_is_one_block_with_its_buffers(client: Client) -> None:
    space = make_space(hours=HOURS, buffer_after=30)
    make_booking(space, AT_NOON, AT_NOON + HOUR)

    week = week_of(space, TUESDAY, now=NOW)

    busy = [cell for line in week.lines for cell in line.cells if cell.state == "busy"]
    assert [(cell.start, cell.end, cell.rows) for cell in busy] == [(690, 810, 4)]


def test_what_has_passed_is_past_and_what_is_shut_is_closed() -> None:
    week = week_of(make_space(hours=HOURS), TUESDAY, now=NOW)
    monday = TUESDAY - timedelta(days=1)

    assert (monday, 11 * 60 + 30) in cells_of(week, "past")
    assert (monday, 12 * 60) in cells_of(week, "free")
    assert week.axis == HOURS
    assert week.days[0].is_today


def test_rows_are_as_long_as_steps_but_high_enough_for_a_finger() -> None:
    lengths = {step: week_of(make_space(step=step), TUESDAY, now=NOW).row for step in
               (15, 20, 30, 60, 240)}  # fmt: skip

    assert lengths == {15: 30, 20: 40, 30: 30, 60: 60, 240: 240}


def test_weeks_by_name_by_day_and_by_default(client: Client) -> None:
    space = make_space()

    def shown(**query: str) -> str:
        return str(page(client, space, **query).context["week"].name)

    assert shown() == "2026-W48"
    assert shown(week="2026-W53") == "2026-W53"
    assert shown(date="2026-12-24") == "2026-W52"
    assert shown(week="2026-W50", date="2026-12-24") == "2026-W50"
    for nonsense in (*NONSENSE[:20], "2026-W99", "0000-W01", "9999-W52", "2026-W", "-W1"):
        assert shown(week=nonsense) == "2026-W48"


def test_late_on_the_last_open_day_the_next_week_is_shown(client: Client) -> None:
    space = make_space(hours=HOURS)
    with time_machine.travel(datetime(2026, 11, 29, 21, 40, tzinfo=UTC), tick=False):
        answer = page(client, space)

    assert answer.context["week"].name == "2026-W49"
    assert answer.context["form"].day == date(2026, 11, 30)


def test_every_slot_has_a_name_and_an_address(client: Client) -> None:
    space = make_space(hours=HOURS)

    text = page(client, space, week="2026-W49").content.decode()

    assert text.count('class="slot"') == 7 * 16
    assert 'value="2026-12-01T08:30"' in text
    assert 'aria-label="Tuesday 1 December 08:30"' in text


def test_a_chosen_slot_is_marked_and_priced_without_script(client: Client) -> None:
    space = make_space(price=200_00)

    text = page(client, space, slot="2026-11-24T12:00").content.decode()

    assert text.count('class="slot sel') == 2
    assert "200\u00a0kr × 1 hour" in text
    assert '<option value="12:00" selected>12:00</option>' in text


def test_the_number_of_queries_does_not_grow_with_the_bookings(client: Client) -> None:
    space = make_space()
    client.force_login(make_user())
    page(client, space)  # what it says of the space is kept
    counts = []
    for hours in (range(3, 4), range(6, 60, 3)):
        for hour in hours:
            make_booking(space, AT_NOON + hour * HOUR, AT_NOON + (hour + 1) * HOUR)
        with CaptureQueriesContext(connection) as queries:
            page(client, space, **NOON_TO_TWO)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 19


# --- The panel ----------------------------------------------------------------------------


def test_a_free_time_has_its_price_and_a_way_to_book(client: Client) -> None:
    space = make_space(price=320_00)
    client.force_login(make_user(language="en"))

    text = page(client, space, **NOON_TO_TWO).content.decode()

    assert "320\u00a0kr × 2 hours" in text
    assert "640\u00a0kr" in text
    assert "Book 12:00–14:00" in text
    assert f'action="{space.get_absolute_url()}book/"' in text
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', text)


def test_a_stranger_signs_in_and_comes_back_to_the_same_choice(client: Client) -> None:
    space = make_space()

    asked = {**NOON_TO_TWO, "title": "Kollokvie", "signin": "1", "key": "x"}
    answer = client.get(space.get_absolute_url(), asked)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/spaces/")
    assert "12%253A00" in answer["Location"]
    assert "Kollokvie" in answer["Location"]
    assert "signin" not in answer["Location"]


def test_a_taken_time_says_so_and_offers_the_nearest(client: Client) -> None:
    space = make_space()
    make_booking(space, AT_NOON, AT_NOON + HOUR)

    text = panel(client, space, **NOON_TO_TWO)

    assert "It is booked from 12:00 to 13:00." in text
    assert "Free 13:00–15:00" in text
    assert "Book" not in text


def test_the_nearest_is_a_time_that_they_can_have_and_as_long_as_can_be(client: Client) -> None:
    """Sold until 14:00 only, an hour or more at a time."""
    space = make_space(price=None, min_length=60)
    space.prices.create(amount=100_00, opens=0, closes=14 * 60)
    make_booking(space, AT_NOON, AT_NOON + HOUR)

    assert "Free 10:00–12:00" in panel(client, space, **NOON_TO_TWO)
    half_an_hour = {**NOON_TO_TWO, "to": "12:30"}
    assert "Free 13:00–14:00" in panel(client, space, **half_an_hour)


def test_desks_are_counted_and_multiplied(client: Client) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY, capacity=4, price=30_00)
    make_booking(desks, AT_NOON, AT_NOON + 2 * HOUR, quantity=2)

    assert "120\u00a0kr" in panel(client, desks, **NOON_TO_TWO, quantity=2)
    assert "2 are left for the whole of that time." in panel(
        client, desks, **NOON_TO_TWO, quantity=3
    )
    assert "There are 4 here." in panel(client, desks, **NOON_TO_TWO, quantity=5)


def test_a_price_for_others_only_is_not_for_sale(client: Client) -> None:
    space = make_space(price=None)
    Price.objects.create(space=space, audience=Audience.STUDENT, amount=0)

    text = panel(client, space, **NOON_TO_TWO)

    assert "This space has no price for you." in text
    assert "Only for: Students" in text


def test_the_panel_brings_another_week_when_the_grid_shows_the_wrong_one(client: Client) -> None:
    space = make_space()

    assert 'id="pick"' not in panel(client, space, **NOON_TO_TWO, shown="2026-W48/1")
    assert 'id="pick"' in panel(client, space, **NOON_TO_TWO, shown="2026-W47/1")


def test_nothing_chosen_yet_is_no_error(client: Client) -> None:
    text = panel(client, make_space())

    assert "Choose a time" in text
    assert 'role="alert"' not in text


@pytest.mark.parametrize(
    "name", ["date", "from", "to", "quantity", "title", "slot", "week", "shown", "key"]
)
def test_nonsense_in_the_address_is_never_a_crash(client: Client, name: str) -> None:
    space = make_space(units=2, allocation=Allocation.ANY, hours=HOURS)
    for value in NONSENSE:
        page(client, space, **{**NOON_TO_TWO, name: value})
        panel(client, space, **{name: value})


def test_what_is_taken_here_may_be_free_elsewhere(client: Client) -> None:
    space = make_space(kind=Kind.LAB, capacity=9)
    make_booking(space, AT_NOON, AT_NOON + HOUR)
    text = panel(client, space, **NOON_TO_TWO)
    search = "/?date=2026-11-24&amp;from=12%3A00&amp;to=14%3A00&amp;kind=lab"
    assert f'href="{search}"' in text


def test_no_other_time_is_offered_when_it_is_too_small(client: Client) -> None:
    desks = make_space(units=4, allocation=Allocation.ANY, capacity=4)
    make_booking(desks, AT_NOON, AT_NOON + HOUR)
    text = panel(client, desks, **NOON_TO_TWO, quantity=9)
    assert "There are 4 here." in text
    assert "Free 13:00" not in text


# --- What else ----------------------------------------------------------------------------


def test_a_time_that_is_taken_leads_to_what_is_free_then_beside_it(client: Client) -> None:
    space = make_space(price=20000)
    make_booking(space, NOW + timedelta(days=1))
    make_space(space.place, name="Ved siden av", slug="beside", price=30000)
    make_space(space.place, name="Lab", kind="lab")
    html = panel(client, space, **NOON_TO_TWO)
    assert "Free at that time" in html
    assert 'href="/spaces/beside/?date=2026-11-24&amp;from=12%3A00&amp;to=14%3A00"' in html
    assert "Lab" not in html


def test_who_may_not_book_is_led_to_the_owner(client: Client) -> None:
    space = make_space(make_place(make_organisation("SINTEF", slug="sintef")))
    AccessRule.objects.create(space=space, affiliation="student")
    client.force_login(make_user(language="en"))

    html = client.get(space.get_absolute_url(), NOON_TO_TWO).content.decode()

    assert f'<a href="{space.organisation.get_absolute_url()}">Ask SINTEF</a>' in html
