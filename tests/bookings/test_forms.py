"""What addresses and forms are understood to mean, whatever stands in them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from bookings.forms import SORTS, BookForm, SearchForm, Sort, Wanted, soonest, usual_time
from bookings.forms.times import chosen_time
from spaces.models import Allocation, Place, RulesInForce, Space
from spaces.periods import at_minute, minutes_in, period
from tests.factories import NOW

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = date(2026, 11, 23)

NONSENSE = [
    "", " ", "x", "-1", "0", "1e9", "99999999999999999999", "٣", "½", "NaN", "null", "[]", "%", "'",
    "\x00", "\ufffd", "🙂" * 200, "24:01", "25:00", "12:60", "7", "07:00:00", "2026-02-30",
    "0001-01-01", "9999-12-31", "2026-W54", "2026-11-24T", "T07:00", "2026-11-24T24:00", "on",
    "../../etc", "<script>", "distance; drop table",
]  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def wanted(query: str = "", now: datetime = NOW, **params: Any) -> Wanted:
    return SearchForm(QueryDict(query or urlencode(params)), now=now).wanted


# --- The time that is searched for before anybody says which ------------------------------


@pytest.mark.parametrize(
    ("now", "day", "start", "end"),
    [
        ("2026-11-23 12:00", 23, 12, 14),  # on the hour
        ("2026-11-23 12:01", 23, 13, 15),
        ("2026-11-23 06:10", 23, 7, 9),
        ("2026-11-23 04:59", 23, 7, 9),
        ("2026-11-23 00:30", 23, 9, 11),  # still up: the coming morning
        ("2026-11-23 18:20", 23, 19, 21),
        ("2026-11-23 19:10", 23, 20, 21),  # what is left of the day
        ("2026-11-23 20:05", 24, 9, 11),
        ("2026-11-23 22:40", 24, 9, 11),
        ("2026-11-29 14:10", 29, 15, 17),  # a Sunday is a day too
        ("2026-11-30 23:59", 1, 9, 11),
        ("2026-10-25 02:30", 25, 9, 11),  # the clock goes back
        ("2027-03-28 01:59", 28, 9, 11),  # and forward
        ("2027-03-27 22:40", 28, 9, 11),
    ],
)
def test_usual_time(now: str, day: int, start: int, end: int) -> None:
    found = usual_time(at(now), OSLO)

    assert (found[0].day, found[1], found[2]) == (day, start * 60, end * 60)


@pytest.mark.parametrize(
    ("now", "day", "start", "end"),
    [
        ("2026-11-23 22:40", 23, 23 * 60, 25 * 60),
        ("2026-11-23 23:40", 24, 0, 2 * 60),
        ("2026-11-23 06:10", 23, 6 * 60 + 30, 8 * 60 + 30),
        ("2026-11-23 12:00", 23, 12 * 60, 14 * 60),
    ],
)
def test_soonest(now: str, day: int, start: int, end: int) -> None:
    found = soonest(at(now), OSLO)

    assert (found[0].day, found[1], found[2]) == (day, start, end)


# --- Search -------------------------------------------------------------------------------


def test_nothing_said_is_the_usual_time() -> None:
    assert wanted() == Wanted(MONDAY, 12 * 60, 14 * 60)


def test_another_day_is_its_morning() -> None:
    assert wanted(date="2026-11-26") == Wanted(date(2026, 11, 26), 9 * 60, 11 * 60)


def test_a_start_alone_lasts_two_hours() -> None:
    said = wanted("from=15:30")

    assert (said.start, said.end) == (15 * 60 + 30, 17 * 60 + 30)


def test_an_end_before_the_start_is_past_midnight() -> None:
    said = wanted("from=23:00&to=02:00")

    assert (said.start, said.end) == (23 * 60, 26 * 60)
    assert minutes_in(said.span) == 180


def test_midnight_is_an_end_and_a_start() -> None:
    assert wanted("from=22:00&to=24:00").end == 24 * 60
    assert wanted("from=22:00&to=00:00").end == 24 * 60
    assert wanted("date=2026-11-26&from=00:00&to=00:00&last=2026-11-27").end == 24 * 60
    assert wanted("from=00:00&to=01:00").start == 0


def test_days_with_a_clock_change_are_counted_in_real_hours() -> None:
    assert minutes_in(wanted("date=2026-10-25&from=01:00&to=04:00").span) == 240
    assert minutes_in(wanted("date=2027-03-28&from=01:00&to=04:00").span) == 120
    assert minutes_in(wanted("date=2027-03-28&from=02:00&to=03:00").span) == 60  # never happens
    assert minutes_in(wanted("date=2026-10-23&last=2026-10-26&from=09:00&to=09:00").span) == 73 * 60
    assert minutes_in(wanted("date=2027-03-26&last=2027-03-29&from=09:00&to=09:00").span) == 71 * 60


@pytest.mark.parametrize(
    ("last", "end"),
    [
        ("2026-11-28", 2 * 1440 + 16 * 60),
        ("2026-11-26", 16 * 60),  # the day itself
        ("2026-11-25", 16 * 60),  # before it: left out
        ("2027-11-26", 61 * 1440 + 16 * 60),  # no search is longer
    ],
)
def test_a_search_may_end_on_a_later_day(last: str, end: int) -> None:
    assert wanted(f"date=2026-11-26&from=09:00&to=16:00&last={last}").end == end


@pytest.mark.parametrize(
    "name", ["q", "kind", "date", "from", "to", "last", "people", "sort", "page"]
)
def test_nonsense_is_left_out(name: str) -> None:
    for value in NONSENSE:
        query = QueryDict(mutable=True)
        query[name] = value

        found = SearchForm(query, now=NOW).wanted

        assert found.span.lower < found.span.upper, value
        assert 1 <= found.people <= 100_000, value
        assert found.sort in Sort.values, value


@given(
    st.builds(
        lambda start, minutes, **said: Wanted(start=start, end=start + minutes, **said),
        start=st.integers(0, 1439),
        minutes=st.one_of(st.integers(1, 1440), st.integers(1, 30 * 1440)),
        day=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
        q=st.sampled_from(["", "lys sal", "100 % & mer=?"]),
        kind=st.sampled_from([(), ("lab",), ("lab", "studio")]),
        people=st.integers(1, 100_000),
        instant=st.booleans(),
        step_free=st.booleans(),
        free=st.booleans(),
        sort=st.sampled_from([value for value, _label in SORTS]),
    )
)
def test_the_address_of_a_search_means_the_same_search(asked: Wanted) -> None:
    assert SearchForm(QueryDict(asked.query()), now=NOW).wanted == asked


def test_more_people_than_any_space_holds_are_not_one() -> None:
    for many in ("1000", "100001", "9" * 30):
        assert SearchForm(QueryDict(f"people={many}"), now=NOW).wanted.people >= 1000


# --- A time in one space ------------------------------------------------------------------


@pytest.fixture
def space() -> Space:
    """Enough of a space for a form; no database."""
    place = Place(time_zone="Europe/Oslo")
    room = Space(pk=1, place=place, step=30, min_length=30, capacity=8)
    RulesInForce(space=room, min_length=30, max_length=720)
    room._prefetched_objects_cache = {"add_ons": [], "prices": []}  # type: ignore[attr-defined]
    return room


@pytest.fixture
def pool(space: Space) -> Space:
    space.allocation = Allocation.ANY
    return space


def book_form(space: Space, **data: str) -> BookForm:
    said = {"date": "2026-11-24", "from": "10:00", "to": "12:00", "quantity": "1", **data}
    return BookForm(said, space=space, now=NOW)


def test_a_time_is_a_span_in_the_places_zone(space: Space) -> None:
    form = book_form(space)

    assert form.is_valid()
    assert form.span.lower == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert minutes_in(form.span) == 120
    assert form.cleaned_data["quantity"] == 1


def test_a_night_ends_the_day_after(space: Space) -> None:
    form = book_form(space, **{"from": "22:00", "to": "02:00"})

    assert form.is_valid()
    assert minutes_in(form.span) == 240


def test_a_time_may_end_on_a_later_day(space: Space) -> None:
    form = book_form(space, last="2026-11-26")

    assert form.is_valid()
    assert minutes_in(form.span) == 50 * 60
    again = BookForm.from_query(QueryDict(form.query()), space=space, now=NOW)
    assert again.has_span
    assert again.span == form.span


@pytest.mark.parametrize("last", ["2026-11-23", "2027-12-29"])  # before it; after 400 days
def test_a_last_day_that_cannot_be_is_refused(space: Space, last: str) -> None:
    form = book_form(space, last=last)

    assert not form.is_valid()
    assert set(form.errors) == {"last"}
    assert not form.has_span


def test_another_time_forgets_the_last_day_of_the_one_before(space: Space) -> None:
    form = book_form(space, last="2026-11-26")
    other = book_form(space)
    assert other.is_valid()

    again = BookForm.from_query(
        QueryDict(form.query(**chosen_time(other.span, OSLO))), space=space, now=NOW
    )

    assert again.has_span
    assert again.span == other.span


@given(st.integers(0, 3 * 96), st.integers(1, 40 * 96))
def test_a_time_is_read_as_it_is_said(start: int, quarters: int) -> None:
    """Quarters of an hour, from two days before the clocks go back."""
    lower = at_minute(date(2026, 10, 23), start * 15, OSLO)
    span = period(lower, lower + timedelta(minutes=15 * quarters))
    said = chosen_time(span, OSLO)
    again = chosen_time(SearchForm(QueryDict(urlencode(said)), now=NOW).wanted.span, OSLO)

    assert again == said


def test_an_hour_that_the_clocks_skip_is_refused(space: Space) -> None:
    form = book_form(space, **{"date": "2027-03-28", "from": "02:00", "to": "03:00"})

    assert not form.is_valid()
    assert "to" in form.errors


@pytest.mark.parametrize("name", ["date", "from", "to", "last", "quantity", "title"])
def test_nonsense_is_an_error_on_its_field(pool: Space, name: str) -> None:
    for value in NONSENSE:
        form = book_form(pool, **{name: value})

        assert form.is_valid() or set(form.errors) == {name}, value
        assert form.query() is not None
        assert form.quantity >= 1


def test_a_key_that_is_none_is_left_out(space: Space) -> None:
    for value in NONSENSE:
        form = book_form(space, key=value)

        assert form.is_valid()
        assert form.cleaned_data["key"] is None


def test_a_room_is_booked_once_however_many_are_asked_for(space: Space) -> None:
    form = book_form(space, quantity="7")

    assert form.is_valid()
    assert form.cleaned_data["quantity"] == 1


def test_a_slot_of_the_grid_is_an_hour_from_there(space: Space) -> None:
    form = BookForm.from_query(QueryDict("slot=2026-11-24T23:30"), space=space, now=NOW)

    assert form.is_valid()
    assert minutes_in(form.span) == 60
    assert form.chosen("to") == 30


def test_a_slot_where_nothing_shorter_than_days_is_booked_lasts_days(space: Space) -> None:
    space.in_force.min_length = 2 * 1440

    form = BookForm.from_query(
        QueryDict("slot=2026-11-24T09:00&last=2026-12-24"), space=space, now=NOW
    )

    assert form.is_valid()
    assert minutes_in(form.span) == 2 * 1440


def test_a_day_alone_chooses_no_time(pool: Space) -> None:
    form = BookForm.from_query(QueryDict("date=2026-11-24&quantity=3"), space=pool, now=NOW)

    assert not form.is_bound
    assert form.day == date(2026, 11, 24)
    assert form.quantity == 3


def test_the_address_of_a_choice_means_the_same_choice(pool: Space) -> None:
    form = book_form(pool, quantity="3", title="Kollokvie & kaffe")

    again = BookForm.from_query(QueryDict(form.query()), space=pool, now=NOW)

    assert form.is_valid()
    assert again.is_valid()
    assert again.span == form.span
    assert again.cleaned_data["quantity"] == 3
    assert again.cleaned_data["title"] == "Kollokvie & kaffe"


def test_every_rendering_has_a_key_of_its_own(space: Space) -> None:
    assert book_form(space).fresh_key != book_form(space).fresh_key
