"""Getting a calendar from an address that somebody else has chosen.

What a hostile address could do and cannot: lead inside (`addresses.py`; redirects are checked
like the first), answer a second look-up otherwise (there is none: the address that was
checked is the one connected to, and the certificate still has to be the name's), keep us
waiting (one deadline for everything, which closes the socket), or fill our memory (what comes
over the wire and what it unpacks to are both counted).
"""

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings

from bookings.calendars.addresses import Target
from bookings.calendars.problems import FetchFailed, Problem

REDIRECTS = 3
WIRE = 5_000_000  # bytes
UNPACKED = 10_000_000
DEADLINE = 20.0  # seconds, from the first look-up to the last byte
CONNECT = 8.0
CHUNK = 65_536
TRIED = 3  # of the host's addresses
MOVED = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Fetched:
    body: bytes | None  # None: unchanged since the tag that was sent along
    etag: str = ""
    last_modified: str = ""


def fetch(
    address: str,
    *,
    etag: str = "",
    last_modified: str = "",
    trust: ssl.SSLContext | None = None,
    deadline: float = DEADLINE,
) -> Fetched:
    """The calendar at an address, unless it is the one that is known by these. Raises
    `FetchFailed`; nothing of what was answered instead is passed on."""
    ends = time.monotonic() + deadline
    target = Target.of(address)
    for _hop in range(REDIRECTS + 1):
        with _asked(target, trust, ends, etag, last_modified) as response:
            if response.status in MOVED:
                target = Target.of(urljoin(target.url, response.headers.get("Location", "")))
                continue
            if response.status == 304 and (etag or last_modified):
                return Fetched(None, etag, last_modified)
            if response.status != 200:
                raise FetchFailed(_meaning(response.status))
            return Fetched(
                _body(response),
                _kept(response.headers.get("ETag", ""), 300),
                _kept(response.headers.get("Last-Modified", ""), 100),
            )
    raise FetchFailed(Problem.LED_ASTRAY)


def require_calendar(body: bytes) -> None:
    """Raise `FetchFailed` for what is no whole calendar: a page to sign in on, say, or half a
    download, which would leave times free that are not."""
    if not body[:512].lstrip(b"\xef\xbb\xbf \r\n\t").upper().startswith(b"BEGIN:VCALENDAR"):
        raise FetchFailed(Problem.NO_CALENDAR)
    if b"END:VCALENDAR" not in body[-512:].upper():
        raise FetchFailed(Problem.CUT_OFF)


def _meaning(status: int) -> Problem:
    if status in (401, 403, 407):
        return Problem.NO_ENTRY
    if status in (404, 410):
        return Problem.GONE
    return Problem.BROKEN


def _kept(tag: str, longest: int) -> str:
    """A tag to send along next time; none is better than half of one."""
    return tag if len(tag) <= longest and tag.isascii() and tag.isprintable() else ""


# --- One request ------------------------------------------------------------------------


class _Pinned(http.client.HTTPConnection):
    """Connects to the addresses that were checked, whatever the name resolves to by now; the
    certificate has to be the name's."""

    def __init__(self, target: Target, found: list[str], trust: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT)
        self.target, self.found, self.trust = target, found, trust
        self.kept: socket.socket | None = None  # http.client lets go of its own

    def connect(self) -> None:
        self.kept = self._connected()
        if self.target.scheme == "https":
            trust = self.trust or ssl.create_default_context()
            secure = trust.wrap_socket(
                self.kept, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.kept = secure  # before the handshake, which may be slow too
            secure.do_handshake()
        self.sock = self.kept

    def _connected(self) -> socket.socket:
        problem: OSError | None = None
        for one in self.found[:TRIED]:
            try:
                return socket.create_connection((one, self.port), self.timeout)
            except OSError as error:
                problem = error
        raise problem or OSError("no address")

    def cut(self) -> None:
        """Whoever waits for the socket waits no longer."""
        if self.kept is not None:
            try:
                socket.socket.shutdown(self.kept, socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already


@contextmanager
def _asked(
    target: Target, trust: ssl.SSLContext | None, ends: float, etag: str, last_modified: str
) -> Iterator[http.client.HTTPResponse]:
    """An answer, to be read within this. Its socket is cut when the time is up: a timeout of
    the socket's own begins anew with each byte."""
    found = target.resolve(ends - time.monotonic())
    connection = _Pinned(target, found, trust)
    is_cut = threading.Event()

    def cut() -> None:
        is_cut.set()
        connection.cut()

    timer = threading.Timer(max(0.0, ends - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("GET", target.path, headers=_headers(etag, last_modified))
        with connection.getresponse() as response:
            yield response
    except FetchFailed as failed:
        if is_cut.is_set():  # what it then had may look like anything
            raise FetchFailed(Problem.TOO_SLOW) from failed
        raise
    except ssl.SSLCertVerificationError as error:
        raise FetchFailed(Problem.NOT_TRUSTED) from error
    except (OSError, ValueError, http.client.HTTPException, zlib.error) as error:
        is_late = is_cut.is_set() or isinstance(error, TimeoutError)
        raise FetchFailed(Problem.TOO_SLOW if is_late else Problem.NO_ANSWER) from error
    finally:
        timer.cancel()
        connection.close()
        if connection.kept is not None:
            connection.kept.close()


def _headers(etag: str, last_modified: str) -> dict[str, str]:
    """Exchange answers 500 to programs that do not look like a browser."""
    told = {
        "User-Agent": f"Mozilla/5.0 (compatible; Ledig/1.0; +{settings.PUBLIC_URL})",
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    if etag:
        told["If-None-Match"] = etag
    elif last_modified:
        told["If-Modified-Since"] = last_modified
    return told


def _body(response: http.client.HTTPResponse) -> bytes:
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", ""):
        raise FetchFailed(Problem.NO_CALENDAR)
    unpack = zlib.decompressobj(31) if "gzip" in packing else None
    wire, out = 0, bytearray()
    while chunk := response.read1(CHUNK):
        wire += len(chunk)
        out += unpack.decompress(chunk, UNPACKED + 1 - len(out)) if unpack else chunk
        if wire > WIRE or len(out) > UNPACKED:
            raise FetchFailed(Problem.TOO_LARGE)
    if response.length or (unpack is not None and not unpack.eof):
        raise FetchFailed(Problem.CUT_OFF)
    body = bytes(out)
    require_calendar(body)
    return body
