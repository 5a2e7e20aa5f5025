"""Bookings that others may see: public activities, and those of one's organisation."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import organisation_of, person
from bookings.calendars.feed import activities_name
from bookings.calendars.links import EventLinks, FeedLinks
from bookings.models import Booking

A_PAGE = 24


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    """What everybody may come to, the next first: a public title, when, where, and whose."""
    coming = Booking.objects.activities(timezone.now()).for_listing().select_related("organisation")
    page = Paginator(coming, A_PAGE).get_page(request.GET.get("page"))
    address = settings.PUBLIC_URL + reverse("activities_feed")
    told = settings.PUBLIC_URL + reverse("activities")
    context = {
        "page": page,
        "listed": [(one, EventLinks.of(one, title=one.public_title, page=told)) for one in page],
        "links": FeedLinks(address, activities_name()),
    }
    return render(request, "bookings/activities.html", context)


@login_required
@require_safe
def colleagues(request: HttpRequest, slug: str) -> HttpResponse:
    """What colleagues have booked for the organisation and share with it."""
    organisation = organisation_of(person(request), slug)
    coming = (
        Booking.objects.shared_within(organisation)
        .filter(period__endswith__gt=timezone.now())
        .for_listing()
        .order_by("period", "pk")
    )
    page = Paginator(coming, A_PAGE).get_page(request.GET.get("page"))
    context = {"organisation": organisation, "page": page}
    return render(request, "bookings/colleagues.html", context)
