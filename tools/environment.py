"""Make `.venv` as the lock file says, or see in a moment that it is so already.

    python3 tools/environment.py            what Ledig runs with
    python3 tools/environment.py --tests    and the tools that test it; and, in `.venv/clients`,
                                            the calendar programs that the tests run

Runs under a bare `python3` with nothing installed, so: the standard library only, and
nothing an old Python could not at least parse. Every package is checked against the hash
in the lock file; where packages come from is the machine's business, never written here.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
PRODUCT, TESTS = "requirements.lock", "tests/requirements.lock"
# Apart, because one of them brings a urllib3 of its own and another is AGPL: docs/calendars.md.
CLIENTS = "tests/clients/requirements.lock"
OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons our packages are built for
# Not the environment's own Python, which is about to be replaced.
BASE_PYTHON: str = getattr(sys, "_base_executable", None) or sys.executable
STAMP, UNFINISHED = "ledig.json", "ledig-unfinished"


class Impossible(Exception):
    """Something the person at the keyboard must do; the message says what."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--tests", action="store_true", help="with the tools that test Ledig")
    with_tests = parser.parse_args(arguments).tests
    try:
        use_suitable_python()
        with one_at_a_time(ROOT) as lock:
            Environment(ROOT, lock).ensure(TESTS if with_tests else PRODUCT)
            if with_tests:
                Environment(ROOT, lock, ".venv/clients").ensure(CLIENTS)
    except Impossible as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next run takes it from here.", file=sys.stderr)
        return 130
    return 0


# --- Which Python -------------------------------------------------------------------------


