"""`make bench`: start the demo in a home of its own, measure it, print and keep the table."""

import argparse
import http.client
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from config import embedded
from tools.bench.floors import bare_insert, widen_quotas
from tools.bench.growth import SIZES, growth_table, in_database, pages
from tools.bench.holds import keep, set_up
from tools.bench.load import CLIENTS, Measured, Request, measure, together

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
JSON = {"Content-Type": "application/json"}
VIEW, QUERY = "empty Django view", "view with one query"
INSERT = "bare INSERT under the constraint"
ANY_TIME = "minutes=120&people=4"


def main() -> int:
    options = _options()
    home = Path(os.environ.get("LEDIG_HOME") or ROOT / ".ledig").resolve()
    shutil.rmtree(home / "bench", ignore_errors=True)  # what was booked last time runs out now
    with demo(home / "bench") as (url, database_url):
        followed = _followed(home / "bench").removeprefix(url)
        rows = list(_rows(url, database_url, followed, options.seconds))
    if options.scale:
        with demo(home / "scale") as (url, _database_url):
            _seed_scale(home / "scale")
            rows += _scale_rows(url, options.seconds)
    table = _table(rows)
    print(table)
    grown = {}
    if options.growth:
        for spaces, occupancies in SIZES.items():
            home_of = home / ("scale" if spaces == 10_000 else f"scale-{spaces}")
            with demo(home_of):
                _seed_scale(home_of, spaces, occupancies)
                grown[spaces] = in_database(home_of, pages().values())
        print(growth_table(grown))
    written = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "clients": CLIENTS,
        "rows": [{"what": what, "floor": floor, **asdict(m)} for what, floor, m in rows],
        "growth": grown,
    }
    (home / "bench.json").write_text(json.dumps(written, indent=2) + "\n")
    if options.write:
        _keep(table, "bench")
        if grown:
            _keep(growth_table(grown), "growth")
    return 1 if any(m.unexpected for _what, _floor, m in rows) else 0


def _rows(
    url: str, database_url: str, followed: str, seconds: float
) -> Iterator[tuple[str, str, Measured]]:
    """What is measured, and the floor it is held against; floors come first."""

    get = partial(_get, url, seconds)
    token = {"Authorization": f"Token {_token(url)}"}
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    window = f"free_from={day}T10:00:00Z&free_to={day}T12:00:00Z"
    feed = _json(url, "/api/v1/me/", token)["feed_url"].removeprefix(url)
    space = _json(url, "/api/v1/spaces/?kind=meeting_room", {})["results"][0]

    yield VIEW, "", get("/healthz")
    yield QUERY, "", get("/databasez")
    yield INSERT, "", bare_insert(database_url, seconds)
    yield "GET / (search page, 24 day lines, map)", VIEW, get(f"/?date={day}&from=11:00&to=13:00")
    yield "GET /spaces/… (space page, week grid)", VIEW, get(f"/spaces/{space['slug']}/")
    yield "GET spaces/", VIEW, get("/api/v1/spaces/")
    yield "GET spaces/?free_from&free_to", VIEW, get(f"/api/v1/spaces/?{window}")
    availability = (
        f"/api/v1/spaces/{space['id']}/availability/?from={day}T00:00:00Z&to={day}T23:00:00Z"
    )
    yield "GET spaces/…/availability/", VIEW, get(availability)
    yield "GET slots/ (2 hours this week)", VIEW, get(f"/api/v1/slots/?{ANY_TIME}")
    yield "GET /anytime/ (2 hours this week)", VIEW, get(f"/anytime/?{ANY_TIME}")
    yield "GET personal feed", VIEW, get(feed)
    yield "GET feed of 5,000 events (one client)", VIEW, get(followed, clients=1)
    known = {"If-None-Match": _tag(url, followed)}
    yield "the same, unchanged (304, one client)", VIEW, get(followed, known, 304, clients=1)
    widen_quotas(database_url)
    posts = _posts(url, token, costs=False)
    booked = measure(
        url, [posts[n::CLIENTS] for n in range(CLIENTS)], seconds=seconds, repeat=False
    )
    yield "POST bookings/ (free, confirmed)", QUERY, booked
    yield "the same, per INSERT", INSERT, booked
    paid = _posts(url, token, costs=True)
    held = together(
        keep,
        [([one.body for one in paid[n::8]], seconds) for n in range(CLIENTS)],
        ready=partial(set_up, database_url),
    )
    yield "a hold with its order, to the commit", QUERY, held
    with_page = [paid[n::8] for n in range(CLIENTS, 2 * CLIENTS)]
    yield (
        "POST bookings/ (held, with the stand-in’s page to pay on)",
        QUERY,
        measure(url, with_page, seconds=seconds, repeat=False),
    )


