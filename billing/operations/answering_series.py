"""A series as its owner answers for it: all that waits or stands in their spaces, in one go."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from accounts.models import User
from accounts.transactions import operation
from billing.models import Order, OrderStatus
from billing.operations.answering import agree, approve, draw
from billing.operations.answering import decline as decline_one
from billing.operations.cancelling import cancel, let_go
from bookings import operations as bookings
from bookings.deliveries import tell
from bookings.models import COMES, Booking, Change, ChangeStatus, Kind, Series
from bookings.operations.repeating import locked_together
from bookings.refusals import WrongState

RESERVED = (OrderStatus.AUTHORISED, OrderStatus.CAPTURING)


def run_by(series: Series, user: User) -> list[Booking]:
    """What of a series is in spaces that this person answers for, in order of time."""
    found = Booking.objects.run_by(user).filter(series=series)
    return list(found.for_listing().order_by("period", "pk"))


def asked_of(series: Series, user: User, *, now: datetime) -> list[Booking]:
    """Those of them that wait for an answer."""
    return [one for one in run_by(series, user) if one.waits_for_owner(now)]


def changes_asked_of(series: Series, user: User, *, now: datetime) -> list[Change]:
    """What all of it, or what comes from a day on, is to become once this person says yes, in
    order of time."""
    asked = Change.objects.open(now).filter(
        status=ChangeStatus.REQUESTED,
        series_change__series=series,
        booking__in=Booking.objects.run_by(user),
    )
    of = ("booking__space__place", "booking__booker", "space__place")
    return list(asked.select_related(*of).order_by("period", "pk"))


def standing_of(series: Series, user: User, *, now: datetime) -> list[Booking]:
    """Those of them that stand and have not begun."""
    found = run_by(series, user)
    return [one for one in found if one.status in COMES and one.start > now]


def approve_series(*, series: Series, by: User, now: datetime) -> list[Booking]:
    """Say yes to all of a series that waits for this person, or to what all of it is to become,
    and tell the booker once. All or none; but what is reserved on cards is drawn card by card,
    as `approve` does it. Raises `WrongState` when nothing waits."""
    changes = changes_asked_of(series, by, now=now)
    if changes:
        approve(booking=changes[0].booking, by=by, now=now)
        return [one.booking for one in changes]
    jointly, asked = _parted(asked_of(series, by, now=now))
    for together in jointly:
        draw(agree(together, by=by, now=now), now=now)
    answered = [one for together in jointly for one in together]
    if not asked and answered:
        return answered
    reserved = set(
        Order.objects.filter(status__in=RESERVED, lines__booking__in=asked).values_list(
            "lines__booking", flat=True
        )
    )
    together = [one for one in asked if one.pk not in reserved]
    if not asked:
        raise WrongState
    answered += approve_together(together, by=by, now=now) if together else []
    return answered + [approve(booking=one, by=by, now=now) for one in asked if one.pk in reserved]


def _parted(asked: Iterable[Booking]) -> tuple[list[list[Booking]], list[Booking]]:
    """What of it is asked for with one card, card by card, and what by itself."""
    jointly: dict[UUID, list[Booking]] = {}
    alone = []
    for one in asked:
        if one.asked_with is None:
            alone.append(one)
        else:
            jointly.setdefault(one.asked_with, []).append(one)
    return [*jointly.values()], alone


@operation
def approve_together(asked: list[Booking], *, by: User, now: datetime) -> list[Booking]:
    return _each(
        asked,
        lambda one: bookings.approve(booking=one, by=by, now=now, is_told=False),
        Kind.SERIES_BOOKED,
        by=by,
        now=now,
    )


@operation
def decline_series(*, series: Series, by: User, now: datetime, reason: str = "") -> list[Booking]:
    """Say no to all of a series that waits for this person, or to what all of it is to become:
    all or none, told in one letter. What was reserved is let go. With what is asked for with one
    card all of that falls, also where others are to answer. Raises `WrongState` when nothing
    waits."""

    def decline(one: Booking) -> Booking:
        booking = bookings.decline(booking=one, by=by, now=now, reason=reason, is_told=False)
        let_go(booking, now=now)
        return booking

    changes = changes_asked_of(series, by, now=now)
    if changes:
        decline_one(booking=changes[0].booking, by=by, now=now, reason=reason)
        return [one.booking for one in changes]
    jointly, asked = _parted(asked_of(series, by, now=now))
    for together in jointly:
        decline_one(booking=together[0], by=by, now=now, reason=reason)
    answered = [one for together in jointly for one in together]
    if not asked and answered:
        return answered
    return answered + _each(asked, decline, Kind.SERIES_CANCELLED, by=by, now=now)


@operation
def cancel_series_as_owner(
    *, series: Series, by: User, now: datetime, reason: str = ""
) -> list[Booking]:
    """Cancel all of a series that stands and has not begun in this person's spaces: all or
    none, told in one letter, and everything that is paid comes back. Raises `WrongState` when
    nothing stands."""
    standing = standing_of(series, by, now=now)
    return _each(
        standing,
        lambda one: cancel(
            booking=one, by=by, as_owner=True, now=now, reason=reason, is_told=False
        ),
        Kind.SERIES_CANCELLED,
        by=by,
        now=now,
    )


def _each(
    found: list[Booking],
    end: Callable[[Booking], Booking],
    kind: Kind,
    *,
    by: User,
    now: datetime,
) -> list[Booking]:
    """Do it to all of them, locked in the order of everybody, and tell the booker once."""
    if not found:
        raise WrongState
    answered = [end(one) for one in locked_together(found)]
    tell(answered[0], kind, to=[answered[0].booker], by=by, now=now)
    return answered
