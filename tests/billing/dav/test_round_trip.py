"""What goes out, read by somebody else's code, gives the same bookings.

Read here by dateutil alone: it takes the hours from the VTIMEZONE that we wrote, not from the
zone's name, and the days from the RRULE. Most of it around the two days when clocks change.
"""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from dateutil import tz
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from bookings.calendars.dav.booked import Mine
from bookings.calendars.dav.home import Home
from bookings.calendars.download import calendar_of
from bookings.models import Booking, Series, Status
from bookings.occurrences import occurrences
from bookings.recurrence import rrule_for
from spaces.models import Space
from tests.factories import NOW, make_booking, make_place, make_space, make_user

pytestmark = pytest.mark.django_db
CHANGES = (date(2027, 3, 28), date(2026, 10, 25), date(2027, 10, 31))
ZONES = ("Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo", "Europe/Dublin")
Times = set[tuple[datetime, datetime]]


def by_dateutil(text: str) -> Times:
    lines = text.replace("\r\n ", "").split("\r\n")
    zones = tz.tzical(StringIO(text)) if "BEGIN:VTIMEZONE" in text else None

    def moment(line: str) -> datetime:
        name, _colon, value = line.partition(":")
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert zones is not None
        return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(
            tzinfo=zones.get(name.partition("TZID=")[2])
        )

    events: list[dict[str, Any]] = []
    inside = False
    for line in lines:
        if line in ("BEGIN:VEVENT", "END:VEVENT"):
            inside = line.startswith("BEGIN")
            events += [{"EXDATE": []}] if inside else []
        elif inside:
            name = line.replace(";", ":").partition(":")[0]
            if name == "EXDATE":
                events[-1]["EXDATE"].append(moment(line))
            elif name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
                events[-1][name] = moment(line)
            elif name == "RRULE":
                events[-1][name] = line.partition(":")[2]
    found: Times = set()
    replaced = {one["RECURRENCE-ID"].astimezone(UTC) for one in events if "RECURRENCE-ID" in one}
    for one in events:
        start, end = one["DTSTART"], one["DTEND"]
        if "RRULE" not in one:
            found.add((start.astimezone(UTC), end.astimezone(UTC)))
            continue
        without = replaced | {day.astimezone(UTC) for day in one["EXDATE"]}
        wall = end.replace(tzinfo=None) - start.replace(tzinfo=None)
        for day in rrulestr(one["RRULE"], dtstart=start):
            if day.astimezone(UTC) not in without:
                found.add((day.astimezone(UTC), (day + wall).astimezone(UTC)))
    return found


@pytest.fixture
def kari() -> User:
    return make_user()


@pytest.fixture
def spaces() -> dict[str, Space]:
    return {zone: make_space(make_place(time_zone=zone)) for zone in ZONES}


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(CHANGES),
    minute=st.integers(-24 * 4, 48 * 4).map(lambda quarter: quarter * 15),
    length=st.integers(1, 40).map(lambda quarter: quarter * 15),
    is_feed=st.booleans(),
)
@settings(max_examples=50)
def test_a_booking_is_read_at_its_own_time(
    kari: User,
    spaces: dict[str, Space],
    zone: str,
    day: date,
    minute: int,
    length: int,
    is_feed: bool,
) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    end = start + timedelta(minutes=length)
    Booking.objects.all().delete()
    booking = make_booking(spaces[zone], start, end, by=kari)

    if is_feed:
        text = calendar_of(booking)
    else:
        (one,) = Mine(Home(kari, start)).objects()
        text = one.text

    assert by_dateutil(text) == {(start, end)}


@given(
    zone=st.sampled_from(ZONES),
    change=st.sampled_from(CHANGES),
    before=st.integers(0, 20),
    opens=st.integers(0, 95).map(lambda quarter: quarter * 15),
    length=st.integers(1, 40).map(lambda quarter: quarter * 15),
    repeat=st.sampled_from(["daily", "weekdays", "weekly", "fortnightly", "date", "weekday"]),
    count=st.integers(2, 12),
    ends_on_a_day=st.booleans(),
    off=st.sets(st.integers(0, 11), max_size=3),
    moved=st.sets(st.integers(0, 11), max_size=3),
)
@settings(max_examples=40)
def test_a_series_is_read_on_all_its_days(
    kari: User,
    spaces: dict[str, Space],
    zone: str,
    change: date,
    before: int,
    opens: int,
    length: int,
    repeat: str,
    count: int,
    ends_on_a_day: bool,
    off: set[int],
    moved: set[int],
) -> None:
    Booking.objects.all().delete()
    Series.objects.all().delete()
    space, first = spaces[zone], change - timedelta(days=before)
    if repeat == "weekdays" and first.isoweekday() > 5:
        first -= timedelta(days=2)
    until = first + timedelta(days=7 * count)
    ends = {"until": until} if ends_on_a_day else {"count": count}
    series = Series.objects.create(
        place=space.place,
        space=space,
        booker=kari,
        rrule=rrule_for(repeat, first, zone=space.place.zone, **ends),
        starts_on=first,
        opens=opens,
        closes=opens + min(length, 1440),
        time_zone=zone,
        created_at=NOW,
    )
    expected: Times = set()
    for n, one in enumerate(occurrences(series)):
        if one.span is None:
            continue
        start, end = one.span.lower, one.span.upper
        if n in moved:
            start, end = start + timedelta(hours=1), end + timedelta(hours=2)
        status = Status.CANCELLED if n in off else Status.CONFIRMED
        make_booking(
            space, start, end, by=kari, series=series, recurrence_date=one.day, status=status
        )
        if status == Status.CONFIRMED:
            expected.add((start, end))

    objects = Mine(Home(kari, datetime(2026, 10, 1, tzinfo=UTC))).objects()

    assert len(objects) == bool(expected)
    if expected:
        assert by_dateutil(objects[0].text) == expected
