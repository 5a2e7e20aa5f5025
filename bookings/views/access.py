"""What a signed-in person may open: 404 is not theirs to see, 403 not theirs to do."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Organisation, User
from bookings.models import Booking
from spaces.models import Space

View = Callable[..., HttpResponse]


def person(request: HttpRequest) -> User:
    """Who is signed in, in a view that requires it."""
    assert isinstance(request.user, User)
    return request.user


def works_for(user: User, organisation: Organisation) -> bool:
    return user.memberships.filter(organisation=organisation).exists()


def booking_seen_by(user: User, pk: UUID) -> Booking:
    """One's own, or of a space one answers for. A colleague without that role gets 403."""
    booking = Booking.objects.for_listing().filter(pk=pk).first()
    if booking is None:
        raise Http404
    if not Booking.objects.visible_to(user).filter(pk=pk).exists():
        if works_for(user, booking.space.organisation):
            raise PermissionDenied
        raise Http404
    return booking


def booking_run_by(user: User, pk: UUID) -> Booking:
    """A booking to answer for, not just to see."""
    booking = booking_seen_by(user, pk)
    if not Booking.objects.run_by(user).filter(pk=pk).exists():
        raise PermissionDenied
    return booking


def space_run_by(user: User, slug: str) -> Space:
    space = Space.objects.select_related("place", "organisation").filter(slug=slug).first()
    if space is None:
        raise Http404
    if not Space.objects.run_by(user).filter(pk=space.pk).exists():
        if works_for(user, space.organisation):
            raise PermissionDenied
        raise Http404
    return space


def for_owners(view: View) -> View:
    """Only for those who answer for at least one space."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not Space.objects.run_by(person(request)).exists():
            return render(request, "bookings/owner_none.html", status=403)
        return view(request, *args, **kwargs)

    return login_required(guarded)
