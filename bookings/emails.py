"""What people are told by mail. One function per message.

`TO_BOOKER` and `TO_OWNERS` say which event causes which; `mail_for` makes a delivery's
mail, in its recipient's language and the same each time it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.charset import BASE64, Charset
from email.message import Message
from email.mime.text import MIMEText
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from bookings.calendars.invitation import Method, invitation
from bookings.models import Booking, BookingEvent, Delivery, Kind
from spaces import formats


@dataclass(frozen=True)
class Letter:
    """A message before it is laid out. The facts of the booking follow its paragraphs."""

    subject: str
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    action: str = ""  # what the link to the booking says
    method: Method | None = None  # of the invitation that goes with it


# --- To the booker ----------------------------------------------------------------------


def received(booking: Booking) -> Letter:
    owner = booking.space.organisation
    paragraphs = [
        _("%(owner)s is to say yes first. We keep the time for you until then.") % {"owner": owner}
    ]
    if booking.expires_at:
        paragraphs.append(
            _("You have an answer by %(moment)s.") % {"moment": moment(booking, "expires_at")}
        )
    return Letter(
        subject=_("Asked for: %(what)s") % {"what": what(booking)},
        heading=_("Your request is with the owner"),
        paragraphs=paragraphs,
        action=_("See the request"),
    )


def confirmed(booking: Booking) -> Letter:
    paragraphs = [_("The invitation in this mail puts the booking into your calendar.")]
    if booking.check_in_by:
        by = formats.clock(booking.check_in_by, booking.space.place.zone)
        paragraphs.append(
            _("Check in on the booking’s page by %(time)s, else the rest is for others.")
            % {"time": by}
        )
    return Letter(
        subject=_("Booked: %(what)s") % {"what": what(booking)},
        heading=_("Your booking is confirmed"),
        paragraphs=paragraphs,
        action=_("See, change or cancel the booking"),
        method=Method.REQUEST,
    )


def declined(booking: Booking) -> Letter:
    event = latest(booking, Kind.DECLINED)
    owner = {"owner": booking.space.organisation}
    if event and event.by_id:
        paragraphs = [_("%(owner)s could not say yes this time.") % owner, *reason(event)]
    else:
        paragraphs = [_("%(owner)s did not answer in time.") % owner]
    if booking.amount:
        paragraphs.append(_("You pay nothing."))
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The request was declined"),
        paragraphs=paragraphs,
        action=_("See the request"),
    )


def moved(booking: Booking) -> Letter:
    event = latest(booking, Kind.MOVED)
    told = {
        "owner": booking.space.organisation,
        "was": event.data.get("was", "") if event else "",
        "space": booking.space,
    }
    paragraphs = [
        _("%(owner)s has moved your booking from %(was)s to %(space)s.") % told,
        _("The time and the price are the same."),
    ]
    was_in_calendars = latest(booking, Kind.CONFIRMED) is not None
    return Letter(
        subject=_("Moved: %(what)s") % {"what": what(booking)},
        heading=_("Your booking is in another space"),
        paragraphs=[*paragraphs, *(reason(event) if event else [])],
        action=_("See, change or cancel the booking"),
        method=Method.REQUEST if was_in_calendars else None,
    )


def cancelled(booking: Booking) -> Letter:
    event = latest(booking, Kind.CANCELLED)
    if event and event.data.get("as_owner"):
        paragraphs = [
            _("%(owner)s had to cancel your booking.") % {"owner": booking.space.organisation},
            *reason(event),
        ]
    else:
        paragraphs = [_("You have cancelled your booking.")]
    if booking.amount:
        paragraphs.append(_("What you get back is on the booking’s page."))
    was_in_calendars = latest(booking, Kind.CONFIRMED) is not None
    return Letter(
        subject=_("Cancelled: %(what)s") % {"what": what(booking)},
        heading=_("The booking is cancelled"),
        paragraphs=paragraphs,
        action=_("See the booking"),
        method=Method.CANCEL if was_in_calendars else None,
    )


def no_show(booking: Booking) -> Letter:
    by = formats.clock(booking.check_in_by or booking.start, booking.space.place.zone)
    return Letter(
        subject=_("Released: %(what)s") % {"what": what(booking)},
        heading=_("Nobody checked in"),
        paragraphs=[
            _("Nobody had checked in by %(time)s, so the rest of the time is free for others.")
            % {"time": by},
            _("If you are there: book it again, if it is still free."),
        ],
        action=_("See the booking"),
    )


def expired(booking: Booking) -> Letter:
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The time to pay ran out"),
        paragraphs=[
            _("We kept the time for you, but the payment did not come. Nothing is charged."),
            _("It may still be free: you are welcome to book it again."),
        ],
        action=_("See the booking"),
    )


def payment_failed(booking: Booking) -> Letter:
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The payment failed"),
        paragraphs=[
            _("The owner said yes, but your bank did not let the payment through."),
            _("Nothing is charged. It may still be free: you are welcome to book it again."),
        ],
        action=_("See the booking"),
    )


def paid_too_late(booking: Booking) -> Letter:
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The payment came too late"),
        paragraphs=[
            _("When it came, the time to pay had run out and the time was no longer free."),
            _("You get the whole amount back."),
        ],
        action=_("See the booking"),
    )


# --- To those who answer for the space --------------------------------------------------


def to_answer(booking: Booking) -> Letter:
    paragraphs = [_("%(booker)s asks for %(space)s.") % names(booking)]
    if booking.expires_at:
        paragraphs.append(
            _("Without an answer by %(moment)s the request is declined by itself.")
            % {"moment": moment(booking, "expires_at")}
        )
    return Letter(
        subject=_("To answer: %(what)s") % {"what": what(booking)},
        heading=_("A request waits for your answer"),
        paragraphs=paragraphs,
        action=_("Answer the request"),
    )


def new_booking(booking: Booking) -> Letter:
    return Letter(
        subject=_("New booking: %(what)s") % {"what": what(booking)},
        heading=_("New booking"),
        paragraphs=[_("%(booker)s has booked %(space)s.") % names(booking)],
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
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The payment failed"),
        paragraphs=[
            _("You said yes, but the bank of %(booker)s did not let the payment through.")
            % names(booking),
            _("The time is free for others again."),
        ],
        action=_("See the booking"),
    )


TO_BOOKER: dict[Kind, Callable[[Booking], Letter]] = {
    Kind.REQUESTED: received,
    Kind.CONFIRMED: confirmed,
    Kind.DECLINED: declined,
    Kind.MOVED: moved,
    Kind.CANCELLED: cancelled,
    Kind.NO_SHOW: no_show,
    Kind.EXPIRED: expired,
    Kind.PAYMENT_FAILED: payment_failed,
    Kind.PAID_TOO_LATE: paid_too_late,
}
TO_OWNERS: dict[Kind, Callable[[Booking], Letter]] = {
    Kind.REQUESTED: to_answer,
    Kind.CONFIRMED: new_booking,
    Kind.CANCELLED: cancelled_by_booker,
    Kind.PAYMENT_FAILED: not_paid,
}


# --- Words ------------------------------------------------------------------------------


def what(booking: Booking) -> str:
    """`Nidelva, tirsdag 24. november, 13–15`"""
    return f"{booking.space.name}, {when(booking)}"


def when(booking: Booking) -> str:
    return formats.when(booking.start, booking.end, booking.space.place.zone)


def moment(booking: Booking, name: str) -> str:
    zone = booking.space.place.zone
    at = getattr(booking, name)
    return f"{formats.day_name(at, zone)} {formats.clock(at, zone)}"


def names(booking: Booking) -> dict[str, object]:
    return {"booker": booking.booker, "space": booking.space}


def latest(booking: Booking, kind: Kind) -> BookingEvent | None:
    return booking.events.filter(kind=kind).last()


def reason(event: BookingEvent) -> list[str]:
    text = event.data.get("reason")
    return [_("Their reason: %(reason)s") % {"reason": text}] if text else []


def facts(booking: Booking, to: User) -> list[tuple[str, str]]:
    space, place = booking.space, booking.space.place
    is_booker = to.pk == booking.booker_id
    room = f"{space.name}, {space.floor_text}" if space.floor_text else space.name
    rows = [
        (_("When"), when(booking)),
        (_("Where"), f"{room}\n{place.name}, {place.full_address}"),
        (_("How to get in"), place.arrival_text if is_booker else ""),
        (_("How many"), str(booking.quantity) if space.is_pool else ""),
        (_("What"), booking.title),
        (_("Booked by"), "" if is_booker else f"{booking.booker}, {booking.booker.email}"),
        (_("On behalf of"), str(booking.organisation or "")),
        (_("Booked along"), ", ".join(map(str, booking.add_ons.select_related("add_on")))),
        (_("Price"), formats.price(booking.price) if booking.amount else _("Free of charge")),
    ]
    return [(name, text) for name, text in rows if text]


# --- The mail itself --------------------------------------------------------------------


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
    booking, to = delivery.booking, delivery.recipient
    kind = Kind(delivery.kind)
    letters = TO_BOOKER if to.pk == booking.booker_id else TO_OWNERS
    with translation.override(to.language):
        letter = letters[kind](booking)
        calendar = ""
        if letter.method:
            calendar = invitation(booking, guest=to, method=letter.method, version=delivery.version)
        context = {
            "letter": letter,
            "facts": facts(booking, to),
            "link": settings.PUBLIC_URL + booking.get_absolute_url(),
            "language": to.language,
            "district": settings.DISTRICT_NAME,
        }
        mail = BookingMail(
            subject=one_line(letter.subject),
            body=render_to_string("emails/letter.txt", context),
            to=[to.email],
            headers={
                "Message-ID": message_id(delivery),
                "Auto-Submitted": "auto-generated",
                "Content-Language": to.language,
            },
            calendar=calendar,
            method=letter.method or "",
        )
        mail.attach_alternative(render_to_string("emails/letter.html", context), "text/html")
    return mail


def message_id(delivery: Delivery) -> str:
    """The same when a mail is repeated: mailboxes keep only one of them."""
    parts = (delivery.booking_id, delivery.version, delivery.kind, delivery.recipient_id)
    return f"<{'.'.join(map(str, parts))}@{settings.MAIL_DOMAIN}>"


def one_line(text: str) -> str:
    """For a header: no line breaks or other characters without a shape."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
