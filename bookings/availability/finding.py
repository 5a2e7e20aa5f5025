"""The first spaces of many that are free at a time."""

from datetime import datetime
from typing import Any

from django.db import connection, models

from bookings.availability.hours import holidays
from bookings.availability.verdicts import FREE, QUICK_VERDICT, expression
from spaces.models import Space
from spaces.models.space import SpaceQuerySet
from spaces.periods import Period

CANDIDATES = 2000  # so many are looked at, and the rest never
SHOWN_TO_ENGINE = (
    "id",
    "place_id",
    "organisation_id",
    "listing",
    "allocation",
    "step",
    "on_holidays",
    "holiday_opens",
    "holiday_closes",
)


def first_free(
    candidates: SpaceQuerySet, span: Period, *, now: datetime, quantity: int, limit: int
) -> list[int]:
    """The ids of the first `limit` of the first `CANDIDATES` that are free, in their order.

    The candidates come ordered by the names of columns or annotations, the key last: so the
    order is total, and a longer answer begins as a shorter one. PostgreSQL looks at one after
    the other and stops at the limit, so a page costs the same however many there are.
    """
    inner, known, by = in_order(candidates)
    verdict = expression(
        QUICK_VERDICT,
        models.CharField(),
        span=span,
        window=span,
        now=now,
        quantity=quantity,
        ignoring=None,
        holidays=holidays(span),
    )
    sql = f"""
        SELECT id FROM ({inner}) AS spaces_space
        WHERE {verdict.sql} = '{FREE}' ORDER BY {by} LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [*known, *verdict.params, limit])
        return [pk for (pk,) in cursor.fetchall()]


def in_order(
    candidates: SpaceQuerySet, *, most: int = CANDIDATES
) -> tuple[str, tuple[Any, ...], str]:
    """The first of them as SQL for a subquery named spaces_space, its parameters, and what to
    order it by, so that a limit stops at them."""
    order = [str(name) for name in candidates.query.order_by]
    columns = [name.removeprefix("-") for name in order]
    shown = dict.fromkeys((*SHOWN_TO_ENGINE, *(name for name in columns if name != "pk")))
    sql, parameters = candidates.values(*shown)[:most].query.sql_with_params()
    key = Space._meta.pk.attname
    by = ", ".join(
        f"spaces_space.{key if column == 'pk' else column}{' DESC' if name[0] == '-' else ''}"
        for name, column in zip(order, columns, strict=True)
    )
    return sql, parameters, by
