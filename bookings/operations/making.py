"""What a change takes beyond its booking while it waits, and makes of it at last."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from bookings.means import lock_to_lower_again, recount_means
from bookings.models import Answer, Booking, Change, ChangeStatus, Kind, Occupancy, Status
from bookings.operations.ending import percent_of
from bookings.operations.holding import answer_by
from bookings.operations.moves import record
from bookings.operations.offering import Wish
from bookings.operations.presence import check_in_by
from bookings.operations.units import (
    booked_along,
    lock_units,
    occupy,
    occupy_beyond,
    take_units,
)
from spaces.models import AddOn
from spaces.periods import Period, period, widened


def keep(booking: Booking, change: Change, now: datetime) -> None:
    """Hold what the change needs beyond the booking until it runs out."""
    units = _units_for(booking, change, _locked(booking, change), now)
    change.occupancies.all().delete()
    occupy_beyond(booking, change, units)


def make(
    booking: Booking,
    change: Change,
    *,
    by: User,
    now: datetime,
    is_told: bool = True,
    as_owner: bool = False,
    reason: str = "",
) -> Change:
    """The booking is from now on what the change says. `as_owner` it is its owner who wants it,
    for this `reason`: its booker may cancel until it begins."""
    was, wish = told(booking), Wish.of_change(change)
    percent = 100 if as_owner else percent_of(booking, now=now)
    lock_to_lower_again(booking, wish.asked(booking), now=now)
    is_less, starts_as = wish.is_less(booking), wish.starts_as(booking)
    along = _locked(booking, change)
    if is_less:
        _give_up(booking, wish)
        units = []
    else:
        units = _units_for(booking, change, along, now)
        Occupancy.objects.filter(booking=booking).delete()
    if change.period != booking.period:  # what they said yes to is another time: RFC 5546 3.2.2
        booking.attendees.update(answer=Answer.NEEDS_ACTION, answered_at=None)
    was_in = booking.space_id
    booking.space, booking.place_id = change.space, change.place_id
    booking.period, booking.quantity, booking.people = change.period, wish.quantity, wish.people
    booking.lines, booking.amount, booking.deposit = change.lines, change.amount, change.deposit
    booking.bound, booking.cancellation = change.bound, change.cancellation
    if as_owner:
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
    said = {"as_owner": True, "reason": reason} if as_owner else {}
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


def _locked(booking: Booking, change: Change) -> dict[AddOn, int]:
    """What is booked along, once all that the change may give up or take is locked."""
    along = booked_along(booking)
    lock_units([booking.space, change.space], along)
    return along


def _units_for(
    booking: Booking, change: Change, along: Mapping[AddOn, int], now: datetime
) -> list[int]:
    """What the change needs, of what is free or the booking's own."""
    return take_units(
        change.space,
        change.period,
        quantity=change.quantity,
        add_ons=along,
        now=now,
        again=booking,
    )


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


def told(of: Booking | Change) -> dict[str, Any]:
    """For the history."""
    return {
        "space": of.space.name,
        "start": of.start.isoformat(),
        "end": of.end.isoformat(),
        "quantity": of.quantity,
        "amount": of.amount,
    }
