"""Changing when something is open, with an answer for each booking that is in the way."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from accounts.transactions import operation
from billing.operations.answering import decline
from billing.operations.cancelling import cancel
from bookings import availability
from bookings import operations as bookings
from bookings.closures import AHEAD, spans_of
from bookings.models import Booking, Closure, ClosureRule, Occupancy, Status
from bookings.models.booking import BookingQuerySet
from bookings.operations.turns import claim_hours
from bookings.operations.units import lock_units
from bookings.queries.conflicts import Reason, conflicts
from bookings.refusals import BookingsInTheWay
from spaces.models import AddOn, Place, Space
from spaces.periods import Period


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a booking: it is moved `to` a space, cancelled, or kept as it is."""

    to: Space | None = None
    is_cancelled: bool = False


KEEP, CANCEL = Answer(), Answer(is_cancelled=True)
TO = "to:"
CLASH = "busy:"  # of bookings.availability.Clash.key


def answers_of(said: Mapping[str, str], *, by: User) -> dict[UUID, Answer]:
    """Answers by booking, from words: `keep`, `cancel` or `to:` a space's slug. What is none
    of these, or no space that this person answers for, is no answer."""
    named = [value.removeprefix(TO) for value in said.values() if value.startswith(TO)]
    ours = Space.objects.run_by(by).select_related("place").filter(slug__in=named)
    meant = {"keep": KEEP, "cancel": CANCEL} | {f"{TO}{one.slug}": Answer(to=one) for one in ours}
    answers: dict[UUID, Answer] = {}
    for name, value in said.items():
        with suppress(ValueError):
            if value in meant:
                answers[UUID(name)] = meant[value]
    return answers


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
    answer; then, and when one cannot be moved, nothing is changed. Bookers wait meanwhile,
    and are then answered by the new hours.
    """
    spaces = list(spaces)
    ids = [space.pk for space in spaces]
    with transaction.atomic():
        claim_hours(spaces)
        before = availability.standing_outside(ids, now=now)
        change()
        fallen = sorted(availability.standing_outside(ids, now=now) - before)
        answer_all(fallen, answers, by=by, now=now, reason=reason)


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
    around_others: bool = False,
) -> Closure:
    """Close a space for a period, after doing what is answered with each booking that has its
    units then; around those that are kept, and with `around_others` also around somebody
    else's, in a space that shares the units. `told` goes to the bookers of those that are
    moved or cancelled. Raises `BookingsInTheWay`."""
    with transaction.atomic():
        in_the_way = Booking.objects.occupying(now).filter(
            occupancies__unit__in=space.units.all(), occupancies__during__overlap=span
        )
        around = _clear_room(in_the_way, answers, around_others, by=by, now=now, told=told)
        return bookings.close(space=space, span=span, by=by, now=now, reason=reason, around=around)


@operation
def close_place(
    *,
    place: Place,
    span: Period,
    answers: Mapping[UUID, Answer],
    by: User,
    now: datetime,
    reason: str = "",
    told: str = "",
) -> None:
    """Close all of a place, with an answer for each booking that is then in the way. Raises
    `BookingsInTheWay`."""
    change_hours(
        change=lambda: bookings.close_place(place=place, span=span, by=by, now=now, reason=reason),
        spaces=place.spaces.all(),
        answers=answers,
        by=by,
        now=now,
        reason=told,
    )


@operation
def close_often(
    *,
    rule: ClosureRule,
    answers: Mapping[UUID, Answer],
    by: User,
    now: datetime,
    told: str = "",
    around_others: bool = False,
) -> None:
    """Close by a new rule for a year ahead, with an answer for each booking in the way of any
    of it. Raises `BookingsInTheWay`."""
    if rule.space is None:
        change_hours(
            change=lambda: bookings.close_often(rule=rule, now=now),
            spaces=rule.place.spaces.all(),
            answers=answers,
            by=by,
            now=now,
            reason=told,
        )
        return
    with transaction.atomic():
        in_the_way = in_the_way_of(rule, now=now)
        around = _clear_room(in_the_way, answers, around_others, by=by, now=now, told=told)
        bookings.close_often(rule=rule, now=now, around=around)


def _clear_room(
    in_the_way: BookingQuerySet,
    answers: Mapping[UUID, Answer],
    around_others: bool,
    *,
    by: User,
    now: datetime,
    told: str,
) -> set[UUID]:
    """Do what is answered with each booking that one answers for; those that stay."""
    found = set(in_the_way.values_list("pk", flat=True))
    ours = set(in_the_way.run_by(by).values_list("pk", flat=True))
    answer_all(sorted(ours), answers, by=by, now=now, reason=told, despite=())
    return {pk for pk in ours if answers[pk] == KEEP} | (found - ours if around_others else set())


def in_the_way_of(rule: ClosureRule, *, now: datetime) -> BookingQuerySet:
    """The bookings that have units of the rule's space at any of its times, a year ahead."""
    assert rule.space is not None
    until = now.astimezone(rule.place.zone).date() + AHEAD
    spans = list(spans_of(rule, rule.starts_on - timedelta(days=1), until))
    if not spans:
        return Booking.objects.none()
    window = Period(spans[0].lower, spans[-1].upper, "[)")
    taken = Occupancy.objects.filter(
        unit__in=rule.space.units.all(), during__overlap=window, booking__isnull=False
    ).values_list("booking", "during")
    found = {
        booking
        for booking, during in taken
        if any(one.lower < during.upper and during.lower < one.upper for one in spans)
    }
    return Booking.objects.occupying(now).filter(pk__in=found)