def _scale_rows(url: str, seconds: float) -> Iterator[tuple[str, str, Measured]]:
    """The same product with ten thousand spaces and three million occupancies."""
    get = partial(_get, url, seconds)
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    time_asked = f"date={day}&from=11:00&to=13:00"
    large = "10,000 spaces"
    yield f"GET / ({large})", VIEW, get(f"/?{time_asked}&people=4")
    yield f"GET /?kind=lab ({large})", VIEW, get(f"/?{time_asked}&kind=lab")
    yield f"GET /?q=møterommene ({large})", VIEW, get(f"/?{time_asked}&q=m%C3%B8terommene")
    window = f"free_from={day}T10:00:00Z&free_to={day}T12:00:00Z"
    yield f"GET spaces/?free_from&free_to ({large})", VIEW, get(f"/api/v1/spaces/?{window}")
    yield f"GET slots/ (2 hours this week, {large})", VIEW, get(f"/api/v1/slots/?{ANY_TIME}")
    yield f"GET /anytime/ (2 hours this week, {large})", VIEW, get(f"/anytime/?{ANY_TIME}")
    tuesdays = f"{time_asked}&count=10&people=4"
    yield f"GET /recurring/ (ten times, {large})", VIEW, get(f"/recurring/?{tuesdays}")
    yield f"GET /suggestions/ ({large})", VIEW, get("/suggestions/?q=fjo")


def _get(
    url: str,
    seconds: float,
    path: str,
    headers: dict[str, str] | None = None,
    expected: int = 200,
    clients: int = CLIENTS,
) -> Measured:
    share = [Request("GET", path, headers or {}, expected=expected)]
    measure(url, [share] * clients, seconds=1, repeat=True)  # caches and connections
    return measure(url, [share] * clients, seconds=seconds, repeat=True)


def _seed_scale(home: Path, spaces: int = 10_000, occupancies: int = 3_000_000) -> None:
    """Beside the demo that runs there; nothing where that was done before."""
    size = "--spaces", str(spaces), "--occupancies", str(occupancies)
    _beside(home, "manage.py", "seed_scale", *size)


def _followed(home: Path) -> str:
    """The address of a calendar with 5,000 events."""
    return _beside(home, "-m", "tools.bench.followed", stdout=subprocess.PIPE).stdout.strip()


