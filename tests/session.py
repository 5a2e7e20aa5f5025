"""What a test session stands on: its own PostgreSQL, its own home, no outside network.

pyproject.toml loads this plugin before Django's settings are read, so `make test` and a
bare `pytest` find the same. Sessions may run side by side: they share one fast cluster,
which the last to end stops, and each has databases and a home of its own.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from config import embedded
from tools import messages

ROOT = Path(__file__).resolve().parent.parent
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
OWN_DATABASE = "DATABASE_URL" not in os.environ  # the workers inherit the controller's answer

if not IS_WORKER:
    CLUSTER_HOME = Path(os.environ.get("LEDIG_HOME") or ROOT / ".ledig") / "tests"
    SESSION_HOME = Path(tempfile.mkdtemp(prefix="ledig-test-"))
    os.environ["LEDIG_TEST_HOME"] = str(SESSION_HOME)
    if OWN_DATABASE:
        os.environ["DATABASE_URL"] = embedded.url(CLUSTER_HOME, f"ledig_{os.getpid()}", fast=True)
    for name in ("LEDIG_DEMO", "CELERY_BROKER_URL", "CACHE_URL", "STRIPE_API_BASE"):
        os.environ.pop(name, None)
    # Playwright's own loop runs in the tests' thread; the ORM in it is what we want there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# Caches, queues and uploads of one worker are no other's.
os.environ["LEDIG_HOME"] = str(
    Path(os.environ["LEDIG_TEST_HOME"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the texts and start the server once, before any worker asks for them."""
    if IS_WORKER:
        return
    messages.compile_all()
    if not OWN_DATABASE:
        return
    try:
        url = embedded.database_url(CLUSTER_HOME, "postgres", fast=True)
    except embedded.EmbeddedPostgresError as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)
    drop_databases_of_the_dead(url)
    os.environ["LEDIG_TEST_TEMPLATE"] = migrated_template(url)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if IS_WORKER:
        return
    if OWN_DATABASE:
        embedded.leave(CLUSTER_HOME, fast=True)
    shutil.rmtree(SESSION_HOME, ignore_errors=True)


def migrated_template(url: str) -> str:
    """The database that those of the workers are copies of: migrated once for each state of
    the migrations, and kept, since that takes longer than most tests."""
    name = f"ledig_template_{digest_of_migrations()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('ledig_template'))")
        known = connection.execute("SELECT datname FROM pg_database").fetchall()
        if (name,) not in known:
            for (old,) in known:
                if old.startswith("ledig_template_"):
                    connection.execute(
                        sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old))
                    )
            unfinished = f"ledig_template_{os.getpid()}"
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            migrate(embedded.database_url(CLUSTER_HOME, unfinished, fast=True))
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(name)
                )
            )
    return name


def digest_of_migrations() -> str:
    files = sorted(ROOT.glob("*/migrations/*.py"))
    parts = [file.read_bytes() for file in (*files, ROOT / "requirements.lock")]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:20]


def migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "LEDIG_DEMO": "1"},
        check=True,
    )


def drop_databases_of_the_dead(url: str) -> None:
    """Remove what killed sessions left: databases that carry the pid of no living process."""
    with psycopg.connect(url, autocommit=True) as connection:
        for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall():
            owner = re.match(r"test_ledig_(\d+)", name)
            if owner and not is_alive(int(owner[1])):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
