"""Calendar programs that people have, each in a process of its own, against a running server.

What each makes of us is in docs/calendars.md; what `caldav-server-tester` misses is listed and
explained there, and the list is held against what it finds.
"""

import http.client
import json
import re
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.operations import make_app_password
from bookings.models import Booking, Status
from tests.billing.dav.programs import Program, as_if_alone, ics, when
from tests.factories import make_booking, make_space, make_user
from tools.environment import clients_python

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs" / "calendars.md"
HOUR = timedelta(hours=1)
MET = 95  # of what the tester grades


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    as_if_alone(monkeypatch)


@pytest.fixture
def kari() -> User:
    return make_user("kari@example.org", name="Kari", language="en")


@pytest.fixture
def tomorrow() -> datetime:
    day = datetime.now(UTC) + timedelta(days=1)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def password_of(user: User) -> str:
    return make_app_password(user=user, name="program", now=datetime.now(UTC))[1]


def run(*command: str | Path, folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        input=given,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=300,
        check=False,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )


# --- The caldav library ---------------------------------------------------------------------


def test_the_caldav_library_books_moves_is_refused_and_cancels(
    live_server: LiveServer, kari: User, tomorrow: datetime, tmp_path: Path
) -> None:
    room = make_space(name="Nidelva", slug="nidelva")
    theirs = make_booking(room, tomorrow, tomorrow + 2 * HOUR)

    done = run(
        clients_python(),
        HERE / "with_caldav.py",
        live_server.url,
        kari.email,
        password_of(kari),
        "Nidelva",
        tomorrow.isoformat(),
        folder=tmp_path,
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    start = tomorrow + 3 * HOUR
    assert said["calendars"] == ["My bookings", "Nidelva"]
    assert said["booked"] == "Ætt møte"
    assert "refused" in said
    assert said["found"] == ["by-caldav"]
    assert datetime.fromisoformat(said["moved"]) == start + HOUR
    assert said["series"] == 4
    assert said["changed"] == ["series"]
    assert said["left"] == ["Taken"]
    assert said["gone"] == "NotFoundError"
    mine = Booking.objects.booked_by(kari)
    assert Counter(mine.values_list("status", flat=True)) == {Status.CANCELLED: 4}
    theirs.refresh_from_db()
    assert theirs.status == Status.CONFIRMED


# --- vdirsyncer -----------------------------------------------------------------------------

VDIRSYNCER = """
[general]
status_path = "{folder}/status/"
[pair room]
a = "here"
b = "there"
collections = ["nidelva"]
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{folder}/calendars/"
fileext = ".ics"
[storage there]
type = "caldav"
url = "{url}/dav/"
username = "{user}"
password = "{password}"
"""


def test_vdirsyncer_keeps_a_folder_and_a_space_alike(
    live_server: LiveServer, kari: User, tomorrow: datetime, tmp_path: Path
) -> None:
    room = make_space(name="Nidelva", slug="nidelva")
    booked = make_booking(room, tomorrow, tomorrow + HOUR, by=kari, title="On the page")
    config = tmp_path / "config"
    config.write_text(
        VDIRSYNCER.format(
            folder=tmp_path, url=live_server.url, user=kari.email, password=password_of(kari)
        )
    )
    program = clients_python().parent / "vdirsyncer"

    def sync() -> subprocess.CompletedProcess[str]:
        return run(program, "--config", config, "sync", folder=tmp_path)

    found = run(program, "--config", config, "discover", folder=tmp_path, given="y\n" * 5)
    assert found.returncode == 0, found.stderr
    assert sync().returncode == 0
    folder = tmp_path / "calendars" / "nidelva"
    (first,) = folder.glob("*.ics")
    assert "On the page" in first.read_text()

    mine = folder / "mine.ics"
    start = tomorrow + 3 * HOUR
    mine.write_text(ics("UID:mine", "SUMMARY:In the folder", *when(start, start + HOUR)))
    assert sync().returncode == 0
    made = Booking.objects.get(title="In the folder")
    assert made.start == start
    assert sync().returncode == 0  # what we made of it is no conflict

    mine.write_text(mine.read_text().replace("In the folder", "Renamed"))
    assert sync().returncode == 0
    made.refresh_from_db()
    assert made.title == "Renamed"

    clash = folder / "clash.ics"
    clash.write_text(ics("UID:clash", *when(tomorrow, tomorrow + HOUR)))
    refused = sync()
    assert refused.returncode != 0
    assert "403" in refused.stderr
    clash.unlink()

    stays = start + 3 * HOUR  # vdirsyncer asks before it empties a calendar
    (folder / "stays.ics").write_text(ics("UID:stays", *when(stays, stays + HOUR)))
    assert sync().returncode == 0
    mine.unlink()
    first.unlink()
    assert sync().returncode == 0
    for one in (made, booked):
        one.refresh_from_db()
        assert one.status == Status.CANCELLED


# --- caldav-server-tester -------------------------------------------------------------------


def test_the_server_tester_misses_only_what_is_explained(
    live_server: LiveServer, kari: User, tmp_path: Path
) -> None:
    """It makes calendars of its person's own, and deletes them."""
    done = run(
        clients_python(),
        HERE / "with_tester.py",
        f"{live_server.url}/dav/",
        kari.email,
        password_of(kari),
        folder=tmp_path,
    )

    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    graded = {name: said["support"] for name, said in found.items() if "support" in said}
    missed = {name: level for name, level in graded.items() if level != "full"}
    assert missed == explained()
    assert len(graded) - len(missed) >= MET


def explained() -> dict[str, str]:
    """The table of docs/calendars.md: `| feature | level | why |`."""
    text = DOCS.read_text(encoding="utf-8").partition("<!-- misses -->")[2]
    rows = re.findall(r"^\| `([a-z0-9.-]+)` \| (\w+) \| \S", text, re.MULTILINE)
    return dict(rows)


# --- Many at once ---------------------------------------------------------------------------


def test_of_forty_events_for_one_time_one_is_booked_and_the_rest_are_403(
    live_server: LiveServer, tomorrow: datetime
) -> None:
    """Each from a connection of its own, at times that all overlap."""
    make_space(slug="nidelva", step=15, min_length=15)
    programs = [Program(make_user()) for _ in range(8)]
    host = live_server.url.removeprefix("http://")

    def put(n: int) -> int:
        program = programs[n % len(programs)]
        start = tomorrow + timedelta(minutes=15 * (n % 4))
        connection = http.client.HTTPConnection(host, timeout=120)
        try:
            connection.request(
                "PUT",
                f"{program.home}nidelva/{n}.ics",
                ics(f"UID:{n}", *when(start, start + HOUR)),
                {**program.headers, "Content-Type": "text/calendar", "If-None-Match": "*"},
            )
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as pool:
        answers = Counter(pool.map(put, range(40)))

    assert answers == {201: 1, 403: 39}
    assert Booking.objects.count() == 1
