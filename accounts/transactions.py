"""One operation, one transaction."""

import functools
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, models, transaction

log = logging.getLogger("ledig.transactions")

DEADLOCK, LOCK_NOT_AVAILABLE = "40P01", "55P03"
TRIES = 3
TIME_LIMITS = ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout")

P = ParamSpec("P")
R = TypeVar("R")


class Busy(Exception):
    """A lock could not be had in time. Nothing was done; trying again soon may work."""


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Run the whole function in one transaction, or join that of the calling operation.

    A deadlock, which sorted locks should make impossible, is counted in the log and the
    operation run again from its start, at most twice. A lock that takes longer than
    `lock_timeout` raises `Busy`.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic(durable=True):
                    return function(*args, **kwargs)
            except OperationalError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state == DEADLOCK and attempt < TRIES:
                    log.warning("deadlock in %s, try %s", function.__name__, attempt)
                    continue
                if state in (DEADLOCK, LOCK_NOT_AVAILABLE):
                    raise Busy from error
                raise
        raise AssertionError("unreachable")

    return run


def take_turns(person: models.Model) -> None:
    """Wait until nobody else writes on behalf of this person, and let others wait: what is
    looked for and then written, or counted, is so until the operation ends."""
    people = person._meta.default_manager
    assert people is not None
    people.select_for_update(no_key=True).get(pk=person.pk)


def be_patient(limit: timedelta) -> None:
    """Give this transaction, and each statement in it, longer than a page is given."""
    with connection.cursor() as cursor:
        for name in ("transaction_timeout", "statement_timeout"):
            cursor.execute(f"SET LOCAL {name} = '{limit.total_seconds():.0f}s'")


def take_all_day() -> None:
    """Lift every limit of time from this connection, as `migrate` does: what prepares tables
    that nobody reads yet is no request, and a busy machine may be slow."""
    with connection.cursor() as cursor:
        for name in TIME_LIMITS:
            cursor.execute(f"SET {name} = 0")
