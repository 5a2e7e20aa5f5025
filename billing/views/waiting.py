"""The waiting list: joining it, one's own entries, and answering an offer."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import Busy
from billing import operations
from billing.views.answers import see_other
from billing.views.booking import onward
from bookings import operations as bookings
from bookings.forms import BookForm, search_of
from bookings.models import Queue, Waiting
from bookings.queries.fitting import wanted_of, wish_for
from bookings.queries.line import numbers_in_line
from bookings.views.space import visible
from spaces.models import Kind

A_PAGE = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waitlist(request: HttpRequest) -> HttpResponse:
    """One's own entries; sent a search, one more of them."""
    now = timezone.now()
    if request.method == "POST":
        return wait_for_search(request, now)
    mine = Waiting.objects.visible_to(person(request)).for_listing()
    first = Case(When(state=Queue.OFFERED, then=0), When(state=Queue.WAITING, then=1), default=2)
    listed = mine.prefetch_related("booking__order_lines").order_by(first, "-created_at", "pk")
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    numbers = numbers_in_line(page, now=now)
    rows = [row(entry, now, numbers) for entry in page]
    context = {
        "page": page,
        "rows": [one for one in rows if one["is_open"]],
        "over": [one for one in rows if not one["is_open"]],
    }
    return render(request, "billing/waitlist.html", context)


def row(entry: Waiting, now: datetime, numbers: Mapping[UUID, int] | None = None) -> dict[str, Any]:
    """An entry as its page shows it: what is waited for, where, and how far it has come."""
    state = entry.state_at(now)
    booking = entry.booking if state in (Queue.OFFERED, Queue.TAKEN) else None
    space = booking.space if booking else entry.space
    wanted = wanted_of(entry) if entry.search else None
    return {
        "entry": entry,
        "state": state,
        "is_open": state in (Queue.WAITING, Queue.OFFERED),
        "booking": booking,
        "space": space,
        "wanted": wanted,
        "kind": ", ".join(str(Kind(one).label) for one in wanted.kind) if wanted else "",
        "zone": space.place.zone if space else wanted.zone if wanted else None,
        "number": (numbers or {}).get(entry.pk),
        "is_accepted": booking is not None and bool(booking.order_lines.all()),
    }


def wait_for_search(request: HttpRequest, now: datetime) -> HttpResponse:
    wanted = search_of(QueryDict(request.POST.get("search", "")), now=now)
    try:
        bookings.join(**wish_for(wanted), by=person(request), now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return see_other(request, f"{reverse(wanted.page_name)}?{wanted.query()}")
    return joined(request)


@require_POST
def wait_for_space(request: HttpRequest, slug: str) -> HttpResponse:
    """For the time that stands in the panel of a space's page."""
    now = timezone.now()
    space = visible(request, slug)
    form = BookForm(request.POST, space=space, now=now)
    here = f"{space.get_absolute_url()}?{form.query()}"
    if not request.user.is_authenticated:
        return see_other(request, redirect_to_login(here).url)
    if not form.has_span:
        return see_other(request, here)
    try:
        bookings.join(
            space=space,
            span=form.span,
            quantity=form.cleaned_data.get("quantity") or 1,
            people=form.people,
            by=person(request),
            now=now,
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return see_other(request, here)
    return joined(request)


def joined(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("You are on the waiting list. We tell you when it is free."))
    return see_other(request, reverse("waitlist"))


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes: on to the booking, or to where it is paid."""
    now = timezone.now()
    entry = entry_of(person(request), pk)
    try:
        booking = operations.accept(entry=entry, by=person(request), now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return see_other(request, reverse("waitlist"))
    except Busy:
        messages.error(request, _("Many want the same right now. Try again."))
        return see_other(request, reverse("waitlist"))
    return see_other(request, onward(booking, now))


@login_required
@require_POST
def decline_offer(request: HttpRequest, pk: UUID) -> HttpResponse:
    entry = entry_of(person(request), pk)
    try:
        operations.decline_offer(entry=entry, by=person(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Thank you for saying so. The next in line is asked."))
    return see_other(request, reverse("waitlist"))


@login_required
@require_POST
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    entry = entry_of(person(request), pk)
    try:
        operations.leave(entry=entry, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("You do not wait for that any more."))
    return see_other(request, reverse("waitlist"))


@csrf_exempt  # a mail program sends it, with no page of ours: the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """From a mail, signed in or not: looking changes nothing, sending leaves that entry."""
    now = timezone.now()
    found = Waiting.objects.of_token(token).for_listing().select_related("person")
    entry = get_object_or_404(found)
    if request.method == "POST":
        with suppress(Refused):  # being paid for at this moment: the page says how it stands
            operations.leave(entry=entry, now=now)
        entry = found.get()
    return render(request, "billing/waitlist_stop.html", {"row": row(entry, now)})


def entry_of(user: User, pk: UUID) -> Waiting:
    return get_object_or_404(Waiting.objects.visible_to(user).for_listing(), pk=pk)
