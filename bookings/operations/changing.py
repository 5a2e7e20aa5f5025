"""A booking becomes another and stays itself: later, longer, elsewhere, for more or fewer."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from bookings.means import lock_to_lower_again, recount_means
from bookings.models import Answer, Booking, Change, ChangeStatus, Kind, Occupancy, Status
from bookings.models.change import OPEN
from bookings.operations.ending import percent_of
from bookings.operations.holding import HOLD, answer_by
from bookings.operations.late import lock_quotas, require_quotas_of_change
from bookings.operations.moves import locked, record
from bookings.operations.offering import (
    STANDS,
    Offer,
    Wish,
    offer,
    preview,
    require_changeable,
    shares_for,
)
from bookings.operations.presence import check_in_by
from bookings.operations.turns import hold_hours
from bookings.operations.units import (
    booked_along,
    lock_units,
    occupy,
    occupy_beyond,
    take_units,
)
from bookings.quotas import lock_shares
from bookings.refusals import NotYet, WrongState
from spaces.models import Space
from spaces.periods import Period, at_minute, period, wall_minute, widened

MORE = 30  # minutes that one asks for while sitting there
SWEEP = 200


class NothingToFree(Refused):
    code = "nothing_to_free"
    message = _("There is nothing left to give to others.")


class NotLonger(Refused):
    code = "not_longer"
    message = _("It lasts as long as that already.")


@operation
def reschedule(
    *,
    booking: Booking,
    by: User,
    now: datetime,
    space: Space | None = None,
    span: Period | None = None,
    quantity: int | None = None,
    people: int | None = None,
    is_told: bool = True,
    as_owner: bool = False,
    reason: str = "",
) -> Change:
    """Make a booking another: at another time, in another space, for more or fewer.

    It is made at once when nothing is to be paid or answered for it; the booking keeps its
    id and UID. Else the change comes back HELD, to be paid, or REQUESTED, to be answered by
    the owner: the booking stands as it was, and what the change needs beyond it is kept
    until then. Whatever is refused, the old time is still there. Money is the caller's to
    move, in the same transaction: `due` before it is made, `back` once it is.

    `as_owner` it is changed by who runs the space, whatever waits for it: at once, never
    dearer, and the booker, who is told the `reason`, may cancel it for nothing.
    """
    wish = Wish.of(booking, space=space, span=span, quantity=quantity, people=people)
    return _change(booking, wish, by=by, now=now, is_told=is_told, as_owner=as_owner, reason=reason)


@operation
def extend(
    *,
    booking: Booking,
    by: User,
    now: datetime,
    minutes: int | None = None,
    until: datetime | None = None,
) -> Change:
    """So many minutes more at its end, or `until` a moment; without either the shortest step of
    the space that is half an hour or longer. Also while sitting there: nobody has to be early
    for that. Raises `NotLonger` when it ends no earlier already."""
    end = until or booking.end + timedelta(minutes=minutes or step_of(booking.space))
    if end <= booking.end:
        raise NotLonger
    wish = Wish.of(booking, span=period(booking.start, end))
    return _change(booking, wish, by=by, now=now)


@operation
def release(*, booking: Booking, by: User, now: datetime) -> Change:
    """Free the rest of a time that has begun: it ends at the space's next step from now, and
    what comes after is for others at once. Nothing is refunded that its tiers do not give
    back so late. Raises `NotYet` before it has begun, and `NothingToFree`."""
    if booking.start > now:
        raise NotYet(_("It has not begun yet. Change it, or cancel it."))
    end = next_step(booking, now)
    if end >= booking.end:
        raise NothingToFree
    wish = Wish.of(booking, span=period(booking.start, end))
    waived = frozenset({"too_short", "off_step"})
    return _change(booking, wish, by=by, now=now, waived=waived, replaces=True)


@operation
def withdraw(*, booking: Booking, by: User, now: datetime) -> Change | None:
    """Take back a change that waits; None when there is none. The booking stands as it is."""
    booking = locked(booking)
    change = booking.changes.filter(status__in=OPEN).first()
    if change is not None:
        end_change(change=change, why="withdrawn", by=by, now=now)
    return change


# --- While it waits -----------------------------------------------------------------------


@operation
def ask_change(*, change: Change, now: datetime) -> Change:
    """What it costs is reserved on the booker's card: now the owner is to answer."""
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    _require_possible(change, booking, (ChangeStatus.HELD, ChangeStatus.EXPIRED))
    change.status = ChangeStatus.REQUESTED
    change.expires_at = answer_by(change.space, change.period, now)
    _keep(booking, change, now)
    change.save(update_fields=["status", "expires_at"])
    record(booking, Kind.CHANGE_ASKED, by=change.by, now=now, **_told(change))
    return change


