"""Telling who is there, who is not, and who is still."""

from datetime import datetime
from typing import Any
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
from bookings.entering import way_in, way_in_from
from bookings.models import Booking, Kind, Status
from bookings.operations.presence import CAME
from bookings.strikes import strikes_at
from bookings.views.access import booking_run_by, booking_seen_by


@login_required
@require_POST
def check_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """By the booker, or by those who run the space and have seen them come."""
    user = person(request)
    booking = booking_seen_by(user, pk)
    is_mine = not booking.as_owner(user)
    try:
        operations.check_in(booking=booking, by=user, as_owner=not is_mine, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        who = {"who": booking.booker}
        messages.success(request, _("Welcome.") if is_mine else _("%(who)s is here.") % who)
    return see_other(request, next_or(request, booking.get_absolute_url()))


@login_required
@require_POST
def miss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A host says that nobody came."""
    user = person(request)
    booking = booking_run_by(user, pk)
    try:
        operations.miss(booking=booking, by=user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        told = {"who": booking.booker}
        messages.success(request, _("The rest is free again. %(who)s is told.") % told)
    return see_other(request, next_or(request, booking.get_absolute_url()))


@login_required
@require_POST
def leave_late(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A host says that they are still there."""
    user = person(request)
    booking = booking_run_by(user, pk)
    try:
        operations.leave_late(booking=booking, by=user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(who)s is told.") % {"who": booking.booker})
    return see_other(request, next_or(request, booking.get_absolute_url()))


def presence_context(booking: Booking, *, runs_it: bool, now: datetime) -> dict[str, Any]:
    """How one gets in; and for a host, what may be said of who comes and who does not."""
    context: dict[str, Any] = {
        "way_in": way_in(booking, now=now),
        "way_in_from": way_in_from(booking, now=now),
    }
    if runs_it:
        is_over = booking.end <= now
        context |= {
            "can_miss": booking.status == Status.CONFIRMED
            and booking.may_come_until <= now
            and not is_over,
            "can_say_late": is_over
            and booking.status in CAME
            and now < booking.may_linger_until
            and not booking.events.filter(kind=Kind.LEFT_LATE).exists(),
            "strikes_here": strikes_at(booking.space, booking.booker, now=now),
        }
    return context
