"""A series, or what comes from a day of it on, changed together, with the money either way."""

from datetime import date, datetime

from accounts.models import User
from accounts.transactions import operation
from billing.operations.changing import open_change_to_pay, order_changes, settle_change
from billing.operations.on_account import agreement_of, owe_more
from billing.operations.repeating import is_on_account
from billing.returns import left_of_stays
from bookings import operations as bookings
from bookings.models import Change, ChangeStatus, Series
from bookings.operations.shapes import Shape
from bookings.operations.shifting import CostsMore


def move_series(
    *, series: Series, to: Shape, by: User, now: datetime, first: date | None = None
) -> Series:
    """Make all of a series, or what comes from a day on, what it is `to` be, as
    `bookings.operations.move_series`: all or none.

    What it then costs less is on its way back when this returns. What it costs more is owed
    where the series is on account. Else it is paid on one page for all of them; until then
    the bookings and their rule stand as they were, and what they need beyond that is kept. Of
    a payment that comes too late for one, that one's part goes back. Where the owner answers
    any of it first, all of it waits for one answer; what it costs more is reserved on the card
    until then. Raises `CostsMore` when some cost more and some do not, and `PaymentsClosed`.
    """
    series, held = move_and_order(series=series, to=to, by=by, now=now, first=first)
    if held:
        open_change_to_pay(held[0], now=now)  # all of them are on its order
    return series


@operation
def move_and_order(
    *, series: Series, to: Shape, by: User, now: datetime, first: date | None
) -> tuple[Series, list[Change]]:
    owes = is_on_account(series)
    series, changes = bookings.move_series(
        series=series,
        to=to,
        by=by,
        now=now,
        first=first,
        pays_later=owes,
        left_of=left_of_stays,
    )
    held = [one for one in changes if one.status == ChangeStatus.HELD]
    for change in changes:
        if change not in held:
            settle_change(change, now=now)
    if held and not owes:
        order_changes(held, now=now)
        return series, held
    owed = [_owe(change, now=now) for change in held]
    if held and held[0].series_change is not None:  # its owner is to answer
        bookings.ask_changes(changes=changes, now=now)
    elif held:
        moved = [one.booking for one in changes if one not in held]
        moved += [one.booking for one in owed]
        series = bookings.follow_series(
            series=series, to=to, moved=moved, by=by, now=now, first=first
        )
    return series, []


def _owe(change: Change, *, now: datetime) -> Change:
    agreement = agreement_of(change.booking)
    if agreement is None:  # that one was paid by card
        raise CostsMore
    return owe_more(change, agreement, now=now, is_told=False)
