"""The first spaces of many that are free at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class InOrder:
    """Candidates put into SQL: for a subquery named spaces_space."""

    sql: str
    parameters: tuple[Any, ...]
    by: str  # what to order the subquery by, so that a limit stops at them


def first_free(
    candidates: SpaceQuerySet | InOrder,
    span: Period,
    *,
    now: datetime,
    quantity: int,
    limit: int,
    besides: Collection[int] = (),
    noting: tuple[str, Sequence[Any]] = ("true", ()),
) -> dict[int, bool]:
    """The ids of the first `limit` of the first `CANDIDATES` that are free, in their order,
    and of each whether `noting` holds, a condition on the id `candidate`. Those `besides` are
    known already.

    The candidates come ordered by the names of columns or annotations, the key last: so the
    order is total, and a longer answer begins as a shorter one. PostgreSQL looks at one after
    the other and stops at the limit, so a page costs the same however many there are.
    """
    known = in_order(candidates)
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
    condition, told = noting
    sql = f"""
        SELECT candidate, {condition} FROM ({known.sql}) AS spaces_space
        CROSS JOIN LATERAL (SELECT spaces_space.id) AS its (candidate)
        WHERE candidate <> ALL (%s) AND {verdict.sql} = '{FREE}' ORDER BY {known.by} LIMIT %s
    """
    with connection.cursor() as cursor:
        parameters = [*told, *known.parameters, list(besides), *verdict.params, limit]
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


def in_order(candidates: SpaceQuerySet | InOrder, *, most: int = CANDIDATES) -> InOrder:
    """The first of them."""
    if isinstance(candidates, InOrder):
        return candidates
    order = [str(name) for name in candidates.query.order_by]
    columns = [name.removeprefix("-") for name in order]
    shown = dict.fromkeys((*SHOWN_TO_ENGINE, *(name for name in columns if name != "pk")))
    sql, parameters = candidates.values(*shown)[:most].query.sql_with_params()
    key = Space._meta.pk.attname
    by = ", ".join(
        f"spaces_space.{key if column == 'pk' else column}{' DESC' if name[0] == '-' else ''}"
        for name, column in zip(order, columns, strict=True)
    )
    return InOrder(sql, parameters, by)
