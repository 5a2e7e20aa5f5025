"""Booking what costs money: a hold, an order, and a page to pay on."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation
from billing import idempotency, stripe_gateway
from billing.models import IdempotencyKey, Order, OrderLine
from billing.operations.cancelling import cancel
from bookings import operations as bookings
from bookings.about import NOTHING_MORE, About
from bookings.models import Booking, Status
from bookings.refusals import WrongState
from spaces.formats import day_name, time_range
from spaces.models import AddOn, Space
from spaces.periods import Period
from spaces.prices.quoting import NO_ADD_ONS

log = logging.getLogger("ledig.billing")

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
    people: int | None = None,
    add_ons: Mapping[AddOn, int] = NO_ADD_ONS,
    title: str = "",
    organisation: Organisation | None = None,
    about: About = NOTHING_MORE,
    key: str = "",
) -> Booking:
    """Book a space; asked again with the same `key`, the same booking.

    A booking that costs money comes back held, with an order to pay. Should Stripe be
    silent, the hold stands and `open_checkout` can be tried again. Raises the `Refused`
    that says why not.
    """
    asked: dict[str, Any] = {
        "space": space,
        "span": span,
        "quantity": quantity,
        "people": people,
        "add_ons": add_ons,
        "title": title,
        "organisation": organisation,
        "about": about,
    }
    claim = None
    if key:
        fingerprint = idempotency.fingerprint_of(
            space.pk,
            span.lower,
            span.upper,
            quantity,
            people,
            sorted((one.pk, count) for one, count in add_ons.items()),
            title,
            organisation and organisation.pk,
            about,
        )
        claim = idempotency.claim(user=by, key=key, fingerprint=fingerprint, now=now)
    if claim is not None and claim.booking is not None:
        booking = claim.booking
    else:
        try:
            booking = _hold_and_order(by=by, now=now, claim=claim, **asked)
        except BaseException:
            idempotency.release(claim)
            raise
    if booking.status == Status.HELD and not booking.has_run_out(now):
        try:
            open_checkout(booking=booking, now=now)
        except stripe_gateway.PaymentsUnavailable:
            pass  # silent now: the booking's page offers to pay as soon as it answers
        except PaymentsClosed:  # it can never be paid, so its time is not kept
            cancel(booking=booking, by=by, as_owner=False, now=now)
            idempotency.forget(claim)
            raise
    return booking


def open_checkout(*, booking: Booking, now: datetime) -> Order:
    """The order of a held booking with a page to pay on; the same page when asked again.

    Raises `WrongState` when the hold has run out, and `PaymentsUnavailable`.
    """
    order = Order.objects.select_related("buyer").get(lines__booking=booking)
    if booking.status != Status.HELD or booking.has_run_out(now):
        raise WrongState(booking_status=booking.status_at(now))
    if order.session_is_open(now):
        return order
    back = settings.PUBLIC_URL + reverse("booking", args=[booking.pk])
    with translation.override(order.buyer.language):
        lines = [(_line_text(line.booking), line.amount) for line in _lines(order)]
    try:
        checkout = stripe_gateway.open_checkout(
            order,
            lines=lines,
            success_url=settings.PUBLIC_URL + reverse("paid", args=[booking.pk]),
            cancel_url=back,
            locale="en" if order.buyer.language == "en" else "nb",
        )
    except stripe_gateway.PaymentRefused as no:  # an amount below Stripe's least, say
        log.error("no payment page for order %s: %s", order.pk, no)
        raise PaymentsClosed from no
    order.session_id, order.checkout_url = checkout.session_id, checkout.url
    order.save(update_fields=["session_id", "checkout_url"])
    return order


@operation
def _hold_and_order(
    *, space: Space, by: User, now: datetime, claim: IdempotencyKey | None, **asked: Any
) -> Booking:
    booking = bookings.hold(space=space, by=by, now=now, **asked)
    idempotency.done(claim, booking)
    if booking.status != Status.HELD:
        return booking
    if not stripe_gateway.is_configured():
        raise PaymentsClosed
    order = Order.objects.create(
        buyer=by,
        amount=booking.amount,
        currency=booking.currency,
        is_captured_later=not space.in_force.is_instant,
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
