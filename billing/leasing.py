"""Rows that say what is still to be done outside, shared out among workers."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction

from billing.models import Card, Dispatch, Order, Refund, StripeEvent, Transfer, TransferReversal

LEASE = timedelta(seconds=60)

Row = TypeVar("Row", Card, Dispatch, Order, Refund, StripeEvent, Transfer, TransferReversal)


def lease(rows: models.QuerySet[Row], now: datetime, limit: int = 50) -> list[Row]:
    """Rows that are due, set aside from other workers for `LEASE` and ever longer."""
    with transaction.atomic():
        due = list(
            rows.filter(not_before__lte=now)
            .order_by("not_before")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        for row in due:
            row.attempts += 1
            row.not_before = now + LEASE * 2 ** min(row.attempts - 1, 8)
            row.save(update_fields=["attempts", "not_before"])
    return due
