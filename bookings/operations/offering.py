"""What a booking may become, and what that costs: rules and arithmetic, nothing stored.

The operation decides by these under its locks; a page shows by them what a click would do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from bookings import availability
from bookings.means import Asked, has_used_a_pass, lower_again
from bookings.models import Booking, Change, Status
from bookings.operations.ending import percent_of, refund_on_cancel
from bookings.operations.holding import require_offered
from bookings.operations.units import booked_along
from bookings.quotas import Share, shares_again
from bookings.refusals import (
    BY_CODE,
    AddOnNotOffered,
    AskedTogether,
    NotListed,
    TooLate,
    TooSoon,
    WrongState,
)
from spaces.access import Access, require_access
from spaces.models import Space
from spaces.money import Money
from spaces.periods import Period
from spaces.prices import Buyer, Line, quote
from spaces.prices.lines import Item

CHANGEABLE = (Status.REQUESTED, Status.CONFIRMED, Status.CHECKED_IN)
STANDS = (Status.CONFIRMED, Status.CHECKED_IN)

# Who only gives up something of what they have is not asked what a new booking is.
WAIVED_FOR_LESS = frozenset(
    {"not_listed", "too_long", "too_soon", "too_far_ahead", "too_many", "closed", "slot_taken"}
)
WAIVED_FOR_THE_SAME_START = frozenset({"too_soon", "too_far_ahead"})


# Who runs the space decides about its lengths and its notice, also this once.
WAIVED_FOR_OWNER = frozenset({"too_short", "too_long", "too_soon", "too_far_ahead", "off_step"})
UNTIL_IT_BEGINS = [[0, 100]]  # tiers: all comes back


class NothingChanged(Refused):
    code = "nothing_changed"
    message = _("That is what you have already.")


class ChangeWaits(Refused):
    code = "change_waits"
    message = _("A change is waiting already. Take it back first, or wait for it.")


class AlreadyBegun(Refused):
    code = "already_begun"
    message = _("It has begun: now only its end and how many can be changed.")


class StillAsked(Refused):
    code = "still_asked"
    message = _("The owner has not answered yet. Until then the space stays the same.")


class OnlyReserved(Refused):
    code = "only_reserved"
    message = _(
        "Only the price of what you asked for is reserved on your card. Wait for the answer, "
        "or take the request back and ask again."
    )


class OtherOwner(Refused):
    code = "other_owner"
    message = _("What you paid is for this owner. Book the other space, and cancel this one.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a booking is to be."""

    space: Space
    span: Period
    quantity: int
    people: int | None

    @classmethod
    def of(cls, booking: Booking, **changes: Any) -> "Wish":
        """As it is, but for these; None says nothing."""
        now = {
            "space": booking.space,
            "span": booking.period,
            "quantity": booking.quantity,
            "people": booking.people,
        }
        said = {name: value for name, value in changes.items() if value is not None}
        return cls(**{**now, **said})

    @classmethod
    def of_change(cls, change: Change) -> "Wish":
        return cls(change.space, change.period, change.quantity, change.people)

    def asked(self, booking: Booking) -> Asked:
        return Asked(self.space, self.span, self.quantity, booking.booker, booking.organisation)

    def is_same(self, booking: Booking) -> bool:
        return self == Wish.of(booking)

    def asks_owner(self, booking: Booking) -> bool:
        """Whether its owner is to say yes to it: not where something is only given up."""
        stands = booking.status in STANDS
        return stands and not self.space.in_force.is_instant and not self.is_less(booking)

    def starts_as(self, booking: Booking) -> bool:
        return self.space == booking.space and self.span.lower == booking.start

    def is_less(self, booking: Booking) -> bool:
        """Only something of it is given up."""
        is_inside = booking.start <= self.span.lower and self.span.upper <= booking.end
        fewer = self.quantity <= booking.quantity
        return self.space == booking.space and is_inside and fewer

    def is_more(self, booking: Booking) -> bool:
        """All of it stays, and something comes to it."""
        is_around = self.span.lower <= booking.start and booking.end <= self.span.upper
        return self.space == booking.space and is_around and self.quantity >= booking.quantity


@dataclass(frozen=True, slots=True)
class Offer:
    """What a change would cost or give back, and what the booking is sold at from then on."""

    lines: Sequence[Mapping[str, Any]]
    amount: Money
    deposit: int
    bound: int
    cancellation: Sequence[Sequence[int]]
    due: Money
    back: Money
    asks_owner: bool

    def at_most(self, left: int | None) -> "Offer":
        """Who knows that only so much is left of what was paid promises no more back."""
        if left is None or self.back.amount <= left:
            return self
        return replace(self, back=Money(left, self.back.currency))


