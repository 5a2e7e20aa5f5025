"""One booking as a file, for a calendar that takes neither feed nor invitation."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import person
from bookings.calendars.events import PRODID, Entry, space_text, vevent
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
    return HttpResponse(
        calendar_of(booking),
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'attachment; filename="ledig.ics"',
            "Cache-Control": "private, no-store",
        },
    )


def calendar_of(*bookings: Booking) -> str:
    """Each is an event of its own, also those of a series: calendars mishandle the rest."""
    texts = [space_text(one.space, one.start.year) for one in bookings]
    zones = "".join({text.zone.key: text.timezone for text in texts}.values())
    events = "".join(vevent(Entry.of(one), text) for one, text in zip(bookings, texts, strict=True))
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\n"
        f"METHOD:PUBLISH\r\n{zones}{events}END:VCALENDAR\r\n"
    )
