"""Changes that wait to be paid or answered: asked for, made, or come to nothing."""

from collections.abc import Collection
from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from bookings.models import Booking, Change, ChangeStatus, Kind, Status
from bookings.models.change import OPEN
from bookings.operations.holding import answer_by
from bookings.operations.late import lock_quotas, require_quotas_of_change
from bookings.operations.making import keep, make, told
from bookings.operations.moves import locked, record, require_time_left
from bookings.operations.offering import STANDS
from bookings.operations.units import booked_along, lock_units
from bookings.refusals import WrongState

SWEEP = 200


@operation
def withdraw(*, booking: Booking, by: User, now: datetime) -> Change | None:
    """Take back a change that waits; None when there is none. The booking stands as it is."""
    booking = locked(booking)
    change = booking.changes.filter(status__in=OPEN).first()
    if change is not None:
        end_change(change=change, why="withdrawn", by=by, now=now)
    return change


@operation
def ask_change(*, change: Change, now: datetime) -> Change:
    """What it costs is reserved on the booker's card: now the owner is to answer."""
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    _require_possible(change, booking, (ChangeStatus.HELD, ChangeStatus.EXPIRED), now=now)
    change.status = ChangeStatus.REQUESTED
    change.expires_at = answer_by(change.space, change.period, now)
    keep(booking, change, now)
    change.save(update_fields=["status", "expires_at"])
    record(booking, Kind.CHANGE_ASKED, by=change.by, now=now, **told(change))
    return change


@operation
def approve_change(*, change: Change, by: User, now: datetime) -> Change:
    """The owner says yes to a change. Who answers must run the space; the caller checks."""
    booking, change = _asked(change, now=now)
    return make(booking, change, by=by, now=now)


@operation
def keep_change(*, change: Change, until: datetime, now: datetime) -> Change:
    """Keep what a change that is asked for needs at least until then, while the money for it
    is drawn. Raises `WrongState` when it waits no longer."""
    booking, change = _asked(change, now=now)
    change.expires_at = max(change.expires_at or until, until)
    change.save(update_fields=["expires_at"])
    keep(booking, change, now)
    return change


@operation
def make_change(*, change: Change, now: datetime, is_told: bool = True) -> Change:
    """It is paid. Its time may have run out meanwhile: then it is taken anew, and `SlotTaken`
    (or another refusal) is raised when that cannot be."""
    lock_quotas(changes=[change], now=now)
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    _require_possible(change, booking, (ChangeStatus.HELD, ChangeStatus.EXPIRED), now=now)
    require_quotas_of_change(change, now=now)
    return make(booking, change, by=change.by, now=now, is_told=is_told)


@operation
def end_change(
    *, change: Change, why: str, now: datetime, by: User | None = None, reason: str = ""
) -> Change:
    """It comes to nothing: `why` is withdrawn, declined, expired, unanswered, too_late,
    quota_used, payment_failed or moved. What was kept for it is free again."""
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    if change.status not in OPEN:
        raise WrongState(change_status=change.status)
    lock_units([booking.space, change.space], booked_along(booking))
    change.occupancies.all().delete()
    was_asked = change.status == ChangeStatus.REQUESTED
    change.status = ChangeStatus.EXPIRED if why == "expired" else ChangeStatus.ENDED
    change.expires_at = None
    change.save(update_fields=["status", "expires_at"])
    said = told(change) | {"reason": reason, "was_asked": was_asked}
    record(booking, Kind.CHANGE_ENDED, by=by, now=now, why=why, **said)
    return change


def expire_changes_due(*, now: datetime) -> list[Change]:
    """End the changes that were not paid or answered in time, oldest first, at most `SWEEP`."""
    due = Change.objects.filter(status__in=OPEN, expires_at__lte=now).order_by("expires_at")
    return [change for change in due[:SWEEP] if _expire(change, now=now)]


@operation
def _expire(change: Change, *, now: datetime) -> bool:
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    if change.status not in OPEN or change.is_open(now):
        return False
    end_change(change=change, why=why_over(change), now=now)
    return True


def why_over(change: Change) -> str:
    """Why a change whose time has passed came to nothing."""
    return "expired" if change.status == ChangeStatus.HELD else "unanswered"


def _fresh(change: Change, booking: Booking) -> Change:
    """The change as it is now; its booking is locked."""
    rows = Change.objects.select_related("space__place", "space__organisation", "by")
    fresh = rows.get(pk=change.pk)
    fresh.booking = booking
    return fresh


def _asked(change: Change, *, now: datetime) -> tuple[Booking, Change]:
    """A change that waits for its owner's yes, and may have it now; its booking is locked."""
    lock_quotas(changes=[change], now=now)
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    _require_possible(change, booking, (ChangeStatus.REQUESTED,), now=now)
    if not change.is_open(now):
        raise WrongState(change_status=change.status)
    require_quotas_of_change(change, now=now)
    return booking, change


def _require_possible(
    change: Change, booking: Booking, statuses: Collection[ChangeStatus], *, now: datetime
) -> None:
    """It can still become of the booking, which has not become something else meanwhile."""
    another = booking.changes.filter(status__in=OPEN).exclude(pk=change.pk).exists()
    is_stale = booking.status not in STANDS or booking.sequence != change.sequence
    starts_as = (change.space_id, change.start) == (booking.space_id, booking.start)
    if booking.status == Status.CHECKED_IN and not starts_as:  # they came to what it was
        is_stale = True
    if change.status not in statuses or is_stale or another:
        raise WrongState(change_status=change.status)
    require_time_left(change.period, now=now)
