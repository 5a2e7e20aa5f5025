"""`.ci/run` installs what a machine lacks, and only that, before it checks and tests."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.demo.plan import ROOT

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(not BASH, reason="no bash here")


class Machine:
    """Programs that only note how they were called, and nothing else on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls = folder / "calls"
        self.calls.touch()
        for real in ("dirname", "env", "grep"):
            (self.bin / real).symlink_to(shutil.which(real) or "")

    def has(self, *names: str, does: str = "exit 0") -> "Machine":
        for name in names:
            path = self.bin / name
            note = f'echo "{name} $* CI=$CI" >> {self.calls}'
            path.write_text(f"#!{BASH}\n{note}\n{does}\n")
            path.chmod(0o755)
        return self

    def run(self) -> tuple[int, str, list[str]]:
        result = subprocess.run(
            [str(BASH), str(ROOT / ".ci" / "run")],
            capture_output=True, text=True, env={"PATH": str(self.bin), "HOME": str(self.bin)},
        )  # fmt: skip
        asked = ("id ", "ldconfig ")  # and nothing done
        lines = self.calls.read_text().splitlines()
        calls = [line for line in lines if not line.startswith(asked)]
        return result.returncode, result.stdout + result.stderr, calls


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def root(machine: Machine) -> Machine:
    return machine.has("id", does="echo 0")


def test_a_bare_debian_gets_everything(machine) -> None:
    code, _, calls = root(machine).has("apt-get").run()

    assert code != 0  # the stand-in for apt-get installs no make
    assert calls[0].startswith("apt-get update")
    assert calls[1].split(" CI=")[0].split("--no-install-recommends ")[1].split() == [
        *("python3", "python3-venv", "make", "git"),
        *("chromium", "chromium-l10n", "fonts-dejavu-core"),
        *("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    ]


def complete(machine: Machine) -> Machine:
    (machine.bin / "python3").symlink_to(sys.executable)
    libraries = "libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0"
    machine.has("ldconfig", does=f"echo {libraries}")
    return machine.has("make", "git", "chromium")


def test_a_complete_machine_needs_no_debian(machine) -> None:
    code, output, calls = complete(root(machine).has("apt-get")).run()

    assert code == 0, output
    assert calls == [
        "make --no-print-directory check CI=true",
        "make --no-print-directory test CI=true",
    ]


def test_only_what_is_missing_is_installed(machine) -> None:
    complete(root(machine).has("apt-get"))
    (machine.bin / "chromium").unlink()

    _, _, calls = machine.run()

    assert calls[1].split(" CI=")[0].split("--no-install-recommends ")[1].startswith("chromium ")


def test_whoever_may_not_install_is_told_what_is_missing(machine) -> None:
    complete(machine.has("id", does="echo 1000"))
    (machine.bin / "chromium").unlink()

    code, output, calls = machine.run()

    assert code == 1
    assert "Missing here: chromium" in output
    assert calls == []


def failing(what: str) -> str:
    return f'[ "$2" != {what} ]'


@pytest.mark.parametrize("what", ["check", "test"])
def test_a_failure_is_a_failure_and_both_are_run(machine, what) -> None:
    complete(root(machine)).has("make", does=failing(what))

    code, _, calls = machine.run()

    assert code != 0
    assert len(calls) == 2
