"""Bookings for clients to post, all of which will be accepted."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from tools.bench.load import CLIENTS, Request

JSON = {"Content-Type": "application/json"}
HOUR = timedelta(hours=1)


def in_rooms_of_their_own(url: str, token: str, *, costs: bool) -> list[list[str]]:
    """For each client the bodies of its bookings, as people book: one room after the other, none
    of which another client is at. Hours that nobody has, from a week from now, in spaces that
    cost money or are free of charge to whom the token is; every other hour, for the gaps that
    spaces need; and no halls, which share their parts."""
    rooms = _rooms(url, token, costs=costs)
    shares = (zip_longest(*rooms[client::CLIENTS]) for client in range(CLIENTS))
    return [[body for body in chain.from_iterable(share) if body] for share in shares]


def in_one_room(url: str, token: str) -> list[list[str]]:
    """For each client the bodies of its bookings: all want the same room, free of charge."""
    room = max(_rooms(url, token, costs=False), key=len)
    return [room[client::CLIENTS] for client in range(CLIENTS)]


def posts(bodies: list[str], token: str) -> list[Request]:
    headers = {**JSON, "Authorization": f"Token {token}"}
    return [Request("POST", "/api/v1/bookings/", headers, body, expected=201) for body in bodies]


def answer(url: str, path: str, headers: dict[str, str], body: str = "") -> Any:
    """What the product answers, read as JSON."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("POST" if body else "GET", path, body or None, headers)
    return json.loads(connection.getresponse().read())


def _rooms(url: str, token: str, *, costs: bool) -> list[list[str]]:
    """The bookings of each room that has some."""
    headers = {**JSON, "Authorization": f"Token {token}"}
    found = answer(url, "/api/v1/spaces/?page_size=100", headers)["results"]
    spaces = [space for space in found if space["kind"] != "event_hall"]
    return [room for space in spaces if (room := list(_bodies(url, headers, space, costs)))]


def _bodies(url: str, headers: dict[str, str], space: Any, costs: bool) -> Iterator[str]:
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(8)
    window = f"from={first:%Y-%m-%dT%H:%M:%SZ}&to={first + timedelta(28):%Y-%m-%dT%H:%M:%SZ}"
    free = answer(url, f"/api/v1/spaces/{space['id']}/availability/?{window}", headers)["free"]
    asked = [
        json.dumps(
            {"space": space["id"], "start": start.isoformat(), "end": (start + HOUR).isoformat()}
        )
        for begins, ends in free
        for start in _every_other_hour(begins, ends)
    ]
    if asked and all(_is_free(url, headers, one) is (not costs) for one in (asked[0], asked[-1])):
        yield from asked


def _every_other_hour(begins: str, ends: str) -> Iterator[datetime]:
    start = datetime.fromisoformat(begins)
    start += (-start.minute % 60) * timedelta(minutes=1)
    hours = (datetime.fromisoformat(ends) - start) // HOUR
    return (start + number * HOUR for number in range(0, hours, 2))


def _is_free(url: str, headers: dict[str, str], body: str) -> bool | None:
    """Of charge; None when it cannot be booked at all."""
    quote = answer(url, "/api/v1/quotes/", headers, body)
    return quote["price"]["amount"] == 0 if quote.get("bookable") is True else None
