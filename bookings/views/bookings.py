"""One's own bookings, and the calendar address that follows them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import person
from bookings.check_in_links import BOOKED_FOR, booking_id
from bookings.models import UNSETTLED, Booking, Status
from bookings.models.booking import BookingQuerySet
from bookings.operations import my_feed
from bookings.strikes import standing_of
from bookings.views.calendars import links_of
from bookings.views.door import secretly

A_PAGE = 20
UNSOLD = (Status.CANCELLED, Status.DECLINED, Status.EXPIRED)  # their price is nothing owed
COMING, WAITING, OVER = "", "waiting", "over"
ORDER = {COMING: ("period", "pk"), WAITING: ("expires_at", "pk"), OVER: ("-period", "-pk")}


@login_required
@require_safe
def bookings(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    user = person(request)
    tabs = tabs_at(now)
    show = request.GET.get("show", COMING)
    show = show if show in tabs else COMING
    mine = Booking.objects.kept_by(user)
    counts = mine.aggregate(**{f"n_{tab}": Count("pk", filter=tabs[tab]) for tab in tabs})
    listed = (
        first_of_series(mine.filter(tabs[show]), show)
        .for_listing()
        .select_related("series")
        .prefetch_related("space__photos")
        .order_by(*ORDER[show])
    )
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    unpaid = mine.booked_by(user).filter(tabs[WAITING], status=Status.HELD, amount__gt=0)
    rows = [(booking, booking.status_at(now)) for booking in page]
    more = more_of_series(mine.filter(tabs[show]), [booking for booking, _status in rows])
    labels = {COMING: _("Coming"), WAITING: _("Waiting"), OVER: _("Earlier")}
    context: dict[str, Any] = {
        "show": show,
        "tabs": [(tab, labels[tab], counts[f"n_{tab}"] if tab != OVER else 0) for tab in tabs],
        "page": page,
        "unsold": UNSOLD,
        "rows": [(booking, status, more.get(booking.series_id, 0)) for booking, status in rows],
        "to_pay": unpaid.for_listing().first(),
        "feed": links_of(my_feed(user=user, now=now)),
        "strikes": standing_of(user, now=now),
    }
    return render(request, "bookings/bookings.html", context)


def tabs_at(now: datetime) -> dict[str, Q]:
    """Which bookings stand under which tab; each stands under exactly one."""
    waiting = Q(status__in=UNSETTLED, expires_at__gt=now)
    coming = Q(status__in=(Status.CONFIRMED, Status.CHECKED_IN), period__endswith__gt=now)
    return {COMING: coming, WAITING: waiting, OVER: ~(coming | waiting)}


def first_of_series(listed: BookingQuerySet, show: str) -> BookingQuerySet:
    """Of each series only the booking that comes first under its tab stands for all."""
    others = listed.filter(series=OuterRef("series"))
    if show == OVER:
        before = others.filter(Q(period__gt=OuterRef("period")))
    else:
        before = others.filter(Q(period__lt=OuterRef("period")))
    return listed.exclude(Exists(before))


def more_of_series(listed: BookingQuerySet, shown: list[Booking]) -> dict[UUID | None, int]:
    """How many more there are of each series that is shown. One query."""
    series = [booking.series_id for booking in shown if booking.series_id]
    counts = listed.filter(series__in=series).order_by().values("series").annotate(n=Count("pk"))
    return {row["series"]: row["n"] - 1 for row in counts} if series else {}


@require_safe
def booked_for(request: HttpRequest, signed: str) -> HttpResponse:
    """From a mail: what was booked for somebody who has no account yet, and their way in. Once
    they have been here, it is a booking like any other."""
    pk = booking_id(signed, BOOKED_FOR)
    for_others = Booking.objects.exclude(made_by=None).for_listing()
    booking = get_object_or_404(for_others, pk=pk)
    if booking.booker.last_login is not None:
        return redirect(booking)
    context = {
        "booking": booking,
        "space": booking.space,
        "place": booking.space.place,
        "zone": booking.space.place.zone,
        "status": booking.status_at(timezone.now()),
    }
    return secretly(render(request, "bookings/booked_for.html", context))
