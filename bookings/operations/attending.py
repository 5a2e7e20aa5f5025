"""Whom a booker invites along, and what they answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.models import User
from accounts.transactions import operation, take_turns
from bookings.deliveries import tell
from bookings.models import COMES, Answer, Attendee, Booking, BookingEvent, Kind, Series
from bookings.models.attendee import MOST_INVITED, Invited
from bookings.operations.moves import locked, record, show_anew
from bookings.operations.repeating import coming_of, locked_together
from bookings.refusals import (
    InvitedEnough,
    NotInvited,
    OverCapacity,
    TooManyAttendees,
    WrongState,
)

MOST_A_DAY = 200  # by one person: Ledig's mail is not for strangers
DAY = timedelta(days=1)


@operation
def invite(
    *,
    booking: Booking,
    people: Sequence[Invited],
    by: User,
    now: datetime,
    beyond_capacity: bool = False,
) -> list[Attendee]:
    """Invite people along; who is invited already stays so. The mail goes out once the
    booking stands. Raises `WrongState`, `TooManyAttendees`, `InvitedEnough` and, unless
    `beyond_capacity`, `OverCapacity`."""
    take_turns(by)  # the day's limit is theirs
    booking = locked(booking)
    if not booking.occupies(now) or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    known = {one.email: one for one in booking.attendees.all()}
    wanted = {email.lower(): name for name, email in people}
    new = [email for email in wanted if email not in known or known[email].removed_at]
    comes = sum(one.removed_at is None for one in known.values()) + len(new)
    if comes > MOST_INVITED:
        raise TooManyAttendees(most=MOST_INVITED)
    if new and not beyond_capacity and comes + 1 > booking.space.capacity:
        raise OverCapacity(capacity=booking.space.capacity, invited=comes)
    _require_within_day(by, len(new), now)
    if any(email in known for email in new) and booking.status in COMES:
        # Their calendars hold the cancellation; only a later version undoes it.
        show_anew(booking, now=now)
    invited = []
    for email in new:
        one = known.get(email) or Attendee(booking=booking, email=email)
        one.name, one.invited_at, one.removed_at = wanted[email], now, None
        one.answer, one.answered_at, one.answer_stamp = Answer.NEEDS_ACTION, None, None
        one.digest = Attendee.digest_of(one.token)
        one.save()
        record(booking, Kind.INVITED, by=by, now=now, attendee=one.pk)
        invited.append(one)
    if booking.status in COMES:
        tell(booking, Kind.INVITED, guests=[one.email for one in invited], now=now)
    return invited


@operation
def invite_to_series(
    *,
    series: Series,
    people: Sequence[Invited],
    by: User,
    now: datetime,
    beyond_capacity: bool = False,
) -> list[Attendee]:
    """Invite people along to all that is left of a series, or to none of it: to each booking
    by itself, as `invite`, so that each is answered, changed and cancelled by itself in their
    calendars. Raises `WrongState` when nothing is left, and what `invite` raises."""
    take_turns(by)
    coming = locked_together(coming_of(series, now=now))
    if not coming:
        raise WrongState
    return [
        attendee
        for booking in coming
        for attendee in invite(
            booking=booking, people=people, by=by, now=now, beyond_capacity=beyond_capacity
        )
    ]


@operation
def uninvite(*, attendee: Attendee, by: User, now: datetime) -> None:
    """Take somebody off the list; their calendar forgets it. Raises `NotInvited`."""
    booking = locked(attendee.booking_id)
    attendee = _invited(attendee)
    attendee.removed_at = now
    attendee.save(update_fields=["removed_at"])
    is_told = booking.status in COMES and booking.end > now
    if is_told:
        show_anew(booking, now=now)
    record(booking, Kind.UNINVITED, by=by, now=now, attendee=attendee.pk)
    if is_told:
        tell(booking, Kind.UNINVITED, guests=[attendee.email], now=now)


@operation
def answer(
    *, attendee: Attendee, answer: Answer, now: datetime, stamp: datetime | None = None
) -> Attendee:
    """An invited person comes, comes perhaps or does not; the booker finds it in their list.
    Raises `NotInvited`, and `WrongState` when there is nothing to come to.

    `stamp` is when a reply by mail was written: mails overtake each other, so one that is
    older than the last is left (RFC 5546, 2.1.5).
    """
    booking = locked(attendee.booking_id)
    attendee = _invited(attendee)
    if booking.status not in COMES or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    last = attendee.answer_stamp or attendee.answered_at
    if stamp is not None and last is not None and stamp < last:
        return attendee
    if stamp is not None:
        attendee.answer_stamp = stamp
        attendee.save(update_fields=["answer_stamp"])
    if attendee.answer == answer:
        return attendee
    attendee.answer, attendee.answered_at = answer, now
    attendee.save(update_fields=["answer", "answered_at"])
    record(booking, Kind.ANSWERED, by=None, now=now, attendee=attendee.pk, answer=answer.value)
    answers = booking.events.filter(kind=Kind.ANSWERED).count()
    tell(booking, Kind.ANSWERED, to=[booking.booker], version=answers, now=now)
    return attendee


def _invited(attendee: Attendee) -> Attendee:
    found = Attendee.objects.invited().filter(pk=attendee.pk).first()
    if found is None:
        raise NotInvited
    return found


def _require_within_day(by: User, new: int, now: datetime) -> None:
    today = BookingEvent.objects.filter(by=by, kind=Kind.INVITED, at__gt=now - DAY)
    if new and today.count() + new > MOST_A_DAY:
        raise InvitedEnough(most=MOST_A_DAY)
