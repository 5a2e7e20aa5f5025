"""What is due once the lines of an order are paid or reserved, by what each is for.

Called under the locks of the order and its bookings, in the transaction that notes the
payment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.errors import Refused
from billing.models import BESIDE, LineKind, Order, OrderLine
from billing.operations.refunding import refund
from billing.operations.telling import tell_of_money, tell_unpaid
from bookings import operations as bookings
from bookings.deliveries import announce_together, tell_jointly
from bookings.emails.words import LAPSED
from bookings.means import lock_means_of
from bookings.models import OPEN, Booking, ChangeStatus, Kind, Pass, PassStatus, Status
from bookings.operations.late import lock_quotas
from bookings.operations.moves import record
from bookings.operations.shapes import Shape
from bookings.operations.units import lock_units
from bookings.quotas import QuotaUsed
from bookings.refusals import WrongState
from spaces.models import AddOn

TO_DRAW_IN = timedelta(hours=1)  # before what is reserved lapses: Stripe may be silent
NO_LONGER_WANTED = (Status.EXPIRED, Status.DECLINED, Status.CANCELLED)
WANTED = (
    Q(kind=LineKind.BOOKING) & ~Q(booking__status__in=NO_LONGER_WANTED)
    | Q(kind=LineKind.CHANGE, change__status__in=OPEN) & ~Q(booking__status__in=NO_LONGER_WANTED)
    | ~Q(kind__in=(LineKind.BOOKING, LineKind.CHANGE))  # their orders are closed by name
)


def fulfil(lines: list[OrderLine], *, now: datetime) -> None:
    """All of them are paid. Of a series, one letter tells of all that stand."""
    for line in lines:
        if line.sold_pass_id is not None:
            begin_pass(line.sold_pass_id, now=now)
        if line.kind in (LineKind.NO_SHOW, LineKind.OVERSTAY):
            tell_of_money(
                line.booked,
                Kind.FEE_CHARGED,
                about=line,
                now=now,
                amount=line.amount,
                of=line.kind,
            )
    _lock_units(lines)
    stays = [line for line in lines if line.kind in FULFIL]
    several = len(stays) > 1 or any(line.change and line.change.series_change_id for line in stays)
    is_series = several and stays[0].booked.series_id is not None
    if is_asked_together(stays):
        standing = _pay_together(stays, now, is_told=not is_series)
    else:
        paid = [_pay(line, now, is_told=not is_series) for line in stays]
        standing = [booking for booking in paid if booking is not None]
    if is_series and standing:
        _tell_of_series(stays[0], standing, now=now)


def reserve(lines: Sequence[OrderLine], *, now: datetime) -> None:
    """Their money is reserved on the card: the owners are asked. Raises the `Refused` that says
    why it is too late for that."""
    lapses_at = lines[0].order.lapses_at
    until = lapses_at - TO_DRAW_IN if lapses_at is not None else None
    if is_asked_together(lines):
        _lock_units(lines)
        bookings.request_together(bookings=_booked(lines), now=now, until=until)
        return
    changes = [line.change for line in lines if line.change is not None]
    waiting = [change for change in changes if change.status != ChangeStatus.ENDED]
    if changes:  # of a series those that have come to nothing meanwhile are not paid for
        bookings.ask_changes(changes=waiting or changes, now=now)
    for line in lines:
        if line.kind == LineKind.BOOKING:
            bookings.request(booking=line.booked, now=now, until=until)
        elif line.kind == LineKind.DEPOSIT:
            tell_of_money(
                line.booked, Kind.DEPOSIT_RESERVED, about=line, now=now, amount=line.amount
            )


def lapse(lines: Sequence[OrderLine], *, now: datetime) -> None:
    """What was reserved for them was let go before it was drawn: by the card's bank when its days
    were over, or by hand at Stripe."""
    fail([line for line in lines if line.kind in FULFIL], reason=LAPSED, now=now)


def fail(lines: Sequence[OrderLine], *, reason: str, now: datetime) -> None:
    """What was reserved for them could not be drawn."""
    if is_asked_together(lines):
        _fail_together(_booked(lines), reason=reason, now=now)
        return
    for line in lines:
        _fail(line, reason=reason, now=now)


def _fail_together(together: Sequence[Booking], *, reason: str, now: datetime) -> None:
    for booking in together:
        record(booking, Kind.PAYMENT_FAILED, by=None, now=now, is_told=False, reason=reason)
    _decline_together(together, reason=reason, now=now)
    tell_jointly(together, Kind.PAYMENT_FAILED, by=None, now=now)


def _decline_together(together: Sequence[Booking], *, reason: str, now: datetime) -> None:
    """What of it still waits for an answer needs none any more."""
    if together[0].status == Status.REQUESTED:  # and so are the others
        bookings.decline(booking=together[0], by=None, now=now, reason=reason, is_told=False)


def _fail(line: OrderLine, *, reason: str, now: datetime) -> None:
    if line.kind == LineKind.CHANGE:
        if line.change is not None:
            bookings.end_changes(change=line.change, why="payment_failed", now=now, reason=reason)
    elif line.kind == LineKind.DEPOSIT:  # all of it is free on their card again
        tell_of_money(
            line.booked,
            Kind.DEPOSIT_RELEASED,
            about=line,
            now=now,
            code=reason,
            amount=line.booked.deposit,
        )
    elif line.kind == LineKind.BOOKING:
        booking = line.booked
        record(booking, Kind.PAYMENT_FAILED, by=None, now=now, reason=reason)
        if booking.status == Status.REQUESTED:
            bookings.decline(booking=booking, by=None, now=now, reason=reason)


def tell_not_charged(line: OrderLine, *, reason: str, now: datetime) -> None:
    """The saved card was not charged: it is to be paid on a page, with the same or another."""
    if line.sold_pass_id is not None:
        tell_unpaid(line, now=now)
        return
    tell_of_money(
        line.booked,
        Kind.NOT_CHARGED,
        about=line,
        now=now,
        code=reason,
        amount=line.amount,
        of=line.kind,
    )


def tell_all_too_late(lines: Sequence[OrderLine], no: Refused, *, now: datetime) -> None:
    """`tell_too_late` of each; of what was asked for together in one letter."""
    if not is_asked_together(lines):
        for n, line in enumerate(lines):
            is_told = n == 0 or line.change is None or line.change.series_change_id is None
            tell_too_late(line, no, now=now, is_told=is_told)
        return
    together = _booked(lines)
    for booking in together:
        record(booking, Kind.PAID_TOO_LATE, by=None, now=now, is_told=False, code=no.code)
    tell_jointly(together, Kind.PAID_TOO_LATE, by=None, now=now)


def tell_too_late(line: OrderLine, no: Refused, *, now: datetime, is_told: bool = True) -> None:
    """It was paid or reserved when it could no longer be had."""
    why = no.code if no.code == QuotaUsed.code else "too_late"
    if line.kind == LineKind.BOOKING:
        record(line.booked, Kind.PAID_TOO_LATE, by=None, now=now, code=no.code)
    elif line.change is not None and line.change.status in OPEN:
        bookings.end_change(change=line.change, why=why, now=now, is_told=is_told)
    else:
        record(line.booked, Kind.CHANGE_ENDED, by=None, now=now, is_told=is_told, why=why)


def lock_quotas_of(order: UUID, *, now: datetime) -> None:
    """What has run out, or is to be changed, takes its part of a quota once it is paid. Call it
    before the order or any of its bookings is locked."""
    lines = list(
        OrderLine.objects.filter(order=order, kind__in=FULFIL).select_related(
            "booking__space__place",
            "booking__booker",
            "booking__organisation",
            "change__space__place",
        )
    )
    for line in lines:
        if line.change is not None:
            line.change.booking = line.booked
    stays = [line.booked for line in lines if line.change is None]
    changes = [line.change for line in lines if line.change is not None]
    lock_quotas(stays, changes, now=now)


def is_wanted(line: OrderLine) -> bool:
    """Whether its money is still wanted, as `WANTED` asks of the database."""
    if line.kind == LineKind.CHANGE and (line.change is None or line.change.status not in OPEN):
        return False
    if line.kind in (LineKind.BOOKING, LineKind.CHANGE):
        return line.booked.status not in NO_LONGER_WANTED
    return True


def begin_pass(pk: UUID, *, now: datetime) -> None:
    """It is paid for: it can be used from now on."""
    sold = Pass.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if sold.status == PassStatus.ORDERED:
        sold.begin(now)
        sold.save(update_fields=["status", "starts_at", "ends_at"])


def outlasts_its_page(order: Order, lines: list[OrderLine]) -> bool:
    """Whether it stays to be paid when nobody has paid on the page in time."""
    return bool(order.session_id) and any(
        line.kind in BESIDE or (line.sold_pass is not None and line.sold_pass.membership_id)
        for line in lines
    )


def _pay(line: OrderLine, now: datetime, *, is_told: bool) -> Booking | None:
    """The booking stands, or the change is made. Paid too late, and the time is gone: what
    was paid for it goes back, and the other bookings of the order stand. Then None."""
    try:
        with transaction.atomic():
            return FULFIL[LineKind(line.kind)](line, line.order, now, is_told)
    except Refused as no:
        tell_too_late(line, no, now=now)
        if line.kind == LineKind.BOOKING:
            _decline_together([line.booked], reason="", now=now)
        refund(line=line, amount=line.amount, now=now)
        return None


def _pay_together(lines: Sequence[OrderLine], now: datetime, *, is_told: bool) -> list[Booking]:
    """All of them stand. If one can no longer be had, or not all have said yes, then none does,
    and all of it goes back."""
    try:
        with transaction.atomic():
            return [_book(line, line.order, now, is_told) for line in lines]
    except Refused as no:
        tell_all_too_late(lines, no, now=now)
        _decline_together(_booked(lines), reason="", now=now)
        for line in lines:
            refund(line=line, amount=line.amount, now=now)
        return []


def _tell_of_series(line: OrderLine, standing: list[Booking], *, now: datetime) -> None:
    """Its bookings are paid for; or what they were to become is, and its rule follows."""
    series = standing[0].series
    change = line.change.series_change if line.change else None
    if line.change is None or series is None or change is None:
        announce_together(standing, Kind.SERIES_BOOKED, by=None, now=now)
        return
    bookings.follow_series(
        series=series,
        to=Shape.of(change),
        moved=standing,
        by=line.order.approved_by or line.change.by,
        now=now,
        first=change.first,
    )


def _book(line: OrderLine, order: Order, now: datetime, is_told: bool) -> Booking:
    booking = line.booked
    is_joint = booking.asked_with is not None
    if booking.status == Status.REQUESTED and order.approved_by is not None:
        by = booking.agreed_by if is_joint else order.approved_by
        return bookings.approve(booking=booking, by=by, now=now, is_told=is_told)
    if is_joint:  # declined meanwhile, or drawn by hand at Stripe before all had said yes
        raise WrongState(booking_status=booking.status_at(now))
    return bookings.confirm(booking=booking, now=now, is_told=is_told)


def _change(line: OrderLine, order: Order, now: datetime, is_told: bool) -> Booking:
    assert line.change is not None
    if order.approved_by is not None:
        made = bookings.approve_change(
            change=line.change, by=order.approved_by, now=now, is_told=is_told
        )
    else:
        made = bookings.make_change(change=line.change, now=now, is_told=is_told)
    return made.booking


# Kinds that are only money are done once they are paid.
FULFIL = {LineKind.BOOKING: _book, LineKind.CHANGE: _change}


def is_asked_together(lines: Sequence[OrderLine]) -> bool:
    """Whether it is one request, of which all stands or nothing."""
    return any(
        line.kind == LineKind.BOOKING and line.booked.asked_with is not None for line in lines
    )


def _booked(lines: Sequence[OrderLine]) -> list[Booking]:
    """What is asked for together, the earliest first."""
    return sorted((line.booked for line in lines), key=lambda one: (one.start, one.pk))


def _lock_units(lines: Sequence[OrderLine]) -> None:
    """All that several bookings may have to take anew: one after the other, two such orders
    could wait for each other."""
    stays = [line for line in lines if line.kind in FULFIL]
    booked = [line.booked for line in stays]
    if len(booked) > 1:
        lock_means_of(booked)
        along = AddOn.objects.filter(booked__booking__in=booked)
        elsewhere = [line.change.space for line in stays if line.change is not None]
        lock_units([*(booking.space for booking in booked), *elsewhere], along)
