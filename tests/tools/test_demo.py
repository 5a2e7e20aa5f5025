"""What `make demo` promises whoever starts it, with light children in the real ones' place."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tools.demo import runfile
from tools.demo.plan import ROOT, free_port_near, kept_secret, make_plan, port_from
from tools.demo.screen import CannotStart

FAKE_DEMO = [sys.executable, "-m", "tests.tools.fake_demo"]
PATIENCE = 20


class Demo:
    def __init__(
        self, home: Path, port: int, command: list[str] | None = None, **environment: str
    ) -> None:
        self.home = home
        self.output = home.with_suffix(".out")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command or FAKE_DEMO,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **{k: v for k, v in os.environ.items() if k != "MAKELEVEL"},
                    "LEDIG_HOME": str(home),
                    "PORT": str(port),
                    "DATABASE_URL": "postgresql:///somebody-elses",
                    "STRIPE_SECRET_KEY": "sk_test_somebody_elses",
                    **environment,
                },
                preexec_fn=as_in_a_terminal,
            )

    def said(self) -> str:
        return self.output.read_text()

    def until_open(self) -> "Demo":
        wait_for(lambda: "Ledig er åpent" in self.said() or self.process.poll() is not None)
        assert "Ledig er åpent" in self.said(), self.said()
        return self

    def family(self) -> list[psutil.Process]:
        """The children, and the web server's own child."""
        pids = [pid for pid, _ in self.run_file()["children"].values()]
        pids.append(int((self.home / "grandchild").read_text()))
        return [psutil.Process(pid) for pid in pids]

    def run_file(self) -> dict[str, Any]:
        return json_or_nothing(self.home / "run" / "demo.json")

    def ends_with(self) -> int:
        return self.process.wait(PATIENCE)


