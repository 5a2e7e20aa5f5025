"""Several days through the pages: chosen, changed, booked again and waited for."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from billing.forms import ChangeForm
from billing.views.booking import line_of
from bookings.models import Booking, Status, Waiting
from spaces.models import Space
from tests.cast import Cast
from tests.factories import NOW, make_booking, make_place, make_space

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = date(2026, 11, 30)
NINE = datetime(2026, 11, 30, 9, tzinfo=OSLO)
TO_WEDNESDAY = {"date": "2026-11-30", "from": "09:00", "to": "16:00", "last": "2026-12-02"}


@pytest.fixture(autouse=True)
def monday_before(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lab(cast: Cast) -> Space:
    place = make_place(cast.organisation)
    return make_space(place, name="Verkstedet", hours="always", price=0, max_length=14 * 24 * 60)


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (NINE, 47),
        (NINE, 24),
        (NINE, 15),  # to midnight
        (NINE, 39),  # to the next one
        (NINE.replace(hour=22), 4),
        (datetime(2027, 3, 26, 9, tzinfo=OSLO), 71),  # the clocks go forward
        (datetime(2027, 10, 29, 9, tzinfo=OSLO), 73),  # and back
    ],
)
def test_a_booking_opens_for_a_change_as_long_as_it_is(
    lab: Space, cast: Cast, start: datetime, hours: int
) -> None:
    booking = make_booking(lab, start, start.astimezone(ZoneInfo("UTC")) + hours * HOUR)
    said = ChangeForm(booking=booking, now=NOW)

    form = ChangeForm({name: said[name].value() for name in said.fields}, booking=booking, now=NOW)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["span"] == booking.period


def test_a_change_of_the_days_changes_only_the_days(client: Client, lab: Space, cast: Cast) -> None:
    booking = make_booking(lab, NINE, NINE + 47 * HOUR, by=cast.booker)
    cast.sign_in(client, "booker")
    here = reverse("change", args=[booking.pk])
    assert '<details class="several full" open>' in client.get(here).content.decode()

    said = {"date": "2026-12-01", "last": "2026-12-03", "from": "09:00", "to": "08:00"}
    client.post(here, {**said, "space": lab.pk, "shown": "0"})

    booking.refresh_from_db()
    assert (booking.start, booking.end) == (NINE + DAY, NINE + DAY + 47 * HOUR)


def test_booked_again_is_as_long_as_before(client: Client, lab: Space, cast: Cast) -> None:
    booking = make_booking(lab, NINE, NINE + 55 * HOUR, by=cast.booker, status=Status.CANCELLED)
    cast.sign_in(client, "booker")

    text = client.get(booking.get_absolute_url()).content.decode()

    link = re.search(rf'href="{lab.get_absolute_url()}\?([^"]+)"', text)
    assert link
    said = QueryDict(unescape(link[1])).dict()
    assert {**said, **TO_WEDNESDAY} == said
    assert "Monday 30 November 09:00 – Wednesday 2 December 16:00" in text


@pytest.mark.parametrize(("hours", "axis"), [(55, (0, 3 * 1440)), (15, (0, 1440)), (2, (0, 1440))])
def test_the_bar_of_a_booking_shows_all_its_days(
    lab: Space, cast: Cast, hours: int, axis: tuple[int, int]
) -> None:
    booking = make_booking(lab, NINE, NINE + hours * HOUR, by=cast.booker)

    line = line_of(booking, NOW)

    assert (line.opens_at, line.closes_at) == axis
    assert line.wanted == (540, 540 + hours * 60)


def test_the_panel_says_both_days_and_books_them(client: Client, lab: Space, cast: Cast) -> None:
    cast.sign_in(client, "booker")

    text = client.get(f"{lab.get_absolute_url()}panel/", TO_WEDNESDAY).content.decode()
    client.post(reverse("book", args=[lab.slug]), TO_WEDNESDAY)

    assert "Book Mon 30 Nov 09:00 – Wed 2 Dec 16:00" in text
    booking = Booking.objects.get()
    assert (booking.start, booking.end) == (NINE, NINE + 55 * HOUR)


def test_the_chosen_days_are_marked_in_the_week(client: Client, lab: Space) -> None:
    text = client.get(lab.get_absolute_url(), TO_WEDNESDAY).content.decode()

    marked = re.findall(r'class="slot sel[^"]*" name="slot" value="([^"]+)"', text)
    assert len(marked) == 55 * 2
    assert (min(marked), max(marked)) == ("2026-11-30T09:00", "2026-12-02T15:30")
    assert '<details class="several full" open>' in text


def test_one_day_needs_no_last_day(client: Client, lab: Space) -> None:
    said = {**TO_WEDNESDAY, "last": ""}

    text = client.get(lab.get_absolute_url(), said).content.decode()

    assert '<details class="several full">' in text
    assert 'sel-a" name="slot" value="2026-11-30T09:00"' in text
    assert "Sign in to book 09:00–16:00" in text


def test_a_last_day_before_the_first_is_told(client: Client, lab: Space, cast: Cast) -> None:
    cast.sign_in(client, "booker")

    answer = client.post(reverse("book", args=[lab.slug]), {**TO_WEDNESDAY, "last": "2026-11-29"})

    assert answer.status_code == 422
    assert "The last day is before the first." in answer.content.decode()
    assert not Booking.objects.exists()


def test_several_days_in_a_space_are_waited_for(client: Client, lab: Space, cast: Cast) -> None:
    make_booking(lab, NINE + DAY, NINE + DAY + HOUR, by=cast.other)
    cast.sign_in(client, "booker")

    client.post(reverse("wait_for_space", args=[lab.slug]), TO_WEDNESDAY)

    entry = Waiting.objects.get()
    assert (entry.period.lower, entry.period.upper) == (NINE, NINE + 55 * HOUR)


@pytest.mark.parametrize(
    ("before", "hours"),
    [(date(2027, 3, 26), 78), (date(2027, 10, 29), 80)],
    ids=["spring", "autumn"],
)
def test_days_over_a_clock_change_are_booked_by_the_wall(
    client: Client, lab: Space, cast: Cast, before: date, hours: int
) -> None:
    said = {"date": before, "from": "09:00", "to": "16:00", "last": before + 3 * DAY}

    with time_machine.travel(datetime.combine(before, NOW.time(), OSLO) - 7 * DAY, tick=False):
        cast.sign_in(client, "booker")
        client.post(reverse("book", args=[lab.slug]), said)

    booking = Booking.objects.get()
    assert booking.end - booking.start == hours * HOUR
    assert (booking.start.astimezone(OSLO).hour, booking.end.astimezone(OSLO).hour) == (9, 16)
