"""An owner's day in one mail."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from bookings.emails.words import Letter, what, when
from bookings.models import Booking, Change
from bookings.queries.asked import asked_change
from bookings.queries.morning import morning_of
from spaces import formats
from spaces.models import Space


def digest(owner: User, day: date) -> Letter:
    """Who comes, what waits for an answer and what is in conflict, as of seven."""
    found = morning_of(owner, day)
    waiting, wrong = len(found.requests), len(found.conflicts)
    paragraphs = []
    if waiting:
        says = ngettext(
            "One request waits for your answer.", "%(n)s requests wait for your answer.", waiting
        )
        paragraphs.append(says % {"n": waiting})
    if wrong:
        says = ngettext("One booking is in conflict.", "%(n)s bookings are in conflict.", wrong)
        paragraphs.append(says % {"n": wrong})
    rows = [(when(booking), _who(booking)) for booking in found.arrivals]
    rows += [(_("To answer"), _asked(booking)) for booking in found.requests]
    return Letter(
        subject=_("Your rooms, %(day)s") % {"day": formats.day_name(day)},
        heading=_("Your rooms today"),
        paragraphs=paragraphs,
        action=_("See the day"),
        link=settings.PUBLIC_URL + reverse("owner"),
        rows=rows,
    )


def _asked(booking: Booking) -> str:
    """What is to be answered: of a change what it is to become, and then what it is."""
    change = asked_change(booking)
    if change is None:
        return f"{when(booking)}\n{_who(booking)}"
    time = formats.when(change.start, change.end, change.space.place.zone)
    was = f"{what(booking)}{_many(booking)}"
    lines = (
        f"{time}{_many(change)}",
        _who(booking, change.space),
        f"{_('Wants to change from')} {was}",
    )
    return "\n".join(lines)


def _many(of: Booking | Change) -> str:
    return f" × {of.quantity}" if of.space.is_pool else ""


def _who(booking: Booking, space: Space | None = None) -> str:
    title = f", {booking.title}" if booking.title else ""
    return f"{(space or booking.space).name}: {booking.booker}{title}"
