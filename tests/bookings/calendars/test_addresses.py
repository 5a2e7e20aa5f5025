"""Addresses that lead inside, in every spelling there is: each is refused."""

import socket
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import pytest

from bookings.calendars.addresses import Target, is_public
from bookings.calendars.fetching import fetch
from bookings.calendars.problems import FetchFailed, Problem

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "0.0.0.0",
    "0.1.2.3",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "::a9fe:a9fe",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "fd00::1",
    "fdff:ffff::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2002:c0a8:101::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "2001:10::1",
    "2001:20::1",
    "2001:2::1",
    "2001:db8::1",
    "100::1",
    "5f00::1",
    "3fff::1",
    "4000::1",
    "2606:4700:4700::1111%1",
]
OUTSIDE = [
    "93.184.216.34",
    "8.8.8.8",
    "1.1.1.1",
    "192.0.1.1",
    "2606:4700:4700::1111",
    "2a00:1450:400f:80d::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
SPELLED = [  # what the system's resolver makes addresses of
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST:8443/",
    "https://127。0。0。1/",  # full-width dots are dots
    "https://①②⑦.⓪.⓪.①/",
]
NO_ADDRESS = {
    "ftp://calendar.example/a.ics": Problem.BAD_ADDRESS,
    "file:///etc/passwd": Problem.BAD_ADDRESS,
    "gopher://calendar.example/": Problem.BAD_ADDRESS,
    "javascript:alert(1)": Problem.BAD_ADDRESS,
    "calendar.example/a.ics": Problem.BAD_ADDRESS,
    "https:///a.ics": Problem.BAD_ADDRESS,
    "https://": Problem.BAD_ADDRESS,
    "": Problem.BAD_ADDRESS,
    "https://u:p@calendar.example/": Problem.BAD_ADDRESS,
    "https://127.0.0.1@calendar.example/": Problem.BAD_ADDRESS,
    "https://calendar.example:22/": Problem.BAD_ADDRESS,
    "https://calendar.example:99999/": Problem.BAD_ADDRESS,
    "https://calendar.example:6379/": Problem.BAD_ADDRESS,
    "https://[::1/": Problem.BAD_ADDRESS,
    f"https://calendar.example/{'a' * 3000}": Problem.BAD_ADDRESS,
    f"https://{'a' * 70}.example/": Problem.BAD_ADDRESS,
    "http://calendar.example/a.ics": Problem.NOT_SECURE,
}


def answering(monkeypatch: pytest.MonkeyPatch, answers: Iterator[list[str]]) -> list[str]:
    """Let every name resolve to the next of these; the names that were asked for."""
    asked: list[str] = []

    def answer(host: str, port: int, *_args: Any, **_rest: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def connecting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no connection come about; where they were tried to."""
    tried: list[str] = []

    def connect(address: tuple[str, int], *_args: Any, **_rest: Any) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor when the first look-up says so and the next would not, nor beside a public one."""
    tried = connecting(monkeypatch)
    for first in ([address], ["93.184.216.34", address], [address, "93.184.216.34"]):
        answering(monkeypatch, chain([first], repeat(["93.184.216.34"])))

        with pytest.raises(FetchFailed) as refused:
            fetch("https://calendar.example/a.ics")

        assert refused.value.problem == Problem.NOT_PUBLIC
    assert tried == []


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_the_second_time_is_asked_for_once(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = connecting(monkeypatch)
    asked = answering(monkeypatch, chain([["93.184.216.34"]], repeat([address])))

    with pytest.raises(FetchFailed):
        fetch("https://calendar.example/a.ics")

    assert asked == ["calendar.example"]
    assert tried == ["93.184.216.34"]


@pytest.mark.parametrize("address", SPELLED)
def test_spelled_otherwise_it_is_the_same_address(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = connecting(monkeypatch)

    with pytest.raises(FetchFailed) as refused:
        fetch(address)

    assert refused.value.problem in (Problem.NOT_PUBLIC, Problem.BAD_ADDRESS, Problem.NO_SUCH_HOST)
    assert tried == []


@pytest.mark.parametrize(("address", "problem"), NO_ADDRESS.items())
def test_what_is_no_address_is_said(address: str, problem: Problem) -> None:
    with pytest.raises(FetchFailed) as refused:
        Target.of(address)

    assert refused.value.problem == problem


def test_an_address_to_subscribe_to_is_fetched_over_tls() -> None:
    target = Target.of(" webcal://Calendar.Example/møte rom.ics?key=a b#top ")

    assert target.url == "https://calendar.example:443/m%C3%B8te%20rom.ics?key=a%20b"


def test_what_cannot_be_an_address_is_not_public() -> None:
    assert not is_public("calendar.example")
