"""What a booker is told. One function per message."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.calendars.invitation import Method
from bookings.check_in_links import booked_for_url, check_in_link
from bookings.emails.papers import comes_back, is_on_account
from bookings.emails.words import LAPSED, Letter, answered_by, latest, moment, reason, what
from bookings.models import Booking, BookingEvent, Kind, Waiting
from bookings.queries.otherwise import instead
from bookings.quotas import QuotaUsed
from bookings.refusals import IsOver
from spaces import formats
from spaces.money import Money


def made_for_you(booking: Booking) -> list[str]:
    """Who has booked it, where it was not the reader; and how one comes in who never was here."""
    if booking.made_by is None:
        return []
    told = {"who": booking.made_by, "email": booking.booker.email}
    paragraphs = [_("%(who)s has booked this for you.") % told]
    if booking.booker.last_login is None:
        paragraphs.append(
            _("To change or cancel it, sign in with %(email)s: we mail you a code.") % told
        )
    return paragraphs


def link_for_new(booking: Booking) -> str:
    """A page that needs no account, for who has none yet; else empty."""
    is_new = booking.made_by_id is not None and booking.booker.last_login is None
    return booked_for_url(booking) if is_new else ""


def received(booking: Booking) -> Letter:
    owner = booking.space.organisation
    paragraphs = [
        *made_for_you(booking),
        _("%(owner)s is to say yes first. We keep the time for you until then.") % {"owner": owner},
    ]
    paragraphs += answered_by(booking.expires_at, booking)
    if booking.amount and not is_on_account(booking):
        paragraphs.append(
            _("%(amount)s is reserved on your card: charged when the answer is yes, else let go.")
            % {"amount": formats.price(booking.price)}
        )
    return Letter(
        subject=_("Asked for: %(what)s") % {"what": what(booking)},
        heading=_("Your request is with the owner"),
        paragraphs=paragraphs,
        action=_("See the request"),
    )


def offered(booking: Booking) -> Letter:
    paragraphs = [_("You waited for this time, and it is free now.")]
    if Waiting.objects.filter(booking=booking, minutes__isnull=False).exists():
        paragraphs = [_("You waited for a time like this one, and it is free now.")]
    if booking.expires_at:
        paragraphs.append(
            _("It is kept for you until %(moment)s. Then the next in line is asked.")
            % {"moment": moment(booking.expires_at, booking)}
        )
    return Letter(
        subject=_("Free for you: %(what)s") % {"what": what(booking)},
        heading=_("The time you wait for is free"),
        paragraphs=paragraphs,
        action=_("Take it, or say no"),
    )


def confirmed(booking: Booking) -> Letter:
    paragraphs = [
        *made_for_you(booking),
        _("The invitation in this mail puts the booking into your calendar."),
    ]
    paragraphs += check_in_in_time(booking)
    return Letter(
        subject=_("Booked: %(what)s") % {"what": what(booking)},
        heading=_("Your booking is confirmed"),
        paragraphs=paragraphs,
        action=_("See, change or cancel the booking"),
        check_in=check_in_link(booking),
        link=link_for_new(booking),
        method=Method.REQUEST,
    )


def instead_of(booking: Booking, event: BookingEvent | None) -> list[tuple[str, str]]:
    """What else is free, where the owner could not keep to it and it has not begun: each with
    how far it is to walk, and the page on which the time is chosen already."""
    if event is None or booking.start <= event.at:
        return []
    return [
        (
            _("%(space)s, %(place)s (%(n)s min walk)")
            % {"space": slot.space, "place": slot.space.place, "n": slot.walk},
            settings.PUBLIC_URL + slot.url,
        )
        for slot in instead(booking, now=event.at)
    ]


def check_in_in_time(booking: Booking) -> list[str]:
    """That one has to check in, where one has."""
    if booking.check_in_by is None:
        return []
    by = formats.clock(booking.check_in_by, booking.space.place.zone)
    return [
        _("Check in when you are there, by %(time)s. Else the rest is for others.") % {"time": by}
    ]


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
        instead=instead_of(booking, event),
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
        check_in=check_in_link(booking),
        method=Method.REQUEST if was_in_calendars else None,
    )


def cancelled(booking: Booking) -> Letter:
    event = latest(booking, Kind.CANCELLED)
    is_owners = bool(event and event.data.get("as_owner"))
    if event and is_owners:
        paragraphs = [
            _("%(owner)s had to cancel your booking.") % {"owner": booking.space.organisation},
            *reason(event),
            _("We are sorry: you had reckoned with it."),
        ]
    else:
        paragraphs = [_("You have cancelled your booking.")]
    paragraphs += what_comes_back([booking], [event] if event else [])
    was_in_calendars = latest(booking, Kind.CONFIRMED) is not None
    return Letter(
        subject=_("Cancelled: %(what)s") % {"what": what(booking)},
        heading=_("The booking is cancelled"),
        paragraphs=paragraphs,
        action=_("See the booking"),
        method=Method.CANCEL if was_in_calendars else None,
        instead=instead_of(booking, event) if is_owners else [],
    )


def what_comes_back(ended: Sequence[Booking], events: Iterable[BookingEvent]) -> list[str]:
    """Of what was paid for these, by the events that ended them."""
    if not any(one.amount for one in ended):
        return []
    if back := sum(event.data.get("back", 0) for event in events):
        return [comes_back(ended[0], back)]
    was_paid = any(latest(one, Kind.CONFIRMED) for one in ended)
    return [_("Nothing is paid back.") if was_paid else _("You pay nothing.")]


def reminder(booking: Booking) -> Letter:
    paragraphs = [_("Do you not need it after all? Cancel it, so that others can come.")]
    return Letter(
        subject=_("Soon: %(what)s") % {"what": what(booking)},
        heading=_("Soon it is time"),
        paragraphs=[*check_in_in_time(booking), *paragraphs],
        action=_("See, change or cancel the booking"),
        check_in=check_in_link(booking),
    )


def missed(booking: Booking) -> list[str]:
    """That nobody came, and what one can do who is there all the same."""
    by = formats.clock(booking.check_in_by or booking.start, booking.space.place.zone)
    event = latest(booking, Kind.NO_SHOW)
    if event and event.by_id:
        said = {"owner": booking.space.organisation}
        told = _("%(owner)s found nobody there, so the rest of the time is free for others.") % said
    else:
        told = _(
            "Nobody had checked in by %(time)s, so the rest of the time is free for others."
        ) % {"time": by}
    again = _("If you are there: book it again, if it is still free.")
    return [told, *([_("Nothing is paid back.")] if booking.amount else []), again]


def no_show(booking: Booking) -> Letter:
    return Letter(
        subject=_("Released: %(what)s") % {"what": what(booking)},
        heading=_("Nobody came"),
        paragraphs=missed(booking),
        action=_("See the booking"),
    )


def left_late(booking: Booking) -> Letter:
    end = formats.clock(booking.end, booking.space.place.zone)
    owner = {"owner": booking.space.organisation}
    return Letter(
        subject=_("Time to leave: %(what)s") % {"what": what(booking)},
        heading=_("Your time was over at %(time)s") % {"time": end},
        paragraphs=[
            _("%(owner)s says that you are still there. Others may be waiting.") % owner,
            _("Staying too long counts as a strike. Yours are on the page of your bookings."),
        ],
        action=_("See the booking"),
    )


def expired(booking: Booking) -> Letter:
    if latest(booking, Kind.OFFERED):
        return Letter(
            subject=_("Not booked: %(what)s") % {"what": what(booking)},
            heading=_("The time went to the next in line"),
            paragraphs=[
                _("You had not taken it in time. Nothing is charged."),
                _("If you still want it, you can wait for it again, last in line."),
            ],
            action=_("See the booking"),
        )
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
    event = latest(booking, Kind.PAYMENT_FAILED)
    why = _("The owner said yes, but your bank did not let the payment through.")
    if event and event.data.get("reason") == LAPSED:
        why = _("Your bank let go of what was reserved on your card before you had your answer.")
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The payment failed"),
        paragraphs=[
            why,
            _("Nothing is charged. It may still be free: you are welcome to book it again."),
        ],
        action=_("See the booking"),
    )


def paid_too_late(booking: Booking) -> Letter:
    event = latest(booking, Kind.PAID_TOO_LATE)
    why = _("When it came, the time to pay had run out and the time was no longer free.")
    if event and event.data.get("code") == QuotaUsed.code:
        why = _(
            "When it came, the time to pay had run out and you had used your quota here for "
            "other bookings."
        )
    elif event and event.data.get("code") == IsOver.code:
        why = _("When it came, the time you had booked was over.")
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": what(booking)},
        heading=_("The payment came too late"),
        paragraphs=[
            why,
            _("We are sorry about that. You get the whole amount back."),
        ],
        action=_("See the booking"),
    )


def refunded(booking: Booking) -> Letter:
    event = latest(booking, Kind.REFUNDED)
    data = event.data if event else {}
    amount = formats.price(Money(data.get("amount", 0), data.get("currency", "NOK")))
    given = {"owner": booking.space.organisation, "amount": amount}
    if data.get("on_account"):
        return Letter(
            subject=_("Credited: %(what)s") % {"what": what(booking)},
            heading=_("%(owner)s takes %(amount)s off the invoice") % given,
            paragraphs=reason(event) if event else [],
            action=_("See the booking"),
        )
    return Letter(
        subject=_("Money back: %(what)s") % {"what": what(booking)},
        heading=_("%(amount)s is on its way back to you") % given,
        paragraphs=[
            _("%(owner)s gives you %(amount)s back.") % given,
            *(reason(event) if event else []),
            _("It goes back to the card you paid with, within 5–10 days."),
        ],
        action=_("See the booking"),
    )
