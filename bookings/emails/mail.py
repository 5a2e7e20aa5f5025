"""A letter as a mail: laid out, in its recipient's language, with its invitation."""

from datetime import date
from email.charset import BASE64, Charset
from email.message import Message
from email.mime.text import MIMEText
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from bookings.calendars.download import calendar_of
from bookings.calendars.invitation import Guest, invitation
from bookings.emails import calendars, of_district
from bookings.emails.about_messages import written
from bookings.emails.again import more_times
from bookings.emails.digest import digest
from bookings.emails.from_calendars import refused
from bookings.emails.kinds import TO_BOOKER, TO_GUESTS, TO_OWNERS
from bookings.emails.papers import Paper, letter_about_money, papers_of
from bookings.emails.words import Letter, Reader, facts
from bookings.models import Attendee, Booking, CalendarRefusal, Delivery, Kind, Waiting
from bookings.models.states import COMES
from bookings.notices import STOP, STOPPABLE, Side, choices_of


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
    guest, stop = attendee_of(delivery), stop_link(delivery)
    with translation.override(reader.language):
        letter = letter_for(delivery, reader, guest)
        calendar = calendar_of(*letter.events) if letter.events else ""
        if letter.method and booking and takes_invitation(delivery, booking):
            calendar = invitation(
                booking,
                guest=Guest.of(guest) if guest else Guest(reader.name, reader.email),
                method=letter.method,
                version=delivery.version,
            )
        page = booking.get_absolute_url() if booking else reverse("owner")
        rows = facts(booking, reader) if letter.rows is None and booking else letter.rows or []
        context = {
            "letter": letter,
            "facts": letter.above + rows,
            "link": letter.link or settings.PUBLIC_URL + page,
            "papers": papers_for(booking, delivery, letter) if booking and reader.is_booker else [],
            "arrival": arrival_link(booking, reader, guest)
            if booking and (guest or letter.rows is None)
            else "",
            "language": reader.language,
            "district": settings.DISTRICT_NAME,
            "stop": stop,
            "stop_words": stop_words(delivery),
        }
        mail = BookingMail(
            subject=one_line(letter.subject),
            body=render_to_string("emails/letter.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": message_id(delivery),
                "Auto-Submitted": "auto-generated",
                "Content-Language": reader.language,
                **stop_headers(stop),
            },
            calendar=calendar,
            method=(letter.method or "PUBLISH") if calendar else "",
        )
        mail.attach_alternative(render_to_string("emails/letter.html", context), "text/html")
    return mail


def letter_for(delivery: Delivery, reader: Reader, guest: Attendee | None) -> Letter:
    booking, kind = delivery.booking, Kind(delivery.kind)
    if booking is None:
        assert delivery.recipient is not None
        if kind == Kind.CALENDAR_LOST:
            return calendars.lost(delivery.recipient)
        if kind in of_district.LETTERS:
            return of_district.LETTERS[kind](delivery.version)
        if kind == Kind.MORE_TIMES:
            return more_times(
                Waiting.objects.get(person=delivery.recipient, letter=delivery.version)
            )
        if kind == Kind.REFUSED:
            return refused(CalendarRefusal.objects.get(pk=delivery.version))
        if (letter := letter_about_money(delivery)) is not None:
            return letter
        return digest(delivery.recipient, date.fromordinal(delivery.version))
    if guest is not None:
        return TO_GUESTS[kind](booking, guest)
    if kind == Kind.MESSAGE:
        return written(booking.messages.select_related("author").get(number=delivery.version))
    return (TO_BOOKER if reader.is_booker else TO_OWNERS)[kind](booking)


def papers_for(booking: Booking, delivery: Delivery, letter: Letter) -> list[Paper]:
    """Of all that the letter is about, each once."""
    kind = Kind(delivery.kind)
    return [*dict.fromkeys(one for of in letter.events or [booking] for one in papers_of(of, kind))]


def arrival_link(booking: Booking, reader: Reader, guest: Attendee | None) -> str:
    """The arrival card, for who comes; empty where nobody does."""
    if booking.status not in COMES or not (reader.is_booker or guest):
        return ""
    if guest is not None:
        return settings.PUBLIC_URL + reverse("guest_arrival_card", args=[guest.token])
    return settings.PUBLIC_URL + reverse("arrival_card", args=[booking.pk])


def takes_invitation(delivery: Delivery, booking: Booking) -> bool:
    to = delivery.recipient
    return to is None or choices_of([to])[to.pk].takes_invitation(booking.created_at)


def attendee_of(delivery: Delivery) -> Attendee | None:
    if not delivery.address:
        return None
    return Attendee.objects.get(booking=delivery.booking, email=delivery.address)


def stop_link(delivery: Delivery) -> str:
    """Where this reader stops mails like this one, signed in or not; empty where they may
    not."""
    to, booking = delivery.recipient, delivery.booking
    if booking and delivery.kind == Kind.OFFERED:
        return stop_waiting_link(booking)
    key = to and f"{Side.of(to, booking)}.{delivery.kind}"
    if to is None or key not in STOPPABLE:
        return ""
    token = signing.dumps([to.pk, key], salt=STOP)
    return settings.PUBLIC_URL + reverse("stop_notices", args=[token])


def stop_waiting_link(booking: Booking) -> str:
    """Where the one who is offered this can say that they wait no longer."""
    entry = Waiting.objects.filter(booking=booking).first()
    return settings.PUBLIC_URL + reverse("waitlist_stop", args=[entry.token]) if entry else ""


def stop_words(delivery: Delivery) -> str:
    if delivery.kind == Kind.OFFERED:
        return _("Wait no longer for this")
    return _("No more mails like this")


def stop_headers(link: str) -> dict[str, str]:
    """One click in the mail program (RFC 8058)."""
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def message_id(delivery: Delivery) -> str:
    """The same when a mail is repeated: mailboxes keep only one of them. Mails are passed
    on, so it does not spell out an address."""
    to = delivery.recipient_id or address_code(delivery.address)
    about = delivery.booking_id or "ledig"
    parts = (about, delivery.version, delivery.kind, to)
    return f"<{'.'.join(map(str, parts))}@{settings.MAIL_DOMAIN}>"


def address_code(address: str) -> str:
    return salted_hmac("ledig.message-id", address).hexdigest()[:20]


def one_line(text: str) -> str:
    """For a header: no line breaks or other characters without a shape."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
