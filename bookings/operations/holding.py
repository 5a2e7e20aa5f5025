"""From nothing to a booking: hold, request, confirm."""

from datetime import datetime, timedelta

from accounts.models import Organisation, User
from bookings import availability
from bookings.models import Actor, Booking, Kind, Occupancy, Status
from bookings.operations.moves import locked, move, record
from bookings.refusals import BY_CODE, NotListed, SlotTaken, WrongState
from spaces.errors import refused_by
from spaces.models import Space, Unit
from spaces.periods import Period, widened
from spaces.prices import Buyer, quote
from spaces.transactions import operation

HOLD = timedelta(minutes=15)  # to pay in
ANSWER = timedelta(hours=48)  # for an owner to answer a request in, at most until it starts
SPACE_ROWS = ("place", "organisation")


@operation
def hold(
    *,
    space: Space,
    span: Period,
    by: User,
    now: datetime,
    quantity: int = 1,
    title: str = "",
    organisation: Organisation | None = None,
) -> Booking:
    """Take a time for a booker.

    What is free of charge is confirmed at once, or requested where the owner wants to
    answer first; what costs money is held for `HOLD`, to be paid. Two bookers can arrive
    together: the constraint on Occupancy decides who wins. Raises the `Refused` that says
    why not; the price is what `spaces.prices.quote` says for the booker at `now`.
    """
    require_bookable(space, span, quantity=quantity, now=now)
    price = quote(space, span, quantity=quantity, buyer=Buyer.of(by, now))
    free_of_charge = not price.total
    if free_of_charge and not space.is_instant:
        status, expires_at = Status.REQUESTED, answer_by(span, now)
    elif free_of_charge:
        status, expires_at = Status.CONFIRMED, None
    else:
        status, expires_at = Status.HELD, now + HOLD
    booking = Booking(
        place_id=space.place_id,
        space=space,
        booker=by,
        organisation=organisation,
        period=span,
        quantity=quantity,
        status=status,
        title=title,
        created_at=now,
        changed_at=now,
        expires_at=expires_at,
        lines=[line.as_json() for line in price.lines],
        amount=price.total.amount,
        currency=price.total.currency,
        free_cancellation=space.free_cancellation,
        late_refund_percent=space.late_refund_percent,
    )
    units = take_units(space, span, quantity=quantity, now=now)
    booking.save(force_insert=True)
    occupy(booking, units)
    record(booking, Kind(status), by=by, now=now)
    return booking


@operation
def confirm(*, booking: Booking, now: datetime) -> Booking:
    """The booking is paid. Its time may have run out meanwhile: then it is taken anew, and
    `SlotTaken` (or another refusal) is raised when that cannot be."""
    return _settle(booking, Status.CONFIRMED, expires_at=None, now=now)


@operation
def request(*, booking: Booking, now: datetime) -> Booking:
    """The price is reserved on the booker's card: now the owner is to answer."""
    return _settle(booking, Status.REQUESTED, expires_at=answer_by(booking.period, now), now=now)


def require_bookable(space: Space, span: Period, *, quantity: int, now: datetime) -> None:
    """Raise the refusal that the availability engine gives for this period, if any."""
    code = availability.verdict_on(space, span, now=now, quantity=quantity)
    if code != availability.FREE:
        raise BY_CODE.get(code, NotListed)(space=space.pk)


def take_units(space: Space, span: Period, *, quantity: int, now: datetime) -> list[int]:
    """Lock the units the space may choose from, and choose: the lowest free ones.

    Bookers take turns per unit, in id order: without this lock PostgreSQL now and then
    ends simultaneous inserts with a deadlock instead of the constraint. Rows of holds that
    have run out are deleted here, under the lock, before anything is chosen.
    """
    units = lock_units([space])
    needed = quantity if space.is_pool else len(units)
    during = widened(span, space.buffer_before, space.buffer_after)
    Occupancy.objects.filter(unit__in=units, during__overlap=during, held_until__lte=now).delete()
    chosen = availability.free_units(space, during, quantity=needed, now=now)
    if not chosen or len(chosen) < needed:
        raise SlotTaken(space=space.pk)
    return chosen


def lock_units(spaces: list[Space]) -> list[int]:
    """Lock every unit these spaces may take, in one statement and in id order."""
    return list(
        Unit.objects.filter(
            pk__in=Space.units.through.objects.filter(space__in=spaces).values("unit")
        )
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


def occupy(booking: Booking, units: list[int]) -> None:
    space = booking.space
    during = widened(booking.period, space.buffer_before, space.buffer_after)
    with refused_by("occupancy_no_overlap", SlotTaken):
        Occupancy.objects.bulk_create(
            Occupancy(
                place_id=booking.place_id,
                unit_id=unit,
                during=during,
                booking=booking,
                held_until=booking.expires_at,
            )
            for unit in units
        )


def answer_by(span: Period, now: datetime) -> datetime:
    """When an unanswered request is declined by itself."""
    return max(min(now + ANSWER, span.lower), now + HOLD)


def _settle(
    booking: Booking, status: Status, *, expires_at: datetime | None, now: datetime
) -> Booking:
    booking = locked(booking)
    if booking.status not in (Status.HELD, Status.EXPIRED):
        raise WrongState(status=booking.status)
    _keep_or_retake_units(booking, held_until=expires_at, now=now)
    move(booking, status, actor=Actor.LEDIG, by=None, now=now)
    if expires_at is not None:
        booking.expires_at = expires_at
        booking.save(update_fields=["expires_at"])
    return booking


def _keep_or_retake_units(booking: Booking, *, held_until: datetime | None, now: datetime) -> None:
    """Make a hold's rows stand. A row that an impatient neighbour has deleted since the
    hold ran out means that the whole has to be taken anew."""
    kept = Occupancy.objects.filter(booking=booking).update(held_until=held_until)
    space = booking.space
    needed = booking.quantity if space.is_pool else space.units.count()
    if kept == needed:
        return
    Occupancy.objects.filter(booking=booking).delete()
    units = take_units(space, booking.period, quantity=booking.quantity, now=now)
    booking.expires_at = held_until
    occupy(booking, units)
