"""A person's bookings as a calendar to subscribe to."""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields.ranges import RangeEndsWith, RangeStartsWith
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from bookings.calendars.events import PRODID, Entry, SpaceText, escape, fold, space_text, vevent
from bookings.models import Booking, Status
from spaces.models import Space
from spaces.periods import Period

BACK, AHEAD = timedelta(days=92), timedelta(days=550)  # three months, eighteen months
SHOWN = (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)


class PersonalFeed:
    """The feed of one person in the active language, as it is at `now`.

    Consists of a frame (what the calendar and its spaces say) and the bookings. Its tag is
    made of the frame and of how many bookings there are, in which versions, so that an
    unchanged calendar is answered without writing its events.
    """

    def __init__(self, user: User, *, now: datetime) -> None:
        self.bookings = in_feed(user, now)
        spaces = Space.objects.filter(pk__in=self.bookings.values("space")).select_related("place")
        self.spaces: dict[int, SpaceText] = {
            space.pk: space_text(space, now.year) for space in spaces.order_by("pk")
        }
        self.window = window(now)

    @property
    def tag(self) -> str:
        counts: dict[str, Any] = self.bookings.aggregate(
            events=Count("pk"),
            tentative=Count("pk", filter=Q(status=Status.REQUESTED)),
            changes=Sum("sequence"),
            changed_at=Max("changed_at"),
        )
        parts = [self.window.lower, self.head(), *self.spaces.items(), *counts.items()]
        return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:32] + '"'

    def text(self) -> str:
        # A booking in a space that was not there a moment ago waits for the next fetch.
        known = self.bookings.filter(space__in=list(self.spaces))
        rows = known.order_by("period", "pk").values_list(
            "pk",
            "space",
            RangeStartsWith("period"),
            RangeEndsWith("period"),
            "title",
            "status",
            "sequence",
            "changed_at",
        )
        entries = map(Entry._make, rows)
        events = [vevent(entry, self.spaces[entry.space]) for entry in entries]
        return "".join([self.head(), *events, "END:VCALENDAR\r\n"])

    def head(self) -> str:
        name = escape(_("My bookings in %(district)s") % {"district": settings.DISTRICT_NAME})
        zones = dict.fromkeys(space.timezone for space in self.spaces.values())
        return "".join(
            (
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
                f"PRODID:{PRODID}\r\n",
                "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
                fold(f"NAME:{name}"),
                fold(f"X-WR-CALNAME:{name}"),
                "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n",
                *zones,
            )
        )


def window(now: datetime) -> Period:
    """From three months back to eighteen ahead. It moves at midnight UTC, not all the time,
    so that a feed without news keeps its tag."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return Period(today - BACK, today + AHEAD, "[)")


def in_feed(user: User, now: datetime) -> QuerySet[Booking]:
    """What stands, and what waits for an answer. Cancelled bookings are not in it."""
    waiting = Q(status=Status.REQUESTED, expires_at__gt=now)
    return Booking.objects.booked_by(user).filter(
        Q(status__in=SHOWN) | waiting, period__overlap=window(now)
    )
