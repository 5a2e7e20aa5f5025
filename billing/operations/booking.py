"""Booking what costs money: a hold, an order, and a page to pay on."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from billing import stripe_gateway
from billing.models import Order, OrderLine
from bookings import operations as bookings
from bookings.models import Booking, Status
from bookings.refusals import WrongState
from spaces.errors import Refused
from spaces.formats import day_name, time_range
from spaces.models import Space
from spaces.periods import Period
from spaces.transactions import operation

SESSION = timedelta(minutes=45)  # Stripe wants at least 30; a hold of 15 may still retry


class PaymentsClosed(Refused):
    code = "payments_closed"
    message = _("Payment is not available now, so only free spaces can be booked.")


def book(
    *,
    space: Space,
    span: Period,
    by: User,
    now: datetime,
    quantity: int = 1,
    title: str = "",
    organisation: Organisation | None = None,
) -> Booking:
    """Book a space. A booking that costs money comes back held, with an order to pay;
    should Stripe be silent, the hold stands and `open_checkout` can be tried again."""
    booking = _hold_and_order(
        space=space, span=span, by=by, now=now, quantity=quantity, title=title,
        organisation=organisation,
    )
    if booking.status == Status.HELD:
        try:
            open_checkout(booking=booking, now=now)
        except stripe_gateway.PaymentsUnavailable:
            pass  # the booking's page offers to pay as soon as it answers
    return booking


def open_checkout(*, booking: Booking, now: datetime) -> Order:
    """The order of a held booking with a page to pay on; the same page when asked again.

    Raises `WrongState` when the hold has run out, and `PaymentsUnavailable`.
    """
    order = Order.objects.select_related("buyer").get(lines__booking=booking)
    if booking.status != Status.HELD or booking.has_run_out(now):
        raise WrongState(status=booking.status_at(now))
    if order.session_is_open(now):
        return order
    back = settings.PUBLIC_URL + reverse("booking", args=[booking.pk])
    with translation.override(order.buyer.language):
        lines = [(_line_text(line.booking), line.amount) for line in _lines(order)]
    checkout = stripe_gateway.open_checkout(
        order,
        lines=lines,
        success_url=settings.PUBLIC_URL + reverse("paid", args=[booking.pk]),
        cancel_url=back,
        locale="en" if order.buyer.language == "en" else "nb",
    )
    order.session_id, order.checkout_url = checkout.session_id, checkout.url
    order.save(update_fields=["session_id", "checkout_url"])
    return order


@operation
def _hold_and_order(*, space: Space, by: User, now: datetime, **asked: object) -> Booking:
    booking = bookings.hold(space=space, by=by, now=now, **asked)  # type: ignore[arg-type]
    if booking.status != Status.HELD:
        return booking
    if not stripe_gateway.is_configured():
        raise PaymentsClosed
    order = Order.objects.create(
        buyer=by,
        amount=booking.amount,
        currency=booking.currency,
        is_captured_later=not space.is_instant,
        created_at=now,
        session_expires_at=now + SESSION,
        not_before=now,
    )
    OrderLine.objects.create(
        order=order, booking=booking, owner_id=space.organisation_id, amount=booking.amount
    )
    return booking


def _lines(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("booking__space__place"))


def _line_text(booking: Booking) -> str:
    zone = booking.space.place.zone
    start, end = booking.start.astimezone(zone), booking.end.astimezone(zone)
    return f"{booking.space.name}, {day_name(start)} {time_range(start, end)}"
