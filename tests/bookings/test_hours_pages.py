"""Opening hours as owners write them, and what becomes of them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from bookings import availability, opening
from spaces.forms.clock import SpansField, spans_label
from spaces.models import HoursException, OpeningHours, Place, Season, Space
from spaces.operations import SeasonsOverlap, add_season, set_exception, set_week
from spaces.periods import day_span
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db

OFFICE = {f"week-day-{day}": "07–21" for day in range(1, 6)}
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.fixture
def place(cast: Cast) -> Place:
    return make_place(cast.organisation)


@pytest.fixture
def space(place: Place) -> Space:
    return make_space(place, hours="never")


def opened(keeper: Space | Place, day: date, days: int = 1) -> list[str]:
    zone = (keeper if isinstance(keeper, Place) else keeper.place).zone
    spans = availability.opening(keeper, day_span(day, zone, days=days))
    return [f"{s.lower.astimezone(zone):%H:%M}-{s.upper.astimezone(zone):%H:%M}" for s in spans]


# --- Clock times as people write them ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("07–21", ((420, 1260),)),
        ("7-21", ((420, 1260),)),
        ("8.30 - 12, 13:15—16", ((510, 720), (795, 960))),
        ("13–16, 8–12", ((480, 720), (780, 960))),
        ("18–02", ((1080, 1560),)),
        ("0–24", ((0, 1440),)),
        ("22–22", ((1320, 2760),)),
    ],
)
def test_times_are_read(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert SpansField(required=False).clean(text) == spans


@pytest.mark.parametrize(
    "text",
    ["8", "8–", "8–25", "24–26", "8.60–9", "8–12 13–16", "8–12, 11–16", "åpent", "8–12,", "٨–٩"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        SpansField(required=False).clean(text)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("spans", [(), ((420, 1260),), ((510, 720), (780, 960)), ((1080, 1560),)])
def test_what_is_shown_can_be_sent_back(spans: tuple[tuple[int, int], ...], language: str) -> None:
    with translation.override(language):
        assert SpansField(required=False).clean(spans_label(spans)) == spans


# --- The week ---------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["space", "place"])
def test_a_week_is_written_and_holds(client: Client, cast: Cast, space: Space, of: str) -> None:
    keeper = space if of == "space" else space.place
    cast.sign_in(client, "manager")
    page = f"/owner/{of}s/{keeper.slug}/hours/"

    answer = client.post(page, {**OFFICE, "week-day-6": "10–16, 18–02", "on_holidays": "open"})

    assert answer.status_code == 302
    assert opened(space, TUESDAY) == ["07:00-21:00"]
    assert opened(space, TUESDAY + timedelta(days=4), days=2) == ["10:00-16:00", "18:00-02:00"]
    shown = client.get(page).content.decode()
    assert 'value="10:00–16:00, 18:00–02:00"' in shown


def test_a_wrong_time_is_told_and_changes_nothing(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    OpeningHours.objects.create(space=space, weekday=2, opens=600, closes=660)

    answer = client.post(
        f"/owner/spaces/{space.slug}/hours/", {"week-day-1": "noen ganger", "on_holidays": "open"}
    )

    assert answer.status_code == 422
    assert "Write times as 08–16" in answer.content.decode()
    assert opened(space, TUESDAY) == ["10:00-11:00"]


def test_a_space_is_open_when_both_it_and_its_place_are(space: Space, place: Place) -> None:
    set_week(keeper=place, week={2: [(480, 960)]})
    assert opened(space, TUESDAY) == ["08:00-16:00"]

    set_week(keeper=space, week={2: [(600, 1200)]})
    assert opened(space, TUESDAY) == ["10:00-16:00"]


def test_a_closed_date_of_the_place_closes_its_spaces(space: Space, place: Place) -> None:
    set_week(keeper=space, week={2: [(600, 1200)]})
    set_exception(keeper=place, dates=[TUESDAY], hours=[])

    assert opened(space, TUESDAY) == []
    assert opened(space, TUESDAY + timedelta(days=7)) == ["10:00-20:00"]


# --- Seasons, dates, holidays -----------------------------------------------------------


def test_a_season_has_a_week_of_its_own_over_new_year(space: Space) -> None:
    set_week(keeper=space, week={2: [(480, 960)]})
    winter = add_season(
        keeper=space, name="Vinter", first_month=12, first_day=1, last_month=2, last_day=28
    )
    assert opened(space, date(2026, 12, 1)) == ["08:00-16:00"]  # begins as the rest of the year

    set_week(keeper=space, week={2: [(600, 720)]}, season=winter)

    assert [
        opened(space, day)
        for day in (date(2026, 11, 24), date(2026, 12, 1), date(2027, 2, 23), date(2027, 3, 2))
    ] == [["08:00-16:00"], ["10:00-12:00"], ["10:00-12:00"], ["08:00-16:00"]]


def test_a_season_is_added_written_and_dropped_on_the_page(
    client: Client, cast: Cast, place: Place
) -> None:
    cast.sign_in(client, "owner")
    page = f"/owner/places/{place.slug}/hours/"
    dates = {"first_day": "15", "first_month": "6", "last_day": "15", "last_month": "8"}

    answer = client.post(f"{page}seasons/", {"name": "Sommer", **dates})
    season = Season.objects.get(place=place)
    assert answer["Location"] == f"{page}?season={season.pk}"
    client.post(answer["Location"], {"week-day-1": "10–14"})
    assert season.opening_hours.get().opens == 600
    client.post(f"{page}seasons/{season.pk}/drop/")
    assert not Season.objects.exists()
    assert not OpeningHours.objects.exists()


@pytest.mark.parametrize(
    ("dates", "is_refused"),
    [((9, 1, 11, 30), True), ((2, 28, 3, 1), True), ((3, 1, 10, 31), False), ((1, 1, 1, 1), True)],
)
def test_a_day_is_in_one_season_at_most(
    space: Space, dates: tuple[int, int, int, int], is_refused: bool
) -> None:
    names = ("first_month", "first_day", "last_month", "last_day")
    add_season(keeper=space, name="Vinter", **dict(zip(names, (11, 1, 2, 29), strict=True)))

    def add() -> Season:
        return add_season(keeper=space, name="Ny", **dict(zip(names, dates, strict=True)))

    if is_refused:
        with pytest.raises(SeasonsOverlap):
            add()
    else:
        add()


def test_the_space_page_promises_no_more_than_can_be_booked(
    client: Client, space: Space, place: Place
) -> None:
    set_week(keeper=space, week={5: [(8 * 60, 26 * 60)], 6: [(0, 24 * 60)]})
    set_week(keeper=place, week={5: [(10 * 60, 25 * 60)], 6: [(12 * 60, 20 * 60)]})

    rules = [(rule.weekday, rule.opens, rule.closes) for rule in opening.weekly(space)]

    assert rules == [(5, 600, 1500), (6, 0, 60), (6, 720, 1200)]


def test_a_season_needs_days_that_exist(client: Client, cast: Cast, place: Place) -> None:
    cast.sign_in(client, "owner")
    dates = {"first_day": "31", "first_month": "6", "last_day": "29", "last_month": "2"}

    answer = client.post(f"/owner/places/{place.slug}/hours/seasons/", {"name": "X", **dates})

    assert answer.status_code == 422
    assert answer.content.decode().count("That month has no such day") == 1  # June has 30


def test_other_hours_hold_on_their_dates_and_go(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")
    page = f"/owner/spaces/{space.slug}/hours/"
    first = timezone.localdate() + timedelta(days=10)
    last = first + timedelta(days=2)

    client.post(
        f"{page}dates/",
        {"date": f"{first}", "until": f"{last}", "hours": "10–12, 13–14", "reason": "Eksamen"},
    )
    assert opened(space, last) == ["10:00-12:00", "13:00-14:00"]
    client.post(f"{page}dates/", {"date": f"{last}", "hours": ""})
    assert opened(space, last) == []
    client.post(f"{page}dates/", {"drop": f"{last}"})

    assert HoursException.objects.filter(space=space).count() == 4
    assert "Eksamen" in client.get(page).content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"date": "x"}, {"date": "2026-12-24", "until": "2026-12-23"}, {"drop": "x"}]
)
def test_a_date_nobody_means_is_refused(
    client: Client, cast: Cast, space: Space, sent: dict[str, str]
) -> None:
    cast.sign_in(client, "manager")

    assert client.post(f"/owner/spaces/{space.slug}/hours/dates/", sent).status_code == 422


@pytest.mark.parametrize(
    ("on_holidays", "hours"),
    [("closed", []), ("open", ["08:00-16:00"]), ("short", ["10:00-14:00"])],
)
def test_public_holidays_do_as_is_said(
    client: Client, cast: Cast, space: Space, on_holidays: str, hours: list[str]
) -> None:
    cast.sign_in(client, "manager")
    week = {f"week-day-{day}": "08–16" for day in range(1, 8)}

    answer = client.post(
        f"/owner/spaces/{space.slug}/hours/",
        {**week, "on_holidays": on_holidays, "short": "10–14"},
    )

    assert answer.status_code == 302
    assert opened(space, date(2027, 5, 17)) == hours
    assert opened(space, date(2027, 5, 18)) == ["08:00-16:00"]


def test_shorter_hours_have_to_be_said(client: Client, cast: Cast, space: Space) -> None:
    cast.sign_in(client, "manager")

    answer = client.post(f"/owner/spaces/{space.slug}/hours/", {"on_holidays": "short"})

    assert answer.status_code == 422


# --- The month to come ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 25), "23:00-07:00"), (date(2027, 3, 28), "23:00-07:00")],
)
def test_a_night_when_the_clock_changes_is_open_as_the_wall_says(
    space: Space, day: date, hours: str
) -> None:
    set_week(keeper=space, week={6: [(23 * 60, 31 * 60)]})
    space.on_holidays = "open"
    space.save()

    assert opened(space, day - timedelta(days=1), days=2) == [hours]


def test_the_page_shows_the_weeks_to_come(client: Client, cast: Cast, space: Space) -> None:
    set_week(keeper=space.place, week={day: [(0, 1440)] for day in range(1, 8)})
    tomorrow = timezone.localdate() + timedelta(days=1)
    set_exception(keeper=space, dates=[tomorrow], hours=[(600, 720)])
    cast.sign_in(client, "owner")

    shown = client.get(f"/owner/spaces/{space.slug}/hours/").content.decode()

    assert "<span>10:00–12:00</span>" in shown
    assert shown.count("<td") == 35
