"""From nothing to a booking: hold, request, confirm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation
from bookings import availability
from bookings.about import NOTHING_MORE, About
from bookings.means import (
    NO_MEANS,
    Asked,
    Means,
    keep_means,
    lock_means,
    reduce,
    use_means,
)
from bookings.means.campaigns import CodeRefused
from bookings.models import Actor, BookedAddOn, Booking, Kind, Series, Status
from bookings.operations.moves import locked, move, record
from bookings.operations.presence import check_in_by
from bookings.operations.turns import hold_hours
from bookings.operations.units import keep_units, lock_units, occupy, take_units
from bookings.quotas import lock_shares, shares_of, shares_of_each
from bookings.refusals import BY_CODE, AddOnNotOffered, NotAMember, NotListed, WrongState
from bookings.strikes import require_standing
from spaces.access import Access, require_access
from spaces.models import AddOn, Space
from spaces.periods import Period
from spaces.prices import Buyer, quote
from spaces.prices.quoting import NO_ADD_ONS

HOLD = timedelta(minutes=15)  # to pay in
ANSWER = timedelta(hours=48)  # for an owner to answer a request in, at most until it starts


@dataclass(frozen=True, slots=True)
class Item:
    """A time in a space, as it is asked for."""

    space: Space
    span: Period
    quantity: int = 1
    people: int | None = None
    add_ons: Mapping[AddOn, int] = field(default_factory=dict)
    title: str = ""
    about: About = NOTHING_MORE


@dataclass(frozen=True, slots=True)
class Turn:
    """Of one who waits: when they are told, and until when it is theirs to take."""

    told_at: datetime
    until: datetime


@operation
def hold(
    *,
    space: Space,
    span: Period,
    by: User,
    now: datetime,
    quantity: int = 1,
    people: int | None = None,
    add_ons: Mapping[AddOn, int] = NO_ADD_ONS,
    title: str = "",
    organisation: Organisation | None = None,
    about: About = NOTHING_MORE,
    cost_centre: str = "",
    reference: str = "",
    means: Means = NO_MEANS,
    pays_later: bool = False,
    offer: Turn | None = None,
    series: Series | None = None,
    recurrence_date: date | None = None,
    is_told: bool = True,
) -> Booking:
    """Take a time for a booker, perhaps on behalf of an organisation of theirs, or for a day
    of a series.

    What is free of charge is confirmed at once, or requested where the owner wants to
    answer first; what costs money is held for `HOLD`, to be paid, unless
    the caller has arranged that one `pays_later`. With an `offer` to somebody
    who waits, it is held for their yes, whatever it costs. Two bookers can arrive
    together: the constraint on Occupancy decides who wins. Raises the `Refused` that says
    why not; the price is what `spaces.prices.quote` says for the booker at `now`,
    less what their `means` take off.
    """
    require_member(by, organisation)
    require_access(space, Access(by, now), until=span.upper)
    require_offered(space, add_ons)
    about.require(organisation)
    require_standing(space, by=by, now=now)
    shares = shares_of(space, span, by=by, organisation=organisation, now=now)
    lock_shares(shares)
    hold_hours(space)
    require_bookable(space, span, quantity=quantity, people=people, now=now)
    for share in shares:
        share.require(span, now)
    buyer = Buyer.of(by, now)
    price = quote(space, span, quantity=quantity, people=people, add_ons=add_ons, buyer=buyer)
    asked = Asked(space, span, quantity, by, organisation)
    reduced = reduce(price, asked, means=means, now=now)
    price = reduced.price
    free_of_charge = not price.total or pays_later
    kind = None
    if offer is not None:
        status, expires_at, kind = Status.HELD, offer.until, Kind.OFFERED
    elif free_of_charge and not space.in_force.is_instant:
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
        people=people,
        status=status,
        title=title,
        note=about.note,
        public_title=about.public_title,
        visibility=about.visibility,
        cost_centre=cost_centre,
        reference=reference,
        created_at=now,
        changed_at=now,
        expires_at=expires_at,
        lines=[line.as_json() for line in price.lines],
        amount=price.total.amount,
        currency=price.total.currency,
        deposit=price.deposit.amount if price.total else 0,
        no_show_fee=space.in_force.no_show_fee,
        overstay_fee=space.in_force.overstay_fee,
        cancellation=space.tiers,
        check_in_by=check_in_by(space, span, now),
        series=series,
        recurrence_date=recurrence_date,
    )
    units = take_units(space, span, quantity=quantity, add_ons=add_ons, now=now)
    booking.save(force_insert=True)
    BookedAddOn.objects.bulk_create(
        BookedAddOn(booking=booking, add_on=one, count=count) for one, count in add_ons.items()
    )
    occupy(booking, units, held_until=expires_at)
    use_means(reduced, booking, now=now)
    record(
        booking,
        kind or Kind(status),
        by=None if offer else by,
        now=now,
        is_told=is_told,
        told_at=offer.told_at if offer else None,
    )
    return booking


@operation
def confirm(*, booking: Booking, now: datetime, is_told: bool = True) -> Booking:
    """The booking is paid. Its time may have run out meanwhile: then it is taken anew, and
    `SlotTaken` (or another refusal) is raised when that cannot be."""
    return _settle(booking, Status.CONFIRMED, expires_at=None, now=now, is_told=is_told)


@operation
def request(*, booking: Booking, now: datetime) -> Booking:
    """The price is reserved on the booker's card: now the owner is to answer."""
    return _settle(booking, Status.REQUESTED, expires_at=answer_by(booking.period, now), now=now)


