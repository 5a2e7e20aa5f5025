"""The demo's other calendars: served by itself, one clashing and one lost."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from district.demo.calendars import outlook
from spaces.periods import period
from tests.bookings.calendars.serving import ics
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.district.demo_urls")]
SPAN = period(NOW, NOW.replace(hour=13))


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.LEDIG_HOME = tmp_path
    (tmp_path / "demo-calendars").mkdir()
    return tmp_path / "demo-calendars"


def test_a_calendar_is_served_and_not_twice(client: Client, home: Path) -> None:
    (home / "nidelva.ics").write_bytes(ics(SPAN))

    first = client.get("/demo/calendars/nidelva.ics")
    again = client.get("/demo/calendars/nidelva.ics", headers={"if-none-match": first["ETag"]})

    assert first.content == ics(SPAN)
    assert again.status_code == 304


def test_one_that_is_not_there_is_missing(client: Client, home: Path) -> None:
    assert client.get("/demo/calendars/podboksen.ics").status_code == 404


def test_it_is_written_as_outlook_writes_it() -> None:
    text = outlook([SPAN], SPAN)

    assert "DTSTART;TZID=W. Europe Standard Time:20261123T120000" in text
    assert "\n" not in text.replace("\r\n", "")
