"""Offering time that has become free to those who wait for it, in the order they came.

An offer is a hold, made as everybody's is; the one it is for takes it or says no, and when
they say nothing it expires and the next is asked.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy, operation
from billing import stripe_gateway
from billing.models import Order
from billing.operations.booking import PaymentsClosed, open_to_pay, order_of
from billing.operations.cancelling import cancel
from bookings import operations as bookings
from bookings.forms import district_zone
from bookings.models import Booking, Queue, Status, Waiting
from bookings.operations import Turn
from bookings.operations.holding import HOLD
from bookings.operations.late import lock_quotas
from bookings.operations.moves import locked
from bookings.operations.queueing import NotOffered, move_in_queue, next_look
from bookings.operations.turns import lead_queue
from bookings.operations.units import keep_units
from bookings.queries.fitting import AT_LEAST, fitting
from spaces.periods import Period, at_minute, overlap

log = logging.getLogger("ledig.waitlist")

TO_ANSWER = timedelta(minutes=30)
NIGHT, MORNING = 22, 7  # nobody's phone buzzes in between
SWEEP = 500  # entries a round, each in a transaction of its own


def offer_due(*, now: datetime) -> list[Booking]:
    """Look for all who are to be looked for, oldest first, and offer what fits.

    Any number of workers may run at once: one looks at a time, and the others leave it to
    that one and to the next round.
    """
    bookings.end_waiting(now=now)
    bookings.wake(now=now)
    offered = []
    for _n in range(SWEEP):
        try:
            entry = _look(now=now)
        except Busy:
            log.warning("somebody else is at it, to be offered in the next round")
            break
        if entry is None:
            break
        if entry.state == Queue.OFFERED and entry.booking is not None:
            offered.append(entry.booking)
    return offered


def accept(*, entry: Waiting, by: User, now: datetime) -> Booking:
    """Take what is offered: it is confirmed, requested where the owner answers first, or has
    an order to pay. Taken twice, it is the same booking. Raises `NotOffered`."""
    booking = _take(entry.pk, by=by, now=now)
    if booking.status == Status.HELD:
        open_to_pay([booking], by=by, now=now)
    return booking


@operation
def decline_offer(*, entry: Waiting, by: User, now: datetime) -> None:
    """Say no to it: the next is asked at once. Raises `NotOffered`."""
    entry = Waiting.objects.select_related("booking").get(pk=entry.pk)
    if entry.booking is None or entry.state_at(now) != Queue.OFFERED:
        raise NotOffered
    cancel(booking=entry.booking, by=by, as_owner=False, now=now)


@operation
def leave(*, entry: Waiting, now: datetime) -> None:
    """Wait no longer, and say no to what is offered. What is taken is a booking, and stays."""
    if bookings.leave(entry=entry):
        return
    entry = Waiting.objects.select_related("person").get(pk=entry.pk)
    if entry.state_at(now) == Queue.OFFERED:
        decline_offer(entry=entry, by=entry.person, now=now)


def offer_times(span: Period, zone: ZoneInfo, *, now: datetime) -> Turn | None:
    """When to tell somebody of a time, and until when they have it.

    At night they are told in the morning, and it is kept for them until then, unless it
    begins too soon for that. An offer ends before what it offers begins; None when that
    leaves no time to answer.
    """
    by_day = waking(now, zone)
    if by_day > now and by_day + TO_ANSWER <= span.lower:
        return Turn(told_at=by_day, until=by_day + TO_ANSWER)
    until = min(now + TO_ANSWER, span.lower)
    return Turn(told_at=now, until=until) if until - now >= AT_LEAST else None


def waking(now: datetime, zone: ZoneInfo) -> datetime:
    """Now, or at night in the morning."""
    wall = now.astimezone(zone)
    if MORNING <= wall.hour < NIGHT:
        return now
    return at_minute(wall.date() + timedelta(days=wall.hour >= NIGHT), MORNING * 60, zone)


@operation
def _look(*, now: datetime) -> Waiting | None:
    """Look for the first who is due; None when there is none, or another is looking."""
    if not lead_queue():
        return None
    due = Waiting.objects.due(now).select_related("person", "organisation", "space__place")
    due = due.select_for_update(of=("self",), no_key=True, skip_locked=True)
    # What is held for who stands in line is no news to who is only told.
    entry = due.filter(had=None).first() or due.first()
    if entry is None:
        return None
    try:
        with transaction.atomic():
            if entry.had is None:
                booking = _offer(entry, now=now)
            elif bookings.tell_of_more(entry, at=waking(now, district_zone()), now=now):
                return entry
            else:
                booking = None
    except OperationalError:
        raise
    except Exception:  # a bug about one must not keep all others waiting
        log.exception("waiting %s could not be looked for", entry.pk)
        booking = None
    if booking is None:
        entry.look_at = next_look(now)
        entry.save(update_fields=["look_at"])
    else:
        move_in_queue(entry, Queue.OFFERED, look_at=now, booking=booking)
    return entry


def _offer(entry: Waiting, *, now: datetime) -> Booking | None:
    """Hold the best that fits and that they may book; None when there is nothing."""
    if not _may_book_for(entry):
        return None
    others = Waiting.objects.visible_to(entry.person).filter(state=Queue.OFFERED)
    offered = [one for one in others.values_list("offered", flat=True) if one]
    for fit in fitting(entry, now=now):
        is_offered_other = any(overlap(one, fit.span) for one in offered)
        offer = offer_times(fit.span, fit.space.place.zone, now=now)
        if is_offered_other or offer is None:
            continue
        try:
            with transaction.atomic():
                booking = bookings.hold(
                    space=fit.space,
                    span=fit.span,
                    by=entry.person,
                    now=now,
                    quantity=fit.quantity,
                    people=fit.people,
                    organisation=entry.organisation,
                    offer=offer,
                )
                if booking.amount and not stripe_gateway.is_configured():
                    raise PaymentsClosed
        except Refused as refusal:
            log.info("not offered to %s: %s", entry.pk, refusal.code)
        else:
            return booking
    return None


def _may_book_for(entry: Waiting) -> bool:
    """Whether they are still with whom they wait for."""
    ours = entry.organisation_id
    return ours is None or entry.person.memberships.filter(organisation=ours).exists()


@operation
def _take(pk: UUID, *, by: User, now: datetime) -> Booking:
    entry = Waiting.objects.select_related("booking__space__place", "booking__booker").get(pk=pk)
    offered = entry.booking
    if offered is None:
        raise NotOffered
    lock_quotas([offered], now=now)
    booking = locked(offered)
    entry = Waiting.objects.get(pk=pk)
    if entry.booking_id != offered.pk:
        raise NotOffered
    if entry.state == Queue.TAKEN:
        return booking
    if entry.state_at(now) != Queue.OFFERED:
        raise NotOffered
    if not booking.amount:
        settle = bookings.confirm if booking.space.in_force.is_instant else bookings.request
        return settle(booking=booking, now=now)
    if not Order.objects.filter(lines__booking=booking).exists():
        order_of([booking], by=by, now=now)
        booking.expires_at = max(booking.expires_at or now, now + HOLD)  # to pay in
        booking.save(update_fields=["expires_at"])
        keep_units(booking, held_until=booking.expires_at, now=now)
    return booking
