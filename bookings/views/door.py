"""At the door of a space: its display, what its sign leads to, and checking in by link."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import Refused
from accounts.models import User
from bookings import operations
from bookings.check_in_links import booking_id
from bookings.models import Booking, Status
from bookings.models.booking import EARLY
from bookings.queries.door import door_view
from spaces.models import Door, Listing, Space
from spaces.qr import qr


@gzip_page  # there is nothing in it that an attacker could guess at: no form, no person
@require_safe
def door(request: HttpRequest, token: str) -> HttpResponse:
    """The display, which asks for itself again and again; htmx gets what has changed."""
    now = timezone.now()
    found = door_behind(token)
    found.note_fetch(now)
    view = door_view(found.space, now=now)
    codes = [(offer, qr(offer.address)) for offer in view.offers]
    context = {"door": view, "space": found.space, "zone": found.space.place.zone, "codes": codes}
    by_htmx = request.headers.get("HX-Request") == "true"
    return secretly(render(request, f"bookings/{'_door' if by_htmx else 'door'}.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def at_the_door(request: HttpRequest, token: str) -> HttpResponse:
    """For who has read the sign: to check in to the booking one has here now, or to book."""
    now = timezone.now()
    space = door_behind(token).space
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST":
        return check_in_here(request, space, now)
    context = {
        "space": space,
        "zone": space.place.zone,
        "door": door_view(space, now=now),
        "booking": booking_here(space, user, now) if user else None,
    }
    return secretly(render(request, "bookings/at_the_door.html", context))


def check_in_here(request: HttpRequest, space: Space, now: datetime) -> HttpResponse:
    """Checks in whoever stands there, and shows their booking."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    booking = booking_here(space, request.user, now)
    if booking is None:
        messages.error(request, _("You have no booking here now."))
        return redirect(request.path)
    try:
        operations.check_in(booking=booking, by=request.user, as_owner=False, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Welcome."))
    return redirect(booking)


@require_http_methods(["GET", "HEAD", "POST"])
def check_in_link(request: HttpRequest, signed: str) -> HttpResponse:
    """From a mail: one tap more, since mail programs open links to look at them."""
    now = timezone.now()
    booking = get_object_or_404(Booking.objects.for_listing(), pk=booking_id(signed))
    refusal = ""
    if request.method == "POST":
        try:
            booking = operations.check_in(
                booking=booking, by=booking.booker, as_owner=False, now=now
            )
        except Refused as no:
            refusal = no.sentence
    context = {
        "booking": booking,
        "space": booking.space,
        "zone": booking.space.place.zone,
        "refusal": refusal,
        "is_in": booking.status == Status.CHECKED_IN,
        "is_early": now < booking.check_in_opens,
        "can_check_in": booking.status == Status.CONFIRMED
        and booking.check_in_opens <= now < booking.end,
    }
    status = 422 if refusal else 200
    return secretly(render(request, "bookings/check_in_link.html", context, status=status))


# --- What the pages share ---------------------------------------------------------------


def door_behind(token: str) -> Door:
    """The door whose secret this is; what is archived has none."""
    doors = Door.objects.exclude(space__listing=Listing.ARCHIVED)
    doors = doors.select_related("space__place", "space__organisation", "space__in_force")
    return get_object_or_404(doors, digest=Door.digest_of(token))


def booking_here(space: Space, user: User, now: datetime) -> Booking | None:
    """The person's booking that is here now, or begins in a moment: of this space, or of one
    that it is a part of. One that is not checked in to comes first."""
    here = Q(space=space) | Q(occupancies__unit__spaces=space)
    found = Booking.objects.booked_by(user).filter(
        here,
        status__in=(Status.CONFIRMED, Status.CHECKED_IN),
        period__startswith__lte=now + EARLY,
        period__endswith__gt=now,
    )
    waiting_first = sorted(
        found.for_listing().distinct(),
        key=lambda one: (one.status != Status.CONFIRMED, one.start),
    )
    return next(iter(waiting_first), None)


def secretly(response: HttpResponse) -> HttpResponse:
    """Kept by nobody: neither by caches nor by search engines."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
