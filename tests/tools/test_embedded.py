"""The embedded PostgreSQL: started, shared, healed, stopped."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded
from tools.demo.plan import ROOT


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    embedded.stop(tmp_path / "home", fast=True)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_it_starts_is_found_running_and_heals_after_being_killed(tmp_path) -> None:
    url = embedded.database_url(tmp_path)
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    try:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'Møterom Ærlig' AS name")
        first = int(pid_file.read_text().split()[0])

        assert embedded.database_url(tmp_path) == url
        assert int(pid_file.read_text().split()[0]) == first
        assert ask(url, "SHOW listen_addresses") == ""

        os.kill(first, 9)
        embedded.database_url(tmp_path)

        assert int(pid_file.read_text().split()[0]) != first
        assert ask(url, "SELECT upper(name) FROM kept") == "MØTEROM ÆRLIG"
    finally:
        embedded.stop(tmp_path)


def test_a_stale_pid_file_whose_pid_is_somebody_elses_is_no_obstacle(home) -> None:
    embedded.database_url(home, fast=True)
    pid_file = home / "postgres-fast" / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    embedded.stop(home, fast=True)
    pid_file.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))  # as after a restart

    assert not embedded.is_running(home, fast=True)
    assert ask(embedded.database_url(home, fast=True), "SELECT 1") == 1


def test_the_last_process_to_leave_stops_it(home) -> None:
    embedded.database_url(home, fast=True)
    program = f"""
        from pathlib import Path
        from config import embedded
        embedded.database_url(Path({str(home)!r}), fast=True)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, check=True)
    assert embedded.is_running(home, fast=True)

    embedded.leave(home, fast=True)

    assert not embedded.is_running(home, fast=True)


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path) -> None:
    home = tmp_path / ("long" * 25)
    try:
        assert ask(embedded.database_url(home, fast=True), "SELECT 1") == 1
    finally:
        embedded.stop(home, fast=True)


def test_a_cluster_that_was_only_half_made_is_made_again(home) -> None:
    (home / "postgres-fast.making" / "base").mkdir(parents=True)

    assert ask(embedded.database_url(home, fast=True), "SELECT 1") == 1


def test_a_folder_that_is_something_else_is_not_touched(home) -> None:
    (home / "postgres-fast").mkdir(parents=True)
    (home / "postgres-fast" / "thesis.odt").touch()

    with pytest.raises(embedded.EmbeddedPostgresError, match="not a PostgreSQL cluster"):
        embedded.database_url(home, fast=True)
