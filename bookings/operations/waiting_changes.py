"""Changes that wait to be paid or answered: asked for, made, or come to nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from accounts.models import User
from accounts.transactions import operation
from bookings.deliveries import announce_together
from bookings.means import lock_means_of
from bookings.models import Booking, Change, ChangeStatus, Kind
from bookings.models.change import OPEN
from bookings.operations.jointly import answered_by
from bookings.operations.late import lock_quotas, require_quotas_of_change
from bookings.operations.making import keep, make, told
from bookings.operations.moves import locked, locked_all, record, require_time_left
from bookings.operations.offering import STANDS
from bookings.operations.repeating import locked_series
from bookings.operations.units import booked_along, lock_units
from bookings.refusals import WrongState
from spaces.models import AddOn

SWEEP = 200
OF_CHANGE = ("booking__space__place", "booking__booker", "booking__organisation", "space__place")


@operation
def withdraw(*, booking: Booking, by: User, now: datetime) -> list[Change]:
    """Take back the change that waits, and what else its series waits for; those that were. The
    bookings stand as they are."""
    change = booking.changes.filter(status__in=OPEN).first()
    return end_changes(change=change, why="withdrawn", by=by, now=now) if change else []


def locked_with(change: Change, *, now: datetime) -> list[Change]:
    """It and what else its series waits for, in order of time, with all that making or ending
    them locks, in the order of everybody: the series, quotas, bookings, means, units."""
    waiting = Change.objects.waiting_with(change)
    if change.series_change is not None:
        locked_series(change.series_change.series)
    lock_quotas(changes=waiting.select_related(*OF_CHANGE), now=now)
    rows = locked_all(waiting.values_list("booking", flat=True))
    found = list(waiting.select_related("space__place", "space__organisation", "by"))
    for one in found:
        one.booking = rows[one.booking_id]
    lock_means_of(rows.values())
    spaces = {space for one in found for space in (one.booking.space, one.space)}
    lock_units(spaces, AddOn.objects.filter(booked__booking__in=rows))
    return sorted(found, key=lambda one: (one.booking.start, one.booking_id))


@operation
def ask_changes(*, changes: Sequence[Change], now: datetime) -> None:
    """What they cost, if anything, is reserved on the booker's card, or owed: now the owner is
    to answer, all of it at once, and is told so in one letter. Raises the `Refused` of the
    first that can no longer be had."""
    rows = locked_all(one.booking_id for one in changes)
    fresh = [_fresh(one, rows[one.booking_id]) for one in changes]
    asked = [(one.space, one.period) for one in fresh if not one.space.in_force.is_instant]
    spans = [one.period for one in fresh]
    until = answered_by(asked or [(one.space, one.period) for one in fresh], spans, now=now)
    until = min([until, *(one.booking.start for one in fresh if not _starts_as(one))])
    for change in fresh:
        if change.status != ChangeStatus.REQUESTED:
            possible = (ChangeStatus.HELD, ChangeStatus.EXPIRED)
            _require_possible(change, change.booking, possible, now=now)
        change.status, change.expires_at = ChangeStatus.REQUESTED, until
        change.save(update_fields=["status", "expires_at"])
        keep(change.booking, change, now)
        record(
            change.booking,
            Kind.CHANGE_ASKED,
            by=change.by,
            now=now,
            is_told=len(fresh) == 1,
            **told(change),
        )
    if len(fresh) > 1:
        first = sorted((one.booking for one in fresh), key=lambda one: (one.start, one.pk))
        announce_together(first, Kind.CHANGE_ASKED, by=fresh[0].by, now=now)


@operation
def approve_change(
    *,
    change: Change,
    by: User,
    now: datetime,
    is_told: bool = True,
    most_back: int | None = None,
) -> Change:
    """The owner says yes to a change. Who answers must run the space; the caller checks. Of what
    was paid `most_back` is left, and may be less than when it was asked for."""
    booking, change = _asked(change, now=now)
    if most_back is not None and most_back < change.back:
        change.back = most_back
        change.save(update_fields=["back"])
    return make(booking, change, by=by, now=now, is_told=is_told)


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
def end_changes(
    *, change: Change, why: str, now: datetime, by: User | None = None, reason: str = ""
) -> list[Change]:
    """`end_change` of it and of what else its series waits for, told in one letter. Nothing
    when it does not wait any more."""
    return [
        end_change(change=one, why=why, by=by, now=now, reason=reason, is_told=n == 0)
        for n, one in enumerate(locked_with(change, now=now))
    ]


@operation
def end_change(
    *,
    change: Change,
    why: str,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    is_told: bool = True,
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
    record(booking, Kind.CHANGE_ENDED, by=by, now=now, is_told=is_told, why=why, **said)
    return change


def expire_changes_due(*, now: datetime) -> list[Change]:
    """End the changes that were not paid or answered in time, oldest first, at most `SWEEP`
    and what waits with them."""
    due = Change.objects.filter(status__in=OPEN, expires_at__lte=now).order_by("expires_at")
    return [ended for change in due[:SWEEP] for ended in _expire(change, now=now)]


@operation
def _expire(change: Change, *, now: datetime) -> list[Change]:
    waiting = locked_with(change, now=now)
    if all(one.is_open(now) for one in waiting):
        return []
    return end_changes(change=change, why=why_over(waiting[0]), now=now)


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


def _starts_as(change: Change) -> bool:
    booking = change.booking
    return (change.space_id, change.start) == (booking.space_id, booking.start)


def _require_possible(
    change: Change, booking: Booking, statuses: Collection[ChangeStatus], *, now: datetime
) -> None:
    """It can still become of the booking, which has not become something else meanwhile."""
    another = booking.changes.filter(status__in=OPEN).exclude(pk=change.pk).exists()
    is_stale = booking.status not in STANDS or booking.sequence != change.sequence
    if booking.has_begun(now) and not _starts_as(change):  # they came to what it was
        is_stale = True
    if change.status not in statuses or is_stale or another:
        raise WrongState(change_status=change.status)
    require_time_left(change.period, now=now)
