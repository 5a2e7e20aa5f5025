"""Changing a booking: another time or space, more time while sitting there, the rest freed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy
from billing import operations
from billing.forms import ChangeForm, OwnerChangeForm
from billing.models import Order, OrderStatus
from billing.operations.cards import may_charge
from billing.returns import is_on_account, left_of_stay
from billing.views.answers import by_htmx, see_other
from bookings.models import Booking, Change, ChangeStatus
from bookings.operations.changing import NothingToFree, next_step, step_of
from bookings.operations.offering import (
    CHANGEABLE,
    STANDS,
    NothingChanged,
    Offer,
    Wish,
    preview,
    waits_with_others,
)
from bookings.views.access import booking_kept_by, booking_run_by, booking_seen_by
from spaces.formats import clock, price
from spaces.periods import period


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is to become, what that costs or gives back, and then the deed."""
    return _change(request, booking_kept_by(person(request), pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_as_owner(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same for who runs the space: never dearer for the booker, who is told."""
    return _change(request, booking_run_by(person(request), pk), as_owner=True)


def _change(request: HttpRequest, booking: Booking, *, as_owner: bool = False) -> HttpResponse:
    now = timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    form_of = OwnerChangeForm if as_owner else ChangeForm
    form = form_of(asked if "date" in asked else None, booking=booking, now=now)
    offered, refusal = None, ""
    if form.is_valid():
        try:
            wish = Wish.of(booking, **form.wish)
            offered = preview(booking, wish, now=now, as_owner=as_owner)
            offered = offered.at_most(left_of_stay(booking))
        except NothingChanged as no:
            if request.method == "POST":  # the second of two clicks
                return see_other(request, booking.get_absolute_url())
            refusal = no.sentence
        except Refused as no:
            refusal = no.sentence
    if offered is not None and request.method == "POST":
        if form.cleaned_data["shown"] == difference(offered):
            how = {"as_owner": True, "reason": form.cleaned_data["reason"]} if as_owner else {}
            return changed(
                request,
                booking,
                lambda: operations.reschedule(
                    booking=booking, by=person(request), now=now, **form.wish, **how
                ),
                now,
            )
        refusal = _("The price has changed. Look at it once more.")
    context = {
        "booking": booking,
        "space": booking.space,
        "zone": booking.space.place.zone,
        "form": form,
        "offer": offered,
        "difference": difference(offered) if offered else 0,
        "refusal": refusal,
        "as_owner": as_owner,
        "here": request.path,
    }
    template = "billing/_offer.html" if by_htmx(request) else "billing/change.html"
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)


@login_required
@require_POST
def extend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """More time at the end. The page says which end it saw, so that two taps are one."""
    now = timezone.now()
    booking = booking_kept_by(person(request), pk)
    if request.POST.get("end") != booking.end.isoformat():
        messages.info(request, _("The end has changed already. Look once more."))
        return see_other(request, booking.get_absolute_url())
    return changed(
        request,
        booking,
        lambda: operations.extend(booking=booking, by=person(request), now=now),
        now,
    )


@login_required
@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rest is for others: by the booker, or by those who run the space."""
    now = timezone.now()
    booking = booking_seen_by(person(request), pk)
    return changed(
        request,
        booking,
        lambda: operations.release(booking=booking, by=person(request), now=now),
        now,
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a change that waits."""
    booking = booking_kept_by(person(request), pk)
    try:
        operations.withdraw(booking=booking, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The booking stands as it was."))
    return see_other(request, booking.get_absolute_url())


def changed(
    request: HttpRequest, booking: Booking, change_it: Callable[[], Change], now: datetime
) -> HttpResponse:
    """Do it, say what came of it, and lead on: to pay what has to be paid."""
    try:
        made = change_it()
    except (NothingChanged, NothingToFree):  # the second of two clicks
        pass
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    except Busy:
        messages.error(request, _("Many want the same right now. Try again."))
    else:
        if made.status == ChangeStatus.HELD:
            order = Order.objects.to_pay(booking, now)
            if booking.booker_id != person(request).pk:
                messages.info(request, _("It waits for payment: they are mailed where to pay."))
            elif order is not None and order.session_is_open(now):
                return see_other(request, order.checkout_url)
            elif order is not None and order.status == OrderStatus.CHARGING:
                messages.info(request, _("Your card is being charged. This takes a moment."))
        elif made.status == ChangeStatus.REQUESTED:
            messages.info(request, _("The owner is asked. Your booking stands until then."))
        else:
            messages.success(request, said(made))
    return see_other(request, booking.get_absolute_url())


def said(made: Change) -> str:
    if made.back:
        back = {"amount": price(made.paid_back)}
        if is_on_account(made.booking):
            return _("The booking is changed. %(amount)s is taken off the invoice.") % back
        return _("The booking is changed. %(amount)s is on its way back.") % back
    return _("The booking is changed.")


def difference(offered: Offer) -> int:
    """To be paid, or below zero: paid back."""
    return offered.due.amount - offered.back.amount


def change_context(booking: Booking, user: User, now: datetime) -> dict[str, Any]:
    """What may be offered on the booking's page; the operations decide."""
    is_mine = user.pk in (booking.booker_id, booking.made_by_id)
    waiting = booking.changes.open(now).select_related("space__place").first()
    may = booking.status in CHANGEABLE and booking.end > now and not booking.has_run_out(now)
    may = may and not waits_with_others(booking)
    has_begun = booking.start <= now < booking.end
    context: dict[str, Any] = {
        "change": waiting,
        "can_change": may and is_mine and waiting is None,
        "can_move": not is_mine and booking.status in STANDS and booking.end > now,
        "can_extend": False,
    }
    if waiting is not None and waiting.status == ChangeStatus.HELD:
        order = Order.objects.filter(lines__change=waiting).first()
        context["change_is_charged"] = order is not None and order.status == OrderStatus.CHARGING
        context["change_declined"] = order is not None and bool(order.declined)
    if may and has_begun and next_step(booking, now) < booking.end:
        context["free_from"] = clock(next_step(booking, now), booking.space.place.zone)
    if may and has_begun and is_mine and waiting is None:
        minutes = step_of(booking.space)
        longer = period(booking.start, booking.end + timedelta(minutes=minutes))
        context["extension"] = minutes
        try:
            context["extend_offer"] = preview(booking, Wish.of(booking, span=longer), now=now)
            context["can_extend"] = True
            due = context["extend_offer"].due.amount
            is_booker = booking.booker_id == user.pk  # nobody else sees their card
            is_charged = due and is_booker and booking.space.in_force.is_instant
            means = may_charge(booking, due) if is_charged else None
            context["extend_card"] = means and means.card
        except Refused as refusal:
            context["why_not_longer"] = refusal.sentence
    return context
