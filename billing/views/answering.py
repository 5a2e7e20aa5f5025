"""An owner's yes or no to a request."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person
from accounts.errors import Refused
from billing import operations
from billing.forms import DeclineForm
from billing.views.answers import next_or, say_no, see_other
from bookings.models import Booking, Status
from bookings.queries.jointly import Jointly
from bookings.views.access import booking_run_by


@login_required
@require_POST
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    user = person(request)
    booking = booking_run_by(user, pk)
    try:
        booking = operations.approve(booking=booking, by=user, now=now)
    except Refused as refusal:
        say_no(request, refusal, wanted=Status.CONFIRMED)
    else:
        tell_of_approval(request, booking)
    return see_other(request, next_or(request, booking.get_absolute_url()))


@login_required
@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    now = timezone.now()
    user = person(request)
    booking = booking_run_by(user, pk)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The reason is too long: 300 characters at most."))
        return see_other(request, booking.get_absolute_url())
    reason = form.cleaned_data["reason"]
    try:
        operations.decline(booking=booking, by=user, now=now, reason=reason)
    except Refused as refusal:
        say_no(request, refusal, wanted=Status.DECLINED)
    else:
        messages.success(request, _("Declined. %(who)s is told.") % {"who": booking.booker})
    return see_other(request, next_or(request, booking.get_absolute_url()))


def tell_of_approval(request: HttpRequest, booking: Booking) -> None:
    """Normally it is confirmed; but a card can be refused, and Stripe can be silent."""
    who = {"who": booking.booker}
    if booking.status == Status.CONFIRMED:
        messages.success(request, _("Confirmed. %(who)s is told.") % who)
    elif booking.status == Status.DECLINED:
        messages.error(request, _("The card of %(who)s was refused, so it is not booked.") % who)
    elif (jointly := Jointly.of(booking)) is not None and jointly.waits_for:
        told = {"owners": jointly.waits_for}
        sentence = _("You said yes. It is confirmed once there is a yes from %(owners)s too.")
        messages.success(request, sentence % told)
    else:
        messages.info(request, _("You said yes. It is confirmed once the payment is drawn."))
