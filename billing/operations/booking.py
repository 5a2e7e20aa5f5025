"""Booking what costs money: holds, an order, and a page to pay on."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.models import Organisation, User
from accounts.transactions import operation
from billing import idempotency, stripe_gateway
from billing.models import CardConsent, IdempotencyKey, LineKind, Order, OrderLine, OrderStatus
from billing.operations.cancelling import PaymentUnderWay, cancel_all
from billing.operations.cards import customer_of, give_consent
from billing.operations.on_account import agreements_for, put_on_account
from billing.operations.settling import settle_order
from bookings import operations as bookings
from bookings.about import NOTHING_MORE, About
from bookings.deliveries import tell
from bookings.means import NO_MEANS, Means
from bookings.models import Booking, Kind, Status
from bookings.operations import Item, Whom
from bookings.refusals import WrongState
from spaces.formats import when
from spaces.models import AddOn, Space
from spaces.periods import Period
from spaces.prices import are_paid_apart
from spaces.prices.quoting import NO_ADD_ONS

log = logging.getLogger("ledig.billing")

SESSION = timedelta(minutes=45)  # a hold of 15 may still retry
SHORTEST = timedelta(minutes=31)  # Stripe wants at least 30


class PaymentsClosed(Refused):
    code = "payments_closed"
    message = _("Payment is not available now, so only free spaces can be booked.")


class PaidApart(Refused):
    """One payment is in one currency."""

    code = "paid_apart"
    message = _("Each currency is paid for by itself. Book it apart.")


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
    cost_centre: str = "",
    reference: str = "",
    means: Means = NO_MEANS,
    on_account: bool = False,
    whom: Whom | None = None,
    key: str = "",
) -> Booking:
    """Book a space; asked again with the same `key`, the same booking.

    A booking that costs money comes back held, with an order to pay. Should Stripe be
    silent, the hold stands and `open_checkout` can be tried again. Raises the `Refused`
    that says why not.
    """
    item = Item(space, span, quantity, people, add_ons, title, about)
    (booking,) = book_together(
        items=[item],
        by=by,
        now=now,
        organisation=organisation,
        cost_centre=cost_centre,
        reference=reference,
        means=means,
        on_account=on_account,
        whom=whom,
        key=key,
    )
    return booking


def book_together(
    *,
    items: Sequence[Item],
    by: User,
    now: datetime,
    organisation: Organisation | None = None,
    cost_centre: str = "",
    reference: str = "",
    means: Means = NO_MEANS,
    on_account: bool = False,
    whom: Whom | None = None,
    key: str = "",
) -> list[Booking]:
    """Book several times, of one or more owners, all or none; asked again with the same
    `key`, the same bookings.

    With `on_account` what it costs is owed, by what the owners have agreed with the
    organisation, and it is confirmed or requested at once.

    With `whom` they are somebody else's, who is mailed where to pay: see `bookings.hold_together`.

    They come back in the order asked for. What is free of charge is confirmed or requested;
    what costs money is held, all of it on one order that `open_checkout` of any of them
    opens. Should a payment come too late for some of them, those alone are paid back. Where an
    owner is to answer any of what costs money, all of that is asked for together, and its
    price is only reserved until all have said yes. Raises the `Refused` of the first that
    cannot be had, with its number in `details["item"]`, and `PaidApart`.
    """
    asked = (
        [fingerprint(item) for item in items],
        organisation and organisation.pk,
        cost_centre,
        reference,
        means,
        on_account,
        *([whom] if whom else []),
    )
    with idempotency.once(user=by, key=key, asked=asked, now=now) as claim:
        booked = idempotency.remembered(claim) or hold_and_order(
            items=items,
            by=by,
            now=now,
            claim=claim,
            organisation=organisation,
            cost_centre=cost_centre,
            reference=reference,
            means=means,
            on_account=on_account,
            whom=whom,
        )
    try:
        open_to_pay(booked, by=by, now=now)
    except PaymentsClosed:
        idempotency.forget(claim)
        raise
    return booked


def open_to_pay(booked: Sequence[Booking], *, by: User, now: datetime) -> None:
    """Give what is held of these a page to pay on, if Stripe answers."""
    unpaid = [one for one in booked if one.status == Status.HELD and not one.has_run_out(now)]
    if not unpaid:
        return
    try:
        open_checkout(booking=unpaid[0], now=now)
    except stripe_gateway.PaymentsUnavailable:
        pass  # silent now: the booking's page offers to pay as soon as it answers
    except PaymentsClosed:  # it can never be paid, so no time is kept
        cancel_all(bookings=booked, by=by, as_owner=False, now=now, is_told=True)
        raise


def open_checkout(*, booking: Booking, now: datetime, saves_card: bool = False) -> Order:
    """The order of a held booking, of a change that is held or of a fee, with a page to pay
    on; the same page when asked again.

    With `saves_card` the buyer says yes to what `billing.consent` says; once they have, the
    card that they pay with is saved. Raises `WrongState` when there is nothing to pay (any
    more), `PaymentUnderWay`, and `PaymentsUnavailable`.
    """
    order = Order.objects.to_pay(booking, now)
    if order is None:
        raise WrongState(booking_status=booking.status_at(now))
    if order.status != OrderStatus.OPEN:
        raise PaymentUnderWay
    if saves_card:
        give_consent(by=order.buyer, now=now)
    consent = CardConsent.objects.standing().filter(user=order.buyer).first()
    if order.session_is_open(now) and (consent is None or order.consent_id is not None):
        return order
    if order.session_id:
        order = _close_page(order, now=now)
        if order.status != OrderStatus.OPEN:  # it was paid on the page that was open
            raise PaymentUnderWay
    order.consent = consent
    if order.session_expires_at - now < SHORTEST:
        order.session_expires_at = now + SESSION
    order.save(update_fields=["consent", "session_expires_at"])
    return open_page(
        order,
        back=reverse("booking", args=[booking.pk]),
        done=reverse("paid", args=[booking.pk]),
        now=now,
    )


def open_page(order: Order, *, back: str, done: str, now: datetime) -> Order:
    """Give an order a page to pay on. `done` and `back` are where one comes from there, with
    the money or without. Raises `PaymentsUnavailable`, and `PaymentsClosed`."""
    with translation.override(order.buyer.language):
        lines = [(_line_text(line), line.amount) for line in _lines(order)]
    try:
        checkout = stripe_gateway.open_checkout(
            order,
            lines=lines,
            success_url=settings.PUBLIC_URL + done,
            cancel_url=settings.PUBLIC_URL + back,
            locale="en" if order.buyer.language == "en" else "nb",
            customer=customer_of(order.buyer, now=now) if order.consent_id else "",
        )
    except stripe_gateway.PaymentRefused as no:  # an amount below Stripe's least, say
        log.error("no payment page for order %s: %s", order.pk, no)
        raise PaymentsClosed from no
    order.session_id, order.checkout_url = checkout.session_id, checkout.url
    order.save(update_fields=["session_id", "checkout_url"])
    return order


def _close_page(order: Order, *, now: datetime) -> Order:
    """Make way for another page: nothing can be paid on this one any more, unless it was."""
    order = settle_order(order, now=now)
    if order.status == OrderStatus.OPEN:
        stripe_gateway.release(order, stripe_gateway.payment_state(order))
        order.session_id = order.checkout_url = ""
        order.save(update_fields=["session_id", "checkout_url"])
    return order


@operation
def hold_and_order(
    *,
    items: Sequence[Item],
    by: User,
    now: datetime,
    claim: IdempotencyKey | None = None,
    organisation: Organisation | None = None,
    cost_centre: str = "",
    reference: str = "",
    means: Means = NO_MEANS,
    on_account: bool = False,
    whom: Whom | None = None,
) -> list[Booking]:
    """The part of `book_together` that is one transaction: what is free of charge is booked,
    and the rest is held, on an order. Nobody outside is asked."""
    agreements = (
        agreements_for(
            [item.space for item in items],
            organisation=organisation,
            cost_centre=cost_centre,
            reference=reference,
        )
        if on_account
        else []
    )
    booked = bookings.hold_together(
        items=items,
        by=by,
        now=now,
        organisation=organisation,
        cost_centre=cost_centre,
        reference=reference,
        means=means,
        pays_later=on_account,
        whom=whom,
    )
    put_on_account(booked, agreements, by=by, now=now)
    idempotency.done(claim, booked)
    order_held(booked, by=booked[0].booker, now=now)
    if booked[0].made_by_id is not None:
        tell_to_pay(booked, now=now)
    return booked


def tell_to_pay(booked: Sequence[Booking], *, now: datetime) -> None:
    """Who did not book it themselves is led to what they have to pay by a mail."""
    held = [one for one in booked if one.status == Status.HELD]
    if held:
        tell(held[0], Kind.TO_PAY, to=[held[0].booker], now=now)


def order_held(booked: Sequence[Booking], *, by: User, now: datetime) -> None:
    """What of these is held is paid on one order. Call it in the transaction that holds them."""
    to_pay = [booking for booking in booked if booking.status == Status.HELD]
    if to_pay:
        order_of(to_pay, by=by, now=now)


def order_of(to_pay: Sequence[Booking], *, by: User, now: datetime) -> Order:
    """The order that pays for holds. Call it in the transaction that keeps them."""
    if not stripe_gateway.is_configured():
        raise PaymentsClosed
    if are_paid_apart(one.price for one in to_pay):
        raise PaidApart
    is_answered_first = any(not one.space.in_force.is_instant for one in to_pay)
    if is_answered_first and len(to_pay) > 1:
        bookings.ask_together(bookings=to_pay, now=now)
    order = Order.objects.create(
        buyer=by,
        amount=sum(booking.amount for booking in to_pay),
        currency=to_pay[0].currency,
        is_captured_later=is_answered_first,
        created_at=now,
        session_expires_at=now + SESSION,
        not_before=now,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            kind=LineKind.BOOKING,
            booking=booking,
            owner_id=booking.space.organisation_id,
            amount=booking.amount,
        )
        for booking in to_pay
    )
    return order


def fingerprint(item: Item) -> tuple[object, ...]:
    return (
        item.space.pk,
        item.span.lower,
        item.span.upper,
        item.quantity,
        item.people,
        sorted((one.pk, count) for one, count in item.add_ons.items()),
        item.title,
        item.about,
    )


def _lines(order: Order) -> list[OrderLine]:
    return list(
        order.lines.select_related(
            "booking__space__place", "change__space__place", "sold_pass__type", "owner"
        ).order_by("booking__period", "pk")
    )


def _line_text(line: OrderLine) -> str:
    if line.sold_pass is not None:
        return f"{line.sold_pass.type.name}, {line.owner.name}"
    sold = line.change or line.booked
    return f"{sold.space.name}, {when(sold.start, sold.end, sold.space.place.zone)}"
