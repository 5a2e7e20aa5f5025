"""One cluster: its folder, its socket, its server's life from initdb to stop."""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import psutil
import psycopg

from config.embedded.programs import (
    EmbeddedPostgresError,
    let_through,
    own_folder,
    pg_ctl,
    run,
    server_user,
)

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


def socket_dir(cluster: Path) -> Path:
    """The cluster's own folder, or a short one where that path is too long or too odd."""
    path = cluster / SOCKET_NAME
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w/.-]+", str(path)):
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]
    # Not TMPDIR, which may differ between those who share the server.
    return Path("/tmp", f"ledig-{os.geteuid()}-{digest}")  # noqa: S108  checked by own_folder


def prepare(cluster: Path, fast: bool) -> None:
    user = server_user(cluster)
    if user:
        let_through(cluster.parent, user)
    if not (cluster / "PG_VERSION").exists():
        _initialise(cluster, user, fast)
    version = (cluster / "PG_VERSION").read_text().strip()
    ours = run("postgres", "--version").split()[-1].split(".")[0]
    if version != ours:
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {version} and this is {ours}. "
            "Move the folder away to start afresh."
        )
    sockets = socket_dir(cluster)
    if sockets != cluster:
        own_folder(sockets, user)
    settings = {
        "listen_addresses": "",
        "port": SOCKET_PORT,
        "unix_socket_directories": str(sockets),
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
    own_folder(making, user)
    # The builtin locale sorts and folds case alike on every machine and needs no ICU.
    run(
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


def launch(cluster: Path) -> None:
    """Start the server and wait until it answers."""
    log_path = cluster.parent / "logs" / f"{cluster.name}.log"
    log_path.parent.mkdir(exist_ok=True)
    user = server_user(cluster)
    deadline = time.monotonic() + START_SECONDS
    while True:
        _forget_dead_postmaster(cluster)
        begins = log_path.stat().st_size if log_path.exists() else 0
        with log_path.open("a") as log:
            started = pg_ctl(cluster, "start", "--wait", output=log, user=user)
        # The processes of a killed server need a moment to notice and let go of its memory.
        said = log_path.read_bytes()[begins:].decode(errors="replace")
        if started == 0 and answers(cluster):
            return
        if "shared memory block" not in said or time.monotonic() > deadline:
            reasons = "\n".join(f"  {line}" for line in said.splitlines()[-8:])
            raise EmbeddedPostgresError(f"PostgreSQL does not start ({log_path}):\n{reasons}")
        time.sleep(0.3)


def answers(cluster: Path) -> bool:
    """Whether the server takes connections; waits while it recovers from a crash."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and postmaster(cluster):
        try:
            psycopg.connect(
                host=str(socket_dir(cluster)),
                port=SOCKET_PORT,
                user="postgres",
                dbname="postgres",
                connect_timeout=5,
            ).close()
        except psycopg.OperationalError:
            if not (socket_dir(cluster) / SOCKET_NAME).exists() and _is_ready(cluster):
                # Its socket was swept away with old temporary files: nobody can reach it.
                stop(cluster)
                return False
            time.sleep(0.1)
        else:
            return True
    return False


def stop(cluster: Path) -> None:
    for mode in ("fast", "immediate"):
        if not postmaster(cluster):
            break
        with tempfile.TemporaryFile("w") as output:
            pg_ctl(
                cluster, "stop", "--mode", mode, "--wait", "--timeout", "4",
                output=output, user=server_user(cluster),
            )  # fmt: skip
    if socket_dir(cluster) != cluster:
        with contextlib.suppress(OSError):
            socket_dir(cluster).rmdir()


def postmaster(cluster: Path) -> psutil.Process | None:
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
    if not postmaster(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        (socket_dir(cluster) / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
