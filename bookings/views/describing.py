"""What a booking is for, and who sees it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from bookings import operations
from bookings.people_forms import DescribeForm
from bookings.views.access import booking_kept_by


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = person(request)
    booking = booking_kept_by(user, pk)
    form = DescribeForm(sent(request), booking=booking)
    if request.method == "POST" and form.is_valid():
        try:
            operations.describe(
                booking=booking,
                title=form.cleaned_data["title"],
                about=form.about,
                by=user,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Saved."))
            return redirect(booking)
    context = {
        "booking": booking,
        "space": booking.space,
        "zone": booking.space.place.zone,
        "form": form,
    }
    return render(request, "bookings/describe.html", context, status=422 if form.errors else 200)
