"""Public holidays: what a space says of them, and its place; the engine, the words and the
refusal say the same."""

from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from bookings import availability, opening
from bookings.explaining import why_not
from bookings.models import Closure
from spaces.models import OpeningHours, Space
from spaces.periods import Period, day_span, wall_minute
from tests.cast import Cast
from tests.factories import NOW, make_place, make_space

pytestmark = pytest.mark.django_db

CHRISTMAS, USUAL = date(2026, 12, 25), date(2026, 12, 28)
SHORT = {"on_holidays": "short", "holiday_opens": 600, "holiday_closes": 840}
SHORTER = {"on_holidays": "short", "holiday_opens": 720, "holiday_closes": 960}
SAYS = {
    "closed": {"on_holidays": "closed"},
    "open": {"on_holidays": "open"},
    "short": SHORT,
    "shorter": SHORTER,
    "as the place": {"on_holidays": None},
}
DAY, TEN_TO_TWO, TWELVE_TO_TWO = [(480, 960)], [(600, 840)], [(720, 840)]


def week(of: Model, opens: int = 480, closes: int = 960) -> None:
    keeper = {"space" if isinstance(of, Space) else "place": of}
    OpeningHours.objects.bulk_create(
        OpeningHours(**keeper, weekday=day, opens=opens, closes=closes) for day in range(1, 8)
    )


def room(space: str, place: str, *, own: bool, of_place: bool) -> Space:
    made = make_space(make_place(**SAYS[place]), hours="never", **SAYS[space])
    if own:
        week(made)
    if of_place:
        week(made.place)
    return made


def opened(space: Space, day: date) -> list[tuple[int, int]]:
    zone = space.place.zone
    spans = availability.opening(space, day_span(day, zone))
    return [(wall_minute(one.lower, day, zone), wall_minute(one.upper, day, zone)) for one in spans]


@pytest.mark.parametrize(
    ("space", "place", "own", "of_place", "hours"),
    [
        # the hours are the place's, which is the usual case
        ("as the place", "closed", False, True, []),
        ("as the place", "open", False, True, DAY),
        ("as the place", "short", False, True, TEN_TO_TWO),
        ("closed", "open", False, True, []),
        ("closed", "short", False, True, []),
        ("open", "closed", False, True, []),
        ("open", "short", False, True, TEN_TO_TWO),
        ("short", "open", False, True, TEN_TO_TWO),
        ("shorter", "short", False, True, TWELVE_TO_TWO),
        # they are its own
        ("as the place", "closed", True, False, []),
        ("as the place", "open", True, False, DAY),
        ("as the place", "short", True, False, TEN_TO_TWO),
        ("open", "closed", True, False, DAY),
        ("closed", "open", True, False, []),
        # both have a week
        ("as the place", "short", True, True, TEN_TO_TWO),
        ("open", "closed", True, True, []),
        ("shorter", "short", True, True, TWELVE_TO_TWO),
    ],
)
def test_the_engine_and_the_words_agree(
    space: str, place: str, own: bool, of_place: bool, hours: list[tuple[int, int]]
) -> None:
    made = room(space, place, own=own, of_place=of_place)

    assert opened(made, CHRISTMAS) == hours
    assert opened(made, USUAL) == DAY
    said = opening.on_holidays(made)
    assert said is not None
    assert said.choice == {"[]": "closed", str(DAY): "open"}.get(str(hours), "short")
    assert [said.short] == (hours if said.choice == "short" else [None])


def test_without_any_hours_nothing_is_said() -> None:
    assert opening.on_holidays(room("closed", "open", own=False, of_place=False)) is None


@pytest.mark.parametrize(
    ("space", "place", "sentence"),
    [
        ("closed", "open", "Closed on public holidays."),
        ("as the place", "open", "Open as usual on public holidays."),
        ("as the place", "short", "On public holidays 10:00–14:00."),
    ],
)
def test_its_page_says_what_holds(client: Client, space: str, place: str, sentence: str) -> None:
    made = room(space, place, own=False, of_place=True)
    OpeningHours.objects.filter(place=made.place, weekday=7).update(opens=600)
    page = client.get(made.get_absolute_url(), headers={"accept-language": "en"})

    assert sentence in page.content.decode()


