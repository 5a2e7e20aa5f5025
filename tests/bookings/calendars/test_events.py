import re
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bookings.calendars.events import ANY_ID, CONTROLS, Entry, SpaceText, space_text, vevent
from bookings.calendars.vtimezone import vtimezone
from bookings.models import Status
from tests.factories import NOW, make_booking, make_place, make_space

OSLO = ZoneInfo("Europe/Oslo")
ID = UUID("01a208e2-c7fe-718d-b8a9-f3695732be92")
SPACE = SpaceText(
    name="Nidelva",
    zone=OSLO,
    timezone=vtimezone("Europe/Oslo", 2026) or "",
    lines="LOCATION:Nidelva\r\n",
    description="",
    link="https://ledig.example/bookings/00000000-0000-0000-0000-000000000000/",
)
ENTRY = Entry(ID, 1, NOW, NOW + timedelta(hours=2), "", Status.CONFIRMED, 0, NOW)

# What PostgreSQL can hold: no NUL, no half a character.
TITLES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)


def parsed(text: str, space: SpaceText = SPACE) -> Event:
    calendar = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{space.timezone}{text}END:VCALENDAR\r\n"
    return Calendar.from_ical(calendar).events[0]


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=OSLO)


def between(start: datetime, end: datetime) -> Entry:
    return ENTRY._replace(start=start.astimezone(UTC), end=end.astimezone(UTC))


@given(TITLES | st.text('æø😀é,;:\\"\n\r\t n', min_size=60, max_size=200))
def test_vevent_gives_any_title_back_as_it_was_less_control_characters(title: str) -> None:
    text = vevent(ENTRY._replace(title=title), SPACE)

    wanted = CONTROLS.sub("", title.replace("\r\n", "\n").replace("\r", "\n"))
    event = parsed(text)
    assert str(event["SUMMARY"]) == (wanted if title else "Nidelva")
    assert event["UID"] == f"{ID}@booking.ledig"
    assert event.decoded("DTSTART") == NOW
    assert not event.errors
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(2026, 3, 29, 1), at(2026, 3, 29, 4), 2),  # 02–03 does not exist
        (at(2026, 10, 25, 1), at(2026, 10, 25, 4), 4),  # 02–03 is there twice
        (at(2026, 11, 23, 22), at(2026, 11, 24, 2), 4),  # past midnight
    ],
)
def test_vevent_keeps_the_moments_when_clocks_change(
    start: datetime, end: datetime, hours: int
) -> None:
    text = vevent(between(start, end), SPACE)

    event = parsed(text)
    assert event.decoded("DTSTART") == start.astimezone(UTC)
    assert event.decoded("DTEND") == end.astimezone(UTC)
    assert (end.astimezone(UTC) - start.astimezone(UTC)) == timedelta(hours=hours)
    assert f"DTSTART;TZID=Europe/Oslo:{start:%Y%m%dT%H%M%S}" in text


def test_vevent_writes_utc_in_the_second_run_of_the_repeated_hour() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, summer time
    second = first + timedelta(hours=1)  # 02:30 again

    assert "DTSTART;TZID=Europe/Oslo:20261025T023000" in vevent(
        between(first, first + timedelta(minutes=15)), SPACE
    )
    assert "DTSTART:20261025T013000Z\r\nDTEND:20261025T023000Z" in vevent(
        between(second, second + timedelta(hours=1)), SPACE
    )


@pytest.mark.django_db
def test_vevent_says_what_the_booking_says() -> None:
    place = make_place(
        name="Realfagbygget",
        arrival={"nb": "Inngang fra Høgskoleringen; ring på.", "en": "Ring the bell."},
    )
    space = make_space(place, name="Nidelva", floor={"nb": "3. etasje"})
    booking = make_booking(space, NOW, NOW + timedelta(hours=2), sequence=3)

    with translation.override("nb"):
        event = parsed(vevent(Entry.of(booking), space_text(space, 2026)))

    assert event["UID"] == booking.ical_uid
    assert event["SEQUENCE"] == 3
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == booking.changed_at
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == "Nidelva"
    assert event["LOCATION"] == (
        "Nidelva (3. etasje), Realfagbygget, Klæbuveien 72, 7030 Trondheim"
    )
    assert event["GEO"].to_ical() == "63.4189;10.3953"
    assert event["DESCRIPTION"].startswith("Inngang fra Høgskoleringen; ring på.\n\n")
    assert event["DESCRIPTION"].endswith(booking.get_absolute_url())
    assert event["URL"].endswith(booking.get_absolute_url())
    assert "ORGANIZER" not in event
    assert "ATTENDEE" not in event


@pytest.mark.django_db
def test_vevent_is_tentative_while_the_owner_has_not_answered() -> None:
    booking = make_booking(status=Status.REQUESTED)
    assert parsed(vevent(Entry.of(booking), space_text(booking.space, 2026)))["STATUS"] == (
        "TENTATIVE"
    )


@pytest.mark.django_db
def test_vevent_is_in_utc_where_no_program_knows_the_zone() -> None:
    space = make_space(make_place(time_zone="Africa/Casablanca"))
    text = vevent(ENTRY, space_text(space, 2026))
    assert "DTSTART:20261123T110000Z" in text
    assert "TZID" not in text


@pytest.mark.parametrize("padding", range(0, 80, 7))
def test_vevent_s_link_is_whole_wherever_its_line_is_folded(padding: int) -> None:
    link = f"https://ledig.example/{'x' * padding}/{ANY_ID}/"
    text = vevent(ENTRY, SPACE._replace(link=link, description="Se: "))

    event = parsed(text)
    wanted = link.replace(ANY_ID, str(ID))
    assert (str(event["URL"]), str(event["DESCRIPTION"])) == (wanted, f"Se: {wanted}")
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))
