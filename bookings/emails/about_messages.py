"""What booker and owner write to each other, passed on by mail."""

from django.utils.translation import gettext as _

from bookings.emails.words import Letter, what
from bookings.models import Message


def written(message: Message) -> Letter:
    """To the other side."""
    booking = message.booking
    author = booking.space.organisation if message.as_owner else message.author
    return Letter(
        subject=_("Message: %(what)s") % {"what": what(booking)},
        heading=_("%(author)s has written") % {"author": author},
        paragraphs=message.text.splitlines(),
        action=_("Answer"),
    )