def require_bookable(
    space: Space, span: Period, *, quantity: int, people: int | None = None, now: datetime
) -> None:
    """Raise the refusal that the availability engine gives for this period, if any."""
    code = availability.verdict_on(space, span, now=now, quantity=quantity, people=people)
    if code != availability.FREE:
        raise BY_CODE.get(code, NotListed)(space=space.pk)


@operation
def hold_together(
    *,
    items: Sequence[Item],
    by: User,
    now: datetime,
    organisation: Organisation | None = None,
    cost_centre: str = "",
    reference: str = "",
    means: Means = NO_MEANS,
    pays_later: bool = False,
) -> list[Booking]:
    """`hold` each of these times, all or none, in the order given. A code is used for those
    it holds for; it is refused when it holds for none.

    Whatever any of them may choose from is locked before the first is taken, in the order
    in which everybody locks: sorting the inserts alone would end in deadlocks. The refusal
    says in `details["item"]` which of several it is about, counted from 0.
    """
    if len(items) > 1:
        lock_for(
            [(item.space, item.span) for item in items],
            by=by,
            organisation=organisation,
            now=now,
            add_ons={add_on for item in items for add_on in item.add_ons},
            means=means,
        )
    held, no_code = [], []
    for number, item in enumerate(items):
        take = partial(
            hold,
            space=item.space,
            span=item.span,
            quantity=item.quantity,
            people=item.people,
            add_ons=item.add_ons,
            title=item.title,
            about=item.about,
            by=by,
            now=now,
            organisation=organisation,
            cost_centre=cost_centre,
            reference=reference,
            pays_later=pays_later,
        )
        try:
            try:
                booking = take(means=means)
            except CodeRefused as refusal:  # nothing is stored yet
                no_code.append(refusal)
                if len(no_code) == len(items):
                    raise no_code[0] from None
                booking = take(means=replace(means, code=""))
        except Refused as refusal:
            if len(items) > 1:
                refusal.details["item"] = number
            raise
        held.append(booking)
    return held


def lock_for(
    asked: Sequence[tuple[Space, Period]],
    *,
    by: User,
    organisation: Organisation | None,
    now: datetime,
    add_ons: Iterable[AddOn] = (),
    means: Means = NO_MEANS,
) -> None:
    """Take every lock that `hold` takes for any of these, each kind at once and in order."""
    by_space: dict[Space, list[Period]] = {}
    for space, span in asked:
        by_space.setdefault(space, []).append(span)
    found = (
        shares_of_each(space, spans, by=by, organisation=organisation, now=now)
        for space, spans in by_space.items()
    )
    lock_shares(share for shares in found for some in shares.values() for share in some)
    for space in sorted(by_space, key=lambda space: space.pk):
        hold_hours(space)
    wanted = (Asked(space, span, 1, by, organisation) for space, span in asked)
    lock_means(wanted, means=means, now=now)
    lock_units(by_space, add_ons)


def require_member(by: User, organisation: Organisation | None) -> None:
    """Raise `NotAMember` when they book on behalf of an organisation that is not theirs."""
    if organisation and not by.memberships.filter(organisation=organisation).exists():
        raise NotAMember(organisation=organisation.slug)


def require_offered(space: Space, add_ons: Mapping[AddOn, int]) -> None:
    """Raise `AddOnNotOffered` for what cannot be had along with this space."""
    offered = set(space.add_ons.filter(is_offered=True)) if add_ons else set()
    for add_on, count in add_ons.items():
        if add_on not in offered or count < 1:
            raise AddOnNotOffered(add_on=add_on.pk)


def answer_by(span: Period, now: datetime) -> datetime:
    """When an unanswered request is declined by itself."""
    return max(min(now + ANSWER, span.lower), now + HOLD)


def _settle(
    booking: Booking,
    status: Status,
    *,
    expires_at: datetime | None,
    now: datetime,
    is_told: bool = True,
) -> Booking:
    booking = locked(booking)
    if booking.status not in (Status.HELD, Status.EXPIRED):
        raise WrongState(booking_status=booking.status)
    keep_means(booking, now=now)
    keep_units(booking, held_until=expires_at, now=now)
    booking.expires_at = expires_at
    move(booking, status, actor=Actor.LEDIG, by=None, now=now, is_told=is_told)
    return booking
