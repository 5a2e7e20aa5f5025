"""What one is told who books from a calendar program."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.emails.changes import wanted
from bookings.emails.to_booker import made_for_you
from bookings.emails.words import Letter, moment, what
from bookings.models import Booking, CalendarRefusal, Kind
from spaces import formats


def to_pay(booking: Booking) -> Letter:
    change = booking.changes.filter(status="held").last()
    paragraphs = [] if change else made_for_you(booking)
    if until := (change or booking).expires_at:
        paragraphs.append(
            _("We keep the time for you until %(moment)s. It is yours once it is paid.")
            % {"moment": moment(until, booking)}
        )
    if change:
        paragraphs.append(_("Until then your booking stands as it was."))
    if booking.series_id and not change:
        paragraphs.append(_("All times of the series are paid at once."))
    return Letter(
        subject=_("To be paid: %(what)s") % {"what": what(booking)},
        heading=_("Pay, and the time is yours"),
        paragraphs=paragraphs,
        above=wanted(booking, Kind.CHANGE_HELD) if change else [],
        action=_("Pay"),
    )


def refused(refusal: CalendarRefusal) -> Letter:
    """The reason in the words that a page would have said it in."""
    title, space, rows = refusal.title or _("your event"), refusal.space, []
    if space is not None:
        rows.append((_("Where"), f"{space.name}\n{space.place.name}"))
        if refusal.span:
            rows.insert(0, (_("When"), formats.when(*refusal.span, space.place.zone)))
    page = space.get_absolute_url() if space else reverse("bookings")
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": title},
        heading=_("Your calendar’s wish could not be met"),
        paragraphs=[
            refusal.sentence,
            _("What was booked before stands. Your calendar shows that after it has synchronised."),
        ],
        action=_("See when it is free") if space else _("See my bookings"),
        link=settings.PUBLIC_URL + page,
        rows=rows,
    )
