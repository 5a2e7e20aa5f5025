"""Thunderbird, headless and driven from outside: `make thunderbird`.

Debian's package, a new profile, and our running server. It finds the calendars from the bare
host, books, is refused, moves and deletes, by the same code that its buttons call. Not among
the tests of every run: it is a hundred megabytes, and each of its versions is driven anew.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.operations import make_app_password
from bookings.models import Booking, Status
from tests.factories import make_space, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PORT = 2847
PROFILE = f"""
user_pref("marionette.port", {PORT});
user_pref("app.update.enabled", false);
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mail.rights.version", 1);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("calendar.timezone.local", "Europe/Oslo");
"""
CALENDARS = """
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
const room = cal.manager.getCalendars().find(one => one.name == "Nidelva");
const until = async question => {
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
};
"""
FIND = """
const [user, password, host] = given;
const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
login.init(host, null, "Ledig", user, password, "", "");
await Services.logins.addLoginAsync(login);
const found = await cal.provider.detection.detect(user, password, host + "/", false, [], {});
const names = [];
for (const [provider, calendars] of found) {
  for (const one of calendars) {
    one.setProperty("username", user);
    cal.manager.registerCalendar(one);
    names.push(provider.type + " " + one.name + (one.readOnly ? " (read only)" : ""));
  }
}
return names.sort();
"""
BOOK = "return (await room.addItem(new CalEvent(given[0]))).id;"
MOVE = """
const old = await room.getItem("by-thunderbird");
const changed = old.clone();
const [start, end] = [old.startDate.clone(), old.endDate.clone()];
start.hour += 2;
end.hour += 2;
changed.endDate = end;
changed.startDate = start;
room.modifyItem(changed, old);
return until(async () => {
  const now = await room.getItem("by-thunderbird");
  return now && now.startDate.compare(start) == 0;
});
"""
DELETE = """
await room.deleteItem(await room.getItem("by-thunderbird"));
return until(async () => !(await room.getItem("by-thunderbird")));
"""


class Thunderbird:
    """Its own remote control (Marionette): messages of JSON with their length before them."""

    def __init__(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=120)
                break
            except OSError:
                assert time.monotonic() < deadline, "Thunderbird does not listen"
                time.sleep(0.2)
        self.number = 0
        self._read()
        self.ask("WebDriver:NewSession", capabilities={})
        self.ask("Marionette:SetContext", value="chrome")
        self.ask("WebDriver:SetTimeouts", script=30_000)

    def _read(self) -> Any:
        head = b""
        while not head.endswith(b":"):
            head += self.socket.recv(1)
        body, length = b"", int(head[:-1])
        while len(body) < length:
            body += self.socket.recv(length - len(body))
        return json.loads(body)

    def ask(self, name: str, **parameters: Any) -> Any:
        self.number += 1
        message = json.dumps([0, self.number, name, parameters]).encode()
        self.socket.sendall(str(len(message)).encode() + b":" + message)
        _type, _number, error, answer = self._read()
        assert error is None, error
        return answer["value"] if isinstance(answer, dict) and "value" in answer else answer

    def run(self, body: str, *arguments: str) -> Any:
        script = (
            "const given = [...arguments], done = given.pop();"
            f"(async () => {{ {CALENDARS} {body} }})()"
            ".then(value => done({ value }), no => done({ error: String(no.message || no) }));"
        )
        return self.ask(
            "WebDriver:ExecuteAsyncScript", script=script, args=list(arguments), sandbox="system"
        )


@pytest.fixture
def thunderbird(tmp_path: Path) -> Iterator[Thunderbird]:
    program = shutil.which("thunderbird")
    assert program, "apt-get install thunderbird"
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(PROFILE)
    process = subprocess.Popen(
        [
            *(program, "--headless", "--marionette", "--remote-allow-system-access"),
            *("--no-remote", "--profile", str(profile)),
        ],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        driven = Thunderbird()
        yield driven
        driven.socket.close()
    finally:
        process.terminate()
        process.wait(30)


def test_thunderbird_finds_books_is_refused_moves_and_deletes(
    thunderbird: Thunderbird, live_server: LiveServer
) -> None:
    kari = make_user("kari@example.org", language="en")
    make_space(name="Nidelva", slug="nidelva")
    now = datetime.now(UTC)
    _made, password = make_app_password(user=kari, name="Thunderbird", now=now)
    start = (now + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)

    found = thunderbird.run(FIND, kari.email, password, live_server.url)
    assert found == {"value": ["caldav My bookings", "caldav Nidelva"]}

    assert thunderbird.run(BOOK, event("by-thunderbird", start)) == {"value": "by-thunderbird"}
    booking = Booking.objects.get()
    assert (booking.booker, booking.start) == (kari, start)

    assert "403" in thunderbird.run(BOOK, event("refused", start))["error"]
    assert Booking.objects.count() == 1

    assert thunderbird.run(MOVE) == {"value": True}
    booking.refresh_from_db()
    assert booking.start == start + timedelta(hours=2)

    assert thunderbird.run(DELETE) == {"value": True}
    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED


def event(uid: str, start: datetime) -> str:
    end = start + timedelta(hours=1)
    return (
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n"
        f"UID:{uid}\nDTSTAMP:20261101T000000Z\nSUMMARY:Fra Thunderbird\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\nDTEND:{end:%Y%m%dT%H%M%SZ}\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