@operation
def clear(*, answers: Mapping[UUID, Answer], by: User, now: datetime, reason: str = "") -> int:
    """Do what is answered with bookings that stand outside what their spaces offer, or at a
    time that another calendar says is busy; how many.

    One without an answer waits. When one cannot be moved or cancelled, none is.
    """
    with transaction.atomic():
        theirs = Booking.objects.run_by(by).filter(pk__in=answers).values_list("pk", flat=True)
        _lock(theirs, answers)
        found = {one.booking.pk: one.despite for one in conflicts(by, now=now)}
        answered = sorted(found.keys() & answers.keys())
        for pk in answered:
            _do(pk, answers[pk], by=by, now=now, reason=reason, despite=found[pk])
    return len(answered)


def answer_all(
    found: list[UUID],
    answers: Mapping[UUID, Answer],
    *,
    by: User,
    now: datetime,
    reason: str,
    despite: Collection[str] = (Reason.CLOSED,),
) -> None:
    """Raises `BookingsInTheWay` unless there is an answer for each. `despite` is what one that
    is kept is not asked about again for: a space that is closed around it is none."""
    if any(pk not in answers for pk in found):
        raise BookingsInTheWay(bookings=len(found), ids=[str(pk) for pk in found])
    _lock(found, answers)
    for pk in found:
        _do(pk, answers[pk], by=by, now=now, reason=reason, despite=despite)


def _lock(found: Collection[UUID], answers: Mapping[UUID, Answer]) -> None:
    """All these bookings and then all the units that they leave or go to, each in id order:
    two who answer at once wait for each other, and neither for long."""
    rows = Booking.objects.filter(pk__in=found).order_by("pk").select_related("space")
    spaces = {row.space for row in rows.select_for_update(no_key=True, of=("self",))}
    along = AddOn.objects.filter(booked__booking__in=found)
    lock_units([*spaces, *(to for pk in found if (to := answers[pk].to))], along)


def _do(
    pk: UUID,
    answer: Answer,
    *,
    by: User,
    now: datetime,
    reason: str,
    despite: Collection[str],
) -> None:
    booking = Booking.objects.get(pk=pk)
    if booking.status in (Status.DECLINED, Status.CANCELLED):  # with one it was asked for with
        return
    if not reason and any(one.startswith(CLASH) for one in despite):
        reason = apology(booking)
    if answer.to is not None:
        bookings.rehouse(booking=booking, to=answer.to, by=by, now=now, reason=reason)
    elif not answer.is_cancelled:
        bookings.keep(booking=booking, despite=despite, by=by, now=now)
    elif booking.status == Status.REQUESTED:
        decline(booking=booking, by=by, now=now, reason=reason)
    else:
        cancel(booking=booking, by=by, as_owner=True, now=now, reason=reason)


def apology(booking: Booking) -> str:
    """What a booker is told whose time a calendar took, when the owner says no more."""
    with translation.override(booking.booker.language):
        return gettext("The room turned out to be in use then, by another calendar. We are sorry.")
