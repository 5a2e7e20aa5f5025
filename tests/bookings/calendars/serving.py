"""A server of one calendar, on a real socket, which the settings let be read."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from spaces.periods import Period


def ics(*times: Period) -> bytes:
    """A calendar that is busy then, as a program would write it."""

    def stamp(at: datetime) -> str:
        return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@example.org\r\nSUMMARY:Hemmelig møte\r\n"
        f"ATTENDEE:mailto:kari@example.org\r\n"
        f"DTSTART:{stamp(one.lower)}\r\nDTEND:{stamp(one.upper)}\r\nEND:VEVENT\r\n"
        for number, one in enumerate(times)
    )
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
        "PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN\r\n"
        f"{events}END:VCALENDAR\r\n"
    ).encode()


class CalendarServer(http.server.ThreadingHTTPServer):
    """Says `body` with a tag of its own, or `status`. While `hangs`, it takes its time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.address = f"http://{self.host}/rom.ics?key=hemmelig"
        self.body, self.status = ics(), 200
        self.tags: list[str] = []  # that it was asked with
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()


class Answer(http.server.BaseHTTPRequestHandler):
    server: CalendarServer

    def log_message(self, *_args: Any) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        tag = self.headers.get("If-None-Match", "")
        server.tags.append(tag)
        server.is_asked.set()
        server.may_answer.wait(60)
        own = f'"{hash(server.body)}"'
        status = 304 if tag == own and server.status == 200 else server.status
        try:
            self.send_response(status)
            self.send_header("ETag", own)
            self.send_header("Content-Length", str(0 if status != 200 else len(server.body)))
            self.end_headers()
            if status == 200:
                self.wfile.write(server.body)
        except OSError:
            return  # nobody waits any more


@contextmanager
def serving(settings: Any) -> Iterator[CalendarServer]:
    server = CalendarServer()
    settings.CALENDAR_TEST_HOSTS = [*settings.CALENDAR_TEST_HOSTS, server.host]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.may_answer.set()
        server.shutdown()
        server.server_close()
