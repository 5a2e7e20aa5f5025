"""What booker and owner write to each other about a booking."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import User
from bookings import operations
from bookings.models import Booking
from bookings.people_forms import MessageForm
from bookings.views.access import booking_seen_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that is written, and one more. The booking's page has the same."""
    user = person(request)
    booking = booking_seen_by(user, pk)
    form = MessageForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_message(
                booking=booking,
                text=form.cleaned_data["text"],
                by=user,
                as_owner=booking.as_owner(user),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect(f"{booking.get_absolute_url()}#messages")
    context = {
        "booking": booking,
        "space": booking.space,
        "zone": booking.space.place.zone,
        "is_mine": not booking.as_owner(user),
        **messages_context(booking, user, form),
    }
    return render(request, "bookings/messages.html", context, status=422 if form.errors else 200)


def messages_context(
    booking: Booking, user: User, form: MessageForm | None = None
) -> dict[str, Any]:
    """What the thread shows: a booker sees who owns the space, not who of them has written."""
    return {
        "thread": booking.messages.select_related("author"),
        "reader": user,
        "message_form": form or MessageForm(auto_id="message-%s"),
    }
