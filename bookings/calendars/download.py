"""One booking as a file, for a calendar that takes neither feed nor invitation."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import person
from bookings.calendars.events import PRODID, Entry, SpaceText, space_text, vevent
from bookings.models import Booking, Status
from bookings.views.access import booking_seen_by

STANDS = (Status.REQUESTED, Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)


@login_required
@require_safe
def booking_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the booker and for those who run the space. The UID is that of the feed and of
    the invitation, so that a calendar which has those too shows the booking once."""
    booking = booking_seen_by(person(request), pk)
    if booking.status not in STANDS:
        raise Http404
    return _file(calendar_of(booking))


@require_safe
def activity_file(_request: HttpRequest, pk: UUID) -> HttpResponse:
    """For everybody who may read of it on the page of what is on: its public title, when and
    where, as in the feed of activities, and with its UID."""
    listed = Booking.objects.activities(timezone.now()).select_related("space__place")
    booking = get_object_or_404(listed, pk=pk)
    entry = Entry.of(booking)._replace(title=booking.public_title, uid=None)
    space, year = booking.space, booking.start.year
    text = space_text(space, year, description=_("What is on:"), link=reverse("activities"))
    return _file(_calendar([text], vevent(entry, text)))


def _file(text: str) -> HttpResponse:
    return HttpResponse(
        text,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'attachment; filename="ledig.ics"',
            "Cache-Control": "private, no-store",
        },
    )


def calendar_of(*bookings: Booking) -> str:
    """Each is an event of its own, also those of a series: calendars mishandle the rest."""
    texts = [space_text(one.space, one.start.year) for one in bookings]
    events = "".join(vevent(Entry.of(one), text) for one, text in zip(bookings, texts, strict=True))
    return _calendar(texts, events)


def _calendar(texts: list[SpaceText], events: str) -> str:
    zones = "".join({text.zone.key: text.timezone for text in texts}.values())
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\n"
        f"METHOD:PUBLISH\r\n{zones}{events}END:VCALENDAR\r\n"
    )
