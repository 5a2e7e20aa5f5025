"""A promise about the data, and how it is asked whether it is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from bookings.emails import NEWS_OF_CHANGE, TO_BOOKER
from bookings.models import OCCUPYING, Kind

SHOWN = 5  # of the breaches of a promise

# Events that a booker is always told of. A cancellation may be of a hold that nobody paid, and
# that a change came to nothing may be the booker's own doing.
TOLD_SOMETIMES = (Kind.CANCELLED, Kind.DECLINED, Kind.CHANGE_ENDED)
FACTS = {
    "occupying": [status.value for status in OCCUPYING],
    "always_told": [kind.value for kind in TO_BOOKER if kind not in TOLD_SOMETIMES],
    "news_of_change": sorted(NEWS_OF_CHANGE),
}


@dataclass(frozen=True, slots=True)
class Check:
    promise: str
    sql: str  # %(now)s and what else `FACTS` has


@dataclass(frozen=True, slots=True)
class Outcome:
    promise: str
    count: int
    examples: tuple[str, ...]


def audit(checks: Iterable[Check], *, now: datetime) -> Iterator[Outcome]:
    """What each check finds: how many breaches, and the first few by name."""
    for check in checks:
        with connection.cursor() as cursor:
            sql = f"SELECT count(*), (array_agg(what))[:{SHOWN}] FROM ({check.sql}) AS found (what)"
            cursor.execute(sql, {**FACTS, "now": now})
            count, examples = cursor.fetchone()
        yield Outcome(check.promise, count, tuple(examples or ()))
