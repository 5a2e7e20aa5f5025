"""A search for several days: what is free all the time, when else, and what the rows say."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.forms import SearchForm
from bookings.models import Waiting
from bookings.queries import search
from spaces.models import Price, Space
from spaces.prices import Buyer
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NINE = datetime(2026, 11, 30, 9, tzinfo=OSLO)
TO_WEDNESDAY = {"date": "2026-11-30", "from": "09:00", "to": "16:00", "last": "2026-12-02"}
WEEKS = 21 * 24 * 60


@pytest.fixture(autouse=True)
def monday_before(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(NOW, tick=False):
        yield


def lab(name: str, **fields: Any) -> Space:
    return make_space(make_place(), name=name, **{"hours": "always", "max_length": WEEKS, **fields})


def page(client: Client, **changes: str) -> Any:
    answer = client.get("/", {**TO_WEDNESDAY, **changes})
    assert answer.status_code == 200
    return answer


def test_free_for_all_of_the_days_or_when_else_or_why_not(client: Client) -> None:
    lab("Free")
    taken = lab("Taken")
    make_booking(taken, NINE + DAY, NINE + DAY + HOUR)
    lab("By day", hours=(8 * 60, 18 * 60))
    lab("Short", max_length=24 * 60)

    results = page(client).context["results"]

    assert [row.space.name for row in results.free] == ["Free"]
    assert [(row.space.name, row.span.lower) for row in results.later] == [
        ("Taken", NINE + DAY + HOUR)
    ]
    assert {row.space.name: row.why_not for row in results.full} == {
        "By day": "Not open all that time",
        "Short": "At most 24 hours",
    }


def test_what_closes_at_night_is_searched_for_day_by_day(client: Client) -> None:
    lab("By day", hours=(8 * 60, 18 * 60))
    link = re.search(
        r'(?s)href="(/recurring/[^"]+)"[^>]*>(?:(?!</a>).)*Day by day',
        page(client).content.decode(),
    )
    assert link

    answer = client.get(unescape(link[1]))

    wanted = answer.context["wanted"]
    assert wanted.days == [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)]
    assert (wanted.start, wanted.end) == (9 * 60, 16 * 60)
    assert "By day" in answer.content.decode()


def test_a_row_says_both_days_and_leads_to_them(client: Client) -> None:
    free = lab("Free")

    text = page(client).content.decode()

    assert "Free Mon 30 Nov 09:00 – Wed 2 Dec 16:00" in text
    query = "date=2026-11-30&amp;from=09%3A00&amp;to=16%3A00&amp;last=2026-12-02"
    assert f'href="{free.get_absolute_url()}?{query}"' in text
    assert 'name="last" type="date" value="2026-12-02"' in text
    assert ">Mon 30</text>" in text
    assert ">Sat 5</text>" in text  # days to which it may move


def test_one_day_is_as_it_was(client: Client) -> None:
    lab("Free")

    text = page(client, last="").content.decode()

    assert "Free 09:00–16:00" in text
    assert '<details class="several">' in text
    assert ">Mon 30</text>" not in text


def test_the_price_is_that_of_the_days(client: Client) -> None:
    Price.objects.create(space=lab("Lab", price=500_00), amount=3_000_00, per="day")

    row = page(client).context["results"].free[0]

    assert row.total is not None
    assert row.total.amount == 2 * 3_000_00 + 3_000_00  # seven hours of the third are capped


def test_no_more_queries_for_days_than_for_hours(client: Client) -> None:
    for n in range(3):
        lab(f"Lab {n}")
    counts = []
    for last in ("", "2026-12-02"):
        page(client, last=last)
        with CaptureQueriesContext(connection) as queries:
            page(client, last=last)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(("day", "hours"), [("2027-03-26", 78), ("2027-10-29", 80)])
def test_days_over_a_clock_change_are_searched_by_the_wall(day: str, hours: int) -> None:
    space = lab("Lab", horizon_days=400)
    last = date.fromisoformat(day) + 3 * DAY
    said = f"date={day}&from=09:00&to=16:00&last={last}"
    wanted = SearchForm(QueryDict(said), now=NOW).wanted

    rows = search(wanted, user=None, buyer=Buyer(), now=NOW).free

    assert [row.space for row in rows] == [space]
    assert rows[0].span.upper - rows[0].span.lower == hours * HOUR
    assert f"last={last}" in rows[0].url


def test_days_searched_for_are_waited_for(client: Client) -> None:
    make_booking(lab("Taken"), NINE + DAY, NINE + 4 * DAY)
    client.force_login(make_user(language="en"))
    text = page(client).content.decode()
    assert "Nothing free Monday 30 November 09:00 – Wednesday 2 December 16:00" in text

    client.post("/waitlist/", {"search": page(client).context["wanted"].query()})

    entry = Waiting.objects.get()
    assert (entry.period.lower, entry.period.upper) == (NINE, NINE + 55 * HOUR)
    text = client.get("/waitlist/").content.decode()
    assert "Monday 30 November 09:00 – Wednesday 2 December 16:00" in text
