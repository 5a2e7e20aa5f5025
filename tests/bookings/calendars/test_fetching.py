"""Fetching from servers on real sockets, most of which mean us ill."""

import gzip
import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bookings.calendars.fetching import Fetched, fetch
from bookings.calendars.problems import FetchFailed, Problem

ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"
BOMB = gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"A" * 60_000_000)
MANY = b"BEGIN:VCALENDAR\r\n" * 4000


class Answers(http.server.BaseHTTPRequestHandler):
    """By path. What drips does so until it is cut off."""

    server: "Server"

    def log_message(self, *_args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers))
        try:
            ANSWERS.get(self.path.partition("?")[0], secret)(self)
        except OSError:
            return

    def say(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, piece: bytes) -> None:
        while not self.server.is_over.wait(0.02):
            self.wfile.write(piece)
            self.wfile.flush()


def secret(to: Answers) -> None:
    to.say(200, b"SECRET" + ICS)


def tagged(to: Answers) -> None:
    if to.headers.get("If-None-Match") == '"e1"':
        to.say(304)
    else:
        to.say(200, ICS, ETag='"e1"', Last_Modified="Mon, 23 Nov 2026 00:00:00 GMT")


def dated(to: Answers) -> None:
    to.say(304 if to.headers.get("If-Modified-Since") else 200, ICS, Last_Modified="yesterday")


def dripping_status(to: Answers) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\n")
    to.drip(b"X-More: 1\r\n")


def dripping_line(to: Answers) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    to.drip(b"x")


def dripping_body(to: Answers) -> None:
    to.send_response(200)
    to.end_headers()
    to.drip(b"B")


def continuing(to: Answers) -> None:
    to.drip(b"HTTP/1.1 100 Continue\r\n\r\n")


def endless(to: Answers) -> None:
    to.send_response(200)
    to.end_headers()
    while not to.server.is_over.is_set():
        to.wfile.write(MANY)


def chunked(to: Answers) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not to.server.is_over.is_set():
        to.wfile.write(f"{len(MANY):x}\r\n".encode() + MANY + b"\r\n")


def bad_chunks(to: Answers) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")


def cut_off(to: Answers) -> None:
    to.send_response(200)
    to.send_header("Content-Length", str(len(ICS)))
    to.end_headers()
    to.wfile.write(ICS[:-20])


def many_headers(to: Answers) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-One: 1\r\n" * 500 + b"\r\n")


def long_header(to: Answers) -> None:
    to.wfile.write(b"HTTP/1.1 200 OK\r\nX-One: " + b"x" * 100_000 + b"\r\n\r\n")


def to(address: str, status: int = 302) -> Callable[[Answers], None]:
    return lambda answer: answer.say(status, Location=address.format(port=answer.server.port))


