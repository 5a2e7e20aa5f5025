"""The arrival card: how one comes to what is booked, on one page that can be printed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import person
from bookings.entering import way_in, way_in_from
from bookings.models import Attendee, Booking
from bookings.models.states import COMES
from bookings.views.access import booking_seen_by
from bookings.views.answering import secret
from spaces.plans import plans_of


@login_required
@never_cache
@require_safe
def arrival_card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the booker and those who run the space; with the door's code while it is shown."""
    now = timezone.now()
    booking = booking_seen_by(person(request), pk)
    context = card_of(booking, now)
    context |= {
        "back": booking.get_absolute_url(),
        "way_in": way_in(booking, now=now),
        "way_in_from": way_in_from(booking, now=now),
    }
    return render(request, "bookings/arrival.html", context)


@never_cache
@require_safe
def guest_arrival_card(request: HttpRequest, token: str) -> HttpResponse:
    """The same for who is invited, by the secret address of the invitation: without a code,
    which is the booker's to pass on."""
    now = timezone.now()
    of = Attendee.objects.with_token(token, now).select_related(
        "booking__space__place", "booking__space__organisation"
    )
    attendee = of.first()
    if attendee is None:
        return secret(render(request, "bookings/answer_gone.html", status=404))
    context = card_of(attendee.booking, now)
    context |= {"back": reverse("answer_invitation", args=[token]), "is_guest": True}
    return secret(render(request, "bookings/arrival.html", context))


def card_of(booking: Booking, now: datetime) -> dict[str, Any]:
    """Raises `Http404` when nobody comes any more."""
    if booking.status not in COMES or booking.end <= now:
        raise Http404
    place = booking.space.place
    return {
        "booking": booking,
        "space": booking.space,
        "place": place,
        "zone": place.zone,
        "point": f"{place.latitude:.5f},{place.longitude:.5f}",
        "plans": plans_of(booking.space),
    }
