"""The same time again and again: which of its days each of many spaces could take."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from bookings.availability.finding import in_order
from bookings.availability.hours import holidays
from bookings.availability.verdicts import FREE, QUICK_VERDICT, expression, unseen
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period

ASKED = unseen("""
WITH asked AS MATERIALIZED (
    SELECT zone, number, span
    FROM unnest(%(zones)s, %(numbers)s, %(spans)s) AS one (zone, number, span))
""")

FOUND = f"""
JOIN spaces_place AS place ON place.id = spaces_space.place_id
CROSS JOIN LATERAL (
    SELECT array_agg(asked.number ORDER BY asked.number) AS numbers
    FROM asked WHERE asked.zone = place.time_zone AND '{FREE}' = {QUICK_VERDICT}) AS found
WHERE found.numbers IS NOT NULL
""".replace("%(span)s", "asked.span").replace("%(window)s", "asked.span")


def free_of_each(
    candidates: SpaceQuerySet,
    asked: Mapping[str, Sequence[Period | None]],
    *,
    now: datetime,
    quantity: int = 1,
    most: int,
) -> dict[int, list[int]]:
    """For the first `most` candidates that could take any of the times: the numbers of those,
    from 0, by space id in the candidates' order. One query, however many times there are.

    `asked` says the times by the name of a zone, since a wall clock names other moments in
    another; None where there is no such time.
    """
    told = [
        (zone, number, span)
        for zone, spans in asked.items()
        for number, span in enumerate(spans)
        if span is not None
    ]
    if not told:
        return {}
    known = in_order(candidates, most=most)
    zones, numbers, spans = zip(*told, strict=True)
    hull = Period(min(span.lower for span in spans), max(span.upper for span in spans), "[)")
    field: models.Field[object, object] = ArrayField(models.IntegerField())
    times = expression(ASKED, field, zones=list(zones), numbers=list(numbers), spans=list(spans))
    found = expression(
        FOUND, field, now=now, quantity=quantity, ignoring=None, holidays=holidays(hull)
    )
    sql = f"""
        {times.sql} SELECT spaces_space.id, found.numbers FROM ({known.sql}) AS spaces_space
        {found.sql} ORDER BY {known.by}
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [*times.params, *known.parameters, *found.params])
        return dict(cursor.fetchall())
