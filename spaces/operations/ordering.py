"""Moving one of a few rows that their owner has put in order."""

from typing import Any

from django.db.models import Max, Model, QuerySet


def move(one: Model, *, by: int, among: "QuerySet[Any]") -> None:
    """Earlier (`by` = -1) or later (1) among rows with an `order`. Whoever calls holds the
    lock of what they belong to."""
    row = list(among)
    at = row.index(one)
    to = min(max(at + by, 0), len(row) - 1)
    row.insert(to, row.pop(at))
    for order, other in enumerate(row):
        other.order = order
    among.model._default_manager.bulk_update(row, ["order"])


def next_order(among: "QuerySet[Any]") -> int:
    """After the last."""
    last = among.aggregate(last=Max("order"))["last"]
    return 0 if last is None else last + 1
