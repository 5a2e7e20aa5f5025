"""The track: processes that start at one moment, and what came of each."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.races import bookers
from tests.races.bookers import START, Job, Outcome

PATIENCE = 60  # seconds

Race = Callable[..., "Result"]


@dataclass(frozen=True)
class Result:
    outcomes: list[Outcome]

    @property
    def answers(self) -> list[str]:
        return [outcome.answer for outcome in self.outcomes if outcome.answer]

    @property
    def refusals(self) -> list[str]:
        return [outcome.refusal for outcome in self.outcomes if outcome.refusal]

    @property
    def errors(self) -> list[str]:
        return [outcome.error for outcome in self.outcomes if outcome.error]

    @property
    def deadlocks(self) -> int:
        return sum(outcome.deadlocks for outcome in self.outcomes)


@pytest.fixture(scope="session")
def server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([bookers.__name__])
    return context


@pytest.fixture
def race(server: ForkServerContext) -> Race:
    """Start one process for each list of jobs, all at one moment, and collect outcomes."""

    def run(racers: Sequence[Sequence[Job]], *, database: str = "", handicap: str = "") -> Result:
        database = database or str(connection.settings_dict["NAME"])
        with connected(database) as starter:
            starter.execute("SELECT pg_advisory_lock(%s)", [START])
            ends, processes = [], []
            for jobs in racers:
                ours, theirs = server.Pipe(duplex=False)
                arguments = (database, list(jobs), handicap, theirs)
                process = server.Process(target=bookers.run, args=arguments, daemon=True)
                process.start()
                theirs.close()
                ends.append(ours)
                processes.append(process)
            try:
                wait_for_all(starter, len(racers))
                starter.execute("SELECT pg_advisory_unlock(%s)", [START])
                return Result([outcome for end in ends for outcome in receive(end)])
            finally:
                for process, end in zip(processes, ends, strict=True):
                    end.close()
                    process.join(timeout=5)
                    process.kill()
                    process.join()
                    process.close()

    return run


@contextmanager
def connected(database: str) -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params() | {"dbname": database, "context": None}
    known = ("dbname", "host", "port", "user", "password")
    with psycopg.connect(
        **{name: value for name, value in parameters.items() if name in known}, autocommit=True
    ) as opened:
        yield opened


def wait_for_all(starter: psycopg.Connection, racers: int) -> None:
    """Until all stand at the start, each with a connection of its own."""
    waiting = """
        SELECT count(*) FROM pg_locks
        WHERE locktype = 'advisory' AND NOT granted AND objid = %s
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if starter.execute(waiting, [START]).fetchone() == (racers,):
            return
        time.sleep(0.02)
    pytest.fail("the racers did not all come to the start")


def receive(end: Connection) -> list[Outcome]:
    if not end.poll(PATIENCE):
        pytest.fail("a racer did not come home")
    outcomes: list[Outcome] = end.recv()
    return outcomes


@pytest.fixture
def unguarded() -> Iterator[Callable[[], str]]:
    """Make a copy of the test's database in which nothing keeps overlaps out; its name."""
    name = f"{connection.settings_dict['NAME']}_unguarded"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))

    def copy() -> str:
        connection.close()  # a template must have no visitors
        with connected("postgres") as elsewhere:
            elsewhere.execute(drop)
            original = sql.Identifier(connection.settings_dict["NAME"])
            elsewhere.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), original)
            )
        with connected(name) as bare:
            bare.execute("ALTER TABLE bookings_occupancy DROP CONSTRAINT occupancy_no_overlap")
        return name

    yield copy
    with connected("postgres") as elsewhere:
        elsewhere.execute(drop)
