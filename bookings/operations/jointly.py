"""What is asked for together: all of it is confirmed, or none.

A cart or a series that is paid with one card, where an owner is to answer some of it, is one
request. A booking of it is agreed once its owner has said yes, or at once where nobody has to
be asked; it stays requested, and keeps its time, until all of them are. The last yes confirms
them all; the first no, a withdrawal, and the time running out end them all. A trigger of the
database holds that they go together.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.transactions import operation
from bookings.deliveries import tell_jointly
from bookings.means import let_go_means
from bookings.models import Actor, Booking, Kind, Status
from bookings.operations.held import request
from bookings.operations.holding import HOLD, answer_by
from bookings.operations.moves import locked_jointly, move, record
from bookings.operations.units import lock_units
from bookings.refusals import WrongState
from spaces.ids import uuid7
from spaces.models import AddOn, Space
from spaces.periods import Period


def ask_together(*, bookings: Sequence[Booking], now: datetime) -> None:
    """From now on these holds are one request. Call it in the transaction that makes them."""
    together = uuid7()
    for booking in bookings:
        booking.asked_with = together
        if booking.space.in_force.is_instant:
            booking.agreed_at = now
    Booking.objects.bulk_update(bookings, ["asked_with", "agreed_at"])


def answered_by(
    asked: Iterable[tuple[Space, Period]], spans: Iterable[Period], *, now: datetime
) -> datetime:
    """When what is asked for together at `now` is declined by itself: after the shortest time
    that an owner who is `asked` gives themselves, but at most when the first of all `spans`
    starts, and never sooner than one could pay, unless any of it is over by then."""
    spans = list(spans)
    within = min(answer_by(space, span, now) for space, span in asked)
    first = min(span.lower for span in spans)
    return min(max(min(within, first), now + HOLD), *(span.upper for span in spans))


@operation
def request_together(
    *, bookings: Sequence[Booking], now: datetime, until: datetime | None = None
) -> None:
    """The price of all of it is reserved: now their owners are to answer, `until` then at the
    latest. Raises the `Refused` of the first that can no longer be had; then none is asked for."""
    to_answer = [(one.space, one.period) for one in bookings if one.is_owners_to_answer]
    last = answered_by(to_answer, [one.period for one in bookings], now=now)
    last = min(last, until) if until is not None else last
    asked = [request(booking=one, now=now, until=last, is_told=False) for one in bookings]
    tell_jointly(asked, Kind.REQUESTED, by=None, now=now)


@operation
def agree(*, booking: Booking, by: User, now: datetime) -> list[Booking]:
    """Say yes to one of several; who answers must run its space: the caller checks. Returns all
    of them, locked, once nobody is waited for any more: else nothing."""
    booking, others = locked_jointly(booking)
    if booking.status != Status.REQUESTED or booking.has_run_out(now):
        raise WrongState(booking_status=booking.status_at(now))
    if booking.agreed_at is None:
        booking.agreed_at, booking.agreed_by = now, by
        booking.save(update_fields=["agreed_at", "agreed_by"])
        record(booking, Kind.AGREED, by=by, now=now, is_told=False)
    together = sorted([booking, *others], key=lambda one: one.pk)
    return together if all(one.agreed_at for one in together) else []


def end_jointly(
    booking: Booking,
    others: Sequence[Booking],
    status: Status,
    *,
    actor: Actor,
    by: User | None,
    now: datetime,
    is_told: bool = True,
    **data: Any,
) -> None:
    """A locked booking has come to nothing, and so do the `others`, locked too, that were asked
    for with it. Of several the booker has one letter, and so has each owner who was asked, but
    not those whose doing it is."""
    if not others:
        move(booking, status, actor=actor, by=by, now=now, is_told=is_told, **data)
        return
    together = [booking, *others]
    lock_units({one.space for one in together}, AddOn.objects.filter(booked__booking__in=together))
    was_asked = booking.status == Status.REQUESTED
    move(booking, status, actor=actor, by=by, now=now, is_told=False, **data)
    for one in others:
        if status == Status.CANCELLED:
            let_go_means(one, percent=100)
        its = Actor.LEDIG if status == Status.DECLINED else actor
        told = {**data, "together": str(booking.pk)}
        move(one, status, actor=its, by=None, now=now, is_told=False, **told)
    if is_told and (was_asked or status != Status.CANCELLED):
        tell_jointly(together, Kind(status), by=by, now=now)