@operation
def approve_change(*, change: Change, by: User, now: datetime) -> Change:
    """The owner says yes to a change. Who answers must run the space; the caller checks."""
    booking, change = _asked(change, now=now)
    return _make(booking, change, by=by, now=now)


@operation
def keep_change(*, change: Change, until: datetime, now: datetime) -> Change:
    """Keep what a change that is asked for needs at least until then, while the money for it
    is drawn. Raises `WrongState` when it waits no longer."""
    booking, change = _asked(change, now=now)
    change.expires_at = max(change.expires_at or until, until)
    change.save(update_fields=["expires_at"])
    _keep(booking, change, now)
    return change


@operation
def make_change(*, change: Change, now: datetime, is_told: bool = True) -> Change:
    """It is paid. Its time may have run out meanwhile: then it is taken anew, and `SlotTaken`
    (or another refusal) is raised when that cannot be."""
    lock_quotas(changes=[change], now=now)
    booking = locked(change.booking_id)
    change = _fresh(change, booking)
    _require_possible(change, booking, (ChangeStatus.HELD, ChangeStatus.EXPIRED))
    require_quotas_of_change(change, now=now)
    return _make(booking, change, by=change.by, now=now, is_told=is_told)


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
    told = _told(change) | {"reason": reason, "was_asked": was_asked}
    record(booking, Kind.CHANGE_ENDED, by=by, now=now, why=why, **told)
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


# --- The step itself ----------------------------------------------------------------------


def _change(
    booking: Booking,
    wish: Wish,
    *,
    by: User,
    now: datetime,
    waived: frozenset[str] = frozenset(),
    replaces: bool = False,
    is_told: bool = True,
    as_owner: bool = False,
    reason: str = "",
) -> Change:
    shares = [] if as_owner else shares_for(booking, wish, now=now)
    lock_shares(shares)
    hold_hours([booking.space, wish.space])
    asked, booking = booking, locked(booking)
    if asked.sequence != booking.sequence:  # changed by somebody else a moment ago
        raise WrongState(booking_status=booking.status_at(now))
    lock_to_lower_again(booking, wish.asked(booking), now=now)
    lock_units([booking.space, wish.space], booked_along(booking))
    waiting = booking.changes.filter(status__in=OPEN).first()
    if waiting is not None and (replaces or as_owner or not waiting.is_open(now)):
        why = "moved" if as_owner else "withdrawn" if replaces else why_over(waiting)
        end_change(change=waiting, why=why, by=by if as_owner else None, now=now)
    if as_owner:
        sold = preview(booking, wish, now=now, as_owner=True)
    else:
        require_changeable(booking, wish, now=now, waived=waived)
        for share in shares:
            share.require(wish.span, now)
        sold = offer(booking, wish, now=now)
    change = _stored(booking, wish, sold, by=by, now=now)
    if change.status == ChangeStatus.MADE:
        said = {"as_owner": True, "reason": reason} if as_owner else {}
        return _make(booking, change, by=by, now=now, is_told=is_told, **said)
    _keep(booking, change, now)
    is_paid_first = change.status == ChangeStatus.HELD
    kind = Kind.CHANGE_HELD if is_paid_first else Kind.CHANGE_ASKED
    record(booking, kind, by=by, now=now, **_told(change))
    return change


def _stored(booking: Booking, wish: Wish, sold: Offer, *, by: User, now: datetime) -> Change:
    status, expires_at = ChangeStatus.MADE, None
    if sold.due:
        status, expires_at = ChangeStatus.HELD, now + HOLD
    elif sold.asks_owner:
        status, expires_at = ChangeStatus.REQUESTED, answer_by(wish.space, wish.span, now)
    if status != ChangeStatus.MADE:  # a second one is told of by mail too
        booking.sequence += 1
        booking.save(update_fields=["sequence"])
    if sold.amount.currency != booking.currency:  # it was free of charge
        booking.currency = sold.amount.currency
        booking.save(update_fields=["currency"])
    return Change.objects.create(
        place_id=wish.space.place_id,
        booking=booking,
        space=wish.space,
        period=wish.span,
        quantity=wish.quantity,
        people=wish.people,
        status=status,
        by=by,
        created_at=now,
        expires_at=expires_at,
        sequence=booking.sequence,
        due=sold.due.amount,
        back=sold.back.amount,
        lines=sold.lines,
        amount=sold.amount.amount,
        deposit=sold.deposit,
        bound=sold.bound,
        cancellation=sold.cancellation,
    )


def _keep(booking: Booking, change: Change, now: datetime) -> None:
    """Hold what the change needs beyond the booking until it runs out."""
    along = booked_along(booking)
    lock_units([booking.space, change.space], along)
    units = take_units(
        change.space,
        change.period,
        quantity=change.quantity,
        add_ons=along,
        now=now,
        again=booking,
    )
    change.occupancies.all().delete()
    occupy_beyond(booking, change, units)


