"""Many times at once: which of these spaces would take each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from bookings.availability.hours import holidays
from bookings.availability.verdicts import FREE, VERDICT
from spaces.periods import Period

FREE_FOR_EACH = f"""
SELECT asked.number, found.id
FROM unnest(%(spans)s::tstzrange[]) WITH ORDINALITY AS asked (span, number)
CROSS JOIN LATERAL (
    SELECT spaces_space.id, candidate.rank
    FROM unnest(%(candidates)s) WITH ORDINALITY AS candidate (id, rank)
    JOIN spaces_space ON spaces_space.id = candidate.id
    WHERE '{FREE}' = {VERDICT} ORDER BY candidate.rank LIMIT %(limit)s) AS found
ORDER BY asked.number, found.rank
""" % {
    "span": "asked.span",
    "window": "asked.span",
    "ignoring": "NULL",
    **{
        name: f"%({name})s"
        for name in ("spans", "candidates", "limit", "quantity", "now", "holidays")
    },
}


def first_free_for_each(
    candidates: Sequence[int],
    spans: Sequence[Period],
    *,
    now: datetime,
    quantity: int = 1,
    limit: int,
) -> list[list[int]]:
    """For each time the first `limit` of the candidates that are free then. One query."""
    found: list[list[int]] = [[] for _span in spans]
    if not candidates or not spans:
        return found
    hull = Period(min(span.lower for span in spans), max(span.upper for span in spans), "[)")
    parameters: dict[str, Any] = {
        "candidates": list(candidates),
        "spans": list(spans),
        "limit": limit,
        "quantity": quantity,
        "now": now,
        "holidays": holidays(hull),
    }
    with connection.cursor() as cursor:
        cursor.execute(FREE_FOR_EACH, parameters)
        for number, space in cursor.fetchall():
            found[number - 1].append(space)
    return found
