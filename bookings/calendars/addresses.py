"""Which addresses somebody else may have us fetch: public ones, by name, over TLS.

Whoever attaches a calendar chooses an address that our server then asks, from inside our
network. So nothing is asked but what anybody could ask from outside.
"""

import ipaddress
import socket
import threading
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlsplit

from django.conf import settings

from bookings.calendars.problems import FetchFailed, Problem

PORTS = {443, 8443}
LONGEST = 2000  # characters of an address
SAFE = "/%:@!$&'()*+,;=~-._?"

PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Within these, but no place where a calendar is kept: documentation, benchmarks, and tunnels
# that carry an IPv4 address of anybody's choice.
NOT_PUBLIC = [
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
]


def is_public(address: str) -> bool:
    """Whether an IP address, as a resolver gives it, is on the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in NAT64:  # all there is where only IPv6 is spoken: the same rules for its inside
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in PUBLIC_6:
            return False
    if any(ip.version == block.version and ip in block for block in NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


@dataclass(frozen=True)
class Target:
    """Where to fetch. `is_test` when the settings name its host and port, which then need not
    be public: only the demo and the tests have any."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @classmethod
    def of(cls, address: str) -> Self:
        """Raises `FetchFailed`: BAD_ADDRESS for what is none, NOT_SECURE for plain http."""
        try:
            parts = urlsplit(address.strip())
            scheme = parts.scheme.lower()
            scheme = "https" if scheme in ("webcal", "webcals") else scheme
            port = parts.port or (80 if scheme == "http" else 443)
            host = (parts.hostname or "").encode("idna").decode().rstrip(".").lower()
        except (ValueError, UnicodeError) as error:
            raise FetchFailed(Problem.BAD_ADDRESS) from error
        is_odd = not host or len(address) > LONGEST or parts.username or parts.password
        if scheme not in ("http", "https") or is_odd:
            raise FetchFailed(Problem.BAD_ADDRESS)
        path = quote(parts.path or "/", safe=SAFE)
        if parts.query:
            path += "?" + quote(parts.query, safe=SAFE)
        target = cls(scheme, host, port, path)
        if not target.is_test and scheme == "http":
            raise FetchFailed(Problem.NOT_SECURE)
        if not target.is_test and port not in PORTS:
            raise FetchFailed(Problem.BAD_ADDRESS)
        return target

    @property
    def is_test(self) -> bool:
        return f"{self.host}:{self.port}" in settings.CALENDAR_TEST_HOSTS

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{self.path}"

    def resolve(self, seconds: float) -> list[str]:
        """The IP addresses of the host, asked for once: whoever answers the next question may
        answer it otherwise. One that is not public refuses all. Raises `FetchFailed`."""
        found = _looked_up(self.host, self.port, seconds)
        if not found:
            raise FetchFailed(Problem.NO_SUCH_HOST)
        if not self.is_test and not all(is_public(one) for one in found):
            raise FetchFailed(Problem.NOT_PUBLIC)
        return found


def _looked_up(host: str, port: int, seconds: float) -> list[str]:
    """The system's resolver has a patience of its own; this waits no longer than it is told."""
    found: list[str] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(0.0, seconds))
    return [] if asking.is_alive() else found
