"""What a signed-in person may open. What is not theirs is not there: 404."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.access import person
from accounts.models import User
from bookings.models import Booking
from spaces.models import Space

View = Callable[..., HttpResponse]


def booking_seen_by(user: User, pk: UUID) -> Booking:
    """One's own, made for somebody else, or of a space one answers for."""
    return get_object_or_404(Booking.objects.visible_to(user).for_listing(), pk=pk)


def booking_booked_by(user: User, pk: UUID) -> Booking:
    return get_object_or_404(Booking.objects.booked_by(user).for_listing(), pk=pk)


def booking_kept_by(user: User, pk: UUID) -> Booking:
    """One's own, or made for somebody else."""
    return get_object_or_404(Booking.objects.kept_by(user).for_listing(), pk=pk)


def booking_run_by(user: User, pk: UUID) -> Booking:
    """A booking to answer for, not just to see."""
    return get_object_or_404(Booking.objects.run_by(user).for_listing(), pk=pk)


def space_run_by(user: User, slug: str) -> Space:
    spaces = Space.objects.run_by(user).select_related("place", "organisation")
    return get_object_or_404(spaces, slug=slug)


def for_owners(view: View) -> View:
    """Only for those who answer for at least one space; others are shown how to begin."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not Space.objects.run_by(person(request)).exists():
            return redirect("owner_start")
        return view(request, *args, **kwargs)

    return login_required(guarded)
