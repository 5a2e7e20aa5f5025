"""Which event causes which letter."""

from collections.abc import Callable

from bookings.emails import (
    changes,
    charges,
    from_calendars,
    jointly,
    of_series,
    to_booker,
    to_owners,
)
from bookings.emails.to_guests import TO_GUESTS
from bookings.emails.words import Letter
from bookings.models import Booking, Kind

Write = Callable[[Booking], Letter]


def one_or_all(of_one: Write, of_all: Write) -> Write:
    """The letter about one booking, or about all that waits for an answer with it."""
    return lambda one: of_all(one) if jointly.goes_with_others(one) else of_one(one)


TO_BOOKER: dict[Kind, Write] = {
    Kind.OFFERED: to_booker.offered,
    Kind.REQUESTED: one_or_all(to_booker.received, jointly.received),
    Kind.CONFIRMED: to_booker.confirmed,
    Kind.DECLINED: one_or_all(to_booker.declined, jointly.declined),
    Kind.MOVED: to_booker.moved,
    Kind.CHANGED: changes.changed,
    Kind.CHANGE_ASKED: changes.change_asked,
    Kind.CHANGE_ENDED: changes.change_ended,
    Kind.CANCELLED: one_or_all(to_booker.cancelled, jointly.withdrawn),
    Kind.NO_SHOW: to_booker.no_show,
    Kind.LEFT_LATE: to_booker.left_late,
    Kind.EXPIRED: to_booker.expired,
    Kind.PAYMENT_FAILED: to_booker.payment_failed,
    Kind.PAID_TOO_LATE: to_booker.paid_too_late,
    Kind.NOT_CHARGED: charges.not_charged,
    Kind.FEE_DUE: charges.fee_due,
    Kind.FEE_WAIVED: charges.fee_waived,
    Kind.FEE_CHARGED: charges.fee_charged,
    Kind.DEPOSIT_RESERVED: charges.deposit_reserved,
    Kind.DEPOSIT_CLAIMED: charges.deposit_claimed,
    Kind.DEPOSIT_RELEASED: charges.deposit_released,
    Kind.REFUNDED: to_booker.refunded,
    Kind.REMINDER: to_booker.reminder,
    Kind.SERIES_BOOKED: of_series.booked,
    Kind.TO_PAY: from_calendars.to_pay,
    Kind.SERIES_CHANGED: of_series.changed,
    Kind.SERIES_CANCELLED: of_series.cancelled,
}
TO_OWNERS: dict[Kind, Write] = {
    Kind.REQUESTED: one_or_all(to_owners.to_answer, jointly.to_answer),
    Kind.CONFIRMED: to_owners.new_booking,
    Kind.CHANGED: changes.changed_by_booker,
    Kind.CHANGE_ASKED: changes.change_to_answer,
    Kind.CHANGE_ENDED: changes.change_lapsed,
    Kind.DECLINED: one_or_all(to_owners.not_answered, jointly.came_to_nothing),
    Kind.CANCELLED: one_or_all(to_owners.cancelled_by_booker, jointly.withdrawn_here),
    Kind.PAYMENT_FAILED: to_owners.not_paid,
    Kind.SERIES_BOOKED: of_series.booked_here,
    Kind.SERIES_CHANGED: of_series.changed_here,
    Kind.SERIES_CANCELLED: of_series.cancelled_here,
}

# Whatever is mailed to people with an account; the rest only stands in their list.
WRITTEN = frozenset(
    {
        *TO_BOOKER,
        *TO_OWNERS,
        Kind.MESSAGE,
        Kind.DIGEST,
        Kind.CALENDAR_LOST,
        Kind.REFUSED,
        Kind.MONTH_UNPAID,
        Kind.MORE_TIMES,
        Kind.RULEBOOK,
        Kind.PAUSED,
        Kind.PAUSE_LIFTED,
    }
)

__all__ = ["TO_BOOKER", "TO_GUESTS", "TO_OWNERS", "WRITTEN"]
