"""What people are told by mail.

`TO_BOOKER`, `TO_OWNERS` and `TO_GUESTS` say which event causes which letter; `mail_for` makes a
delivery's mail, in its recipient's language and the same each time it is asked for.
"""

from bookings.emails.changes import NEWS_OF_CHANGE, NEWS_TO_ASKED
from bookings.emails.kinds import TO_BOOKER, TO_GUESTS, TO_OWNERS, WRITTEN
from bookings.emails.mail import BookingMail, mail_for, message_id

__all__ = [
    "NEWS_OF_CHANGE",
    "NEWS_TO_ASKED",
    "TO_BOOKER",
    "TO_GUESTS",
    "TO_OWNERS",
    "WRITTEN",
    "BookingMail",
    "mail_for",
    "message_id",
]