def waits_with_others(booking: Booking) -> bool:
    """Whether it is one of several that are asked for with one card, and not answered."""
    return booking.status == Status.REQUESTED and booking.asked_with is not None


def require_changeable(
    booking: Booking,
    wish: Wish,
    *,
    now: datetime,
    waived: frozenset[str] = frozenset(),
    ignoring: UUID | None = None,
) -> None:
    """Raise the refusal that says why the booking cannot become that, if any: the rules of a
    new booking, but that its own time is not in its way, that nobody has to be early for a
    start that stays, and that what is only less is not asked for what it has already. One that
    leaves that time for it is not in its way instead, where one is named: `ignoring`."""
    if booking.status not in CHANGEABLE or booking.has_run_out(now) or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    if waits_with_others(booking):
        raise AskedTogether
    if booking.changes.open(now).exists():
        raise ChangeWaits
    if wish.is_same(booking):
        raise NothingChanged
    if booking.has_begun(now) and not wish.starts_as(booking):
        raise AlreadyBegun
    if booking.is_fixed(now) and not wish.is_more(booking):
        raise TooLate(until=booking.fixed_from.isoformat())
    if wish.span.upper < now:
        raise TooSoon(space=wish.space.pk)
    if booking.status == Status.REQUESTED and wish.space != booking.space:
        raise StillAsked
    if booking.amount and wish.space.organisation_id != booking.space.organisation_id:
        raise OtherOwner
    if not wish.is_less(booking):
        _require_entitled(booking, wish, now)
        if wish.starts_as(booking):
            waived |= WAIVED_FOR_THE_SAME_START
    _require_free(booking, wish, now=now, waived=waived, ignoring=ignoring)


def require_movable(booking: Booking, wish: Wish, *, now: datetime) -> None:
    """The same, when it is the owner who changes it: of what its booker has no say in, only
    that the space is listed, open and free, and holds those who come. Raises the refusal."""
    if booking.status not in STANDS or booking.end <= now:
        raise WrongState(booking_status=booking.status_at(now))
    if wish.is_same(booking):
        raise NothingChanged
    if booking.has_begun(now) and not wish.starts_as(booking):
        raise AlreadyBegun
    if wish.span.upper < now or (wish.span.lower < now and not wish.starts_as(booking)):
        raise TooSoon(space=wish.space.pk)
    if wish.space.organisation_id != booking.space.organisation_id:
        raise OtherOwner
    if booked_along(booking) and wish.space.place_id != booking.place_id:
        raise AddOnNotOffered(space=wish.space.pk)
    _require_free(booking, wish, now=now, waived=WAIVED_FOR_OWNER)


def _require_free(
    booking: Booking,
    wish: Wish,
    *,
    now: datetime,
    waived: frozenset[str],
    ignoring: UUID | None = None,
) -> None:
    """But for what the booking has itself; what is only less is asked for little more."""
    is_less = wish.is_less(booking)
    code = availability.verdict_on(
        wish.space,
        wish.span,
        now=now,
        quantity=wish.quantity,
        people=None if is_less and wish.people == booking.people else wish.people,
        ignoring=ignoring or booking.pk,
        waived=waived | WAIVED_FOR_LESS if is_less else waived,
    )
    if code != availability.FREE:
        raise BY_CODE.get(code, NotListed)(space=wish.space.pk)


def preview(
    booking: Booking,
    wish: Wish,
    *,
    now: datetime,
    as_owner: bool = False,
    shares: Sequence[Share] | None = None,
    waived: frozenset[str] = frozenset(),
    ignoring: UUID | None = None,
) -> Offer:
    """What the change comes to, as the operation decides. Raises its refusal. Who knows its
    `shares` need not have them looked up again. `ignoring`: as `require_changeable`."""
    if as_owner:
        require_movable(booking, wish, now=now)
        return offer_by_owner(booking, wish, now=now)
    require_changeable(booking, wish, now=now, waived=waived, ignoring=ignoring)
    for share in shares_for(booking, wish, now=now) if shares is None else shares:
        share.require(wish.span, now)
    return offer(booking, wish, now=now)


def shares_for(booking: Booking, wish: Wish, *, now: datetime) -> list[Share]:
    """The shares that the changed booking would be taken out of, as if it were not there; of
    what is only less, none is taken."""
    if wish.is_less(booking):
        return []
    return shares_again(booking, wish.space, wish.span, now=now)


