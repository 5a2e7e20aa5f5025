"""What has changed in a calendar since a program last asked (RFC 6578).

Each booking carries the transaction of its last change. A question is answered with all that
was changed in or after a transaction, and the next question's token is the oldest from which
nothing can be missed: one past the newest change, or, while an older transaction is still
running, that one. So a change may be told of twice, and never not at all.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import translation

from accounts.models import User
from bookings.calendars.events import SpaceText

MONTHS_KNOWN = 3  # what has left our window since is not remembered
TOKEN = re.compile(r"urn:ledig:sync:(\d+)-(\d+)-(\d+)-([0-9a-f]{12})")

NOW = """
SELECT system_identifier, pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM pg_control_system()
"""

# Whatever shares a unit with a space shows in its calendar, and what has moved away did.
OF_SPACES = """
WITH kin AS (
    SELECT DISTINCT mine.space_id, theirs.space_id AS other
    FROM spaces_space_units AS mine
    JOIN spaces_space_units AS theirs ON theirs.unit_id = mine.unit_id
    WHERE mine.space_id = ANY (%(spaces)s)
), change AS (
    SELECT kin.space_id, booking.changed_in FROM kin
    JOIN bookings_booking AS booking ON booking.space_id = kin.other
    WHERE upper(booking.period) > %(since)s AND booking.period && tstzrange(%(since)s, NULL)
    UNION ALL
    SELECT kin.space_id, moved.changed_in FROM kin
    JOIN bookings_movedaway AS moved ON moved.space_id = kin.other
)
SELECT space_id, count(*), max(changed_in), sum(changed_in) FROM change GROUP BY space_id
"""

OF_BOOKER = """
SELECT count(*), coalesce(max(changed_in), 0), coalesce(sum(changed_in), 0)
FROM bookings_booking WHERE booker_id = %(booker)s AND upper(period) > %(since)s
"""

OF_OWN = """
SELECT calendar_id, count(*), max(changed_in), sum(changed_in)
FROM bookings_ownobject WHERE calendar_id = ANY (%(own)s) GROUP BY calendar_id
"""

NOTHING = (0, 0, 0)


class UnknownToken(Exception):
    """Made by another database, too old, or of a calendar that says something else now."""


@dataclass(frozen=True, slots=True)
class State:
    """How far a calendar has come. `tag` changes whenever its content may have, and a program
    that knows the `token` can ask what."""

    cluster: int
    oldest: int  # the first transaction that a later change can be of
    frame: str  # of what is said of the space and in which language
    month: int
    tag: str

    @property
    def token(self) -> str:
        return f"urn:ledig:sync:{self.cluster}-{self.oldest}-{self.month}-{self.frame}"

    def since(self, token: str) -> int:
        """The transaction from which on a program wants to know. Raises `UnknownToken`."""
        parts = TOKEN.fullmatch(token)
        if parts is None:
            raise UnknownToken
        cluster, oldest, month = (int(parts[n]) for n in (1, 2, 3))
        is_ours = cluster == self.cluster and parts[4] == self.frame and oldest <= self.oldest
        if not is_ours or not 0 <= self.month - month <= MONTHS_KNOWN:
            raise UnknownToken
        return oldest


def states_of(
    spaces: dict[int, SpaceText], *, booker: User, since: datetime, now: datetime
) -> dict[int | None, State]:
    """The state of each space's calendar, and under None that of the person's own bookings.
    Three questions, however many spaces. Asked before what is in them is looked up."""
    parameters: dict[str, Any] = {
        "spaces": list(spaces),
        "booker": booker.pk,
        "since": since,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        cluster, running = cursor.fetchone()
        cursor.execute(OF_BOOKER, parameters)
        found: dict[int | None, tuple[int, int, int]] = {None: cursor.fetchone()}
        if spaces:
            cursor.execute(OF_SPACES, parameters)
            found |= {space: (count, last, total) for space, count, last, total in cursor}
    frames: dict[int | None, str] = {pk: _frame([one]) for pk, one in spaces.items()}
    frames[None] = _frame(())
    return {
        key: _state(cluster, running, frame, *found.get(key, NOTHING), now=now)
        for key, frame in frames.items()
    }


def own_states_of(calendars: list[int], *, now: datetime) -> dict[int, State]:
    """The state of each of somebody's own calendars, asked likewise."""
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        cluster, running = cursor.fetchone()
        cursor.execute(OF_OWN, {"own": calendars})
        found = {pk: (count, last, total) for pk, count, last, total in cursor}
    return {
        pk: _state(cluster, running, _frame([pk]), *found.get(pk, NOTHING), now=now)
        for pk in calendars
    }


def _state(
    cluster: int, running: int, frame: str, count: int, last: int, total: int, *, now: datetime
) -> State:
    return State(
        cluster=cluster,
        oldest=min(last + 1, running),
        frame=frame,
        month=now.year * 12 + now.month,
        tag=f'"{count}-{last}-{total}-{frame}"',
    )


def _frame(said: Iterable[SpaceText | int]) -> str:
    parts = (translation.get_language(), *sorted(map(str, said)))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
