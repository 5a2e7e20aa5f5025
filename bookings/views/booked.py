"""All bookings of the spaces one answers for: looked through, and taken out as a file."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import person
from accounts.models import User
from bookings.forms.booked import BookedForm
from bookings.forms.times import district_zone
from bookings.models import Booking
from bookings.models.booking import BookingQuerySet
from bookings.views.access import for_owners
from bookings.views.bookings import UNSOLD
from bookings.views.owner import entries, owner_context
from spaces.bulk import exporting
from spaces.models import Place, Space

A_PAGE = 50
MOST_IN_A_WORKBOOK = 5_000  # rows; as CSV there is no end
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_owners
def booked(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), person(request)
    form = _asked(request, user, now)
    page = Paginator(_found(form, user), A_PAGE).get_page(request.GET.get("page"))
    context = {
        **owner_context(user, now),
        "form": form,
        "page": page,
        "entries": entries(page, now),
        "unsold": UNSOLD,
        "is_asked": bool(request.GET.keys() - {"page"}),
        "asked": request.GET.urlencode(),
    }
    return render(request, "bookings/owner_bookings.html", context)


@require_safe
@for_owners
def booked_file(request: HttpRequest) -> Any:
    """The same, all of it: as CSV, or with `?as=xlsx` as a workbook."""
    now, user = timezone.now(), person(request)
    found = _found(_asked(request, user, now), user)
    name = f"ledig-bookings-{now.astimezone(district_zone()):%Y-%m-%d}"
    if request.GET.get("as") != "xlsx":
        lines = exporting.csv_lines(_rows(found, now))
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    if found.count() > MOST_IN_A_WORKBOOK:
        messages.error(
            request,
            _("A workbook holds %(most)s bookings. Choose fewer days, or take CSV.")
            % {"most": MOST_IN_A_WORKBOOK},
        )
        asked = request.GET.copy()
        asked.pop("as", None)
        return redirect(f"{reverse('owner_bookings')}?{asked.urlencode()}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    content = exporting.one_sheet(_("Bookings"), _rows(found, now))
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _asked(request: HttpRequest, user: User, now: datetime) -> BookedForm:
    runs = (
        Place.objects.filter(spaces__in=Space.objects.run_by(user))
        .distinct()
        .order_by("name", "pk")
    )
    return BookedForm(request.GET, places=runs, now=now)


def _found(form: BookedForm, user: User) -> BookingQuerySet:
    listed = Booking.objects.run_by(user).for_listing().select_related("organisation")
    return form.narrow(listed)


def _rows(found: BookingQuerySet, now: datetime) -> Iterator[list[Any]]:
    """Times on the wall clock of the place."""
    yield [
        *(_("Number"), _("State"), _("Start"), _("End"), _("Space"), _("Place")),
        *(_("Who"), _("E-mail"), _("Organisation"), _("Title"), _("People"), _("Units")),
        *(_("Your reference"), _("Cost centre"), _("Amount"), _("Currency"), _("Made at")),
    ]
    for one in found.iterator(chunk_size=500):
        zone = one.space.place.zone
        start, end, made = (
            moment.astimezone(zone).replace(tzinfo=None, microsecond=0)
            for moment in (one.start, one.end, one.created_at)
        )
        yield [
            *(str(one.pk), str(one.status_at(now).label), start, end),
            *(one.space.name, one.space.place.name, one.booker.name, one.booker.email),
            *(one.organisation.name if one.organisation else "", one.title),
            *("" if one.people is None else one.people, one.quantity),
            *(one.reference, one.cost_centre, Decimal(one.amount) / 100, one.currency, made),
        ]
