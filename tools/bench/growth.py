"""How long pages are in the database, and how that grows with the district."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = {1_000: 300_000, 10_000: 3_000_000, 100_000: 5_000_000}  # spaces: occupancies
WARM, TIMES = 9, 21  # a statement is prepared after three uses, and planned for good after five


def pages() -> dict[str, str]:
    """What is asked of districts of each size."""
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    search = f"/?date={day}&from=11:00&to=13:00&people=4"
    return {
        "a page at a time": search,
        "the same, labs": f"{search}&kind=lab",
        "the same, q=møterommene": f"{search}&q=m%C3%B8terommene",
        "any 2 hours this week": "/anytime/?minutes=120&people=4",
        "suggestions": "/suggestions/?q=fjo",
    }


def in_database(home: Path, paths: Iterable[str]) -> list[float]:
    """Milliseconds in the database for each page, at the median, with nobody else there."""
    answer = subprocess.run(
        [sys.executable, "-m", "tools.bench.growth", *paths],
        cwd=ROOT,
        env={**os.environ, "LEDIG_HOME": str(home), "LEDIG_DEMO": "1"},
        check=True,
        stdout=subprocess.PIPE,
    )
    found: list[float] = json.loads(answer.stdout)
    return found


def growth_table(columns: dict[int, list[float]]) -> str:
    """A line for each page, a column for each number of spaces."""
    heads = [f"{spaces:,} spaces" for spaces in columns]
    lines = [f"| ms in the database | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for name, *figures in zip(pages(), *columns.values(), strict=True):
        lines.append(f"| {name} | {' | '.join(f'{ms:.1f}' for ms in figures)} |")
    return "\n".join(lines)


def main() -> None:
    """In a process of its own: ask for the pages in its arguments, and say what each took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # the first pages come from the disk
    client, spent = Client(SERVER_NAME="127.0.0.1"), 0.0

    def timed(execute: Callable[..., Any], *query: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*query)
        finally:
            spent += time.perf_counter() - began

    def ask(path: str) -> float:
        nonlocal spent
        spent = 0.0
        with connection.execute_wrapper(timed):
            if client.get(path).status_code != 200:
                raise SystemExit(f"{path} cannot be had.")
        return 1000 * spent

    medians = []
    for path in sys.argv[1:]:
        for _ in range(WARM):
            ask(path)
        medians.append(statistics.median(ask(path) for _ in range(TIMES)))
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
