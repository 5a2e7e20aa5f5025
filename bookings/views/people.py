"""Who is invited along: seen and changed by the booker, and who has booked for them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from bookings import operations
from bookings.models import Attendee, Booking
from bookings.people_forms import InviteForm
from bookings.refusals import OverCapacity
from bookings.views.access import booking_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attendees(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Those who are invited, and more of them. The booking's page has the same form."""
    user, now = person(request), timezone.now()
    booking = booking_kept_by(user, pk)
    form = InviteForm(sent(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            invited = operations.invite(
                booking=booking,
                people=said["people"],
                beyond_capacity=said["beyond_capacity"],
                by=user,
                now=now,
            )
        except OverCapacity as refusal:
            form.ask_whether_meant()
            form.add_error("beyond_capacity", refusal.sentence)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            n = len(invited)
            done = ngettext("One is invited.", "%(n)s are invited.", n) % {"n": n}
            messages.success(request, done if n else _("They are invited already."))
            return redirect(booking)
    context = {
        "booking": booking,
        "space": booking.space,
        "zone": booking.space.place.zone,
        **people_context(booking, form),
    }
    return render(request, "bookings/attendees.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def uninvite(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    mine = Booking.objects.kept_by(user)
    invited = Attendee.objects.invited().filter(booking__in=mine).select_related("booking")
    found = get_object_or_404(invited, pk=pk)
    try:
        operations.uninvite(attendee=found, by=user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("%(who)s is off the list.") % {"who": found})
    return redirect(found.booking)


def people_context(booking: Booking, form: InviteForm | None = None) -> dict[str, Any]:
    """What the list of those invited shows."""
    return {
        "attendees": booking.attendees.invited().order_by("pk"),
        "invite_form": form or InviteForm(auto_id="invite-%s"),
    }
