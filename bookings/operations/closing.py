"""An owner's own blocks on a space or a whole place."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.errors import Refused, refused_by
from accounts.models import User
from accounts.transactions import operation
from bookings.closures import AHEAD, spans_of
from bookings.models import Closure, ClosureRule, Occupancy
from bookings.operations.units import lock_units
from bookings.refusals import AlreadyClosed, BookingsInTheWay
from spaces.models import Place, Space
from spaces.periods import Period, beyond

log = logging.getLogger("ledig.bookings")

ONE_DAY = timedelta(days=1)


@operation
def close(
    *,
    space: Space,
    span: Period,
    by: User,
    now: datetime,
    reason: str = "",
    rule: ClosureRule | None = None,
    around: Collection[UUID] = (),
) -> Closure:
    """Close a space for a period: all its units are taken, and so are the spaces that
    share them. Refused while bookings stand in that time, but for those that it is closed
    `around`: what they have they keep, and give it to the closure when they end (a trigger)."""
    units = lock_units([space])
    overlapping = Occupancy.objects.filter(unit__in=units, during__overlap=span)
    overlapping.filter(held_until__lte=now).delete()
    booked = overlapping.exclude(booking=None)
    if found := booked.exclude(booking__in=around).values("booking").distinct().count():
        raise BookingsInTheWay(bookings=found)
    again = Closure.objects.filter(space=space, period__overlap=span)
    if overlapping.exclude(closure=None).exists() or again.exists():
        raise AlreadyClosed(space=space.pk)
    kept: dict[int, list[Period]] = {}
    for unit, during in booked.order_by("during").values_list("unit", "during"):
        kept.setdefault(unit, []).append(during)
    closure = Closure.objects.create(
        place_id=space.place_id,
        space=space,
        rule=rule,
        period=span,
        reason=reason,
        made_by=by,
        created_at=now,
    )
    with refused_by("occupancy_no_overlap", BookingsInTheWay):
        Occupancy.objects.bulk_create(
            Occupancy(place_id=space.place_id, unit_id=unit, during=part, closure=closure)
            for unit in units
            for part in _without(span, kept.get(unit, ()))
        )
    return closure


def _without(span: Period, taken: Iterable[Period]) -> list[Period]:
    parts = [span]
    for other in taken:
        parts = [left for part in parts for left in beyond(part, other)]
    return parts


@operation
def close_place(
    *,
    place: Place,
    span: Period,
    by: User,
    now: datetime,
    reason: str = "",
    rule: ClosureRule | None = None,
) -> Closure:
    """Close all of a place for a period. What becomes of the bookings that then stand outside
    its opening is the caller's to arrange, in the same transaction."""
    return Closure.objects.create(
        place=place, rule=rule, period=span, reason=reason, made_by=by, created_at=now
    )


@operation
def reopen(*, closure: Closure) -> None:
    """Take a closure back; its occupancies go with it. One of a rule does not come again."""
    closure.delete()


# --- Closures that come again -----------------------------------------------------------


@operation
def close_often(*, rule: ClosureRule, now: datetime, around: Collection[UUID] = ()) -> int:
    """Close by a new rule, up to a year ahead; how many times. Refused, as `close` is, when
    one of them cannot be."""
    rule.made_until = rule.starts_on - ONE_DAY
    rule.save(force_insert=True)
    until = now.astimezone(rule.place.zone).date() + AHEAD
    spans = list(spans_of(rule, rule.made_until, until))
    for span in spans:
        _close_one(rule, span, now, around)
    rule.made_until = until
    rule.save(update_fields=["made_until"])
    return len(spans)


@operation
def stop_closing(*, rule: ClosureRule, now: datetime) -> None:
    """It comes no more; what is past of it stays as it was."""
    locked = ClosureRule.objects.select_for_update().get(pk=rule.pk)
    locked.closures.filter(period__startswith__gt=now).delete()
    locked.closures.update(rule=None)
    locked.delete()


def extend_closures(*, now: datetime) -> int:
    """Make the closures of all rules up to a year ahead; how many rules went further.

    Each rule in a transaction of its own, so that a worker that dies leaves the others to
    the next. Where a booking stands, that one time is left open: the owner's page says so.
    """
    due = ClosureRule.objects.filter(made_until__lt=(now + AHEAD).date() - ONE_DAY)
    return sum(_extend(pk, now) for pk in due.order_by("pk").values_list("pk", flat=True))


@operation
def _extend(pk: int, now: datetime) -> bool:
    rule = (
        ClosureRule.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("place", "space__place", "made_by")
        .filter(pk=pk)
        .first()
    )
    if rule is None:
        return False
    until = now.astimezone(rule.place.zone).date() + AHEAD
    for span in spans_of(rule, rule.made_until, until):
        try:
            with transaction.atomic():
                _close_one(rule, span, now)
        except Refused as refusal:
            log.info("rule %s leaves %s open: %s", rule.pk, span, refusal.code)
    rule.made_until = max(rule.made_until, until)
    rule.save(update_fields=["made_until"])
    return True


def _close_one(
    rule: ClosureRule, span: Period, now: datetime, around: Collection[UUID] = ()
) -> None:
    said: Any = {"by": rule.made_by, "now": now, "reason": rule.reason, "rule": rule}
    if rule.space is None:
        close_place(place=rule.place, span=span, **said)
    else:
        close(space=rule.space, span=span, around=around, **said)


def left_open(rule: ClosureRule, *, now: datetime) -> Sequence[Period]:
    """The times to come of a rule that could not be closed, since a booking stands there."""
    if rule.space is None:
        return ()
    today = now.astimezone(rule.place.zone).date()
    made = {closure.period.lower for closure in rule.closures.filter(period__endswith__gt=now)}
    missing = [
        span
        for span in spans_of(rule, today - ONE_DAY, rule.made_until)
        if span.lower not in made and span.upper > now
    ]
    if not missing:
        return ()
    window = Period(missing[0].lower, missing[-1].upper, "[)")
    taken = Occupancy.objects.filter(
        unit__in=rule.space.units.all(), during__overlap=window, booking__isnull=False
    ).exclude(held_until__lte=now)
    times = list(taken.values_list("during", flat=True))
    return [
        span
        for span in missing
        if any(one.lower < span.upper and span.lower < one.upper for one in times)
    ]
