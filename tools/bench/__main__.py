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
from pathlib import Path
from typing import Any

from config import embedded
from tools.bench.floors import bare_insert, charge_for, widen_quotas
from tools.bench.growth import SIZES, growth_table, in_database, pages
from tools.bench.holds import keep, set_up
from tools.bench.load import CLIENTS, FIRST, Measured, Request, measure, together
from tools.bench.posting import answer, in_one_room, in_rooms_of_their_own, posts

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
VIEW, QUERY = "empty Django view", "view with one query"
INSERT = "bare INSERT under the constraint"
ANY_TIME = "minutes=120&people=4"
DEAR = ["lab", "studio", "workshop"]  # more than are looked at, 2,000, of ten thousand spaces


def main() -> int:
    options = _options()
    home = Path(os.environ.get("LEDIG_HOME") or ROOT / ".ledig").resolve()
    shutil.rmtree(home / "bench", ignore_errors=True)  # what was booked last time runs out now
    with demo(home / "bench") as (url, database_url):
        followed = _followed(home / "bench").removeprefix(url)
        bookers = _bookers(home / "bench")
        rows = list(_rows(url, database_url, followed, bookers, options.seconds))
    if options.scale:
        with demo(home / "scale") as (url, database_url):
            _seed_scale(home / "scale")
            rows += _scale_rows(url, database_url, options.seconds)
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
    url: str,
    database_url: str,
    followed: str,
    bookers: list[tuple[str, str]],
    seconds: float,
) -> Iterator[tuple[str, str, Measured]]:
    """What is measured, and the floor it is held against; floors come first."""

    get = partial(_get, url, seconds)
    token = bookers[0][1]
    headers = {"Authorization": f"Token {token}"}
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    window = f"free_from={day}T10:00:00Z&free_to={day}T12:00:00Z"
    feed = answer(url, "/api/v1/me/", headers)["feed_url"].removeprefix(url)
    space = answer(url, "/api/v1/spaces/?kind=meeting_room", {})["results"][0]

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
    booked = _post(url, seconds, in_rooms_of_their_own(url, token, costs=False), bookers)
    yield "POST bookings/ (free, confirmed)", QUERY, booked
    yield "the same, per INSERT", INSERT, booked
    queued = _post(url, seconds, in_one_room(url, token), bookers)
    yield "the same, all four in one room", QUERY, queued
    paid = in_rooms_of_their_own(url, token, costs=True)
    held = together(
        keep,
        [
            (email, share[::2], seconds)
            for (email, _token), share in zip(bookers, paid, strict=True)
        ],
        ready=partial(set_up, database_url),
    )
    yield "a hold with its order, to the commit", QUERY, held
    yield (
        "POST bookings/ (held, with the stand-in’s page to pay on)",
        QUERY,
        _post(url, seconds, [share[1::2] for share in paid], bookers),
    )


def _scale_rows(url: str, database_url: str, seconds: float) -> Iterator[tuple[str, str, Measured]]:
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
    yield f"the same, misspelt ({large})", VIEW, get("/suggestions/?q=fjrod")
    charge_for(database_url, DEAR)
    in_vain = f"{time_asked}&kind={','.join(DEAR)}&max_price=1"
    yield f"GET /?max_price=1, in vain ({large})", VIEW, get(f"/?{in_vain}")


def _get(
    url: str,
    seconds: float,
    path: str,
    headers: dict[str, str] | None = None,
    expected: int = 200,
    clients: int = CLIENTS,
) -> Measured:
    share = [Request("GET", path, headers or {}, expected=expected)]
    for _connections in range(2):  # so that nearly every worker has drawn it before
        measure(url, [share] * clients, seconds=1, repeat=True)
    return measure(url, [share] * clients, seconds=seconds, repeat=True)


def _post(
    url: str, seconds: float, shares: list[list[str]], bookers: list[tuple[str, str]]
) -> Measured:
    """Each client posts its share, as a person of its own."""
    asked = [posts(share, token) for (_email, token), share in zip(bookers, shares, strict=True)]
    measure(url, [one[:FIRST] for one in asked], seconds=seconds, repeat=False)
    return measure(url, [one[FIRST:] for one in asked], seconds=seconds, repeat=False)


def _seed_scale(home: Path, spaces: int = 10_000, occupancies: int = 3_000_000) -> None:
    """Beside the demo that runs there; nothing where that was done before."""
    size = "--spaces", str(spaces), "--occupancies", str(occupancies)
    _beside(home, "manage.py", "seed_scale", *size)


def _followed(home: Path) -> str:
    """The address of a calendar with 5,000 events."""
    return _beside(home, "-m", "tools.bench.followed", stdout=subprocess.PIPE).stdout.strip()


def _bookers(home: Path) -> list[tuple[str, str]]:
    """The address and the token of a person for each client."""
    said = _beside(home, "-m", "tools.bench.bookers", stdout=subprocess.PIPE).stdout
    return [(email, token) for email, token in json.loads(said)]


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


def _tag(url: str, path: str) -> str:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", path)
    return connection.getresponse().headers["ETag"] or ""


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
