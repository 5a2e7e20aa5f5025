"""From nothing to a booking: hold, request, confirm."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain

from django.db.models import Model

from accounts.errors import Refused, refused_by
from accounts.models import Organisation, User
from accounts.rows import hang, hang_one, insert
from accounts.transactions import operation
from bookings import availability
from bookings.about import NOTHING_MORE, About
from bookings.deliveries import Readers
from bookings.grounds import grounds_of
from bookings.means import (
    NO_MEANS,
    Asked,
    Means,
    Planned,
    Reduced,
    lock_means,
    reduce,
    use_means,
)
from bookings.means.campaigns import CodeRefused
from bookings.models import BookedAddOn, Booking, Kind, Series, Status
from bookings.operations.behalf import Whom, find, make_for
from bookings.operations.moves import news
from bookings.operations.presence import check_in_by
from bookings.operations.turns import hold_hours
from bookings.operations.units import UnitFinder, lock_units
from bookings.quotas import QuotaUse, Share, lock_shares, shares_of
from bookings.refusals import BY_CODE, AddOnNotOffered, NotAMember, NotListed, SlotTaken
from bookings.strikes import require_standing
from spaces.access import require_access
from spaces.models import AddOn, Space
from spaces.periods import Period
from spaces.prices import Buyer, Quote, quote
from spaces.prices.quoting import NO_ADD_ONS

HOLD = timedelta(minutes=15)  # to pay in


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
    day: date | None = None  # of a series

    def quoted(self, buyer: Buyer) -> Quote:
        """What it costs somebody. Raises `NotForSale`."""
        return quote(
            self.space,
            self.span,
            quantity=self.quantity,
            people=self.people,
            add_ons=self.add_ons,
            buyer=buyer,
        )


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
    whom: Whom | None = None,
) -> Booking:
    """Take a time for a booker, perhaps on behalf of an organisation of theirs.

    What is free of charge is confirmed at once, or requested where the owner wants to
    answer first; what costs money is held for `HOLD`, to be paid, unless
    the caller has arranged that one `pays_later`. With an `offer` to somebody
    who waits, it is held for their yes, whatever it costs. Two bookers can arrive
    together: the constraint on Occupancy decides who wins. Raises the `Refused` that says
    why not; the price is what `spaces.prices.quote` says for the booker at `now`,
    less what their `means` take off.
    """
    (booking,) = hold_together(
        items=[Item(space, span, quantity, people, add_ons, title, about)],
        by=by,
        now=now,
        organisation=organisation,
        cost_centre=cost_centre,
        reference=reference,
        means=means,
        pays_later=pays_later,
        offer=offer,
        whom=whom,
    )
    return booking


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
    offer: Turn | None = None,
    series: Series | None = None,
    is_told: bool = True,
    whom: Whom | None = None,
) -> list[Booking]:
    """`hold` each of these times, all or none, in the order given; perhaps as days of a series.
    A code is used for those it holds for; it is refused when it holds for none.

    With `whom`, `by` books for somebody else: what they may, have used and pay is asked, and the
    booking is theirs; `behalf.find` says who may do that. Then nobody's answer is waited for
    where `by` runs the space.

    As many statements for many as for one. Whatever any of them may choose from is locked
    before anything is looked at, each kind at once and in the order in which everybody
    locks. The refusal says in `details["item"]` which of several it is about, counted from 0.
    """
    spaces = [item.space for item in items]
    found = whom and find(whom, by=by, spaces=spaces, organisation=organisation, now=now)
    booker = found.person if found else by
    grounds = grounds_of(spaces, by=booker, now=now)
    require_member(by, organisation)
    shares: list[list[Share]] = []
    for number, item in enumerate(items):
        with of_several(number, items):
            require_access(item.space, grounds.access, until=item.span.upper)
            require_offered(item.space, item.add_ons)
            item.about.require(organisation)
            require_standing(item.space, grounds, now=now)
        shares.append(shares_of(item.space, item.span, grounds, organisation=organisation))
    lock_shares(chain.from_iterable(shares))
    hold_hours(item.space for item in items)
    used = QuotaUse(chain.from_iterable(shares), now)
    verdicts = availability.verdicts_for(items, now=now)  # a no does not wait for the units
    prices: list[Quote] = []
    for number, (item, verdict) in enumerate(zip(items, verdicts, strict=True)):
        with of_several(number, items):
            require_free(item.space, verdict)
            used.require(shares[number], item.span)
            prices.append(item.quoted(grounds.buyer))
    lowering = Lowering(means, items, by=booker, organisation=organisation, now=now)
    lowering.lock(prices)
    held: list[Booking] = []
    for number, (item, price) in enumerate(zip(items, prices, strict=True)):
        with of_several(number, items):
            reduced = lowering.of(item, price)
        is_held = bool(reduced.total) and not pays_later
        booking = _booking(item, reduced, is_held=is_held, by=booker, now=now, offer=offer)
        if found:
            make_for(booking, found, by=by, now=now)
        booking.organisation, booking.series = organisation, series
        booking.cost_centre, booking.reference = cost_centre, reference
        held.append(booking)
    finder = UnitFinder(items, now=now)
    rows: list[Model] = [*held]
    for number, (item, booking) in enumerate(zip(items, held, strict=True)):
        with of_several(number, items):
            rows += finder.take(number, booking)
        along = item.add_ons.items()
        rows += [BookedAddOn(booking=booking, add_on=one, count=count) for one, count in along]
    readers = Readers(held)
    for booking in held:
        rows += news(
            booking,
            Kind.OFFERED if offer else Kind(booking.status),
            by=None if offer else by,
            now=now,
            told_at=offer.told_at if offer else None,
            readers=readers if is_told else None,
        )
    with refused_by("occupancy_no_overlap", SlotTaken):
        insert(rows)
    lowering.use(held)
    for booking in held:
        hang(booking, "changes", [])
        hang_one(booking, "calendar_object", None)
    return held


@contextmanager
def of_several(number: int, items: Sequence[Item]) -> Iterator[None]:
    """What is refused of one of several says which."""
    try:
        yield
    except Refused as refusal:
        if len(items) > 1:
            refusal.details["item"] = number
        raise


class Lowering:
    """What somebody's means take off the prices of times that are booked together."""

    def __init__(
        self,
        means: Means,
        items: Sequence[Item],
        *,
        by: User,
        organisation: Organisation | None,
        now: datetime,
    ) -> None:
        self._means, self._items, self._now = means, items, now
        self._by, self._organisation = by, organisation
        self._planned = Planned()
        self._reduced: list[Reduced] = []
        self._no_code: list[CodeRefused] = []

    def lock(self, prices: Sequence[Quote]) -> None:
        """What several that cost money may use, all at once: before any unit is locked."""
        pairs = zip(self._items, prices, strict=True)
        priced = [self._asked(item) for item, price in pairs if price.total]
        if len(priced) > 1:
            lock_means(priced, means=self._means, now=self._now)

    def _asked(self, item: Item) -> Asked:
        return Asked(item.space, item.span, item.quantity, self._by, self._organisation)

    def of(self, item: Item, price: Quote) -> Quote:
        """The price of the next of them, lowered if it can be. Raises `CodeRefused` when that is
        so of none."""
        lower = partial(reduce, price, self._asked(item), now=self._now, planned=self._planned)
        try:
            reduced = lower(means=self._means)
        except CodeRefused as refusal:
            self._no_code.append(refusal)
            if len(self._no_code) == len(self._items):
                raise self._no_code[0] from None
            reduced = lower(means=replace(self._means, code=""))
        self._reduced.append(reduced)
        return reduced.price

    def use(self, held: Sequence[Booking]) -> None:
        """Count what was used, for these bookings, which are stored now."""
        for booking, reduced in zip(held, self._reduced, strict=True):
            use_means(reduced, booking, now=self._now)


