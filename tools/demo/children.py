"""The demo's processes: started, watched, restarted, and stopped with all they started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tools.demo.plan import ROOT, Child
from tools.demo.runfile import MARK, RunFile
from tools.demo.screen import last_lines, red, say

QUICK = 10.0  # a child that lived shorter than this died quickly
GIVE_UP_AFTER = 4  # quick deaths in a row
LOG_LIMIT = 5_000_000
GRACE = 3.0
TICK = 0.05


class GaveUp(Exception):
    """A child will not stay alive; the message says which and shows the end of its log."""


class Running:
    """One child and what became of it so far."""

    def __init__(self, child: Child, log: Path) -> None:
        self.child = child
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.quick_deaths = 0
        self.restart_at = 0.0


class Children:
    def __init__(self, environment: Mapping[str, str], logs: Path, run_file: RunFile) -> None:
        self.environment = {**environment, MARK: run_file.run_id}
        self.logs = logs
        self.run_file = run_file
        self.running: dict[str, Running] = {}

    def start(self, child: Child) -> None:
        log = self.logs / f"{child.name}.log"
        with contextlib.suppress(OSError):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))
        self.running[child.name] = Running(child, log)
        self._spawn(self.running[child.name])

    def watch(self, now: float) -> None:
        """Start again what has died, later each time; give up on what cannot live."""
        for one in self.running.values():
            if one.process is None:
                if now >= one.restart_at:
                    self._spawn(one)
            elif one.process.poll() is not None:
                self._mourn(one, now)

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """End every child and all they started: politely first, within seconds in any case."""
        alive = [one.process for one in self.running.values() if one.process]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + GRACE
        while any(process.poll() is None for process in alive):
            if time.monotonic() > deadline or hurry():
                break
            time.sleep(TICK)
        for process in alive:
            _kill_group(process)
        self.running.clear()

    def run(self, child: Child, stopping: Callable[[], bool]) -> int:
        """Run a child to its end, its output on the screen. Ends early when we are to stop."""
        process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
        )
        self.run_file.note(child.name, process.pid)
        while process.poll() is None and not stopping():
            time.sleep(TICK)
        _kill_group(process)
        return process.returncode

    def _spawn(self, one: Running) -> None:
        with one.log.open("ab") as log:
            log.write(f"--- {datetime.now(UTC):%F %T} UTC ---\n".encode())
            log.flush()
            one.process = subprocess.Popen(
                one.child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,  # Ctrl-C reaches us alone; we decide who stops when
            )
        one.started_at = time.monotonic()
        self.run_file.note(one.child.name, one.process.pid)

    def _mourn(self, one: Running, now: float) -> None:
        assert one.process
        _kill_group(one.process)
        code = one.process.returncode
        one.process = None
        one.quick_deaths = one.quick_deaths + 1 if now - one.started_at < QUICK else 0
        how = f"signal {-code}" if code < 0 else f"kode {code}"
        ended = f"{one.child.title} stoppet uventet ({how}). Slutten av {one.log}:"
        if one.quick_deaths >= GIVE_UP_AFTER:
            raise GaveUp(f"{ended}\n{last_lines(one.log)}\n\nGir opp etter flere forsøk.")
        wait = 0.25 * 2**one.quick_deaths
        one.restart_at = now + wait
        say(red(f"  {ended}"))
        say(last_lines(one.log))
        say(f"  Starter igjen om {wait:.1f} s.")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """A child leads a group of its own: whatever of it is left goes now."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for zombies
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
