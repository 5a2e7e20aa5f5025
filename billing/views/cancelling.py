"""Cancelling: first what it means, then the deed."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from billing import operations
from billing.forms import CancelForm
from billing.receipt import Receipt
from billing.views.answers import say_no, see_other
from bookings import terms
from bookings.means import words
from bookings.models import UNSETTLED, Status
from bookings.operations.ending import is_returned_whole, percent_of
from bookings.queries.jointly import Jointly
from bookings.views.access import booking_seen_by
from spaces.formats import price


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By the booker, by who has booked for them, or by those who run the space, who say why."""
    now = timezone.now()
    user = person(request)
    booking = booking_seen_by(user, pk)
    if booking.status == Status.CANCELLED:  # the second of two clicks
        return see_other(request, booking.get_absolute_url())
    as_owner = booking.as_owner(user)
    receipt = Receipt(booking, now=now)
    returned = receipt.back_if_cancelled(as_owner=as_owner)
    form = CancelForm(
        request.POST if request.method == "POST" else None, as_owner=as_owner, returned=returned
    )
    if form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            operations.cancel(booking=booking, by=user, as_owner=as_owner, now=now, reason=reason)
        except Refused as refusal:
            say_no(request, refusal, wanted=Status.CANCELLED)
        else:
            messages.success(request, said(receipt, as_owner=as_owner))
        return see_other(request, booking.get_absolute_url())
    if not form.is_bound and not receipt.can_cancel(as_owner=as_owner):
        messages.error(request, _("This booking can no longer be cancelled."))
        return see_other(request, booking.get_absolute_url())
    is_whole = is_returned_whole(booking, as_owner=as_owner)
    context = {
        "booking": booking,
        "space": booking.space,
        "zone": booking.space.place.zone,
        "as_owner": as_owner,
        "receipt": receipt,
        "returned": returned,
        "jointly": Jointly.of(booking) if booking.status in UNSETTLED else None,
        "kept": booking.price - receipt.given_back - returned,
        "passes_back": words.back(
            booking, percent=100 if is_whole else percent_of(booking, now=now)
        ),
        "terms": terms.cancellation(
            booking, start=booking.start, now=now, last_notice=booking.last_notice
        ),
        "form": form,
    }
    return render(request, "billing/cancel.html", context, status=422 if form.errors else 200)


def said(receipt: Receipt, *, as_owner: bool) -> str:
    """What has come of it, in a sentence."""
    returned = receipt.back_if_cancelled(as_owner=as_owner)
    if not returned:
        return _("The booking is cancelled.")
    if receipt.is_on_account:
        return _("The booking is cancelled. %(amount)s is taken off the invoice.") % {
            "amount": price(returned)
        }
    return _("The booking is cancelled. %(amount)s is on its way back.") % {
        "amount": price(returned)
    }
