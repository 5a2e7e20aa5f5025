"""Other calendars of a space, for those who keep it: attach, look at, use, pause, remove."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.forms import sent
from accounts.models import User
from bookings import operations, outside
from bookings.forms.calendars import CalendarForm
from bookings.queries.outside import preview_of
from spaces.models import CalendarSource
from spaces.views.access import space_kept_by


@never_cache
@sensitive_post_parameters("address")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_calendars(request: HttpRequest, slug: str) -> HttpResponse:
    """What is attached; a new one is read first, and then shown before it is used."""
    now = timezone.now()
    space = space_kept_by(person(request), slug)
    form = CalendarForm(sent(request), request.FILES or None, space=space)
    if request.method == "POST" and form.is_valid():
        try:
            source = outside.attach(space=space, by=person(request), now=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "address", refusal.sentence)
        else:
            return redirect("calendar_source", pk=source.pk)
    sources = space.calendar_sources.select_related("space__place", "unit")
    context = {
        "space": space,
        "form": form,
        "found": [preview_of(source, now=now) for source in sources],
        "zone": space.place.zone,
    }
    status = 422 if form.errors else 200
    return render(request, "bookings/space_calendars.html", context, status=status)


@never_cache
@login_required
@require_safe
def calendar_source(request: HttpRequest, pk: int) -> HttpResponse:
    """What one says, the coming two weeks, and what of it is left out."""
    now = timezone.now()
    return page(request, source_kept_by(person(request), pk), now)


def page(
    request: HttpRequest, source: CalendarSource, now: datetime, problem: str = ""
) -> HttpResponse:
    context = {
        "space": source.space,
        "one": preview_of(source, now=now),
        "source": source,
        "zone": source.space.place.zone,
        "problem": problem,
    }
    status = 409 if problem else 200
    return render(request, "bookings/calendar_source.html", context, status=status)


@login_required
@require_POST
def use_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    source = source_kept_by(person(request), pk)
    operations.use_calendar(source=source, now=timezone.now())
    messages.success(request, _("It is in use: what it says is busy cannot be booked."))
    return redirect("space_calendars", slug=source.space.slug)


@login_required
@require_POST
def pause_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    source = source_kept_by(person(request), pk)
    operations.pause_calendar(source=source, now=timezone.now())
    messages.success(request, _("It is paused: nothing is busy because of it."))
    return redirect("calendar_source", pk=pk)


@login_required
@require_POST
def read_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Now, for who does not want to wait a quarter of an hour; once a minute."""
    now = timezone.now()
    source = source_kept_by(person(request), pk)
    try:
        source = outside.read_when_asked(source, now=now)
    except Refused as refusal:
        return page(request, source, now, refusal.sentence)
    if not source.problem:
        messages.success(request, _("It was read just now."))
    return redirect("calendar_source", pk=pk)


@login_required
@require_POST
def remove_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    source = source_kept_by(person(request), pk)
    operations.remove_calendar(source=source)
    messages.success(request, _("It is removed, and what it said is forgotten."))
    return redirect("space_calendars", slug=source.space.slug)


def source_kept_by(user: User, pk: int) -> CalendarSource:
    kept = CalendarSource.objects.kept_by(user)
    return get_object_or_404(
        kept.select_related("space__place", "space__organisation", "unit"), pk=pk
    )