def use_suitable_python() -> None:
    """Go on under a Python that Ledig's packages exist for, or name those that were found."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    found = {sys.executable: sys.version_info[:2]}
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        version = version_of(path) if path else None
        if path and version and OLDEST <= version <= NEWEST:
            os.execv(path, [path, *sys.argv])
        if path and version:
            found[path] = version
    if sys.version_info[:2] > NEWEST:
        return  # newer than anything tried here: let the packages decide
    names = ", ".join(f"{path} ({'.'.join(map(str, v))})" for path, v in found.items())
    raise Impossible(
        f"Ledig needs Python {'.'.join(map(str, OLDEST))} or newer. Found only {names}.\n"
        "Install a newer one (Debian: apt install python3, macOS: brew install python) and "
        "start again."
    )


def version_of(python: str | Path) -> tuple[int, int] | None:
    """The version, or None where the program is missing or only pretends (pyenv's shims)."""
    try:
        said = subprocess.run(
            [str(python), "-c", "import sys; print(*sys.version_info[:2])"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30,
        )  # fmt: skip
        major, minor = said.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


# --- One at a time ------------------------------------------------------------------------


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[int]:
    """Hold the checkout's lock, which the kernel frees when its holder dies.

    Installers inherit it: one that outlives a killed make still keeps the next make waiting.
    """
    descriptor = os.open(str(folder), os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another make that is preparing .venv …", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except (OSError, AttributeError):  # a file system without locks
            pass
        yield descriptor
    finally:
        os.close(descriptor)


# --- The environment ----------------------------------------------------------------------


class Environment:
    def __init__(self, root: Path, lock: int | None = None, folder: str = ".venv") -> None:
        self.root = root
        self.lock = lock
        self.folder = root / folder
        self.python = self.folder / "bin" / "python"
        self.output = ""

    @property
    def name(self) -> str:
        return str(self.folder.relative_to(self.root))

    def ensure(self, wanted: str) -> None:
        """Make, heal or leave alone: afterwards everything in the wanted lock is installed."""
        if self.is_current(wanted):
            return
        reason = self.why_remake()
        if reason and self.folder.exists():
            print(f"Making {self.name} anew: {reason}.", flush=True)
            self.remove()
        self.install(wanted)
        self.stamp(wanted)

    def is_current(self, wanted: str) -> bool:
        stamp = self.read_stamp()
        return (
            stamp.get("folder") == str(self.folder)
            and stamp.get(wanted) == self.digest(wanted)
            and not (self.folder / UNFINISHED).exists()
            and stamp.get("python") == python_name(version_of(self.python))
        )

    def why_remake(self) -> str | None:
        """What is wrong beyond repair; None for a sound one that only needs other packages."""
        version = version_of(self.python)
        activate = self.folder / "bin" / "activate"
        if not self.folder.exists():
            return "there is none"
        if (self.folder / UNFINISHED).exists():
            return "an earlier run was cut short"
        if version is None or not activate.exists():
            return "it does not work"
        if version < OLDEST:
            return "its Python does not suit"
        if str(self.folder) not in activate.read_text(encoding="utf-8", errors="replace"):
            return "it was moved here from elsewhere"
        made_with = self.read_stamp().get("python")
        if made_with and made_with != python_name(version):
            return "the machine's Python has changed"
        return None

    def remove(self) -> None:
        """Unlink rather than empty a link: what it points to is somebody else's."""
        if self.folder.is_symlink() or self.folder.is_file():
            self.folder.unlink()
        else:
            shutil.rmtree(str(self.folder), ignore_errors=True)
        if self.folder.exists():
            raise Impossible(f"Could not remove {self.folder}. Remove it and start again.")

    def install(self, wanted: str) -> None:
        lock_file = self.root / wanted
        count = len(re.findall(r"^[\w.-]+==", lock_file.read_text(encoding="utf-8"), re.MULTILINE))
        print(
            f"Installing {count} packages into {self.name}; the first time takes a minute …",
            flush=True,
        )
        existed = self.folder.exists()
        for installer in self.installers():
            if not self.folder.exists() and not installer.make():
                continue
            (self.folder / UNFINISHED).touch()
            if installer.install(lock_file):
                return
        if existed:  # installers fetch everything before they change anything
            (self.folder / UNFINISHED).unlink()
        raise Impossible(explain(self.output))

    def installers(self) -> list[Uv | Pip]:
        """Those this machine has, best first: uv is quicker, but pip may be the one that has
        been told where packages come from here."""
        uv, pip = Uv(self), Pip(self)
        found = [installer for installer in (uv, pip) if installer.is_there()]
        if not found:
            raise Impossible(NO_INSTALLER.format(*sys.version_info[:2]))
        return found[::-1] if pip_is_configured() and not uv_is_configured() else found

    def stamp(self, wanted: str) -> None:
        """Note what is installed; the tests' packages include the product's."""
        contents = {
            "folder": str(self.folder),
            "python": python_name(version_of(self.python)),
            wanted: self.digest(wanted),
        }
        if wanted == TESTS:
            contents[PRODUCT] = self.digest(PRODUCT)
        (self.folder / STAMP).write_text(json.dumps(contents, indent=1), encoding="utf-8")
        (self.folder / UNFINISHED).unlink()
        print("The environment is ready.", flush=True)

    def read_stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def digest(self, lock_name: str) -> str:
        return hashlib.sha256((self.root / lock_name).read_bytes()).hexdigest()

    def run(self, *command: str | Path) -> bool:
        """Run an installer, showing how far it is; keep what it says for the explanation."""
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", cwd=str(self.root), env=installer_environment(),
            pass_fds=[] if self.lock is None else [self.lock],
        )  # fmt: skip
        assert process.stdout
        collected = 0
        with process:
            for line in process.stdout:
                self.output += line
                collected += line.startswith("Collecting ")
                if line.startswith("Collecting ") and collected % 20 == 0:
                    print(f"  {collected} packages fetched …", flush=True)
        return process.returncode == 0


def clients_python() -> Path:
    """What runs the calendar programs of the tests."""
    return ROOT / ".venv" / "clients" / "bin" / "python"


class Uv:
    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def is_there(self) -> bool:
        return works("uv", "--version")

    def make(self) -> bool:
        env = self.environment
        return env.run("uv", "venv", "--python", BASE_PYTHON, env.folder)

    def install(self, lock_file: Path) -> bool:
        env = self.environment
        return env.run(
            "uv", "pip", "install", "--require-hashes", "--compile-bytecode",
            "--python", env.python, "--requirement", lock_file,
        )  # fmt: skip


class Pip:
    """pip, in the environment or (Debian without python3-venv) beside it."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.has_ensurepip = importlib.util.find_spec("ensurepip") is not None
        self.has_virtualenv = works("virtualenv", "--version")

    def is_there(self) -> bool:
        return self.has_ensurepip or self.has_virtualenv or self.outer() or self.inner()

    def make(self) -> bool:
        env = self.environment
        if self.has_ensurepip:
            return env.run(BASE_PYTHON, "-m", "venv", env.folder)
        if self.has_virtualenv:
            return env.run("virtualenv", "--quiet", "--python", BASE_PYTHON, env.folder)
        return env.run(BASE_PYTHON, "-m", "venv", "--without-pip", env.folder)

    def install(self, lock_file: Path) -> bool:
        env = self.environment
        if not self.inner() and self.has_ensurepip:
            env.run(env.python, "-m", "ensurepip")
        pip: list[str | Path] = (
            [env.python, "-m", "pip"]
            if self.inner()
            else [BASE_PYTHON, "-m", "pip", "--python", env.python]
        )
        return env.run(
            *pip, "install", "--require-hashes", "--progress-bar", "off",
            "--requirement", lock_file,
        )  # fmt: skip

    def inner(self) -> bool:
        return works(self.environment.python, "-m", "pip", "--version")

    def outer(self) -> bool:
        return works(BASE_PYTHON, "-m", "pip", "--python", BASE_PYTHON, "--version")


def works(*command: str | Path) -> bool:
    try:
        return not subprocess.run(
            [str(word) for word in command],
            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=installer_environment(), timeout=60,
        ).returncode  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False


def installer_environment() -> dict[str, str]:
    """Ours, without what would send packages elsewhere than into .venv."""
    astray = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    ours = {name: value for name, value in os.environ.items() if name not in astray}
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "UV_NO_PROGRESS": "1"}
    return {**ours, **quiet, "PIP_REQUIRE_VIRTUALENV": "0", "PYTHONUNBUFFERED": "1"}


def pip_is_configured() -> bool:
    home = Path.home()
    files = (
        Path("/etc/pip.conf"),
        home / ".config" / "pip" / "pip.conf",
        home / ".pip" / "pip.conf",
        home / "Library" / "Application Support" / "pip" / "pip.conf",
    )
    names = ("PIP_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONFIG_FILE")
    return any(name in os.environ for name in names) or any(path.exists() for path in files)


def uv_is_configured() -> bool:
    names = ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_CONFIG_FILE")
    files = (Path("/etc/uv/uv.toml"), Path.home() / ".config" / "uv" / "uv.toml")
    return any(name in os.environ for name in names) or any(path.exists() for path in files)


def python_name(version: tuple[int, int] | None) -> str:
    return ".".join(map(str, version)) if version else "none"


NO_INSTALLER = """This Python ({}.{}) comes without venv and pip, and there is no uv either.
Install them and start again:

    sudo apt-get install python3-venv        (Debian, Ubuntu)"""

NOT_AS_LOCKED = (
    "A package is not the one that was locked: its hash differs. Nothing of it was installed. "
    "If you did not change the lock file, somebody changed the package."
)
NO_NETWORK = (
    "The packages could not be fetched: is there a network? They are needed once; where "
    "they come from is pip's setting on this machine (`pip config list`)."
)
COMPLAINTS = [
    (r"DO NOT MATCH THE HASHES|Hash mismatch", NOT_AS_LOCKED),
    (r"No space left on device|os error 28", "The disk is full."),
    (r"name resolution|getaddrinfo|dns error|establish a new connection", NO_NETWORK),
    (r"Connection refused|unreachable|timed out|connect error", NO_NETWORK),
    (r"error sending request|ProxyError|SSLError", NO_NETWORK),
    (r"[Pp]ermission denied", "Something in this folder belongs to another user."),
    (
        r"No matching distribution|no version of|not found in the package registry",
        "A package this machine needs is not to be had from where pip looks.",
    ),
]


def explain(output: str) -> str:
    """What the installer's complaint comes down to, and the end of it for those who dig."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    tail = "\n".join(f"    {line[:160]}" for line in lines[-6:])
    for pattern, sentence in COMPLAINTS:
        if re.search(pattern, output):
            return f"{sentence}\n\n{tail}"
    return f"The packages could not be installed:\n\n{tail}"


if __name__ == "__main__":
    sys.exit(main())
