"""What those who answer for spaces see: their day, their week, requests, closures."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import person
from accounts.models import Role, User
from bookings.forms import district_zone
from bookings.models import Booking, Status
from bookings.queries.arrivals import arrivals, next_after
from bookings.queries.asked import asked_change, most_urgent
from bookings.queries.conflicts import conflicts
from bookings.queries.diary import diary
from bookings.queries.month import month_of
from bookings.queries.week import monday_of
from bookings.views.access import for_owners
from spaces.forms.clock import YEARS_AHEAD, YEARS_BACK
from spaces.models import Listing, Space
from spaces.periods import day_span

SHOWN_REQUESTS = 3  # on the day's page; the others are on their own
FEW = 20  # spaces among which one finds one's way without choosing a place
MOST_LINES = 60  # on a page; with more spaces it is one place at a time


@require_safe
@for_owners
def day(request: HttpRequest) -> HttpResponse:
    """Who comes, what waits for an answer, what is in conflict; then each space's day."""
    now = timezone.now()
    user = person(request)
    shown, today = asked_day(request, now)
    spaces, places = chosen(request, user)
    found = diary(spaces, shown, 1, now=now, run=spaces_of(user))
    is_today = shown == today
    asked = by_series(most_urgent(user, now)) if is_today else []
    guests = arrivals(user, shown, now=now)
    is_quiet = is_today and not guests.here and not guests.coming
    midnight = day_span(shown, district_zone()).upper
    context = {
        **owner_context(user, now),
        **around(shown, today, 1),
        **places,
        "guests": guests,
        "next_guest": next_after(user, midnight, now=now) if is_quiet else None,
        "requests": asked[:SHOWN_REQUESTS],
        "has_more_requests": len(asked) > SHOWN_REQUESTS,
        "diary": found,
        "rows": [cells[0] for _space, cells in found.rows],
        "in_use": found.in_use(now) if is_today else None,
    }
    return render(request, "bookings/owner_day.html", context)


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """For those who answer for no space: what comes first."""
    if Space.objects.run_by(person(request)).exists():
        return redirect("owner")
    if set(person(request).memberships.values_list("role", flat=True)) == {Role.FINANCE}:
        return redirect("owner_money")
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
    board, places = chosen(request, user)
    found = diary([one] if one else board, monday, 7, now=now, run=spaces)
    context = {
        **owner_context(user, now),
        **around(monday, monday_of(today), 7),
        **places,
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
    spaces, places = chosen(request, user)
    found = month_of(spaces, asked, now=now)
    first, last = found.days[0], found.days[-1]
    context = {
        **owner_context(user, now),
        **places,
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
    context = {**owner_context(user, now), "asked": by_series(most_urgent(user, now))}
    return render(request, "bookings/owner_requests.html", context)


def by_series(asked: Iterable[Booking]) -> list[tuple[Booking, int]]:
    """Each request or change by itself, but of what is asked for of a series at once only the most
    urgent, with how many there are."""
    counts: dict[object, int] = {}
    first: dict[object, Booking] = {}
    for one in asked:
        change = asked_change(one)
        at_once = one.series_id if one.status == Status.REQUESTED else None
        key = (change.series_change_id if change else at_once) or one.pk
        first.setdefault(key, one)
        counts[key] = counts.get(key, 0) + 1
    return [(one, counts[key]) for key, one in first.items()]


# --- What the pages share ---------------------------------------------------------------


def spaces_of(user: User) -> QuerySet[Space]:
    """Those one answers for, in the order of places and names."""
    return (
        Space.objects.run_by(user)
        .exclude(listing=Listing.ARCHIVED)
        .select_related("place", "organisation")
        .order_by("place__name", "name", "pk")
    )


def chosen(request: HttpRequest, user: User) -> tuple[list[Space], dict[str, Any]]:
    """The spaces with a line on the page, and what a choice of place needs: those of the place
    in the address, or all; the first place's when they are too many for one page."""
    spaces = list(spaces_of(user))
    places = {space.place.slug: space.place for space in spaces}
    slug = request.GET.get("place", "")
    if slug and slug not in places:
        raise Http404
    if not slug and len(spaces) > MOST_LINES:
        slug = next(iter(places))
    context = {
        "place": places.get(slug),
        "places": list(places.values()) if len(places) > 1 and len(spaces) > FEW else [],
        "can_see_all": len(spaces) <= MOST_LINES,
        "keep": f"&place={slug}" if slug else "",
    }
    return [one for one in spaces if one.place.slug == slug or not slug], context


def owner_context(user: User, now: datetime) -> dict[str, Any]:
    return {
        "conflicts": conflicts(user, now=now),
        "now": now,
    }


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
