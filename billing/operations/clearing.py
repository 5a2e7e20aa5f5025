"""Changing when something is open, with an answer for each booking that is in the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.transactions import operation
from billing.operations.cancelling import cancel
from bookings import availability
from bookings import operations as bookings
from bookings.models import Booking, Closure
from bookings.refusals import BookingsInTheWay
from spaces.models import Space
from spaces.periods import Period


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a booking: it is moved `to` a space, cancelled, or kept as it is."""

    to: Space | None = None
    is_cancelled: bool = False


KEEP, CANCEL = Answer(), Answer(is_cancelled=True)


@operation
def change_hours(
    *,
    change: Callable[[], object],
    spaces: Iterable[Space],
    answers: Mapping[UUID, Answer],
    by: User,
    now: datetime,
    reason: str = "",
) -> None:
    """Do `change`, which alters when these spaces are open, and with each booking that then
    stands outside the hours what is answered. Those that did before are left alone.

    Raises `BookingsInTheWay`, with the ids of all that fall outside, until each has an
    answer; then, and when one cannot be moved, nothing is changed. A booking that is made
    while the hours change, under the old ones, is kept.
    """
    ids = [space.pk for space in spaces]
    with transaction.atomic():
        before = availability.standing_outside(ids, now=now)
        change()
        fallen = sorted(availability.standing_outside(ids, now=now) - before)
        _answer(fallen, answers, by=by, now=now, reason=reason)


@operation
def close(
    *,
    space: Space,
    span: Period,
    answers: Mapping[UUID, Answer],
    by: User,
    now: datetime,
    reason: str = "",
    told: str = "",
) -> Closure:
    """Close a space for a period, after doing what is answered with each booking that has its
    units then: none can be kept. `told` goes to their bookers. Raises `BookingsInTheWay`."""
    with transaction.atomic():
        in_the_way = Booking.objects.occupying(now).filter(
            occupancies__unit__in=space.units.all(), occupancies__during__overlap=span
        )
        theirs = sorted(set(in_the_way.run_by(by).values_list("pk", flat=True)))
        leaving = {pk: answer for pk, answer in answers.items() if answer != KEEP}
        _answer(theirs, leaving, by=by, now=now, reason=told)
        return bookings.close(space=space, span=span, by=by, now=now, reason=reason)


def _answer(
    found: list[UUID],
    answers: Mapping[UUID, Answer],
    *,
    by: User,
    now: datetime,
    reason: str,
) -> None:
    if any(pk not in answers for pk in found):
        raise BookingsInTheWay(bookings=len(found), ids=[str(pk) for pk in found])
    for pk in found:
        answer, booking = answers[pk], Booking.objects.get(pk=pk)
        if answer.to is not None:
            bookings.rehouse(booking=booking, to=answer.to, by=by, now=now, reason=reason)
        elif answer.is_cancelled:
            cancel(booking=booking, by=by, as_owner=True, now=now, reason=reason)
