"""What those who answer for spaces see: their day, their week, requests, closures."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import person
from accounts.errors import Refused
from accounts.models import User
from bookings import operations
from bookings.closing_form import ClosingForm
from bookings.forms import district_zone
from bookings.models import Booking, Closure, Status
from bookings.models.booking import BookingQuerySet
from bookings.queries.diary import diary
from bookings.queries.month import month_of
from bookings.queries.week import monday_of
from bookings.refusals import BookingsInTheWay
from bookings.views.access import for_owners, space_run_by
from spaces.forms.clock import YEARS_AHEAD, YEARS_BACK
from spaces.models import Listing, Space
from spaces.periods import Period

IN_THE_WAY = 20  # bookings named when a closure is refused


@require_safe
@for_owners
def day(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    user = person(request)
    shown, today = asked_day(request, now)
    found = diary(list(spaces_of(user)), shown, 1, now=now)
    context = {
        **owner_context(user, now),
        **around(shown, today, 1),
        "diary": found,
        "rows": [cells[0] for _space, cells in found.rows],
        "in_use": found.in_use(now) if shown == today else None,
        "entries": entries(found.bookings, now),
    }
    return render(request, "bookings/owner_day.html", context)


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """For those who answer for no space: what comes first."""
    return render(request, "bookings/owner_start.html")


@require_safe
@for_owners
def week(request: HttpRequest) -> HttpResponse:
    """All spaces on seven days, or with `space` the seven days of one."""
    now = timezone.now()
    user = person(request)
    asked, today = asked_day(request, now)
    monday = monday_of(asked)
    spaces = list(spaces_of(user))
    slug = request.GET.get("space", "")
    one = next((space for space in spaces if space.slug == slug), None)
    if slug and one is None:
        raise Http404
    if one is None and len(spaces) == 1:
        one = spaces[0]
    found = diary([one] if one else spaces, monday, 7, now=now, run=spaces)
    context = {
        **owner_context(user, now),
        **around(monday, monday_of(today), 7),
        "today": today,
        "diary": found,
        "one": one,
        "can_choose": len(spaces) > 1,
        "week_number": monday.isocalendar().week,
        "last": monday + timedelta(days=6),
        "entries": entries(found.bookings, now) if one else [],
    }
    return render(request, "bookings/owner_week.html", context)


@require_safe
@for_owners
def month(request: HttpRequest) -> HttpResponse:
    """How full all spaces are, day by day."""
    now = timezone.now()
    user = person(request)
    asked, today = asked_day(request, now)
    found = month_of(list(spaces_of(user)), asked, now=now)
    first, last = found.days[0], found.days[-1]
    context = {
        **owner_context(user, now),
        "month": found,
        "shown": first,
        "is_now": first <= today <= last,
        "today": today,
        "earlier": first - timedelta(days=1),
        "later": last + timedelta(days=1),
    }
    return render(request, "bookings/owner_month.html", context)


@require_safe
@for_owners
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the most urgent first."""
    now = timezone.now()
    user = person(request)
    waiting = waiting_for(user, now).for_listing().order_by("expires_at", "pk")
    context = {**owner_context(user, now), "bookings": waiting}
    return render(request, "bookings/owner_requests.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    user = person(request)
    space = space_run_by(user, slug)
    tomorrow = now.astimezone(space.place.zone).date() + timedelta(days=1)
    form = ClosingForm(
        request.POST if request.method == "POST" else None,
        space=space,
        now=now,
        day=named_day(request, tomorrow),
    )
    in_the_way: list[Booking] = []
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            operations.close(space=space, span=form.span, by=user, now=now, reason=reason)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            if isinstance(refusal, BookingsInTheWay):
                in_the_way = list(taking_units_of(space, form.span, now)[:IN_THE_WAY])
        else:
            messages.success(request, _("%(space)s is closed then.") % {"space": space})
            return redirect("close_space", slug=space.slug)
    context = {
        **owner_context(user, now),
        "space": space,
        "zone": space.place.zone,
        "form": form,
        "in_the_way": entries(in_the_way, now),
        "mine": set(Space.objects.run_by(user).values_list("pk", flat=True)),
        "closures": Closure.objects.filter(space=space, period__endswith__gt=now)
        .select_related("made_by")
        .order_by("period", "pk"),
    }
    return render(request, "bookings/close.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    closure = Closure.objects.select_related("space").filter(pk=pk).first()
    if closure is None:
        raise Http404
    space = space_run_by(person(request), closure.space.slug)
    operations.reopen(closure=closure)
    messages.success(request, _("%(space)s is open again then.") % {"space": space})
    return redirect("close_space", slug=space.slug)


# --- What the pages share ---------------------------------------------------------------


def spaces_of(user: User) -> QuerySet[Space]:
    """Those one answers for, in the order of places and names."""
    return (
        Space.objects.run_by(user)
        .exclude(listing=Listing.ARCHIVED)
        .select_related("place", "organisation")
        .order_by("place__name", "name", "pk")
    )


def waiting_for(user: User, now: datetime) -> BookingQuerySet:
    return Booking.objects.run_by(user).filter(status=Status.REQUESTED, expires_at__gt=now)


def owner_context(user: User, now: datetime) -> dict[str, Any]:
    return {"waiting": waiting_for(user, now).count(), "now": now}


def taking_units_of(space: Space, span: Period, now: datetime) -> QuerySet[Booking]:
    """Bookings of the space, or of one that shares its units, within the time."""
    return (
        Booking.objects.occupying(now)
        .filter(occupancies__unit__in=space.units.all(), occupancies__during__overlap=span)
        .for_listing()
        .order_by("period", "pk")
        .distinct()
    )


def entries(bookings: Any, now: datetime) -> list[tuple[Booking, Status]]:
    return [(booking, booking.status_at(now)) for booking in bookings]


def asked_day(request: HttpRequest, now: datetime) -> tuple[date, date]:
    """The day in the address, or today in the district; and today."""
    today = now.astimezone(district_zone()).date()
    shown = named_day(request, today)
    return (shown if today - YEARS_BACK <= shown <= today + YEARS_AHEAD else today), today


def named_day(request: HttpRequest, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return otherwise


def around(shown: date, now_shown: date, days: int) -> dict[str, Any]:
    """Where one stands in time, and where the arrows lead."""
    step = timedelta(days=days)
    return {
        "shown": shown,
        "is_now": shown == now_shown,
        "earlier": shown - step,
        "later": shown + step,
    }
