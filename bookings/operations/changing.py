"""A booking becomes another and stays itself: later, longer, elsewhere, for more or fewer."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from bookings.means import lock_to_lower_again
from bookings.models import Booking, Change, ChangeStatus, Kind
from bookings.models.change import OPEN
from bookings.operations.holding import HOLD, answer_by
from bookings.operations.making import keep, make, told
from bookings.operations.moves import locked, record
from bookings.operations.offering import Offer, Wish, preview, shares_for
from bookings.operations.turns import hold_hours
from bookings.operations.units import booked_along, lock_units
from bookings.operations.waiting_changes import end_change, why_over
from bookings.quotas import lock_shares
from bookings.refusals import NotYet, WrongState
from spaces.models import Space
from spaces.periods import Period, next_on_clock, period

MORE = 30  # minutes that one asks for while sitting there


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
    most_back: int | None = None,
    is_asked: bool = False,
) -> Change:
    """Make a booking another: at another time, in another space, for more or fewer.

    It is made at once when nothing is to be paid or answered for it; the booking keeps its
    id and UID. Else the change comes back HELD, to be paid, or REQUESTED, to be answered by
    the owner: the booking stands as it was, and what the change needs beyond it is kept
    until then. Whatever is refused, the old time is still there. Money is the caller's to
    move, in the same transaction: `due` before it is made, `back` once it is.

    `as_owner` it is changed by who runs the space, whatever waits for it: at once, never
    dearer, and the booker, who is told the `reason`, may cancel it for nothing. Of what was
    paid no more is promised back than is left of it, which the caller knows: `most_back`. What
    `is_asked` waits for the owner whatever it is, with other changes of its series: the caller
    asks for all of them at once.
    """
    wish = Wish.of(booking, space=space, span=span, quantity=quantity, people=people)
    return _change(
        booking,
        wish,
        by=by,
        now=now,
        is_told=is_told,
        as_owner=as_owner,
        reason=reason,
        most_back=most_back,
        is_asked=is_asked,
    )


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
def release(*, booking: Booking, by: User, now: datetime, most_back: int | None = None) -> Change:
    """Free the rest of a time that has begun: it ends at the space's next step from now, and
    what comes after is for others at once. Nothing is refunded that its tiers do not give
    back so late. Raises `NotYet` before it has begun, and `NothingToFree`."""
    if not booking.occupies(now):
        raise WrongState(booking_status=booking.status_at(now))
    if booking.start > now:
        raise NotYet(_("It has not begun yet. Change it, or cancel it."))
    end = next_step(booking, now)
    if end >= booking.end:
        raise NothingToFree
    wish = Wish.of(booking, span=period(booking.start, end))
    waived = frozenset({"too_short", "off_step"})
    return _change(booking, wish, by=by, now=now, waived=waived, replaces=True, most_back=most_back)


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
    most_back: int | None = None,
    is_asked: bool = False,
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
    sold = preview(booking, wish, now=now, as_owner=as_owner, shares=shares, waived=waived)
    sold = replace(sold.at_most(most_back), asks_owner=sold.asks_owner or is_asked)
    change = _stored(booking, wish, sold, by=by, now=now)
    if change.status == ChangeStatus.MADE:
        return make(
            booking, change, by=by, now=now, is_told=is_told, as_owner=as_owner, reason=reason
        )
    keep(booking, change, now)
    if change.status == ChangeStatus.HELD:
        record(booking, Kind.CHANGE_HELD, by=by, now=now, **told(change))
    elif not is_asked:  # else all of it is, at once
        record(booking, Kind.CHANGE_ASKED, by=by, now=now, **told(change))
    return change


def _stored(booking: Booking, wish: Wish, sold: Offer, *, by: User, now: datetime) -> Change:
    status, expires_at = ChangeStatus.MADE, None
    # Once they have come to what it was, it can only last longer.
    latest = wish.span.upper if wish.starts_as(booking) else booking.start
    if sold.due:
        status, expires_at = ChangeStatus.HELD, min(now + HOLD, latest)
    elif sold.asks_owner:
        until = min(answer_by(wish.space, wish.span, now), latest)
        status, expires_at = ChangeStatus.REQUESTED, until
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


# --- Small answers ------------------------------------------------------------------------


def step_of(space: Space) -> int:
    """The shortest extension in minutes: half an hour, or what the space's step makes of it."""
    return -(-MORE // space.step) * space.step


def next_step(booking: Booking, now: datetime) -> datetime:
    """The next minute from now at which a booking of the space can end, by its wall clock."""
    space = booking.space
    end = next_on_clock(now, space.step, space.place.zone)
    return end if end > booking.start else booking.start + timedelta(minutes=space.step)
