"""What those are told whom a booker has invited along. One function per message.

They learn what it is, when, where and who invites, and nothing else of the booking.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from bookings.calendars.invitation import Method
from bookings.emails.words import Letter, what, when, whereabouts
from bookings.models import Attendee, Booking, Kind


def invited(booking: Booking, attendee: Attendee) -> Letter:
    return _letter(
        attendee,
        booking,
        subject=_("Invitation: %(what)s") % {"what": name(booking)},
        heading=_("You are invited"),
        paragraphs=[_("%(booker)s invites you.") % {"booker": booking.booker}],
        method=Method.REQUEST,
    )


def changed(booking: Booking, attendee: Attendee) -> Letter:
    return _letter(
        attendee,
        booking,
        subject=_("Changed: %(what)s") % {"what": name(booking)},
        heading=_("What you are invited to has changed"),
        paragraphs=[_("Here is how it is now. Your calendar follows by itself.")],
        method=Method.REQUEST,
    )


def cancelled(booking: Booking, attendee: Attendee) -> Letter:
    return _letter(
        attendee,
        booking,
        subject=_("Cancelled: %(what)s") % {"what": name(booking)},
        heading=_("It is cancelled"),
        paragraphs=[_("It does not take place. Your calendar follows by itself.")],
        method=Method.CANCEL,
    )


def uninvited(booking: Booking, attendee: Attendee) -> Letter:
    return _letter(
        attendee,
        booking,
        subject=_("No longer invited: %(what)s") % {"what": name(booking)},
        heading=_("You are no longer invited"),
        paragraphs=[
            _("%(booker)s has taken you off the list. Your calendar follows by itself.")
            % {"booker": booking.booker}
        ],
        method=Method.CANCEL,
    )


TO_GUESTS: dict[Kind, Callable[[Booking, Attendee], Letter]] = {
    Kind.CONFIRMED: invited,
    Kind.INVITED: invited,
    Kind.MOVED: changed,
    Kind.CHANGED: changed,
    Kind.DESCRIBED: changed,
    Kind.CANCELLED: cancelled,
    Kind.UNINVITED: uninvited,
}


def name(booking: Booking) -> str:
    return f"{booking.title}, {when(booking)}" if booking.title else what(booking)


def _letter(
    attendee: Attendee,
    booking: Booking,
    *,
    subject: str,
    heading: str,
    paragraphs: list[str],
    method: Method,
) -> Letter:
    arrival = booking.space.place.arrival_text
    is_on = method == Method.REQUEST
    rows = [
        (_("What"), booking.title),
        (_("When"), when(booking)),
        whereabouts(booking),
        (_("How to get in"), arrival if is_on else ""),
        (_("Invited by"), str(booking.booker)),
    ]
    return Letter(
        subject=subject,
        heading=heading,
        paragraphs=paragraphs,
        action=_("Answer the invitation") if is_on else "",
        link=attendee.url,
        method=method,
        rows=[(label, text) for label, text in rows if text],
    )