def _booking(
    item: Item, price: Quote, *, is_held: bool, by: User, now: datetime, offer: Turn | None
) -> Booking:
    """What is sold, at which terms, and perhaps to be paid first; nothing is stored."""
    space, span = item.space, item.span
    if offer is not None:
        status, expires_at = Status.HELD, offer.until
    elif is_held:
        status, expires_at = Status.HELD, min(now + HOLD, span.upper)
    elif space.in_force.is_instant:
        status, expires_at = Status.CONFIRMED, None
    else:
        status, expires_at = Status.REQUESTED, answer_by(space, span, now)
    return Booking(
        place_id=space.place_id,
        space=space,
        booker=by,
        period=span,
        quantity=item.quantity,
        people=item.people,
        status=status,
        title=item.title,
        note=item.about.note,
        public_title=item.about.public_title,
        visibility=item.about.visibility,
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
        last_notice=space.in_force.last_notice,
        check_in_by=check_in_by(space, span, now),
        recurrence_date=item.day,
    )


def lock_for(
    asked: Sequence[tuple[Space, Period]],
    *,
    by: User,
    organisation: Organisation | None,
    now: datetime,
) -> None:
    """Take every lock that `hold` takes for any of these, each kind at once and in order: for
    what is changed together with what is booked."""
    spaces = [space for space, _span in asked]
    grounds = grounds_of(spaces, by=by, now=now)
    lock_shares(
        share
        for space, span in asked
        for share in shares_of(space, span, grounds, organisation=organisation)
    )
    hold_hours(spaces)
    wanted = (Asked(space, span, 1, by, organisation) for space, span in asked)
    lock_means(wanted, means=NO_MEANS, now=now)
    lock_units(spaces)


def require_free(space: Space, code: str) -> None:
    """Raise the refusal that the availability engine's verdict stands for, if any."""
    if code != availability.FREE:
        raise BY_CODE.get(code, NotListed)(space=space.pk)


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


def answer_by(space: Space, span: Period, now: datetime) -> datetime:
    """When a request that the owner has not answered is declined by itself: after the time they
    give themselves, but at most when it starts, and never sooner than one could pay, unless it
    is over by then."""
    within = timedelta(minutes=space.in_force.answer_within)
    return min(max(min(now + within, span.lower), now + HOLD), span.upper)
