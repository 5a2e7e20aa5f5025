"""The stand-in as a process of its own: it outlives kill -9, and leaves when asked."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stripe

from tests.standin.cast import SECRET, Browser, Inbox, client_for, session_params

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    def __init__(self, *options: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.stripe_standin", "--port", str(port), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> "Process":
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert self.url in line, line + self._process.stdout.read()
        return self

    def end(self, number: int) -> tuple[int, str]:
        os.kill(self._process.pid, number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        output, _ = self._process.communicate(timeout=10)
        return self._process.returncode, output


@pytest.fixture
def run() -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def start(*options: str, port: int) -> Process:
        started.append(Process(*options, port=port))
        return started[-1]

    yield start
    for process in started:
        if process._process.poll() is None:
            process.end(signal.SIGKILL)


def test_kill_9_loses_nothing(run: Callable[..., Process], tmp_path: Path) -> None:
    port, hook_port = free_port(), free_port()
    options = (
        *("--state", str(tmp_path / "standin.sqlite3")),
        *("--webhook-url", f"http://127.0.0.1:{hook_port}/stripe/", "--webhook-secret", SECRET),
    )
    process = run(*options, port=port).ready()
    v1 = client_for(process.url).v1
    once = {"idempotency_key": "order:1"}
    made = v1.checkout.sessions.create(session_params(), once)
    assert Browser().pay(made.url).status == 303
    open_one = v1.checkout.sessions.create(session_params())

    code, _ = process.end(signal.SIGKILL)  # nobody has taken a webhook yet
    assert code == -signal.SIGKILL
    process = run(*options, port=port).ready()
    inbox = Inbox(hook_port)

    found = v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_intent.status) == ("complete", "succeeded")
    assert v1.checkout.sessions.create(session_params(), once).id == made.id
    assert v1.refunds.create({"payment_intent": found.payment_intent.id}).status == "succeeded"
    assert Browser().pay(open_one.url).status == 303
    until = time.monotonic() + 15
    while "charge.refunded" not in inbox.types() and time.monotonic() < until:
        time.sleep(0.05)
    assert inbox.types().count("checkout.session.completed") >= 1
    assert inbox.types().count("charge.refunded") == 1
    inbox.close()


def test_another_port_after_a_restart_is_the_one_linked_to(
    run: Callable[..., Process], tmp_path: Path
) -> None:
    options = ("--state", str(tmp_path / "standin.sqlite3"))
    first = run(*options, port=free_port()).ready()
    made = client_for(first.url).v1.checkout.sessions.create(session_params())
    first.end(signal.SIGTERM)

    second = run(*options, port=free_port()).ready()

    found = client_for(second.url).v1.checkout.sessions.retrieve(made.id)
    assert found.url.startswith(second.url)
    assert Browser().get(found.url).status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_leaves_at_once_when_asked(run: Callable[..., Process], number: signal.Signals) -> None:
    process = run(port=free_port()).ready()
    client_for(process.url).v1.balance.retrieve()  # leaves a connection open
    began = time.monotonic()

    code, output = process.end(number)

    assert (code, output) == (0, "")
    assert time.monotonic() - began < 4


def test_taken_port_is_said_in_a_sentence(run: Callable[..., Process]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, output = run(port=taken.getsockname()[1]).wait()

    assert code == 1
    assert output.count("\n") == 1
    assert "is taken" in output


def test_other_hosts_are_refused(run: Callable[..., Process]) -> None:
    code, output = run("--host", "0.0.0.0", port=free_port()).wait()
    assert code == 2
    assert "only ever binds 127.0.0.1" in output


def test_unreadable_state_is_said_in_a_sentence(
    run: Callable[..., Process], tmp_path: Path
) -> None:
    broken = tmp_path / "standin.sqlite3"
    broken.write_text("This is no database, and it is long enough to be told apart from one.")
    code, output = run("--state", str(broken), port=free_port()).wait()
    assert code == 1
    assert "Traceback" not in output
    assert str(broken) in output


def test_people_are_only_sent_back_where_allowed(run: Callable[..., Process]) -> None:
    process = run("--return-origin", "http://127.0.0.1:8000", port=free_port()).ready()
    v1 = client_for(process.url).v1

    assert v1.checkout.sessions.create(session_params()).id
    with pytest.raises(stripe.InvalidRequestError, match="only returns to"):
        v1.checkout.sessions.create(session_params(success_url="http://elsewhere.example/"))