def offer(booking: Booking, wish: Wish, *, now: datetime) -> Offer:
    """The price anew, by the prices of today, held against what the booking was sold at.

    More is to be paid first. Of less, that part comes back which a cancellation would give
    back now, and the rest of it is kept, as a line of its own: so shortening is no way round
    the tiers. What a cancellation would keep today of the whole stays bound in the booking,
    so moving it to a later day, and cancelling then, is none either. What is kept counts
    towards a later change for more. A booking of which nothing would come back keeps its
    price when it only becomes less. Nothing comes back of what was bound before. The tiers
    are those it was sold with, and in another space that space's. Raises `NotForSale`,
    `OnlyReserved` and `OtherOwner`.
    """
    had, percent = booking.price, percent_of(booking, now=now)
    stands = booking.status in STANDS
    refundable = refund_on_cancel(booking, as_owner=False, now=now)
    bound = booking.amount - refundable.amount if stands else booking.bound
    if wish.is_less(booking) and stands and not percent:
        return _at_the_same_price(booking, bound=bound)
    price = quote(
        wish.space,
        wish.span,
        quantity=wish.quantity,
        people=wish.people,
        add_ons=booked_along(booking),
        buyer=Buyer.of(booking.booker, now),
    )
    price = lower_again(price, booking, wish.asked(booking), percent=percent, now=now)
    if price.total.currency != booking.currency and booking.amount:
        raise OtherOwner
    if wish.is_less(booking) and price.total.amount >= had.amount:
        gives_back = price.total.amount == had.amount and has_used_a_pass(booking)
        if not gives_back:
            return _at_the_same_price(booking, bound=bound)
    none = Money(0, price.total.currency)
    total = price.total
    had = had or none
    lines, due, back = [*price.lines], none, none
    if not stands:
        if total > had or (had and not total):
            raise OnlyReserved
    elif total > had:
        due = total - had
    else:
        part = (had - total).times(Fraction(percent, 100))
        back = min(part, refundable) if had.amount else none
        if kept := had - total - back:
            lines.append(kept_line(kept, price.lines[0]))
            total += kept
    return Offer(
        lines=[line.as_json() for line in lines],
        amount=total,
        deposit=price.deposit.amount if total else 0,
        bound=min(bound, total.amount),
        cancellation=booking.cancellation
        if wish.space == booking.space
        else [list(tier) for tier in wish.space.tiers],
        due=due,
        back=back,
        asks_owner=wish.asks_owner(booking),
    )


def offer_by_owner(booking: Booking, wish: Wish, *, now: datetime) -> Offer:
    """Never dearer for the booker, who has not asked for it: what it costs less comes back
    whole, what it would cost more is the owner's affair. Who is moved may cancel until it
    begins, with all money back. Passes are used for no more than they were."""
    same = _at_the_same_price(booking, bound=0)
    has_pass = has_used_a_pass(booking)
    if booking.amount or has_pass:
        price = quote(
            wish.space,
            wish.span,
            quantity=wish.quantity,
            people=wish.people,
            add_ons=booked_along(booking),
            buyer=Buyer.of(booking.booker, now),
        )
        price = lower_again(price, booking, wish.asked(booking), percent=100, now=now)
        had, total = booking.price, price.total
        is_cheaper = total.currency == had.currency and (
            total.amount <= had.amount if wish.is_less(booking) else total.amount < had.amount
        )
        if is_cheaper and (wish.is_less(booking) or not has_pass):
            same = replace(
                same,
                lines=[line.as_json() for line in price.lines],
                amount=total,
                deposit=min(booking.deposit, price.deposit.amount if total else 0),
                back=had - total,
            )
    return replace(same, cancellation=UNTIL_IT_BEGINS)


def kept_line(kept: Money, like: Line) -> Line:
    return Line(
        item=Item.KEPT,
        per="",
        count=Fraction(1),
        quantity=1,
        unit_price=kept,
        amount=kept,
        audience=like.audience,
        vat=like.vat,
    )


def _at_the_same_price(booking: Booking, *, bound: int) -> Offer:
    nothing = Money(0, booking.currency)
    return Offer(
        lines=booking.lines,
        amount=booking.price,
        deposit=booking.deposit,
        bound=bound,
        cancellation=booking.cancellation,
        due=nothing,
        back=nothing,
        asks_owner=False,
    )


def _require_entitled(booking: Booking, wish: Wish, now: datetime) -> None:
    require_access(wish.space, Access(booking.booker, now), until=wish.span.upper)
    if wish.space == booking.space:
        return
    along = booked_along(booking)
    if along and wish.space.place_id != booking.place_id:
        raise AddOnNotOffered(space=wish.space.pk)
    require_offered(wish.space, along)