def as_in_a_terminal() -> None:
    """Whoever started the tests may have told them to ignore signals (`nohup`, `&`)."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(port: int = port, **extra: Any) -> Demo:
        started.append(Demo(tmp_path / "home", port, **extra))
        return started[-1]

    yield start
    for demo in started:
        leftovers = psutil.Process(demo.process.pid).children() if alive(demo.process.pid) else []
        demo.process.kill()
        demo.process.wait()
        recorded = json_or_nothing(demo.home / "run" / "demo.json")
        runfile.end([*leftovers, *runfile.left_by(recorded)])


def json_or_nothing(path: Path) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return contents


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_children_and_grandchildren_and_is_no_error(start, number) -> None:
    demo = start().until_open()
    family = demo.family()
    began = time.monotonic()

    demo.process.send_signal(number)

    assert demo.ends_with() == 0
    assert time.monotonic() - began < 5
    assert [process for process in family if alive(process.pid)] == []
    assert "Traceback" not in demo.said()


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what make listens for")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_make_alone_ends_everything_too(start, tmp_path, number) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text(f"demo:\n\t@exec {' '.join(FAKE_DEMO)}\n")
    demo = start(command=["make", "--file", str(makefile), "demo"]).until_open()
    family = demo.family()

    demo.process.send_signal(number)

    assert demo.ends_with() == -number
    wait_for(lambda: not any(alive(process.pid) for process in family))


def test_the_address_and_the_accounts_are_shown(start, port) -> None:
    said = start().until_open().said()

    assert f"http://127.0.0.1:{port}\n" in said
    for name in ("student", "firma", "eier", "vert", "drift"):
        assert f"{name}@demo.ledig.no" in said
    assert "\033" not in said  # no colours into a file


def test_a_taken_port_is_said_before_anything_is_started(start, port) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        demo = start()
        assert demo.ends_with() == 1

    assert f"Port {port} er opptatt" in demo.said()
    assert f"PORT={port + 1} make demo" in demo.said()
    assert list((demo.home / "logs").iterdir()) == []


@pytest.mark.parametrize("said", ["many", "0", "65536", "-1", "8000 8001"])
def test_a_port_that_is_none_is_said(said) -> None:
    with pytest.raises(CannotStart, match="PORT må være et tall"):
        port_from({"PORT": said})


def test_a_refusal_is_a_sentence_and_no_traceback(start) -> None:
    demo = start(PORT="many")

    assert demo.ends_with() == 1
    assert demo.said().strip() == "PORT må være et tall fra 1 til 65535, ikke «many»."


def test_a_second_demo_in_the_same_home_says_where_the_first_is(start, port) -> None:
    first = start().until_open()
    second = start(port=port + 7)

    assert second.ends_with() == 1
    # Both write to one file; the first one's welcome is in it too.
    assert f"Demoen kjører allerede på http://127.0.0.1:{port}" in second.said()
    assert first.process.poll() is None


def test_a_run_after_a_killed_one_ends_what_it_left_and_starts(start) -> None:
    killed = start().until_open()
    family = killed.family()
    killed.process.kill()
    killed.process.wait()
    assert all(alive(process.pid) for process in family)

    again = start().until_open()

    assert "Ryddet opp" in again.said()
    assert [process for process in family if alive(process.pid)] == []


def test_a_pid_that_belongs_to_somebody_else_by_now_is_left_alone(start, tmp_path) -> None:
    (tmp_path / "home" / "run").mkdir(parents=True)
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as innocent:
        born = psutil.Process(innocent.pid).create_time() - 3600
        record = {"run": "earlier", "children": {"web": [innocent.pid, born]}}
        (tmp_path / "home" / "run" / "demo.json").write_text(json.dumps(record))

        start().until_open()

        assert innocent.poll() is None
        innocent.kill()


def test_a_child_that_dies_is_started_again(start) -> None:
    demo = start().until_open()
    worker, _ = demo.run_file()["children"]["worker"]

    os.kill(worker, signal.SIGKILL)

    wait_for(lambda: demo.run_file()["children"]["worker"][0] != worker)
    assert "Arbeideren stoppet uventet (signal 9)" in demo.said()
    assert demo.process.poll() is None


def test_a_child_that_will_not_live_is_given_up_with_its_last_words(start) -> None:
    demo = start(FAKE_WEB="dies")

    assert demo.ends_with() == 1
    assert "Gir opp" in demo.said()
    assert "the web server will not" in demo.said()
    assert "Traceback" not in demo.said()


def test_what_is_set_by_hand_wins_and_its_embedded_part_is_left_out(tmp_path) -> None:
    by_hand = {"STRIPE_SECRET_KEY": "sk_test_mine", "CELERY_BROKER_URL": "redis://mine"}
    (tmp_path / "run").mkdir()

    plan = make_plan({"DATABASE_URL": "postgresql://mine", **by_hand}, tmp_path, 8000)

    assert plan.environment.items() >= by_hand.items()
    assert not plan.database_is_embedded
    assert [child.name for child in plan.children] == ["web", "worker"]
    assert "STRIPE_API_BASE" not in plan.environment


def test_without_anything_set_everything_is_embedded(tmp_path, port) -> None:
    plan = make_plan({}, tmp_path, port)

    assert plan.database_is_embedded
    assert [child.name for child in plan.children] == ["web", "worker", "stripe"]
    assert plan.environment["CELERY_BROKER_URL"] == "filesystem://"
    assert plan.environment["STRIPE_API_BASE"].startswith("http://127.0.0.1:")


def test_keys_for_real_money_are_refused(tmp_path) -> None:
    with pytest.raises(CannotStart, match="ekte penger"):
        make_plan({"STRIPE_SECRET_KEY": "sk_live_x"}, tmp_path, 8000)


def test_secrets_are_kept_and_private(tmp_path) -> None:
    first = kept_secret(tmp_path, "secret_key")

    assert kept_secret(tmp_path, "secret_key") == first
    assert len(first) >= 50
    assert (tmp_path / "secrets" / "secret_key").stat().st_mode & 0o077 == 0


def test_the_last_port_has_a_neighbour_too() -> None:
    assert 1024 <= free_port_near(65535) < 65535
