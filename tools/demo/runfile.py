"""What runs is written down, so that a run after a killed one can clean up.

A process is known by its pid *and* the moment it was born: a pid that has gone to somebody
else since is never touched.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil

from tools.demo.screen import CannotStart

MARK = "LEDIG_RUN"  # in the environment of every child of a run, and of their children
SAME_MOMENT = 1.0  # seconds that two readings of a birth may differ when the clock is set
PATIENCE = 3.0


class RunFile:
    """`home/run/demo.json`, and the lock that says that its writer lives."""

    def __init__(self, home: Path) -> None:
        self.path = home / "run" / "demo.json"
        self.lock_path = home / "run" / "demo.lock"
        self.lock: IO[str] | None = None
        self.run_id = secrets.token_hex(8)
        self.children: dict[str, psutil.Process] = {}
        self.url = ""

    def claim(self) -> None:
        """Be the only demo in this home. The kernel frees the lock of one that is killed."""
        self.lock = self.lock_path.open("a")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = self.read()
            where = running.get("url") or "en annen terminal"
            raise CannotStart(
                f"Demoen kjører allerede på {where} (prosess {running.get('supervisor', '?')}).\n"
                "Stopp den med Ctrl-C der den ble startet, eller start en til ved siden av:\n"
                "LEDIG_HOME=.ledig2 PORT=8010 make demo"
            ) from None

    def end_leftovers(self) -> int:
        """End what an earlier, killed run left behind, and nothing else. How many there were."""
        earlier = self.read()
        leftovers = list(left_by(earlier))
        end(leftovers)
        return len(leftovers)

    def note(self, name: str, pid: int) -> None:
        """Remember a child that has just been started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self.children[name] = psutil.Process(pid)
        self.write()

    def write(self) -> None:
        contents = {
            "run": self.run_id,
            "url": self.url,
            "supervisor": os.getpid(),
            "children": {
                name: [process.pid, process.create_time()]
                for name, process in self.children.items()
            },
        }
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(contents, indent=1))
        fresh.replace(self.path)

    def read(self) -> dict[str, Any]:
        try:
            contents = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return contents if isinstance(contents, dict) else {}

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


def left_by(run: dict[str, Any]) -> Iterator[psutil.Process]:
    """The living processes of a run: those written down, their groups, and what they marked."""
    children: dict[int, float] = dict(run.get("children", {}).values())
    if not children:
        return
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if is_alive(process) and _is_of(process, run, children):
                yield process


def _is_of(process: psutil.Process, run: dict[str, Any], children: dict[int, float]) -> bool:
    born = children.get(process.pid)
    if born is not None and abs(process.create_time() - born) < SAME_MOMENT:
        return True
    is_in_their_groups = os.getpgid(process.pid) in children
    return is_in_their_groups and process.environ().get(MARK) == run.get("run")


def end(processes: list[psutil.Process]) -> None:
    """Ask politely, wait, then insist."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
        deadline = time.monotonic() + PATIENCE
        while processes and time.monotonic() < deadline:
            time.sleep(0.05)
            processes = [process for process in processes if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """A zombie is dead: in a container it may stay for as long as the container does."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
