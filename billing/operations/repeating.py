"""Series: booked all or nothing, and cancelled with what each booking's terms return."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from accounts.transactions import operation
from billing import idempotency
from billing.models import IdempotencyKey, Order, OrderStatus
from billing.operations.booking import (
    PaymentsClosed,
    open_to_pay,
    order_held,
    tell_to_pay,
)
from billing.operations.cancelling import cancel_all
from billing.operations.on_account import agreements_for, may_owe, put_on_account
from billing.returns import left_of_stays
from bookings import operations as bookings
from bookings.about import About
from bookings.deliveries import announce_together
from bookings.means import NO_MEANS, Asked, Means
from bookings.means.campaigns import holds
from bookings.models import UNSETTLED, Actor, Booking, CampaignUse, Kind, Series, Status
from bookings.models.attendee import Invited
from bookings.operations import Pick, Whom
from bookings.operations.ending import refund_on_cancel
from bookings.operations.repeating import coming_of, locked_series, locked_together
from bookings.queries.series import invited_to
from bookings.refusals import TooLate, WrongState
from spaces.money import Money


def book_series(
    *,
    series: Series,
    picks: Sequence[Pick],
    by: User,
    now: datetime,
    means: Means = NO_MEANS,
    on_account: bool = False,
    whom: Whom | None = None,
    key: str = "",
) -> Series:
    """Book all that was picked of a series that is not stored yet, or nothing; asked again
    with the same `key`, the same series. With `whom` it is somebody else's, who is mailed where
    to pay, as by `book_together`.

    Raises the `Refused` of the first that cannot be had, with its day in `details["date"]`,
    and `PaidApart`. What costs money is held, all of it on one order, or owed `on_account`,
    as by `book_together`.
    """
    asked = (
        series.space.pk,
        series.rrule,
        series.starts_on,
        (series.opens, series.closes),
        (series.quantity, series.people, series.title, About.of(series)),
        sorted(series.add_ons.items()),
        series.organisation and series.organisation.pk,
        (series.cost_centre, series.reference, means, on_account),
        [(one.day, one.space.pk, one.span.lower, one.span.upper) for one in picks],
        *([whom] if whom else []),
    )
    with idempotency.once(user=by, key=key, asked=asked, now=now) as claim:
        booked = idempotency.remembered(claim) or hold_all(
            series=series,
            picks=picks,
            by=by,
            now=now,
            claim=claim,
            means=means,
            on_account=on_account,
            whom=whom,
        )
    try:
        open_to_pay(booked, by=by, now=now)
    except PaymentsClosed:  # all of it was let go
        idempotency.forget(claim)
        bookings.forget_series(series=series)
        raise
    assert booked[0].series is not None  # the key was used for just this
    return booked[0].series


@operation
def hold_all(
    *,
    series: Series,
    picks: Sequence[Pick],
    by: User,
    now: datetime,
    claim: IdempotencyKey | None,
    means: Means = NO_MEANS,
    on_account: bool = False,
    whom: Whom | None = None,
) -> list[Booking]:
    agreements = (
        agreements_for(
            [pick.space for pick in picks],
            organisation=series.organisation,
            cost_centre=series.cost_centre,
            reference=series.reference,
        )
        if on_account
        else []
    )
    held = bookings.hold_series(
        series=series, picks=picks, by=by, now=now, means=means, pays_later=on_account, whom=whom
    )
    put_on_account(held, agreements, by=by, now=now)
    idempotency.done(claim, held)
    order_held(held, by=held[0].booker, now=now)
    if held[0].made_by_id is not None:
        tell_to_pay(held, now=now)
    return held


def add_to_series(
    *, series: Series, pick: Pick, by: User, now: datetime, on_account: bool | None = None
) -> Booking:
    """Take a day that was skipped after all; as `book_series`, of one day. Where it is not said
    how it is paid, as the others were; who is invited to all of them is invited to it."""
    booking = hold_one(series=series, pick=pick, by=by, now=now, on_account=on_account)
    open_to_pay([booking], by=by, now=now)
    return booking


@operation
def hold_one(
    *, series: Series, pick: Pick, by: User, now: datetime, on_account: bool | None = None
) -> Booking:
    series = locked_series(series)
    guests = invited_to_all(series, now=now)
    if on_account is None:
        on_account = is_on_account(series) and may_owe([pick.space], series.organisation)
    agreements = (
        agreements_for(
            [pick.space],
            organisation=series.organisation,
            cost_centre=series.cost_centre,
            reference=series.reference,
        )
        if on_account
        else []
    )
    booking = bookings.add_to_series(
        series=series,
        pick=pick,
        by=by,
        now=now,
        means=means_of(series, pick, now=now),
        pays_later=on_account,
    )
    put_on_account([booking], agreements, by=by, now=now)
    order_held([booking], by=booking.booker, now=now)
    if booking.made_by_id is not None:
        tell_to_pay([booking], now=now)
    if guests:
        bookings.invite(booking=booking, people=guests, by=by, now=now, beyond_capacity=True)
    return booking


def is_on_account(series: Series) -> bool:
    """Whether any of it was booked on account."""
    orders = Order.objects.filter(status=OrderStatus.ACCOUNT)
    return orders.filter(lines__booking__series=series).exists()


def means_of(series: Series, pick: Pick, *, now: datetime) -> Means:
    """The code that the series was booked with, if it holds for one more day."""
    used = CampaignUse.objects.filter(booking__series=series).select_related("campaign")
    last = used.order_by("used_at", "pk").last()
    asked = Asked(pick.space, pick.span, series.quantity, series.booker, series.organisation)
    if last is None or not holds(last.campaign, asked, now=now):
        return NO_MEANS
    return Means(code=last.campaign.code)


def invited_to_all(series: Series, *, now: datetime) -> list[Invited]:
    """Who is invited along to everything that is to come of it: name and address."""
    coming = len(coming_of(series, now=now))
    return [(one.name, one.email) for one, days in invited_to(series) if 0 < coming <= days]


def ending_with(series: Series, *, now: datetime, first: date | None = None) -> list[Booking]:
    """What would end if all from a day on were cancelled: that, and what is asked for with any
    of it and waits for the owner. In order of time."""
    coming = coming_of(series, now=now, first=first)
    waiting = {one.asked_with for one in coming if one.status in UNSETTLED} - {None}
    if first is None or not waiting:
        return coming
    return [
        one
        for one in coming_of(series, now=now)
        if one in coming or (one.asked_with in waiting and one.status in UNSETTLED)
    ]


@operation
def cancel_series(
    *, series: Series, by: User, now: datetime, first: date | None = None
) -> list[Booking]:
    """Cancel all of a series that has not begun, or from one day of it on. Each booking
    returns what its own terms say; one that is too close to be cancelled stands. What waits for
    the owner together with any of them is withdrawn too, also of earlier days. Raises
    `WrongState` when there is none, and `TooLate` when there are only such."""
    coming = locked_together(ending_with(series, now=now, first=first))
    ended = cancel_all(bookings=cancellable(coming, now=now), by=by, as_owner=False, now=now)
    if not ended:
        raise TooLate if any(booking.is_fixed(now) for booking in coming) else WrongState
    announce_together(ended, Kind.SERIES_CANCELLED, by=by, now=now)
    return ended


def cancellable(coming: Iterable[Booking], *, now: datetime) -> list[Booking]:
    """Those that their booker can cancel: not what is too close, nor where they are already."""
    return [
        booking
        for booking in coming
        if booking.can_become(Status.CANCELLED, Actor.BOOKER)
        and not booking.has_run_out(now)
        and not booking.is_fixed(now)
    ]


@dataclass(frozen=True, slots=True)
class Return:
    """What comes back of one booking."""

    booking: Booking
    amount: Money


def returns_of(coming: Iterable[Booking], *, now: datetime) -> list[Return]:
    """What cancelling these would return, each by its own terms and no more than is left of
    it. One query."""
    coming = list(coming)
    left = left_of_stays(coming)
    return [
        Return(
            one,
            min(
                refund_on_cancel(one, as_owner=False, now=now),
                Money(left.get(one.pk, 0), one.currency),
            ),
        )
        for one in coming
    ]
