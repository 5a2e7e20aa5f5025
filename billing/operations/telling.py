"""Telling of money beside the price of a booking: each charge once, whatever else happens."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from billing.models import OrderLine
from bookings.deliveries import Readers, nudge, tell
from bookings.models import Booking, Delivery, Kind
from bookings.operations.moves import record


def tell_of_money(
    booking: Booking,
    kind: Kind,
    *,
    about: OrderLine | None = None,
    by: User | None = None,
    now: datetime,
    to_owners: bool = False,
    **data: Any,
) -> None:
    """Append to the booking's history, and write to the booker (and to those who run the
    space). Two of one kind are two letters, when they are about two lines."""
    record(booking, kind, by=by, now=now, is_told=False, **data)
    to = [booking.booker]
    if to_owners:
        to += [one for one in Readers([booking]).who_run(booking) if one != booking.booker]
    tell(booking, kind, to=to, version=about.pk if about else booking.sequence, by=by, now=now)


def tell_unpaid(line: OrderLine, *, now: datetime) -> None:
    """The month was not charged: its member can pay it on a page."""
    Delivery.objects.get_or_create(
        kind=Kind.MONTH_UNPAID,
        version=line.pk,
        recipient=line.order.buyer,
        booking=None,
        defaults={"not_before": now},
    )
    transaction.on_commit(nudge)
