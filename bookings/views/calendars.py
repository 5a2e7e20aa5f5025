"""One's calendars: the addresses that programs follow, and how to connect each program."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from bookings import operations
from bookings.calendars.dav.own import own_calendars_of
from bookings.calendars.dav.xml import tag
from bookings.calendars.links import FeedLinks
from bookings.calendars.programs import program_of
from bookings.feed_forms import FollowForm, OwnCalendarForm
from bookings.models import Component, Feed, OwnCalendar
from bookings.notices import choices_of


@login_required
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    return page(request)


def page(
    request: HttpRequest,
    form: FollowForm | None = None,
    own_form: OwnCalendarForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    user = person(request)
    mine = operations.my_feed(user=user, now=timezone.now())
    listed = Feed.objects.filter(user=user).exclude(pk=mine.pk)
    others = listed.readable().select_related("space", "organisation", "search")
    context: dict[str, Any] = {
        "mine": row(mine),
        "others": [row(feed) for feed in others],
        "form": form or FollowForm(user=user),
        "own": own_calendars_of(user),
        "own_form": own_form or OwnCalendarForm(),
        "is_invited": choices_of([user])[user.pk].uninvited_since is None,
    }
    return render(request, "bookings/calendars.html", context, status=status)


def row(feed: Feed) -> dict[str, Any]:
    return {
        "feed": feed,
        "links": links_of(feed),
        "program": program_of(feed.fetched_by),
    }


def links_of(feed: Feed) -> FeedLinks:
    return FeedLinks(feed.url, feed.name)


@login_required
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """Open a calendar of something, or show the one there is."""
    user = person(request)
    form = FollowForm(request.POST, user=user)
    if not form.is_valid():
        return page(request, form, status=422)
    wanted = form.followed
    feed = operations.open_feed(user=user, kind=wanted.kind, now=timezone.now(), **wanted.about)
    return redirect(f"{reverse('calendars')}#feed-{feed.pk}")


@login_required
@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed, user=person(request), pk=pk)
    operations.rotate_feed(feed=feed, now=timezone.now())
    messages.success(request, _("The calendar has a new address. The old one is closed."))
    return redirect("calendars")


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(Feed, user=person(request), pk=pk)
    operations.close_feed(feed=feed)
    messages.success(request, _("The calendar is closed. Its address shows nothing any more."))
    return redirect("calendars")


@login_required
@require_POST
def invitations(request: HttpRequest) -> HttpResponse:
    """Whether confirmations put bookings into one's calendar: `to` is on or off."""
    operations.choose_invitations(
        user=person(request), wanted=request.POST.get("to") == "on", now=timezone.now()
    )
    messages.success(request, _("Saved."))
    return redirect("calendars")


@login_required
@require_POST
def make_own(request: HttpRequest) -> HttpResponse:
    """A calendar for plans and tasks, for programs that cannot make one themselves."""
    form = OwnCalendarForm(request.POST)
    if form.is_valid():
        try:
            operations.make_own_calendar(
                user=person(request),
                key=uuid4().hex,
                components=Component.values,
                look={tag("D:displayname"): form.cleaned_data["name"]},
                now=timezone.now(),
            )
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, _("It shows in your calendar app at its next look."))
            return redirect("calendars")
    return page(request, own_form=form, status=422)


@login_required
@require_POST
def delete_own(request: HttpRequest, pk: int) -> HttpResponse:
    mine = OwnCalendar.objects.filter(user=person(request))
    operations.delete_own_calendar(calendar=get_object_or_404(mine, pk=pk))
    messages.success(request, _("The calendar is deleted."))
    return redirect("calendars")


@login_required
@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    """Program by program: what to tap, with one's own addresses filled in."""
    user = person(request)
    feed = operations.my_feed(user=user, now=timezone.now())
    context = {
        "links": links_of(feed),
        "username": user.email,
        "host": settings.PUBLIC_URL.split("://", 1)[1],
        "dav_url": settings.PUBLIC_URL + "/dav/",
    }
    return render(request, "bookings/connect.html", context)
