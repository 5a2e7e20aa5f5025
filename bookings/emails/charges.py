"""What people are told of money beside the price: what a saved card was charged, or was not.
One function per message."""

from django.utils.translation import gettext as _

from bookings.emails.words import Letter, latest, what
from bookings.models import Booking, Kind
from spaces.formats import price
from spaces.money import Money


def amount_of(booking: Booking, kind: Kind) -> str:
    event = latest(booking, kind)
    return price(Money(event.data.get("amount", 0) if event else 0, booking.currency))


def not_charged(booking: Booking) -> Letter:
    event = latest(booking, Kind.NOT_CHARGED)
    data = event.data if event else {}
    if data.get("code") == "authentication_required":
        why = _("Your bank wants you to confirm it yourself, so the saved card was not charged.")
    else:
        why = _("Your bank did not let the saved card be charged.")
    if data.get("of") == "change":
        then = _("The booking stands as it was. The time you asked for is kept for a few minutes.")
    else:
        then = _("It can be paid with the same card or another on the booking’s page.")
    amount = amount_of(booking, Kind.NOT_CHARGED)
    return Letter(
        subject=_("To pay: %(what)s") % {"what": what(booking)},
        heading=_("%(amount)s waits for you") % {"amount": amount},
        paragraphs=[why, then],
        action=_("Pay %(amount)s") % {"amount": amount},
    )