ANSWERS: dict[str, Callable[[Answers], None]] = {
    "/ok.ics": lambda to: to.say(200, ICS),
    "/tagged.ics": tagged,
    "/dated.ics": dated,
    "/long-tag.ics": lambda to: to.say(200, ICS, ETag='"' + "x" * 400 + '"'),
    "/packed.ics": lambda to: to.say(200, gzip.compress(ICS), Content_Encoding="gzip"),
    "/bomb.ics": lambda to: to.say(200, BOMB, Content_Encoding="gzip"),
    "/bomb-in-bomb.ics": lambda to: to.say(200, gzip.compress(BOMB), Content_Encoding="gzip"),
    "/half-packed.ics": lambda to: to.say(200, gzip.compress(ICS)[:-8], Content_Encoding="gzip"),
    "/not-packed.ics": lambda to: to.say(200, ICS, Content_Encoding="gzip"),
    "/odd-packing.ics": lambda to: to.say(200, ICS, Content_Encoding="br"),
    "/endless.ics": endless,
    "/chunked.ics": chunked,
    "/bad-chunks.ics": bad_chunks,
    "/cut-off.ics": cut_off,
    "/dripping-status.ics": dripping_status,
    "/dripping-line.ics": dripping_line,
    "/dripping-body.ics": dripping_body,
    "/continuing.ics": continuing,
    "/many-headers.ics": many_headers,
    "/long-header.ics": long_header,
    "/html.ics": lambda to: to.say(200, b"<!doctype html><title>Sign in</title>"),
    "/half.ics": lambda to: to.say(200, ICS[:40]),
    "/empty.ics": lambda to: to.say(200),
    "/unasked-304.ics": lambda to: to.say(304),
    "/401.ics": lambda to: to.say(401),
    "/404.ics": lambda to: to.say(404),
    "/410.ics": lambda to: to.say(410),
    "/500.ics": lambda to: to.say(500),
    "/204.ics": lambda to: to.say(204),
    "/moved.ics": to("/ok.ics", 301),
    "/moved-thrice.ics": to("/moved-twice.ics", 308),
    "/moved-twice.ics": to("/moved.ics", 307),
    "/moved-four-times.ics": to("/moved-thrice.ics"),
    "/round.ics": to("/round.ics"),
    "/nowhere.ics": to(""),
    "/inside.ics": to("http://127.0.0.1:{port}/secret"),
    "/inside-secure.ics": to("https://127.0.0.1:8443/secret"),
    "/inside-by-name.ics": to("https://localhost/secret"),
    "/inside-of-six.ics": to("https://[::1]/secret"),
    "/metadata.ics": to("https://169.254.169.254/latest/meta-data/"),
    "/file.ics": to("file:///etc/passwd"),
    "/no-scheme.ics": to("//127.0.0.1:{port}/secret"),
    "/split.ics": lambda to: to.say(302, Location="/ok.ics\r\n\tX: y"),
}
FAILS = {
    "/bomb.ics": Problem.TOO_LARGE,
    "/bomb-in-bomb.ics": Problem.NO_CALENDAR,
    "/half-packed.ics": Problem.CUT_OFF,
    "/not-packed.ics": Problem.NO_ANSWER,
    "/odd-packing.ics": Problem.NO_CALENDAR,
    "/endless.ics": Problem.TOO_LARGE,
    "/chunked.ics": Problem.TOO_LARGE,
    "/bad-chunks.ics": Problem.NO_ANSWER,
    "/cut-off.ics": Problem.CUT_OFF,
    "/many-headers.ics": Problem.NO_ANSWER,
    "/long-header.ics": Problem.NO_ANSWER,
    "/html.ics": Problem.NO_CALENDAR,
    "/half.ics": Problem.CUT_OFF,
    "/empty.ics": Problem.NO_CALENDAR,
    "/unasked-304.ics": Problem.BROKEN,
    "/401.ics": Problem.NO_ENTRY,
    "/404.ics": Problem.GONE,
    "/410.ics": Problem.GONE,
    "/500.ics": Problem.BROKEN,
    "/204.ics": Problem.BROKEN,
    "/moved-four-times.ics": Problem.LED_ASTRAY,
    "/round.ics": Problem.LED_ASTRAY,
    "/inside.ics": Problem.NOT_SECURE,
    "/inside-secure.ics": Problem.NOT_PUBLIC,
    "/inside-by-name.ics": Problem.NOT_PUBLIC,
    "/inside-of-six.ics": Problem.NOT_PUBLIC,
    "/metadata.ics": Problem.NOT_PUBLIC,
    "/file.ics": Problem.BAD_ADDRESS,
    "/no-scheme.ics": Problem.NOT_SECURE,
    "/nowhere.ics": Problem.LED_ASTRAY,
    "/secret": Problem.NO_CALENDAR,
}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.port = self.server_address[1]
        self.asked: list[tuple[str, Any]] = []
        self.is_over = threading.Event()


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Known as calendar.test, which the settings let be where it is."""
    server = Server()
    settings.CALENDAR_TEST_HOSTS = [f"calendar.test:{server.port}"]
    real = socket.getaddrinfo

    def answer(host: Any, *args: Any, **rest: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".test") else host, *args, **rest)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    server.server_close()


def get(server: Server, path: str, **known: Any) -> Fetched:
    return fetch(f"http://calendar.test:{server.port}{path}", **known)


@pytest.mark.parametrize("path", ["/ok.ics", "/packed.ics", "/moved.ics", "/moved-thrice.ics"])
def test_a_calendar_is_fetched(server: Server, path: str) -> None:
    assert get(server, path).body == ICS


def test_it_says_who_asks_as_a_browser_does(server: Server) -> None:
    get(server, "/ok.ics?key=secret")

    path, headers = server.asked[0]
    assert path == "/ok.ics?key=secret"
    assert headers["Host"] == f"calendar.test:{server.port}"
    assert headers["User-Agent"].startswith("Mozilla/5.0 (compatible; Ledig/")


def test_what_is_unchanged_is_not_sent_again(server: Server) -> None:
    first = get(server, "/tagged.ics")
    again = get(server, "/tagged.ics", etag=first.etag, last_modified=first.last_modified)

    assert (first.body, first.etag) == (ICS, '"e1"')
    assert again == Fetched(None, '"e1"', "Mon, 23 Nov 2026 00:00:00 GMT")
    assert get(server, "/dated.ics", last_modified="yesterday").body is None


def test_a_tag_too_long_to_keep_is_not_kept(server: Server) -> None:
    assert get(server, "/long-tag.ics").etag == ""


@pytest.mark.parametrize(("path", "problem"), FAILS.items())
def test_what_goes_wrong_is_said_and_nothing_passed_on(
    server: Server, path: str, problem: Problem
) -> None:
    with pytest.raises(FetchFailed) as failed:
        get(server, path)

    assert failed.value.problem == problem
    assert "SECRET" not in f"{failed.value} {failed.value.details}"
    assert path == "/secret" or not any(asked == "/secret" for asked, _headers in server.asked)


@pytest.mark.parametrize(
    "path",
    ["/dripping-status.ics", "/dripping-line.ics", "/dripping-body.ics", "/continuing.ics"],
)
def test_what_drips_is_cut_off_when_the_time_is_up(server: Server, path: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        get(server, path, deadline=0.4)

    assert failed.value.problem == Problem.TOO_SLOW


def test_redirects_share_one_deadline(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ANSWERS, "/then-drips.ics", to("/dripping-body.ics"))

    with pytest.raises(FetchFailed) as failed:
        get(server, "/then-drips.ics", deadline=0.4)

    assert failed.value.problem == Problem.TOO_SLOW


def test_a_resolver_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = threading.Event()

    def silent(*_args: Any, **_rest: Any) -> list[Any]:
        never.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)

    with pytest.raises(FetchFailed) as failed:
        fetch("https://calendar.example/a.ics", deadline=0.2)

    never.set()
    assert failed.value.problem == Problem.NO_SUCH_HOST


def test_nobody_there(server: Server, settings: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen
        port = free.getsockname()[1]
        settings.CALENDAR_TEST_HOSTS = [f"calendar.test:{port}"]
        with pytest.raises(FetchFailed) as failed:
            fetch(f"http://calendar.test:{port}/a.ics")

    assert failed.value.problem == Problem.NO_ANSWER


# --- TLS --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For calendar.test, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "calendar.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("calendar.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure(server: Server, certificate: Path) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server


def test_a_trusted_certificate_of_the_name(secure: Server, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))

    found = fetch(f"webcal://calendar.test:{secure.port}/ok.ics", trust=trust)

    assert found.body == ICS


def test_a_certificate_of_another_name(secure: Server, certificate: Path, settings: Any) -> None:
    settings.CALENDAR_TEST_HOSTS = [f"other.test:{secure.port}"]

    with pytest.raises(FetchFailed) as failed:
        fetch(
            f"https://other.test:{secure.port}/ok.ics",
            trust=ssl.create_default_context(cafile=str(certificate)),
        )

    assert failed.value.problem == Problem.NOT_TRUSTED
    assert secure.asked == []


def test_a_certificate_nobody_knows(secure: Server) -> None:
    with pytest.raises(FetchFailed) as failed:
        fetch(f"https://calendar.test:{secure.port}/ok.ics")

    assert failed.value.problem == Problem.NOT_TRUSTED
    assert secure.asked == []


def test_a_handshake_that_never_comes_is_cut_off(settings: Any, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.CALENDAR_TEST_HOSTS = [f"calendar.test:{port}"]
        with pytest.raises(FetchFailed) as failed:
            fetch(f"https://calendar.test:{port}/ok.ics", deadline=0.3)

    assert failed.value.problem == Problem.TOO_SLOW
