"""What people are told by mail.

`TO_BOOKER` and `TO_OWNERS` say which event causes which letter; `mail_for` makes a
delivery's mail, in its recipient's language and the same each time it is asked for.
"""

from bookings.emails.kinds import TO_BOOKER, TO_OWNERS
from bookings.emails.mail import BookingMail, mail_for, message_id

__all__ = ["TO_BOOKER", "TO_OWNERS", "BookingMail", "mail_for", "message_id"]
