"""A letter as a mail: laid out, in its recipient's language, with its invitation."""

from email.charset import BASE64, Charset
from email.message import Message
from email.mime.text import MIMEText
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import salted_hmac

from bookings.calendars.invitation import Guest, invitation
from bookings.emails.kinds import TO_BOOKER, TO_OWNERS
from bookings.emails.words import Reader, facts
from bookings.models import Delivery, Kind


class BookingMail(EmailMultiAlternatives):
    """Text, HTML and, last among the alternatives, the invitation.

    Attached as any other alternative it would lack the `method` without which mail
    programs do not take it for an invitation, or carry its character set twice.
    """

    def __init__(self, *args: Any, calendar: str = "", method: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar, self.method = calendar, method
        if calendar:
            self.attach("invite.ics", calendar.encode(), "application/ics")

    def _create_alternatives(self, msg: Message) -> Message:
        message: Message = super()._create_alternatives(msg)  # type: ignore[misc]
        if self.calendar:
            part = MIMEText("", "calendar", "utf-8")
            del part["Content-Transfer-Encoding"]
            utf8 = Charset("utf-8")
            utf8.body_encoding = BASE64  # line ends survive
            part.set_payload(self.calendar, utf8)
            part.set_param("method", self.method)
            message.attach(part)
        return message


def mail_for(delivery: Delivery) -> BookingMail:
    booking, reader = delivery.booking, Reader.of(delivery)
    letters = TO_BOOKER if reader.is_booker else TO_OWNERS
    with translation.override(reader.language):
        letter = letters[Kind(delivery.kind)](booking)
        calendar = ""
        if letter.method:
            guest = Guest(reader.name, reader.email)
            calendar = invitation(
                booking, guest=guest, method=letter.method, version=delivery.version
            )
        context = {
            "letter": letter,
            "facts": facts(booking, reader),
            "link": settings.PUBLIC_URL + booking.get_absolute_url(),
            "language": reader.language,
            "district": settings.DISTRICT_NAME,
        }
        mail = BookingMail(
            subject=one_line(letter.subject),
            body=render_to_string("emails/letter.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": message_id(delivery),
                "Auto-Submitted": "auto-generated",
                "Content-Language": reader.language,
            },
            calendar=calendar,
            method=letter.method or "",
        )
        mail.attach_alternative(render_to_string("emails/letter.html", context), "text/html")
    return mail


def message_id(delivery: Delivery) -> str:
    """The same when a mail is repeated: mailboxes keep only one of them. Mails are passed
    on, so it does not spell out an address."""
    to = delivery.recipient_id or address_code(delivery.address)
    parts = (delivery.booking_id, delivery.version, delivery.kind, to)
    return f"<{'.'.join(map(str, parts))}@{settings.MAIL_DOMAIN}>"


def address_code(address: str) -> str:
    return salted_hmac("ledig.message-id", address).hexdigest()[:20]


def one_line(text: str) -> str:
    """For a header: no line breaks or other characters without a shape."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
