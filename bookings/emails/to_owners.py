"""What those who answer for a space are told. One function per message."""

from django.utils.translation import gettext as _

from bookings.emails.words import LAPSED, Letter, latest, names, unless_answered, what
from bookings.models import Booking, Kind


def to_answer(booking: Booking) -> Letter:
    paragraphs = [_("%(booker)s asks for %(space)s.") % names(booking)]
    if booking.made_by is not None:
        paragraphs = [_("%(who)s asks for %(space)s for %(booker)s.") % names(booking)]
    paragraphs += unless_answered(booking.expires_at, booking)
    return Letter(
        subject=_("Waits for your answer: %(what)s") % {"what": what(booking)},
        heading=_("A request waits for your answer"),
        paragraphs=paragraphs,
        action=_("Answer the request"),
    )


def not_answered(booking: Booking) -> Letter:
    return Letter(
        subject=_("Not answered: %(what)s") % {"what": what(booking)},
        heading=_("A request was declined by itself"),
        paragraphs=[
            _("%(booker)s asked for %(space)s, and nobody answered in time.") % names(booking),
            _("The time is free for others again."),
        ],
        action=_("See the request"),
    )


def new_booking(booking: Booking) -> Letter:
    paragraphs = [_("%(booker)s has booked %(space)s.") % names(booking)]
    if booking.made_by is not None:
        paragraphs = [_("%(who)s has booked %(space)s for %(booker)s.") % names(booking)]
    return Letter(
        subject=_("New booking: %(what)s") % {"what": what(booking)},
        heading=_("New booking"),
        paragraphs=paragraphs,
        action=_("See the booking"),
    )


def cancelled_by_booker(booking: Booking) -> Letter:
    return Letter(
        subject=_("Cancelled: %(what)s") % {"what": what(booking)},
        heading=_("A booking was cancelled"),
        paragraphs=[
            _("%(booker)s has cancelled.") % names(booking),
            _("The time is free for others again."),
        ],
        action=_("See the booking"),
    )


def not_paid(booking: Booking) -> Letter:
    why = _("You said yes, but the bank of %(booker)s did not let the payment through.")
    event = latest(booking, Kind.PAYMENT_FAILED)
    if event and event.data.get("reason") == LAPSED:
        why = _("The bank of %(booker)s let go of what was reserved before it was drawn.")
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The payment failed"),
        paragraphs=[
            why % names(booking),
            _("The time is free for others again."),
        ],
        action=_("See the booking"),
    )
