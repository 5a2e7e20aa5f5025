"""`/recurring/` and `GET /api/v1/recurrences/`: the same time again and again, over all owners."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from bookings.explaining import why_not_each
from bookings.forms import RecurringForm
from bookings.models import Series
from bookings.operations import Item
from bookings.queries.candidates import Candidates
from bookings.queries.obtaining import Asker
from bookings.queries.recurring import Row, recurring, wish_of
from spaces.models import AccessRule, Quota, Space
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday_noon", "in_english")]

OSLO = ZoneInfo("Europe/Oslo")
TUESDAY = date(2026, 11, 24)
TEN_TUESDAYS = f"date={TUESDAY}&from=10:00&to=12:00&repeat=weekly&weekdays=2&count=10"


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), OSLO)


def take(space: Space, day: date, hour: int = 10) -> None:
    make_booking(space, at(day, hour), at(day, hour + 2))


def find(query: str = TEN_TUESDAYS, user: User | None = None) -> list[Row]:
    wanted = RecurringForm(QueryDict(query), now=NOW).recurring
    asked = Candidates(wanted, Asker.at(NOW, user))
    return recurring(wish_of(asked, wanted), user=user, now=NOW).rows


def counts(rows: list[Row]) -> list[tuple[str, int]]:
    return [(row.space.name, row.free) for row in rows]


def farther(n: int) -> Any:
    return make_place(latitude=63.4189 + n / 1000)


def page(query: str = TEN_TUESDAYS, user: User | None = None, **how: Any) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    answer = client.get(f"/recurring/?{query}", **how)
    assert answer.status_code == 200
    return answer.content.decode()


# --- What is found --------------------------------------------------------------------------


def test_recurring_ranks_by_how_many_of_the_times_are_free_and_then_by_distance() -> None:
    busy = make_space(name="Busy")
    make_space(farther(9), name="Far")
    make_space(farther(3), name="Near")
    for week in range(3):
        take(busy, TUESDAY + timedelta(weeks=week))
    assert counts(find()) == [("Near", 10), ("Far", 10), ("Busy", 7)]


def test_recurring_looks_on_while_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.queries.recurring.LOOKED_AT", 2)
    for _ in range(5):
        make_booking(make_space(), at(TUESDAY, 0), at(TUESDAY + timedelta(weeks=11)))
    last = make_space(farther(9), name="Last")
    assert counts(find()) == [("Last", 10)]

    last.prices.all().delete()
    assert "No space has any of these times" in page()
    monkeypatch.setattr("bookings.queries.recurring.BATCHES", 2)
    assert "None of the first 4 spaces has any of these times" in page()


def test_recurring_offers_the_nearest_alike_space_for_a_day_that_is_missing() -> None:
    tenth = TUESDAY + timedelta(weeks=9)
    nidelva = make_space(name="Nidelva", price=20000)
    make_space(nidelva.place, name="Lab", kind="lab")
    fjord = make_space(farther(2), name="Fjord", price=30000)
    make_space(farther(4), name="Fjell", price=10000)
    take(nidelva, tenth)
    take(fjord, TUESDAY)
    (row,) = [row for row in find() if row.space == nidelva]
    (missing,) = row.missing
    assert missing.day == tenth
    assert missing.instead is not None
    assert missing.instead.space == fjord
    assert row.total.amount == 9 * 40000 + 60000


def test_recurring_offers_nothing_that_costs_instead_of_what_is_free_of_charge() -> None:
    nidelva = make_space(name="Nidelva")
    make_space(farther(2), name="Fjord", price=30000)
    take(nidelva, TUESDAY)
    (row,) = [row for row in find() if row.space == nidelva]
    assert row.missing[0].instead is None


def test_recurring_leaves_out_what_this_person_cannot_have() -> None:
    make_space(name="Open")
    staff_only = make_space(farther(1), name="Staff")
    AccessRule.objects.create(space=staff_only, organisation=staff_only.organisation)
    make_space(farther(2), name="Unpriced", price=None)
    assert counts(find(user=make_user())) == [("Open", 10)]


def test_recurring_holds_nothing_against_a_stranger_as_the_other_searches() -> None:
    """They may turn out to be anybody, and are told who it is for where they book."""
    staff_only = make_space(name="Staff")
    AccessRule.objects.create(space=staff_only, organisation=staff_only.organisation)
    trained = make_space(farther(1), name="Trained")
    trained.trainings.add(trained.organisation.trainings.create(name={"nb": "Laser"}))
    make_space(farther(2), name="Members", price=None).prices.create(audience="own", amount=0)
    assert counts(find()) == [("Staff", 10), ("Trained", 10)]
    time = {"date": f"{TUESDAY}", "from": "10:00", "to": "12:00"}
    free = Client().get("/", time).context["results"].free
    assert [row.space.name for row in free] == ["Staff", "Trained"]


def test_recurring_has_the_times_for_which_a_certificate_holds() -> None:
    lab, person = make_space(name="Lab"), make_user()
    laser = lab.organisation.trainings.create(name={"nb": "Laser"})
    lab.trainings.add(laser)
    laser.certificates.create(
        user=person,
        granted_by=make_user(),
        granted_at=NOW,
        expires_at=at(TUESDAY + timedelta(weeks=2)),
    )
    (row,) = find(user=person)
    assert [one.price is not None for one in row.days] == [True, True, *[False] * 8]


def test_recurring_counts_what_the_earlier_times_use_of_a_quota() -> None:
    space = make_space(name="Nidelva")
    Quota.objects.create(space=space, amount=3, counts="bookings", window="month", whose="person")
    make_space(farther(1), name="Fjord")
    person = make_user()
    days = [one.day for one in find(user=person)[1].days if one.price is not None]
    # one in November (24), and three of each month that follows
    assert [day.month for day in days] == [11, 12, 12, 12, 1, 1, 1]
    assert counts(find(user=None)) == [("Nidelva", 10), ("Fjord", 10)]


def test_recurring_counts_what_is_had_instead_of_a_quota_for_all_of_an_owner() -> None:
    nidelva = make_space(name="Nidelva")
    make_space(nidelva.place, name="Fjord")
    Quota.objects.create(owner=nidelva.organisation, amount=2, counts="bookings", window="month")
    take(nidelva, TUESDAY + timedelta(weeks=1))
    (row,) = [row for row in find(user=make_user()) if row.space == nidelva]
    assert (row.free, len(row.offered)) == (5, 5)  # one in November, two in each that follows
    (row,) = [row for row in find() if row.space == nidelva]
    assert (row.free, len(row.offered)) == (9, 10)


def test_recurring_asks_a_pool_for_as_many_as_come() -> None:
    make_space(name="Desks", units=3, allocation="any", capacity=3, price=5000)
    (row,) = find(TEN_TUESDAYS + "&people=2")
    assert (row.quantity, row.free, row.total.amount) == (2, 10, 10 * 2 * 2 * 5000)
    assert find(TEN_TUESDAYS + "&people=4") == []


def test_recurring_keeps_the_hour_of_the_wall_when_the_clocks_change() -> None:
    make_space(hours=(600, 720), horizon_days=300)
    (row,) = find("date=2027-03-14&from=10:00&to=12:00&count=4")
    assert row.free == 4
    assert [one.span.lower.astimezone(OSLO).hour for one in row.days if one.span] == [10] * 4


def test_recurring_has_no_such_time_on_the_day_that_skips_it() -> None:
    make_space(horizon_days=300)
    (row,) = find("date=2027-03-21&from=02:00&to=04:00&count=2")
    assert [one.span is None for one in row.days] == [False, True]
    assert row.free == 1


def test_recurring_reads_the_clock_of_each_place() -> None:
    make_space(name="Oslo", hours=(600, 720))
    make_space(make_place(time_zone="America/New_York"), name="York", hours=(600, 720))
    assert sorted(counts(find())) == [("Oslo", 10), ("York", 10)]


def test_recurring_by_price_puts_the_cheapest_of_as_many_first() -> None:
    make_space(name="Dear", price=50000)
    make_space(farther(3), name="Cheap", price=10000)
    assert counts(find(TEN_TUESDAYS + "&sort=price")) == [("Cheap", 10), ("Dear", 10)]
    assert counts(find(TEN_TUESDAYS + "&max_price=2000")) == [("Cheap", 10)]
    assert find(TEN_TUESDAYS + "&free=on") == []


def test_what_recurring_counts_the_plain_engine_has_no_reason_against() -> None:
    """Against `why_not_each`, which decides one by one what the table of a series says."""
    person, other = make_user(), make_place(latitude=63.42)
    spaces = [
        make_space(name="A", price=10000, hours=(480, 660), buffer_before=30),
        make_space(name="B", lead_time=3 * 24 * 60),
        make_space(other, name="C", horizon_days=40, price=5000),
        make_space(other, name="D", step=120, on_holidays="closed"),
        make_space(other, name="E", units=2, allocation="any", capacity=2, max_length=60),
        make_space(other, name="F", max_length=120, min_length=60),
    ]
    Quota.objects.create(
        space=spaces[5], amount=2, counts="bookings", window="month", whose="person"
    )
    for n, space in enumerate(spaces):
        take(space, TUESDAY + timedelta(days=n), 9)
        take(space, TUESDAY + timedelta(weeks=n + 1))
    for query in (
        TEN_TUESDAYS,
        f"date={TUESDAY}&from=09:00&to=10:30&repeat=weekdays&until=2026-12-30",
        f"date={TUESDAY}&from=23:00&to=01:00&repeat=daily&count=40",
        f"date={TUESDAY}&from=10:00&to=11:00&repeat=last&count=5",
    ):
        rows = {row.space.pk: row for row in find(query, person)}
        wanted = RecurringForm(QueryDict(query), now=NOW).recurring
        spans = [span for span in wanted.spans("Europe/Oslo") if span]
        for space in spaces:
            items = [
                Item(Space.objects.for_listing().get(pk=space.pk), span, 1, 1) for span in spans
            ]
            expected = [not why for why in why_not_each(items, user=person, now=NOW)]
            row = rows.get(space.pk)
            found = [one.price is not None for one in row.days] if row else [False] * len(spans)
            assert found == expected, f"{space} {query}"


# --- The table of a series takes it over ------------------------------------------------------


def test_the_table_has_what_the_search_found_and_chose() -> None:
    nidelva = make_space(name="Nidelva", slug="nidelva")
    make_space(nidelva.place, name="Neighbour", capacity=6)  # step-free is asked for
    fjord = make_space(farther(2), name="Fjord", capacity=6, is_step_free=True)
    Space.objects.filter(pk=nidelva.pk).update(is_step_free=True)
    take(nidelva, TUESDAY + timedelta(weeks=1))
    (row,) = [row for row in find(TEN_TUESDAYS + "&step_free=on") if row.space == nidelva]
    assert parse_qs(urlsplit(row.url).query)["instead"] == [str(fjord.pk)]
    client, person = Client(), make_user()
    client.force_login(person)
    table = client.get(row.url).context["table"]
    assert (len(table.free), len(table.picked)) == (9, 10)
    chosen = {one.name: one.chosen for one in table.rows}
    said = {**dict(table_fields(client.get(row.url))), **chosen}
    answer = client.post("/spaces/nidelva/repeat/", said)
    assert answer.status_code == 303
    booked = Series.objects.get().bookings
    assert booked.count() == 10
    assert booked.get(recurrence_date=TUESDAY + timedelta(weeks=1)).space == fjord


def table_fields(answer: Any) -> list[tuple[str, str]]:
    return [*answer.context["form"].said(), ("key", answer.context["key"])]


def test_the_table_takes_no_notice_of_spaces_it_may_not_offer() -> None:
    nidelva = make_space(slug="nidelva")
    hidden = make_space(nidelva.place, listing="draft")
    take(nidelva, TUESDAY)
    query = f"{TEN_TUESDAYS}&instead={hidden.pk}&instead=x&instead=99999999999999"
    table = Client().get(f"/spaces/nidelva/repeat/?{query}").context["table"]
    assert len(table.picked) == 9


# --- The page --------------------------------------------------------------------------------


def test_the_page_says_how_many_which_are_missing_and_where_they_fit() -> None:
    nidelva = make_space(name="Nidelva", slug="nidelva", price=20000)
    make_space(farther(2), name="Fjord", price=20000)
    take(nidelva, TUESDAY)
    html = page(TEN_TUESDAYS)
    assert "10 times, the last on Tuesday 26 January." in html
    assert "9 of 10 times" in html
    assert "Tuesday 24 November: Fjord" in html
    assert "for 10 times" in html
    assert 'href="/spaces/nidelva/repeat/?date=2026-11-24&amp;from=10%3A00' in html


def test_a_part_is_answered_to_script_with_the_address_of_the_search() -> None:
    make_space()
    answer = Client().get(f"/recurring/?{TEN_TUESDAYS}&people=3", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"].startswith("/recurring/?date=2026-11-24&from=10%3A00")
    assert b"<html" not in answer.content


@pytest.mark.parametrize(
    "query",
    [
        "",
        "date=x&from=99&to=-1&repeat=z&weekdays=9&count=0&until=y&people=0&page=-1&sort=q",
        "date=2099-01-01&until=2020-01-01",
        "date=2020-01-01&repeat=daily&until=2030-01-01",
        "repeat=weekdays&count=260&from=23:00&to=01:00",
        "repeat=fortnightly&weekdays=1&until=2026-11-24&date=2026-11-24",
        "repeat=last&count=40",
    ],
)
def test_nothing_in_an_address_can_fail(query: str) -> None:
    make_space(horizon_days=365)
    assert "</html>" in page(query)
    wanted = RecurringForm(QueryDict(query), now=NOW).recurring
    assert 1 <= len(wanted.days) <= 260
    assert RecurringForm(QueryDict(wanted.query()), now=NOW).recurring == wanted


def test_on_a_weekend_the_coming_monday_is_asked_for_before_anybody_says_a_day() -> None:
    sunday = NOW + timedelta(days=6)

    said = RecurringForm(QueryDict("date=2026-11-29"), now=sunday).recurring
    unsaid = RecurringForm(QueryDict(""), now=sunday).recurring

    assert (said.day.isoweekday(), unsaid.day) == (7, date(2026, 11, 30))
    assert RecurringForm(QueryDict(""), now=NOW).recurring.day == NOW.date()


def test_the_form_reads_what_the_search_writes() -> None:
    query = "date=2026-11-24&from=22:00&to=02:00&repeat=fortnightly&weekdays=2&weekdays=4"
    query += "&until=2027-01-05&kind=lab&step_free=on&max_price=500&sort=price&page=2"
    wanted = RecurringForm(QueryDict(query), now=NOW).recurring
    assert (wanted.start, wanted.end, wanted.weekdays) == (22 * 60, 26 * 60, (2, 4))
    assert RecurringForm(QueryDict(wanted.query(page=2)), now=NOW).recurring == wanted


@pytest.mark.parametrize(
    ("query", "day"),
    [
        ("date=2026-11-24&repeat=weekly", date(2026, 12, 8)),  # Tuesdays
        ("date=2026-11-24&repeat=fortnightly&weekdays=4", date(2026, 12, 10)),
        ("date=2026-11-03&repeat=weekday", date(2027, 1, 5)),  # the first Tuesday of a month
        ("date=2026-12-02&repeat=weekly", date(2026, 12, 2)),
        ("date=2026-12-09&repeat=weekly", date(2026, 12, 9)),
    ],
)
def test_an_address_that_was_kept_goes_on_with_the_next_day_of_its_rule(
    query: str, day: date
) -> None:
    asked = RecurringForm(QueryDict(query), now=NOW + timedelta(days=9)).recurring
    assert (asked.day, asked.days[0], len(asked.days)) == (day, day, 10)


def test_the_page_asks_the_database_as_often_for_thirty_spaces_and_many_times(
    django_assert_max_num_queries: Any,
) -> None:
    person = make_user()
    asked = []
    for n in range(31):
        space = make_space(farther(n))
        take(space, TUESDAY + timedelta(weeks=n % 3))
        if n in (1, 30):
            for count in (2, 30):
                with django_assert_max_num_queries(60) as met:
                    page(TEN_TUESDAYS.replace("count=10", f"count={count}"), person)
                asked.append(len(met))
    # Twice each: the second time the spaces need not be read again.
    assert asked[:2] == asked[2:]


# --- For programs ----------------------------------------------------------------------------


def test_recurrences_answers_the_same_to_programs() -> None:
    nidelva = make_space(name="Nidelva", price=20000)
    fjord = make_space(farther(2), name="Fjord", price=20000)
    take(nidelva, TUESDAY)
    asked = {"date": "2026-11-24", "from": "10:00", "to": "12:00", "count": 2, "weekdays": "tue"}
    answer = Client().get("/api/v1/recurrences/", asked)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["rrule"], told["times"]) == ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", 2)
    last = told["results"][1]
    assert (last["space"], last["free"], last["covered"]) == (nidelva.pk, 1, 2)
    assert last["total"] == {"amount": 80000, "currency": "NOK"}
    first, second = last["occurrences"]
    assert (first["price"], first["instead"]["space"]) == (None, fjord.pk)
    assert second["start"] == "2026-12-01T10:00:00+01:00"
    assert second["price"] == {"amount": 40000, "currency": "NOK"}


@pytest.mark.parametrize(
    ("about", "wrong"),
    [
        ("until", {"count": ""}),
        ("until", {"until": "2026-12-24"}),
        ("until", {"count": 60}),
        ("until", {"count": "", "until": "2020-01-01"}),
        ("from", {"from": "24:00"}),
        ("from", {"from": "9:75"}),
        ("date", {"date": "2020-01-01"}),
        ("weekdays", {"weekdays": "tir"}),
        ("repeat", {"repeat": "yearly"}),
        ("near", {"near": "here"}),
    ],
)
def test_recurrences_says_what_is_wrong(about: str, wrong: dict[str, Any]) -> None:
    asked = {"date": "2026-11-24", "from": "10:00", "to": "12:00", "count": 10, **wrong}
    given = {name: value for name, value in asked.items() if value != ""}
    answer = Client().get("/api/v1/recurrences/", given)
    assert answer.status_code == 400, answer.content
    assert about in answer.json()["errors"]


def test_slots_and_recurrences_can_be_free_of_charge() -> None:
    make_space(name="Gift")
    make_space(farther(1), name="Dear", price=100)
    asked = {"date": "2026-11-24", "from": "10:00", "to": "12:00", "count": 2, "free": "true"}
    names = [one["name"] for one in Client().get("/api/v1/recurrences/", asked).json()["results"]]
    assert names == ["Gift"]
    slots = Client().get("/api/v1/slots/", {"free": "true"}).json()["results"]
    assert {one["name"] for one in slots} == {"Gift"}