def _make(
    booking: Booking,
    change: Change,
    *,
    by: User,
    now: datetime,
    is_told: bool = True,
    **said: Any,
) -> Change:
    """The booking is from now on what the change says; what else is `said` is in its history."""
    was, wish = _told(booking), Wish(change.space, change.period, change.quantity, change.people)
    percent = 100 if said.get("as_owner") else percent_of(booking, now=now)
    lock_to_lower_again(booking, wish.asked(booking), now=now)
    is_less, starts_as = wish.is_less(booking), wish.starts_as(booking)
    along = booked_along(booking)
    lock_units([booking.space, change.space], along)
    if is_less:
        _give_up(booking, wish)
        units = []
    else:
        units = take_units(
            change.space,
            change.period,
            quantity=change.quantity,
            add_ons=along,
            now=now,
            again=booking,
        )
        Occupancy.objects.filter(booking=booking).delete()
    if change.period != booking.period:  # what they said yes to is another time: RFC 5546 3.2.2
        booking.attendees.update(answer=Answer.NEEDS_ACTION, answered_at=None)
    was_in = booking.space_id
    booking.space, booking.place_id = change.space, change.place_id
    booking.period, booking.quantity, booking.people = change.period, wish.quantity, wish.people
    booking.lines, booking.amount, booking.deposit = change.lines, change.amount, change.deposit
    booking.bound, booking.cancellation = change.bound, change.cancellation
    if said.get("as_owner"):
        booking.last_notice = 0
    elif change.space_id != was_in:
        booking.last_notice = change.space.in_force.last_notice
    if booking.status == Status.REQUESTED and booking.expires_at:
        until = answer_by(change.space, change.period, now)
        booking.expires_at = min(booking.expires_at, until)
    if not starts_as:
        booking.check_in_by = check_in_by(change.space, change.period, now)
    elif booking.check_in_by:
        booking.check_in_by = min(booking.check_in_by, booking.end)
    booking.sequence += 1
    booking.changed_at = now
    booking.save()
    recount_means(booking, percent=percent, now=now)
    occupy(booking, units, held_until=booking.expires_at)
    booking.occupancies.update(held_until=booking.expires_at)
    change.status, change.expires_at = ChangeStatus.MADE, None
    change.save(update_fields=["status", "expires_at"])
    record(
        booking,
        Kind.CHANGED,
        by=by,
        now=now,
        is_told=is_told,
        was=was,
        back=change.back,
        due=change.due,
        **said,
    )
    return change


def _give_up(booking: Booking, wish: Wish) -> None:
    """Shrink its rows and let go of units that are too many. Nobody can be in the way of that,
    whatever the space's gaps have become since it was booked."""
    rules = wish.space.in_force
    during = widened(wish.span, rules.buffer_before, rules.buffer_after)
    of_space = booking.occupancies.filter(unit__add_on=None).order_by("unit")
    if wish.space.is_pool:
        surplus = list(of_space.values_list("pk", flat=True)[wish.quantity :])
        Occupancy.objects.filter(pk__in=surplus).delete()
    for row in booking.occupancies.all():
        its: Period = row.during
        row.during = period(max(its.lower, during.lower), min(its.upper, during.upper))
        row.save(update_fields=["during"])


# --- Small answers ------------------------------------------------------------------------


def step_of(space: Space) -> int:
    """The shortest extension in minutes: half an hour, or what the space's step makes of it."""
    return -(-MORE // space.step) * space.step


def next_step(booking: Booking, now: datetime) -> datetime:
    """The next minute from now at which a booking of the space can end, by its wall clock."""
    space, zone = booking.space, booking.space.place.zone
    day = now.astimezone(zone).date()
    exact = wall_minute(now, day, zone) + bool(now.second or now.microsecond)
    end = at_minute(day, -(-exact // space.step) * space.step, zone)
    return end if end > booking.start else booking.start + timedelta(minutes=space.step)


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
    _require_possible(change, booking, (ChangeStatus.REQUESTED,))
    if not change.is_open(now):
        raise WrongState(change_status=change.status)
    require_quotas_of_change(change, now=now)
    return booking, change


def _require_possible(change: Change, booking: Booking, statuses: Collection[ChangeStatus]) -> None:
    """It can still become of the booking, which has not become something else meanwhile."""
    another = booking.changes.filter(status__in=OPEN).exclude(pk=change.pk).exists()
    is_stale = booking.status not in STANDS or booking.sequence != change.sequence
    if change.status not in statuses or is_stale or another:
        raise WrongState(change_status=change.status)


def _told(of: Booking | Change) -> dict[str, Any]:
    """For the history."""
    return {
        "space": of.space.name,
        "start": of.start.isoformat(),
        "end": of.end.isoformat(),
        "quantity": of.quantity,
        "amount": of.amount,
    }
