"""Telling that one is there."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person
from accounts.errors import Refused
from billing.views.answers import next_or, see_other
from bookings import operations
from bookings.views.access import booking_seen_by


@login_required
@require_POST
def check_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By the booker, or by those who run the space and have seen them come."""
    user = person(request)
    booking = booking_seen_by(user, pk)
    is_mine = booking.booker_id == user.pk
    try:
        operations.check_in(booking=booking, by=user, as_owner=not is_mine, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        who = {"who": booking.booker}
        messages.success(request, _("Welcome.") if is_mine else _("%(who)s is here.") % who)
    return see_other(request, next_or(request, booking.get_absolute_url()))
