"""The only code that changes a booking's status."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.models import User
from accounts.rows import insert
from bookings.deliveries import Readers, announced
from bookings.means import let_go_means
from bookings.models import (
    MOVES,
    OCCUPYING,
    OPEN,
    UNSETTLED,
    Actor,
    Booking,
    BookingEvent,
    ChangeStatus,
    Delivery,
    Kind,
    Status,
)
from bookings.operations.queueing import follow
from bookings.operations.units import give_back_units
from bookings.refusals import IsOver, WrongState
from spaces.periods import Period

LATE = timedelta(minutes=10)  # to check in, for who is confirmed when it has begun

CAME_TO_NOTHING = {Status.EXPIRED, Status.DECLINED}  # what is cancelled gives back by its tiers

# States whose coming changes what a calendar shows of a booking that it may know already.
SEEN_BY_CALENDARS = {Status.CANCELLED, Status.DECLINED, Status.CONFIRMED}


def locked(booking: Booking | UUID) -> Booking:
    """The booking as it is now, locked until the transaction ends."""
    pk = booking.pk if isinstance(booking, Booking) else booking
    return (
        Booking.objects.select_for_update(no_key=True, of=("self",))
        .select_related("space__place", "space__organisation", "booker")
        .get(pk=pk)
    )


def require_time_left(span: Period, *, now: datetime) -> None:
    """Raise `IsOver` for a time that nobody can use any more: a payment or a yes came too late."""
    if span.upper <= now:
        raise IsOver


def locked_all(bookings: Iterable[UUID]) -> dict[UUID, Booking]:
    """Several as they are now, locked in id order in one statement."""
    rows = (
        Booking.objects.select_for_update(no_key=True, of=("self",))
        .select_related("space__place", "space__organisation", "booker")
        .filter(pk__in=list(bookings))
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def locked_jointly(booking: Booking) -> tuple[Booking, list[Booking]]:
    """The booking as it is now, and the others that are asked for with it, if any: all locked in
    id order until the transaction ends."""
    if booking.asked_with is None:
        return locked(booking), []
    together = Booking.objects.filter(asked_with=booking.asked_with)
    rows = locked_all(together.values_list("pk", flat=True))
    return rows.pop(booking.pk), list(rows.values())


def move(
    booking: Booking,
    status: Status,
    *,
    actor: Actor,
    by: User | None,
    now: datetime,
    kind: Kind | None = None,
    is_told: bool = True,
    **data: Any,
) -> None:
    """Move a locked booking, free its units if it no longer has them, and tell of it. A change
    that waits ends with it.

    Raises `WrongState` when the table of moves does not allow it.
    """
    before = Status(booking.status)
    if actor not in MOVES[before].get(status, frozenset()):
        raise WrongState(booking_status=before)
    booking.status = status
    booking.changed_at = now
    if before != Status.HELD and status in SEEN_BY_CALENDARS:
        booking.sequence += 1
    if status not in UNSETTLED:
        booking.expires_at = None
    if status == Status.CONFIRMED and booking.check_in_by is not None:
        in_time = min(max(booking.check_in_by, now + LATE), booking.end)
        # So little is left of it that nobody is asked to be quick, nor blamed.
        booking.check_in_by = in_time if now + LATE <= booking.end else None
    fields = ["status", "changed_at", "sequence", "expires_at", "check_in_by"]
    booking.save(update_fields=fields)
    if status not in OCCUPYING:
        give_back_units(booking)
        booking.changes.filter(status__in=OPEN).update(status=ChangeStatus.ENDED, expires_at=None)
    if status in CAME_TO_NOTHING:
        let_go_means(booking)
    if before in (Status.HELD, Status.EXPIRED):
        follow(booking, status, actor=actor, now=now)
    record(booking, kind or Kind(status), by=by, now=now, is_told=is_told, **data)


def show_anew(booking: Booking, *, now: datetime) -> None:
    """Calendars are to show a locked booking anew, whose time, space and price are what they
    were: a change of it that waits, or may yet be paid for, is one of it still."""
    booking.changes.filter(sequence=booking.sequence).update(sequence=booking.sequence + 1)
    booking.sequence, booking.changed_at = booking.sequence + 1, now
    booking.save(update_fields=["sequence", "changed_at"])


def record(
    booking: Booking,
    kind: Kind,
    *,
    by: User | None,
    now: datetime,
    is_told: bool = True,
    **data: Any,
) -> None:
    """Append to the booking's history, and write the mails it causes to the outbox. Where
    one mail for a whole series tells of it, only who is invited along is told of this one."""
    readers = Readers([booking]) if is_told else None
    insert(news(booking, kind, by=by, now=now, readers=readers, **data), once=(Delivery,))


def news(
    booking: Booking,
    kind: Kind,
    *,
    by: User | None,
    now: datetime,
    readers: Readers | None,
    told_at: datetime | None = None,
    **data: Any,
) -> list[Model]:
    """What `record` writes, not stored yet: the mails to go at `told_at`, or at once; without
    `readers` only those to who is invited along."""
    event = BookingEvent(
        booking=booking, place_id=booking.place_id, kind=kind, at=now, by=by, data=data
    )
    return [event, *announced(booking, event, readers=readers, now=told_at or now)]
