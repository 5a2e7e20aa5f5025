"""What people are told when a booking changes. One function per message."""

from django.utils.translation import gettext as _

from bookings.calendars.invitation import Method
from bookings.check_in_links import check_in_link
from bookings.emails import of_series
from bookings.emails.papers import comes_back
from bookings.emails.words import Letter, as_told, latest, names, reason, unless_answered, what
from bookings.models import Booking, Kind

# Why a change came to nothing, where the booker is told by mail: not what they let go.
NEWS_OF_CHANGE = {
    "declined",
    "unanswered",
    "too_late",
    "quota_used",
    "payment_failed",
    "moved",
}
# And where those who were asked for it are.
NEWS_TO_ASKED = {"withdrawn", "unanswered"}


def changed(booking: Booking) -> Letter:
    event = latest(booking, Kind.CHANGED)
    back = event.data.get("back", 0) if event else 0
    was_in_calendars = latest(booking, Kind.CONFIRMED) is not None
    paragraphs = [_("The booking is as it says below from now on.")]
    if was_in_calendars:
        paragraphs = [_("The invitation in this mail moves the booking in your calendar.")]
    if by_owner := bool(event and event.data.get("as_owner")):
        owner = {"owner": booking.space.organisation}
        told = [_("%(owner)s has changed your booking. It costs you no more.") % owner]
        more = [_("Does it not suit you? Cancel it before it begins, and get everything back.")]
        paragraphs = [*told, *(reason(event) if event else []), *paragraphs, *more]
    if back:
        paragraphs.append(comes_back(booking, back))
    return Letter(
        subject=_("Changed: %(what)s") % {"what": what(booking)},
        heading=_("The owner has changed your booking")
        if by_owner
        else _("Your booking is changed"),
        paragraphs=paragraphs,
        above=before(booking),
        action=_("See, change or cancel the booking"),
        check_in=check_in_link(booking),
        method=Method.REQUEST if was_in_calendars else None,
    )


def before(booking: Booking) -> list[tuple[str, str]]:
    """What it was before it was changed last."""
    event = latest(booking, Kind.CHANGED)
    was = event.data.get("was") if event else None
    return [(_("Before"), as_told(booking, was))] if was else []


def wanted(booking: Booking, kind: Kind = Kind.CHANGE_ASKED) -> list[tuple[str, str]]:
    """What it is to become, and what else of its series is asked for with it."""
    events = [(one, latest(one, kind)) for one in of_series.at_once_with(booking, kind)]
    told = [as_told(one, event.data) for one, event in events if event and event.data]
    return [(_("Wanted"), "\n".join(told))] if told else []


def change_asked(booking: Booking) -> Letter:
    owner = {"owner": booking.space.organisation}
    together = of_series.at_once_with(booking, Kind.CHANGE_ASKED)
    told = _("%(owner)s is to say yes first. Until then your booking stands as it is.")
    if len(together) > 1:
        told = _(
            "%(owner)s is to say yes first, to all of it or none. Until then your bookings stand "
            "as they are."
        )
    return Letter(
        subject=_("Change asked for: %(what)s") % {"what": of_series.many(together)},
        heading=_("Your change is with the owner"),
        paragraphs=[told % owner],
        above=wanted(booking),
        action=_("See the booking"),
        rows=facts_of(together, is_booker=True),
    )


def facts_of(together: list[Booking], *, is_booker: bool) -> list[tuple[str, str]] | None:
    """Of several; of one the letter says them itself."""
    return of_series.facts(together, is_booker=is_booker) if len(together) > 1 else None


def change_ended(booking: Booking) -> Letter:
    together = of_series.at_once_with(booking, Kind.CHANGE_ENDED)
    event = latest(booking, Kind.CHANGE_ENDED)
    why = event.data.get("why", "") if event else ""
    owner = {"owner": booking.space.organisation}
    sentences = {
        "declined": _("%(owner)s could not say yes this time.") % owner,
        "unanswered": _("%(owner)s did not answer in time.") % owner,
        "too_late": _("The payment came too late. What you paid for the change is paid back."),
        "quota_used": _(
            "When the payment came, you had used your quota here for other bookings. "
            "What you paid for the change is paid back."
        ),
        "payment_failed": _("Your bank did not let the payment through. Nothing is charged."),
        "moved": _("%(owner)s has moved your booking, so the change you asked for fell away.")
        % owner,
    }
    paragraphs = [sentences[why]] if why in sentences else []
    return Letter(
        subject=_("Not changed: %(what)s") % {"what": of_series.many(together)},
        heading=_("Your booking stands as it was")
        if len(together) == 1
        else _("Your series stands as it was"),
        paragraphs=[*paragraphs, *(reason(event) if event else [])],
        action=_("See the booking"),
        rows=facts_of(together, is_booker=True),
    )


def change_lapsed(booking: Booking) -> Letter:
    together = of_series.at_once_with(booking, Kind.CHANGE_ENDED)
    event = latest(booking, Kind.CHANGE_ENDED)
    if event and event.data.get("why") == "unanswered":
        happened = _("Nobody answered in time what %(booker)s asked to change in %(space)s.")
    else:
        happened = _("%(booker)s no longer asks to change the booking of %(space)s.")
    return Letter(
        subject=_("Not changed: %(what)s") % {"what": of_series.many(together)},
        heading=_("A change needs no answer any more"),
        paragraphs=[
            happened % names(booking),
            _("The booking stands as it was.")
            if len(together) == 1
            else _("All of them stand as they were."),
        ],
        action=_("See the booking"),
        rows=facts_of(together, is_booker=False),
    )


def changed_by_booker(booking: Booking) -> Letter:
    return Letter(
        subject=_("Changed: %(what)s") % {"what": what(booking)},
        heading=_("A booking was changed"),
        paragraphs=[_("%(booker)s has changed the booking of %(space)s.") % names(booking)],
        above=before(booking),
        action=_("See the booking"),
    )


def change_to_answer(booking: Booking) -> Letter:
    together = of_series.at_once_with(booking, Kind.CHANGE_ASKED)
    change = booking.changes.last()
    paragraphs = [
        _("%(booker)s asks to change the booking of %(space)s.") % names(booking),
        _("Until you answer the booking stands as it is below, and the new time is kept too."),
    ]
    if len(together) > 1:
        told = {"booker": booking.booker, "what": of_series.many(together)}
        paragraphs = [
            _("%(booker)s asks to change %(what)s.") % told,
            _("One answer is for all of them. Until then they stand, and the new times are kept."),
        ]
    if change is not None:
        paragraphs += unless_answered(change.expires_at, booking)
    return Letter(
        subject=_("Waits for your answer: %(what)s") % {"what": of_series.many(together)},
        heading=_("A change waits for your answer"),
        paragraphs=paragraphs,
        above=wanted(booking),
        action=_("Answer the request"),
        rows=facts_of(together, is_booker=False),
    )
