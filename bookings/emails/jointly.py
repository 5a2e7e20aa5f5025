"""What is told of several that are asked for together: all of it is confirmed, or none."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.emails.of_series import facts, many
from bookings.emails.to_booker import link_for_new, made_for_you
from bookings.emails.words import (
    Letter,
    answered_by,
    latest,
    names,
    reason,
    unless_answered,
    what,
)
from bookings.models import Booking, Kind
from bookings.queries.jointly import Jointly
from spaces import formats


def received(booking: Booking) -> Letter:
    jointly = Jointly(booking)
    together = jointly.bookings
    told = {"owner": jointly.owners, "amount": formats.price(jointly.total)}
    paragraphs = [
        *made_for_you(booking),
        _("First there must be a yes from %(owner)s. We keep the times until then.") % told,
        _(
            "%(amount)s is reserved on your card and not charged. It is charged when all have said "
            "yes; if one says no, nothing is booked and the money is let go."
        )
        % told,
    ]
    paragraphs += answered_by(booking.expires_at, booking)
    return Letter(
        subject=_("Asked for: %(what)s") % {"what": many(together)},
        heading=_("Your request waits for an answer"),
        paragraphs=paragraphs,
        action=_("See the request"),
        rows=facts(together, is_booker=True),
        link=link_for_new(booking),
    )


def to_answer(booking: Booking) -> Letter:
    together = Jointly(booking).bookings
    ours = of_owner(together, booking)
    paragraphs = [_("%(booker)s asks for %(space)s.") % names(booking)]
    if len(ours) > 1:
        told = {"booker": booking.booker, "what": many(ours)}
        paragraphs = [_("%(booker)s asks for %(what)s.") % told]
    if len(ours) < len(together):
        n = len(together) - len(ours)
        paragraphs.append(
            ngettext(
                "It is asked for together with %(n)d time of others: all of it is booked, or none.",
                "It is asked for together with %(n)d times of others: all of it is booked, or "
                "none.",
                n,
            )
            % {"n": n}
        )
    else:
        paragraphs.append(_("All of it is booked, or none: a no to one time is a no to all."))
    paragraphs += unless_answered(booking.expires_at, booking)
    return Letter(
        subject=_("Waits for your answer: %(what)s") % {"what": many(ours)},
        heading=_("A request waits for your answer"),
        paragraphs=paragraphs,
        action=_("Answer the request"),
        rows=facts(ours, is_booker=False),
    )


def declined(booking: Booking) -> Letter:
    together = Jointly(booking).bookings
    return Letter(
        subject=_("Not booked: %(what)s") % {"what": many(together)},
        heading=_("The request was declined"),
        paragraphs=[
            *why_declined(booking, is_booker=True),
            _("You asked for all of it or nothing, so nothing is booked. You pay nothing."),
        ],
        action=_("See the request"),
        rows=facts(together, is_booker=True),
    )


def came_to_nothing(booking: Booking) -> Letter:
    """To an owner, who may have said yes."""
    ours = of_owner(Jointly(booking).bookings, booking)
    told = {"booker": booking.booker, "what": many(ours)}
    return Letter(
        subject=_("Not booked: %(what)s") % told,
        heading=_("A request came to nothing"),
        paragraphs=[
            _("%(booker)s asked for %(what)s together with other times, all or none.") % told,
            *why_declined(booking, is_booker=False),
            _("The time is free for others again."),
        ],
        action=_("See the request"),
        rows=facts(ours, is_booker=False),
    )


def why_declined(booking: Booking, *, is_booker: bool) -> list[str]:
    """Who has said no, or had not answered in time. To other owners not what it was about."""
    jointly = Jointly(booking)
    no = jointly.said_no
    if no is None:
        return [_("%(owner)s did not answer in time.") % {"owner": jointly.waits_for}]
    told = {"owner": no.space.organisation, "what": what(no)}
    if not is_booker:
        return [_("%(owner)s could not say yes this time.") % told]
    event = latest(no, Kind.DECLINED)
    return [
        _("%(owner)s could not say yes to %(what)s.") % told,
        *(reason(event) if event else []),
    ]


def withdrawn(booking: Booking) -> Letter:
    together = Jointly(booking).bookings
    return Letter(
        subject=_("Withdrawn: %(what)s") % {"what": many(together)},
        heading=_("You have withdrawn the request"),
        paragraphs=[_("Nothing of it is booked, and what was reserved on your card is let go.")],
        action=_("See the request"),
        rows=facts(together, is_booker=True),
    )


def withdrawn_here(booking: Booking) -> Letter:
    ours = of_owner(Jointly(booking).bookings, booking)
    return Letter(
        subject=_("Withdrawn: %(what)s") % {"what": many(ours)},
        heading=_("A request was withdrawn"),
        paragraphs=[
            _("%(booker)s needs no answer any more.") % names(booking),
            _("The time is free for others again."),
        ],
        action=_("See the request"),
        rows=facts(ours, is_booker=False),
    )


# --- Which bookings, and words ----------------------------------------------------------------


def goes_with_others(booking: Booking) -> bool:
    """Whether what happened to it happened to all that is asked for with it: until they stand."""
    return booking.asked_with is not None and latest(booking, Kind.CONFIRMED) is None


def of_owner(together: list[Booking], booking: Booking) -> list[Booking]:
    """What of it one owner is to answer."""
    owner = booking.space.organisation_id
    ours = [one for one in together if one.space.organisation_id == owner]
    return [one for one in ours if one.is_owners_to_answer]
