"""What people are told of money beside the price: what a saved card was charged, or was not.
One function per message."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.emails.to_booker import missed
from bookings.emails.words import Letter, latest, reason, what
from bookings.models import Booking, Kind
from spaces.formats import clock, day_name, price
from spaces.money import Money

BECAUSE = {
    "no_show": gettext_lazy("Nobody came, and by the terms of the booking that costs something."),
    "overstay": gettext_lazy(
        "You stayed too long, and by the terms of the booking that costs something."
    ),
    "deposit": gettext_lazy("The space asks for a deposit."),
}


def amount_of(booking: Booking, kind: Kind) -> str:
    event = latest(booking, kind)
    return price(Money(event.data.get("amount", 0) if event else 0, booking.currency))


def not_charged(booking: Booking) -> Letter:
    event = latest(booking, Kind.NOT_CHARGED)
    data = event.data if event else {}
    if data.get("code") == "no_card":
        why = str(BECAUSE.get(str(data.get("of")), _("The saved card was not charged.")))
    elif data.get("code") == "authentication_required":
        why = _("Your bank wants you to confirm it yourself, so the saved card was not charged.")
    else:
        why = _("Your bank did not let the saved card be charged.")
    if data.get("of") == "change":
        then = _("The booking stands as it was. The time you asked for is kept for a few minutes.")
    else:
        then = _("It can be paid with the same card or another on the booking’s page.")
    amount = amount_of(booking, Kind.NOT_CHARGED)
    if data.get("of") == "deposit":
        then = _("Reserve it on the booking’s page. It is let go after the stay.")
    return Letter(
        subject=_("To pay: %(what)s") % {"what": what(booking)},
        heading=_("%(amount)s waits for you") % {"amount": amount},
        paragraphs=[why, then],
        action=_("Pay %(amount)s") % {"amount": amount},
    )


def fee_due(booking: Booking) -> Letter:
    event = latest(booking, Kind.FEE_DUE)
    data = event.data if event else {}
    amount, zone = amount_of(booking, Kind.FEE_DUE), booking.space.place.zone
    due = datetime.fromisoformat(data["due"])
    told = {"amount": amount, "day": day_name(due, zone), "time": clock(due, zone)}
    owner = {"owner": booking.space.organisation}
    return Letter(
        subject=_("Fee: %(what)s") % {"what": what(booking)},
        heading=_("%(amount)s, as the terms say") % told,
        paragraphs=[
            *(missed(booking) if data["of"] == Kind.NO_SHOW else []),
            str(BECAUSE[data["of"]]),
            _("Nothing is charged before %(day)s at %(time)s.") % told,
            _("If it is wrong, write to %(owner)s on the booking’s page. They can waive it.")
            % owner,
        ],
        action=_("See the booking"),
    )


def fee_waived(booking: Booking) -> Letter:
    event = latest(booking, Kind.FEE_WAIVED)
    back = event is not None and event.data.get("back")
    amount = {"amount": amount_of(booking, Kind.FEE_WAIVED)}
    then = _("%(amount)s is on its way back.") if back else _("You do not pay the %(amount)s.")
    return Letter(
        subject=_("Fee waived: %(what)s") % {"what": what(booking)},
        heading=_("%(owner)s has waived the fee") % {"owner": booking.space.organisation},
        paragraphs=[then % amount, *(reason(event) if event else [])],
        action=_("See the booking"),
    )


def fee_charged(booking: Booking) -> Letter:
    event = latest(booking, Kind.FEE_CHARGED)
    amount = {"amount": amount_of(booking, Kind.FEE_CHARGED)}
    return Letter(
        subject=_("Fee paid: %(what)s") % {"what": what(booking)},
        heading=_("%(amount)s is paid") % amount,
        paragraphs=[str(BECAUSE[event.data["of"]])] if event else [],
        action=_("See the booking"),
    )


def deposit_reserved(booking: Booking) -> Letter:
    amount = {"amount": amount_of(booking, Kind.DEPOSIT_RESERVED)}
    return Letter(
        subject=_("Deposit reserved: %(what)s") % {"what": what(booking)},
        heading=_("%(amount)s is reserved on your card") % amount,
        paragraphs=[
            _("It is not charged. It is let go at the latest 48 hours after the stay."),
            _(
                "Until then the owner may draw what they claim of it. "
                "You are told how much and why."
            ),
        ],
        action=_("See the booking"),
    )


def deposit_claimed(booking: Booking) -> Letter:
    event = latest(booking, Kind.DEPOSIT_CLAIMED)
    told = {
        "owner": booking.space.organisation,
        "amount": amount_of(booking, Kind.DEPOSIT_CLAIMED),
    }
    return Letter(
        subject=_("Of the deposit: %(what)s") % {"what": what(booking)},
        heading=_("%(owner)s claims %(amount)s of the deposit") % told,
        paragraphs=[
            *(reason(event) if event else []),
            _("That much is drawn from your card, and the rest is let go."),
            _("If you do not agree, write to %(owner)s on the booking’s page.") % told,
        ],
        action=_("See the booking"),
    )


def deposit_released(booking: Booking) -> Letter:
    amount = {"amount": amount_of(booking, Kind.DEPOSIT_RELEASED)}
    return Letter(
        subject=_("Deposit let go: %(what)s") % {"what": what(booking)},
        heading=_("The deposit is let go"),
        paragraphs=[_("%(amount)s is free on your card again. Nothing of it was drawn.") % amount],
        action=_("See the booking"),
    )
