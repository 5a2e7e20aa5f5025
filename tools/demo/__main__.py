"""`python -m tools.demo`: start everything, say where it is, stop everything on Ctrl-C."""

import contextlib
import http.client
import os
import signal
import sys
import time
from pathlib import Path

from config import embedded
from tools.demo.children import Children, GaveUp
from tools.demo.plan import Child, Plan, home_from, make_plan, port_from, require_free
from tools.demo.runfile import RunFile
from tools.demo.screen import CannotStart, last_lines, red, say, step, welcome
from tools.demo.state import EVERYTHING

READY_SECONDS = 90
DATABASE_EVERY = 2.0


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, or the terminal went away."""


class Signals:
    """Remember what was asked; the work looks here at moments where it can stop cleanly."""

    def __init__(self) -> None:
        self.count = 0
        self.make = os.getppid() if "MAKELEVEL" in os.environ else 0
        self.make_listened = self._make_listens()
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, self._note)

    def _note(self, *_: object) -> None:
        self.count += 1

    def stopping(self) -> bool:
        return self.count > 0 or (self.make > 0 and self._make_wants_the_end())

    def in_a_hurry(self) -> bool:
        return self.count > 1

    def check(self) -> None:
        if self.stopping():
            raise Stopped

    def _make_wants_the_end(self) -> bool:
        """Ctrl-C reaches us as well as make. A make that is interrupted alone, though, tells
        nobody: it stops listening for interrupts and waits for us, and a killed one is gone."""
        return os.getppid() != self.make or (self.make_listened and not self._make_listens())

    def _make_listens(self) -> bool:
        """Whether make catches SIGINT; where the system does not tell, say no."""
        try:
            status = Path(f"/proc/{self.make}/status").read_text()
            caught = int(status.split("SigCgt:")[1].split()[0], 16)
        except (OSError, IndexError, ValueError):
            return False
        return bool(caught & 1 << (signal.SIGINT - 1))


def main() -> int:
    began = time.monotonic()
    signals = Signals()
    try:
        home = home_from(os.environ)
        port = port_from(os.environ)
        run_file = RunFile(home)
        run_file.claim()
        if run_file.end_leftovers():
            say("  Ryddet opp etter en tidligere kjøring som ble avbrutt.")
        require_free(port)
        plan = make_plan(os.environ, home, port)
    except (CannotStart, OSError) as reason:
        return refuse(reason)

    run_file.url = plan.url
    children = Children(plan.environment, plan.logs, run_file)
    problem: Exception | None = None
    try:
        start(plan, children, signals)
        welcome(plan.url, plan.logs, time.monotonic() - began)
        attend(plan, children, signals)
    except Stopped:
        pass
    except (CannotStart, GaveUp, embedded.EmbeddedPostgresError, OSError) as reason:
        problem = reason
    finally:
        stop(plan, children, signals)
        run_file.forget()
    return refuse(problem) if problem else 0


def start(plan: Plan, children: Children, signals: Signals) -> None:
    """Everything, in the order in which one needs the other."""
    say()
    if plan.database_is_embedded:
        plan.environment["DATABASE_URL"] = embedded.url(plan.home)
    children.environment |= plan.environment
    # A database that is not ours may change without us, so it is looked after every time.
    needs_preparation = not (plan.database_is_embedded and EVERYTHING.is_done(plan.home))
    if not needs_preparation:
        start_pages(plan, children)  # they read their code while the database starts
    if plan.database_is_embedded:
        with step("Starter PostgreSQL"):
            embedded.database_url(plan.home)
    if needs_preparation:
        signals.check()
        prepare(plan, children, signals)
        start_pages(plan, children)
    with step("Åpner nettsidene"):
        wait_until_ready(plan, children, signals)
    for child in plan.children:
        if not child.is_needed_to_open:
            children.start(child)


def start_pages(plan: Plan, children: Children) -> None:
    for child in plan.children:
        if child.is_needed_to_open:
            children.start(child)


def prepare(plan: Plan, children: Children, signals: Signals) -> None:
    command = [sys.executable, "-m", "tools.demo.prepare"]
    code = children.run(Child("prepare", "Klargjøringen", command), signals.stopping)
    signals.check()
    if code:
        raise CannotStart("Demoen kunne ikke gjøres klar.")
    EVERYTHING.note_done(plan.home)


def wait_until_ready(plan: Plan, children: Children, signals: Signals) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(plan.port):
        signals.check()
        children.watch(time.monotonic())
        if time.monotonic() > deadline:
            log = plan.logs / "web.log"
            raise CannotStart(f"Nettsidene svarer ikke. Slutten av {log}:\n{last_lines(log)}")
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def attend(plan: Plan, children: Children, signals: Signals) -> None:
    """Stay, and keep everything running, until somebody asks for the end."""
    look_at_database = 0.0
    while True:
        signals.check()
        now = time.monotonic()
        children.watch(now)
        if plan.database_is_embedded and now > look_at_database:
            look_at_database = now + DATABASE_EVERY
            if not embedded.is_running(plan.home):
                say(red("  PostgreSQL stoppet uventet. Starter den igjen."))
                embedded.start(plan.home)
        time.sleep(0.25)


def stop(plan: Plan, children: Children, signals: Signals) -> None:
    say("\n  Stopper …", end="")
    children.stop(signals.in_a_hurry)
    if plan.database_is_embedded:
        with contextlib.suppress(embedded.EmbeddedPostgresError, OSError):
            embedded.stop(plan.home)
    say(" alt er stoppet.")


def refuse(reason: Exception) -> int:
    with contextlib.suppress(OSError, ValueError):
        print(f"\n{red(str(reason))}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    exit_code = main()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(exit_code)  # a vanished terminal must not turn a clean end into an error
