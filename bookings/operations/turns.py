"""Who waits for whom while hours change.

Bookers hold a space's hours as they are, together, until they have booked; whoever changes
them waits until those are done, and later bookers wait for the change. Advisory locks: no
row is written, and they are taken before the row of any booking or unit.
"""

from collections.abc import Iterable

from django.db import connection

from spaces.models import Space

QUEUE = -1  # no space has this id


def lead_queue() -> bool:
    """Whether this transaction alone looks at who waits, until it ends: the order is only
    fair when one looks. Nobody is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [QUEUE])
        return bool(cursor.fetchone()[0])


def hold_hours(spaces: Iterable[Space]) -> None:
    """Until the transaction ends, when these spaces are open does not change. In id order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(space) FROM unnest(%s::bigint[]) AS space",
            [sorted({space.pk for space in spaces})],
        )


def claim_hours(spaces: Iterable[Space]) -> None:
    """Until the transaction ends, nobody else books these spaces. In id order."""
    with connection.cursor() as cursor:
        for pk in sorted({space.pk for space in spaces}):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [pk])
