"""Outside calendars: a file for each trap in corpus/, with the times it is to come to."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bookings.calendars.apart import CannotRead, read_apart
from bookings.calendars.reading import read, stopped_after
from tests.factories import NOW

CORPUS = sorted(Path(__file__).with_name("corpus").glob("*.ics"))
OSLO = ZoneInfo("Europe/Oslo")
WINDOW = (NOW, NOW + timedelta(days=365))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_file_is_busy_when_it_says(path: Path) -> None:
    told = json.loads(path.with_suffix(".json").read_text())

    found = read(
        path.read_bytes(), WINDOW, ZoneInfo(told.get("zone", "Europe/Oslo")), within=stopped_after
    )

    expected = [
        tuple(datetime.fromisoformat(at).astimezone(UTC) for at in one) for one in told["busy"]
    ]
    assert found.times == expected, told["why"]
    assert dict(found.skipped) == told["skipped"], told["why"]
    assert found.maker == told.get("maker", "")


# --- In a process of its own ------------------------------------------------------------


def events(*lines: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{one}\r\nEND:VEVENT\r\n"
        for number, one in enumerate(lines)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


GOOD = "DTSTART:20261124T080000Z\r\nDTEND:20261124T090000Z"
NEVER = (  # dateutil looks for it day by day until the year 10000
    "DTSTART:00010101T080000Z\r\nDTEND:00010101T090000Z\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
)
STARTS = (NOW.replace(hour=8) + timedelta(days=1), NOW.replace(hour=9) + timedelta(days=1))


def test_a_series_that_takes_too_long_loses_only_itself() -> None:
    found = read_apart(events(NEVER, GOOD, NEVER), WINDOW, OSLO, a_series=0.3)

    assert found.times == [STARTS]
    assert found.skipped["too_slow"] == 2


def test_a_file_that_does_not_stop_by_itself_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.calendars.apart.GRACE", 0.05)

    with pytest.raises(CannotRead):
        read_apart(events(*[NEVER] * 3), WINDOW, OSLO, budget=0.05)


def test_one_files_time_zones_are_not_the_nexts() -> None:
    """Outlook calls every zone of its own making the same."""
    at = 'DTSTART;TZID="Customized Time Zone":20261124T090000\r\nDURATION:PT1H'
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000"
        "\r\nTZOFFSETFROM:+{0}00\r\nTZOFFSETTO:+{0}00\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"
    )

    hours = [
        read_apart(events(at).replace(b"BEGIN:VEVENT", zone.format(offset).encode()), WINDOW, OSLO)
        .times[0][0]
        .hour
        for offset in ("08", "03")
    ]

    assert hours == [1, 6]


def test_eleven_megabytes_are_read_in_time() -> None:
    """Ten thousand events full of people, ten years long."""
    guests = "".join(
        f"ATTENDEE;CUTYPE=INDIVIDUAL;CN=p{n}:mailto:p{n}@example.org\r\n" for n in range(8)
    )
    lines = []
    for number in range(10_000):
        start = datetime(2016, 11, 1, 9) + timedelta(hours=9 * number)
        rule = "\r\nRRULE:FREQ=WEEKLY;COUNT=10" if number % 20 == 0 else ""
        lines.append(
            f"DTSTART;TZID=Europe/Oslo:{start:%Y%m%dT%H%M%S}\r\n"
            f"DTEND;TZID=Europe/Oslo:{start + timedelta(hours=1):%Y%m%dT%H%M%S}{rule}\r\n"
            f"{guests}DESCRIPTION:{'tekst ' * 60}"
        )
    raw = events(*lines)
    assert len(raw) > 9_000_000

    found = read_apart(raw, WINDOW, OSLO)

    assert found.events == 10_000
    assert not found.skipped


def test_times_past_the_most_are_left_out_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.calendars.reading.MOST_TIMES", 5)
    daily = f"{GOOD}\r\nRRULE:FREQ=DAILY;COUNT=3"
    later = daily.replace("T08", "T10").replace("T09", "T11")

    found = read(events(daily, later), WINDOW, OSLO)

    assert len(found.times) == 3
    assert found.skipped == {"too_many": 1}


def test_events_past_the_most_are_left_out_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.calendars.trimming.MOST_EVENTS", 1)

    found = read(events(GOOD, GOOD), WINDOW, OSLO)

    assert found.times == [STARTS]
    assert found.skipped == {"too_many": 1}
