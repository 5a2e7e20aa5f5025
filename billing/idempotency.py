"""Claiming a key, so that a request sent twice books once."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from billing.models import IdempotencyKey
from bookings.models import Booking, Change

STALE = timedelta(minutes=1)  # no request lives as long: its process has died
LONGEST = 255


class IdempotencyMismatch(Refused):
    code = "idempotency_mismatch"
    message = _("This key was used for another request.")


class StillUnderWay(Refused):
    code = "idempotency_in_progress"
    message = _("The same request is being handled right now.")


def fingerprint_of(*asked: object) -> bytes:
    return hashlib.sha256(repr(asked).encode()).digest()


def stored(key: str) -> str:
    """Itself, or what stands for a longer one: two that begin alike are two."""
    return key if len(key) <= LONGEST else hashlib.sha256(key.encode()).hexdigest()


def claim(*, user: User, key: str, fingerprint: bytes, now: datetime) -> IdempotencyKey:
    """The person's row for `key`; its `booking` is set when the request was done before.

    Raises `IdempotencyMismatch` when the key was used for something else and
    `StillUnderWay` while another process is at it.
    """
    with transaction.atomic(durable=True):
        row, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
            user=user, key=stored(key), defaults={"fingerprint": fingerprint, "locked_at": now}
        )
        if is_new:
            return row
        if bytes(row.fingerprint) != fingerprint:
            raise IdempotencyMismatch
        if row.booking_id is None:
            if now - row.locked_at < STALE:
                raise StillUnderWay
            row.locked_at = now
            row.save(update_fields=["locked_at"])
        return row


@contextmanager
def once(
    *, user: User, key: str, asked: tuple[object, ...], now: datetime
) -> Iterator[IdempotencyKey | None]:
    """Claim a key, if there is one, around what it is for; its `booking` is set when that was
    done before. Let go of it when that raises."""
    if not key:
        yield None
        return
    row = claim(user=user, key=key, fingerprint=fingerprint_of(*asked), now=now)
    try:
        yield row
    except BaseException:
        release(row)
        raise


def done(
    row: IdempotencyKey | None, bookings: Sequence[Booking], *, change: Change | None = None
) -> None:
    """Remember what came of it; call in the transaction that books or changes."""
    if row is not None:
        row.booking, row.others = bookings[0], [booking.pk for booking in bookings[1:]]
        row.change = change
        row.save(update_fields=["booking", "others", "change"])


def remembered(row: IdempotencyKey | None) -> list[Booking]:
    """What came of it before, in the order in which it was asked for."""
    if row is None or row.booking is None:
        return []
    others = Booking.objects.in_bulk(row.others)
    return [row.booking, *(others[pk] for pk in row.others)]


def done_before(*, user: User, key: str) -> list[Booking]:
    """What came of a key whose request can no longer be compared; nothing when it is new."""
    row = IdempotencyKey.objects.filter(user=user, key=stored(key)).first() if key else None
    return remembered(row)


def forget(row: IdempotencyKey | None) -> None:
    """What came of it was undone: the key may be tried again."""
    if row is not None:
        row.delete()


def release(row: IdempotencyKey | None) -> None:
    """Nothing came of it: the key may be tried again."""
    if row is not None:
        IdempotencyKey.objects.filter(pk=row.pk, booking=None).delete()