def _beside(home: Path, *arguments: str, **more: Any) -> "subprocess.CompletedProcess[str]":
    """Run a program of ours beside the demo of a home."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "LEDIG_HOME": str(home), "LEDIG_DEMO": "1"},
        check=True,
        text=True,
        **more,
    )


def _posts(url: str, token: dict[str, str], *, costs: bool, wanted: int = 8000) -> list[Request]:
    """Bookings that will all be accepted: hours that nobody has, from a week from now, in
    spaces that are free of charge or cost money. Every other hour, for the gaps that spaces
    need; and no halls, which share their parts."""
    found = _json(url, "/api/v1/spaces/?page_size=100", token)["results"]
    found = [space for space in found if space["kind"] != "event_hall"]
    return list(islice(_bookable(url, token, found, costs=costs), wanted))


def _bookable(
    url: str, token: dict[str, str], spaces: list[Any], *, costs: bool
) -> Iterator[Request]:
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(8)
    hour = timedelta(hours=1)
    for space in spaces:
        window = f"from={first:%Y-%m-%dT%H:%M:%SZ}&to={first + timedelta(28):%Y-%m-%dT%H:%M:%SZ}"
        free = _json(url, f"/api/v1/spaces/{space['id']}/availability/?{window}", token)["free"]
        times = [
            (start + n * hour, start + (n + 1) * hour)
            for start, end in ((_whole(_moment(a)), _moment(b)) for a, b in free)
            for n in range(0, (end - start) // hour, 2)
        ]
        asked = [
            json.dumps({"space": space["id"], "start": a.isoformat(), "end": b.isoformat()})
            for a, b in times
        ]
        if asked and all(_is_free(url, token, one) is (not costs) for one in (asked[0], asked[-1])):
            for body in asked:
                yield Request("POST", "/api/v1/bookings/", {**JSON, **token}, body, expected=201)


def _is_free(url: str, token: dict[str, str], body: str) -> bool | None:
    """Of charge; None when it cannot be booked at all."""
    quote = _json(url, "/api/v1/quotes/", {**JSON, **token}, body)
    return quote["price"]["amount"] == 0 if quote.get("bookable") is True else None


@contextmanager
def demo(home: Path) -> Iterator[tuple[str, str]]:
    """The demo as anybody starts it, on a free port; its address and its database's."""
    home.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "LEDIG_HOME": str(home), "PORT": str(port)}
    with (home / "demo.log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "tools.demo"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(port, running, home / "demo.log")
        yield f"http://127.0.0.1:{port}", embedded.url(home)
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=30)


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and running.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"The demo did not start:\n{log.read_text()[-2000:]}")


def _token(url: str) -> str:
    body = json.dumps({"email": "student@demo.ledig.no", "password": "ledig-demo"})
    return str(_json(url, "/api/v1/tokens/", JSON, body)["token"])


def _tag(url: str, path: str) -> str:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", path)
    return connection.getresponse().headers["ETag"] or ""


def _json(url: str, path: str, headers: dict[str, str], body: str = "") -> Any:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("POST" if body else "GET", path, body or None, headers)
    return json.loads(connection.getresponse().read())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _whole(moment: datetime) -> datetime:
    """The next whole hour, or the moment itself."""
    return moment + (-moment.minute % 60) * timedelta(minutes=1)


def _table(rows: list[tuple[str, str, Measured]]) -> str:
    floors = {what: measured.per_second for what, floor, measured in rows if not floor}
    lines = [
        "| what | per second | p50 ms | p95 ms | of its floor |",
        "|---|---:|---:|---:|---:|",
    ]
    for what, floor, m in rows:
        ratio = f"1/{floors[floor] / m.per_second:.1f}" if floor else "floor"
        note = f" ({m.unexpected} unexpected answers)" if m.unexpected else ""
        lines.append(f"| {what}{note} | {m.per_second:.0f} | {m.p50:.1f} | {m.p95:.1f} | {ratio} |")
    return "\n".join(lines)


def _keep(table: str, mark: str) -> None:
    """Put the table between its marks in docs/performance.md."""
    page = ROOT / "docs" / "performance.md"
    before, _, rest = page.read_text().partition(f"<!-- {mark} -->")
    _old, _, after = rest.partition(f"<!-- /{mark} -->")
    page.write_text(f"{before}<!-- {mark} -->\n{table}\n<!-- /{mark} -->{after}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="for each row")
    parser.add_argument("--scale", action="store_true", help="also with 10,000 spaces")
    parser.add_argument(
        "--growth", action="store_true", help="also in the database, with 1,000 to 100,000 spaces"
    )
    parser.add_argument("--write", action="store_true", help="keep it in docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
