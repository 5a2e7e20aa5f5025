"""`make check`: everything that can be said about the code without running it.

The checks run side by side; each prints one line, and in full only what it complains of.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "tests/requirements.lock")


@dataclass(frozen=True)
class Result:
    name: str
    complaint: str
    seconds: float


def main() -> int:
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        running = [pool.submit(timed, name, check) for name, check in checks()]
        results = []
        for done in as_completed(running):
            result = done.result()
            results.append(result)
            mark = "FAILED" if result.complaint else "ok"
            print(f"  {result.name:<22} {mark:<6} {result.seconds:5.1f} s", flush=True)
    failed = [result for result in results if result.complaint]
    for result in failed:
        print(f"\n--- {result.name} ---\n{result.complaint.rstrip()}")
    if failed:
        print(f"\n{len(failed)} of {len(results)} checks failed.")
    return 1 if failed else 0


def timed(name: str, check: Callable[[], str]) -> Result:
    began = time.monotonic()
    return Result(name, check(), time.monotonic() - began)


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    """Slowest first: they set the time of the whole."""
    yield "types", tool("mypy", "--no-error-summary", ".")
    yield "migrations", tool("manage.py", "makemigrations", "--check", "--dry-run")
    yield "templates", tool("djlint", "--quiet", "--lint", "templates")
    yield "layers", tool("importlinter.cli", "lint")
    yield "lint", tool("ruff", "check", "--quiet", "--output-format", "concise", ".")
    yield "format", tool("ruff", "format", "--quiet", "--check", "--output-format", "concise", ".")
    yield "catalogues", tool("tools.messages", "check")
    yield "locks name no address", addresses_in_locks


def tool(name: str, *arguments: str) -> Callable[[], str]:
    """A check by a program: silent when it ends well, else what it said."""
    command = [sys.executable, *([name] if name.endswith(".py") else ["-m", name]), *arguments]

    def run() -> str:
        result = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return "" if result.returncode == 0 else result.stdout or "ended badly, without a word"

    return run


def environment() -> dict[str, str]:
    """Settings can be read, and no database is started or asked."""
    return {
        **os.environ,
        "LEDIG_DEMO": "1",
        "DATABASE_URL": "postgresql:///nowhere",
        "PYTHONWARNINGS": "ignore::RuntimeWarning",  # Django misses the database; we do not
        "COLUMNS": "100",
    }


def addresses_in_locks() -> str:
    """Where packages come from is each machine's own business."""
    found = []
    for name in LOCKS:
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            if re.search(r"://|--index|--extra-index|--find-links|@ file", line):
                found.append(f"{name}:{number}: {line.strip()}")
    return "\n".join(found)


if __name__ == "__main__":
    sys.exit(main())
