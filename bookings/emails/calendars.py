"""What those who keep a space are told of its outside calendars."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from bookings.calendars.problems import Problem
from bookings.emails.words import Letter
from spaces import formats
from spaces.models import CalendarSource


def lost(keeper: User) -> Letter:
    """The calendars that have failed for a day or more, as it is when the letter is sent."""
    found = list(
        CalendarSource.objects.kept_by(keeper)
        .in_use()
        .filter(told_at__isnull=False)
        .select_related("space__place")
    )
    if not found:
        paragraphs = [_("It was mended meanwhile: all your calendars are read again.")]
    else:
        paragraphs = [
            _(
                "What they said last still counts. But it is too old to trust, so bookings "
                "there come to you as requests until they are read again."
            )
        ]
    number = len(found)
    heading = ngettext("A calendar cannot be read", "%(n)s calendars cannot be read", number or 1)
    link = reverse("calendar_source", args=[found[0].pk]) if number == 1 else reverse("owner")
    return Letter(
        subject=heading % {"n": number},
        heading=heading % {"n": number},
        paragraphs=paragraphs,
        action=_("See the calendar") if number == 1 else _("See your spaces"),
        link=settings.PUBLIC_URL + link,
        rows=[(f"{one.space}: {one.name}", why(one)) for one in found],
    )


def why(source: CalendarSource) -> str:
    zone = source.space.place.zone
    read = _("Last read %(day)s at %(time)s.") % {
        "day": formats.day_name(source.read_at, zone),
        "time": formats.clock(source.read_at, zone),
    }
    return f"{Problem(source.problem).label} {read}" if source.problem else read