@pytest.mark.parametrize(
    ("space", "place", "sentence"),
    [
        ("closed", "open", "It is closed on Friday 25 December, a public holiday."),
        ("short", "open", "On Friday 25 December, a public holiday, it is open 10:00–14:00."),
    ],
)
def test_a_refusal_says_the_same(space: str, place: str, sentence: str) -> None:
    made = room(space, place, own=False, of_place=True)
    start = day_span(CHRISTMAS, made.place.zone).lower + timedelta(hours=15)

    with translation.override("en"):
        reasons = why_not(made, Period(start, start + timedelta(hours=1), "[)"), user=None, now=NOW)

    assert [reason.sentence for reason in reasons if reason.code == "closed"] == [sentence]


@pytest.mark.parametrize("said", [{"holiday_opens": 600, "holiday_closes": 840}])
def test_the_database_keeps_hours_for_short_holidays_alone(said: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="space_holiday_hours"):
        make_space(on_holidays=None, **said)


# --- Where it is said -------------------------------------------------------------------


@pytest.fixture
def cast(client: Client) -> Cast:
    cast = Cast()
    cast.sign_in(client, "owner")
    return cast


def test_a_space_may_leave_it_to_its_place(client: Client, cast: Cast) -> None:
    space = make_space(make_place(cast.organisation, on_holidays="open"), on_holidays="closed")
    page = reverse("space_hours", args=[space.slug])

    shown = client.get(page).content.decode()
    answer = client.post(page, {"week-day-1": "08–16", "on_holidays": ""})

    assert "As the place: open as usual" in shown
    assert answer.status_code == 302
    space.refresh_from_db()
    assert space.on_holidays is None


def test_a_place_has_nobody_to_leave_it_to(client: Client, cast: Cast) -> None:
    place = make_place(cast.organisation)

    answer = client.post(reverse("place_hours", args=[place.slug]), {"on_holidays": ""})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("wish", "becomes"),
    [
        ({"on_holidays": "short", "short": "10–14"}, ("short", 600, 840)),
        ({"on_holidays": "place"}, (None, None, None)),
    ],
)
def test_many_spaces_at_once(
    client: Client, cast: Cast, wish: dict[str, str], becomes: tuple[Any, ...]
) -> None:
    space = make_space(make_place(cast.organisation))
    address = reverse("owner_spaces_edit")
    sent = {"space": [space.slug], **wish}

    shown = client.post(address, sent).context["shown"]
    client.post(address, {**sent, "shown": shown})

    space.refresh_from_db()
    assert (space.on_holidays, space.holiday_opens, space.holiday_closes) == becomes


def test_shorter_hours_for_many_have_to_be_said(client: Client, cast: Cast) -> None:
    space = make_space(make_place(cast.organisation))

    sent = {"space": [space.slug], "on_holidays": "short"}
    page = client.post(reverse("owner_spaces_edit"), sent)

    assert "Write from when to when" in page.content.decode()


def test_the_weeks_to_come_leave_out_what_is_closed(client: Client, cast: Cast) -> None:
    space = make_space(make_place(cast.organisation), hours=(480, 960))
    zone = space.place.zone
    tomorrow = timezone.localdate(timezone=zone) + timedelta(days=1)
    noon = day_span(tomorrow, zone).lower + timedelta(hours=12)
    Closure.objects.create(
        place=space.place,
        space=space,
        period=Period(noon, noon + timedelta(hours=1), "[)"),
        made_by=cast.owner,
        created_at=NOW,
    )

    page = client.get(reverse("space_hours", args=[space.slug])).content.decode()

    assert "08:00–12:00, 13:00–16:00" in page
    assert page.count("08:00–16:00") >= 25


def test_the_step_to_leaving_it_changes_no_hours() -> None:
    own = room("closed", "open", own=True, of_place=True)
    leaning = room("short", "open", own=False, of_place=True)
    step = import_module("spaces.migrations.0018_as_the_place")

    with connection.cursor() as cursor:
        cursor.execute(step.LEAVE_IT_TO_THE_PLACE)

    assert (opened(own, CHRISTMAS), opened(leaning, CHRISTMAS)) == ([], DAY)
