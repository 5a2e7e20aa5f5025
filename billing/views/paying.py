"""To the page where it is paid, and back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from billing import operations, stripe_gateway
from billing.models import Order, OrderStatus
from billing.views.answers import see_other
from bookings.models import Booking
from bookings.refusals import WrongState
from bookings.views.access import booking_booked_by


@login_required
@require_POST
def pay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Onward to the payment page of a booking that is held."""
    now = timezone.now()
    booking = booking_booked_by(person(request), pk)
    try:
        saves_card = request.POST.get("save_card") == "on"
        order = operations.open_checkout(booking=booking, now=now, saves_card=saves_card)
    except Refused as refusal:
        is_paid = Order.objects.filter(lines__booking=booking, status=OrderStatus.PAID).exists()
        if isinstance(refusal, WrongState) and is_paid:  # one has gone back, or has two tabs
            messages.info(request, _("It is paid already."))
        else:
            messages.error(request, refusal.sentence)
    except stripe_gateway.PaymentsUnavailable:
        messages.error(request, _("The payment page does not answer now. Try again in a moment."))
    else:
        return see_other(request, order.checkout_url)
    return see_other(request, booking.get_absolute_url())


@login_required
@require_safe
def paid(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Back from the payment page. Asks at once, so that the booking stands even when the
    webhook is late; when nobody answers, the booking's page waits for it."""
    now = timezone.now()
    booking = booking_booked_by(person(request), pk)
    url = booking.get_absolute_url()
    for order in Order.objects.filter(lines__booking=booking).exclude(status=OrderStatus.PAID):
        try:
            operations.settle_order(order, now=now)
        except (stripe_gateway.PaymentsUnavailable, stripe_gateway.PaymentRefused):
            url = f"{booking.get_absolute_url()}?settling=1"
        else:
            if order.lines.count() > 1:  # all that was paid together
                paid_for = Booking.objects.filter(order_lines__order=order)
                url = reverse("bookings")
                if booking.series and not paid_for.exclude(series=booking.series).exists():
                    url = booking.series.get_absolute_url()
    return see_other(request, url)
