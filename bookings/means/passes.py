"""Passes: which of somebody's can be used for a time, and what they cover of its price."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, refused_by
from accounts.models import User
from bookings.means.wanted import NO_PASSES, Asked
from bookings.models import STALE, Booking, Counts, Pass, PassStatus, PassType, PassUse
from bookings.models.passes import PassQuerySet, PassTypeQuerySet
from bookings.quotas import window_of
from spaces.models import Space
from spaces.money import Money
from spaces.periods import Period, minutes_in
from spaces.prices import Buyer, Line, Quote
from spaces.prices.lines import Item

COVERED = (Item.TIME, Item.DISCOUNT, Item.MINIMUM)  # what is not time is paid for


class PassUsedUp(Refused):
    code = "pass_used_up"
    message = _("There is not so much left on the pass. Try again.")


@dataclass(frozen=True, slots=True)
class Taken:
    """So much of a pass, and the line that it is on a price."""

    used_of: Pass
    units: int
    line: Line


# --- Which --------------------------------------------------------------------------------


def passes_for(asked: Asked, *, now: datetime, choice: str, locks: bool = False) -> list[Pass]:
    """The passes that can be used for what is asked for, each with `left`, in the order in
    which they are used: what is given first, then what ends first, and a percentage last.

    What is given by the week or month is there without being stored; with `locks` it is
    stored, and all are locked in id order until the transaction ends.
    """
    if choice == NO_PASSES:
        return []
    types = {one.pk: one for one in _types([asked.space], choice)}
    if not types:
        return []
    given = list(_given(types.values(), asked, Buyer.of(asked.by, now).affiliations, now=now))
    held = _held(types, asked)
    if locks:
        _store(given)
        lock(held, now=now)
    return _in_turn(held.with_left(now).select_related("type"), given)


def passes_for_each(asked: Sequence[Asked], *, now: datetime, choice: str) -> Iterator[list[Pass]]:
    """`passes_for` of several times that one person books for the same organisation, without
    locks: as many queries for many as for one."""
    types: list[PassType] = []
    if asked and choice != NO_PASSES:
        bearing = _types([one.space for one in asked], choice)
        types = list(bearing.prefetch_related("spaces"))
    if not types:
        yield from ([] for _one in asked)
        return
    theirs = Pass.objects.usable_by(asked[0].by, asked[0].organisation).filter(type__in=types)
    held = list(theirs.with_left(now).select_related("type"))
    ties = Buyer.of(asked[0].by, now).affiliations
    for one in asked:
        here = {
            found.pk: found
            for found in types
            if found.owner_id == one.space.organisation_id
            and (not found.spaces.all() or one.space in found.spaces.all())
        }
        start = one.span.lower
        then = [known for known in held if known.type_id in here and known.holds_at(start)]
        yield _in_turn(then, list(_given(here.values(), one, ties, now=now)))


def _in_turn(held: Iterable[Pass], given: Iterable[Pass]) -> list[Pass]:
    found = list(held)
    there = {key(one) for one in found}
    for one in given:
        if key(one) not in there:
            one.left = one.amount
            found.append(one)
    entitled = {one.type_id for one in given}
    found = [one for one in found if not one.type.window or one.type_id in entitled]
    return sorted(found, key=_turn)


def _types(spaces: Sequence[Space], choice: str) -> PassTypeQuerySet:
    found = PassType.objects.bearing_on(*spaces)
    if not choice:
        return found
    is_known = choice.isdecimal() and len(choice) < 18
    return found.filter(pk=int(choice)) if is_known else found.none()


def _held(types: Iterable[int], asked: Asked) -> PassQuerySet:
    start = asked.span.lower
    theirs = Pass.objects.usable_by(asked.by, asked.organisation)
    return theirs.filter(type__in=types, starts_at__lte=start, ends_at__gt=start)


def _store(given: Iterable[Pass]) -> None:
    for one in given:
        Pass.objects.get_or_create(
            type=one.type,
            person=one.person,
            starts_at=one.starts_at,
            is_given=True,
            defaults={
                name: getattr(one, name)
                for name in ("status", "counts", "amount", "vat", "ends_at", "created_at")
            },
        )


def lock_all(asked: Sequence[Asked], *, now: datetime, choice: str) -> None:
    """The passes that any of several times may use, all at once."""
    if choice == NO_PASSES:
        return
    pks: set[UUID] = set()
    for one in asked:
        types = {found.pk: found for found in _types([one.space], choice)}
        if types:
            ties = Buyer.of(one.by, now).affiliations
            _store(_given(types.values(), one, ties, now=now))
            pks |= {found.pk for found in _held(types, one)}
    lock(Pass.objects.filter(pk__in=pks), now=now)


def key(one: Pass) -> tuple[object, ...]:
    """Which pass it is, also where what is given is not stored yet."""
    return (one.type_id, one.starts_at) if one.type.window else (one.pk,)


def lock(passes: "Iterable[Pass]", *, now: datetime) -> None:
    """Until the transaction ends, nobody else uses these. In id order, and before any unit is
    locked. What holds that have run out still have of them is let go."""
    pks = sorted(one.pk for one in passes)
    list(Pass.objects.filter(pk__in=pks).order_by("pk").select_for_update(no_key=True))
    PassUse.objects.filter(STALE, used_of__in=pks, booking__expires_at__lte=now).delete()


def given_now(user: User, *, zone: ZoneInfo, now: datetime) -> list[Pass]:
    """What somebody has for free this week or month, each with `left`, used or not."""
    ties = Buyer.of(user, now).affiliations
    found = []
    for one in PassType.objects.granted().filter(affiliation__in=ties).select_related("owner"):
        window = window_of(one.window, now, zone)
        theirs = Pass.objects.filter(type=one, person=user, starts_at=window.lower)
        known = theirs.with_left(now).select_related("type__owner").first()
        if known is None:
            known = _of_window(one, user, window, now)
            known.left = known.amount
        found.append(known)
    return found


def _given(
    types: Iterable[PassType], asked: Asked, ties: Collection[str], *, now: datetime
) -> Iterator[Pass]:
    if asked.organisation is not None:
        return
    for one in types:
        if one.is_given and one.is_offered and one.affiliation in ties:
            window = window_of(one.window, asked.span.lower, asked.space.place.zone)
            yield _of_window(one, asked.by, window, now)


def _of_window(one: PassType, person: User, window: Period, now: datetime) -> Pass:
    return Pass(
        **one.terms,
        person=person,
        status=PassStatus.ACTIVE,
        is_given=True,
        starts_at=window.lower,
        ends_at=window.upper,
        created_at=now,
    )


def _turn(one: Pass) -> tuple[object, ...]:
    assert one.ends_at is not None
    off = -one.amount if one.counts == Counts.PERCENT else 0
    return (one.counts == Counts.PERCENT, not one.is_given, off, one.ends_at, one.created_at)


# --- How much -----------------------------------------------------------------------------


def cover(price: Quote, asked: Asked, passes: Sequence[Pass]) -> list[Taken]:
    """What these passes, in turn, cover of a price. The parts never come to more than the
    time costs: each is rounded with those before it."""
    currency = price.total.currency
    times = [line for line in price.lines if line.item in COVERED]
    cost = Money(sum(line.amount.amount for line in times), currency)
    if cost.amount <= 0:
        return []
    covered, taken = Fraction(0), []
    for one in passes:
        rest = 1 - covered
        if not rest:
            break
        if one.counts == Counts.PERCENT:
            units, part = 0, rest * Fraction(one.amount, 100)
        else:
            whole = needed(one.counts, asked)
            units = min(max(one.left, 0), ceil(rest * whole))
            part = min(rest, Fraction(units, whole))
        if not part:
            continue
        off = cost.times(covered + part) - cost.times(covered)
        covered += part
        taken.append(Taken(one, units, line_of(one, units, off, times[0].vat)))
        if one.counts == Counts.PERCENT:
            break  # one percentage is enough
    return taken


def needed(counts: str, asked: Asked) -> int:
    """How many begun days, or minutes, a time takes of all its units."""
    if counts == Counts.MINUTES:
        return minutes_in(asked.span) * asked.quantity
    zone = asked.space.place.zone
    first = asked.span.lower.astimezone(zone).date()
    last = (asked.span.upper - timedelta(microseconds=1)).astimezone(zone).date()
    return ((last - first).days + 1) * asked.quantity


def line_of(one: Pass, units: int, off: Money, vat: str, *, kept: int = 0) -> Line:
    about = {
        "pass": str(one.pk),
        "name": one.type.name,
        "counts": one.counts,
        "percent": one.amount if one.counts == Counts.PERCENT else None,
        "units": units,
        "kept": kept,
    }
    return Line.taking_off(Item.PASS, off, vat, about)


# --- Keeping count ------------------------------------------------------------------------


def use(booking: Booking, *, now: datetime) -> None:
    """Count what its lines say that it uses, and no more. Raises `PassUsedUp`: the database
    counts."""
    wanted = {
        line["about"]["pass"]: line["about"]["units"] + line["about"]["kept"]
        for line in booking.lines
        if line.get("item") == Item.PASS
    }
    booking.pass_uses.exclude(used_of__in=wanted).delete()
    there = {str(one.used_of_id): one for one in booking.pass_uses.all()}
    with refused_by("pass_balance", PassUsedUp):
        for pk, amount in sorted(wanted.items()):
            if pk not in there:
                PassUse.objects.create(used_of_id=pk, booking=booking, amount=amount, used_at=now)
            elif there[pk].amount != amount:
                there[pk].amount, there[pk].bound = amount, min(there[pk].bound, amount)
                there[pk].save(update_fields=["amount", "bound"])


def use_again(booking: Booking, *, now: datetime) -> None:
    """The same, of a booking whose hold had run out: its passes may be used up meanwhile."""
    pks = [line["about"]["pass"] for line in booking.lines if line.get("item") == Item.PASS]
    if pks:
        lock(Pass.objects.filter(pk__in=pks), now=now)
        use(booking, now=now)


def give_back(booking: Booking, *, percent: int) -> None:
    """So many percent of what it used can be used again; what was bound is not."""
    for one in booking.pass_uses.select_related("used_of"):
        one.amount -= back_of(one.amount, one.bound, percent)
        if one.amount:
            one.save(update_fields=["amount"])
        else:
            one.delete()


def back_of(amount: int, bound: int, percent: int) -> int:
    """Whole days or minutes, half of one rounded up for the booker; never what is bound."""
    return min((amount * percent * 2 + 100) // 200, amount - bound)


def bind(booking: Booking, *, percent: int) -> None:
    """What a cancellation would keep now stays used, however the booking is moved."""
    for one in booking.pass_uses.all():
        one.bound = max(one.bound, one.amount - back_of(one.amount, one.bound, percent))
        one.save(update_fields=["bound"])


# --- Changes ------------------------------------------------------------------------------


def cover_again(
    price: Quote, asked: Asked, booking: Booking, *, percent: int, now: datetime
) -> list[Line]:
    """What passes cover of another price of a booking that has used some: as if it had not,
    but of what it then uses less, only the part comes back that a cancellation would give."""
    uses = {one.used_of_id: one for one in booking.pass_uses.select_related("used_of__type")}
    if not uses:
        return []
    found = passes_for(asked, now=now, choice="")
    for one in found:
        if one.pk in uses:
            one.left += uses[one.pk].amount
    found.sort(key=lambda one: (one.counts == Counts.PERCENT, one.pk not in uses))
    taken = {part.used_of.pk: part for part in cover(price, asked, found)}
    lines = [with_kept(part, uses.get(pk), percent) for pk, part in taken.items()]
    vat = price.lines[0].vat
    none = Money(0, price.total.currency)
    for pk, use_ in uses.items():
        if pk not in taken:
            kept = use_.amount - back_of(use_.amount, use_.bound, percent)
            if kept:
                lines.append(line_of(use_.used_of, 0, none, vat, kept=kept))
    return lines


def with_kept(taken: Taken, before: PassUse | None, percent: int) -> Line:
    had = before.amount if before else 0
    bound = before.bound if before else 0
    less = max(0, had - taken.units)
    back = min(back_of(less, 0, percent), had - bound) if less else 0
    return line_of(taken.used_of, taken.units, -taken.line.amount, taken.line.vat, kept=less - back)
