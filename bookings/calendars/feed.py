"""Bookings as a calendar to subscribe to: one's own, a space's, an organisation's, colleagues'."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields.ranges import RangeEndsWith, RangeStartsWith
from django.db import models
from django.db.models import Count, Func, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.calendars.events import (
    Entry,
    SpaceText,
    event,
    frame,
    place_text,
    space_text,
    vevent,
)
from bookings.models import COMES, Booking, Closure, Feed, FeedKind, Status
from bookings.models.booking import BookingQuerySet
from spaces.listed import versions_of
from spaces.models import Space
from spaces.periods import Period

BACK, AHEAD = timedelta(days=92), timedelta(days=550)  # three months, eighteen months
SHOWN = (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)
WHO = Coalesce(NullIf("booker__name", Value("")), "booker__email", output_field=models.CharField())


def _seconds(moment: Any) -> models.Expression:
    """Whole seconds since 1970: many moments are read several times quicker as numbers.
    Django's own Extract would count from 1970 on a wall clock."""
    template = "floor(extract(epoch FROM %(expressions)s))::bigint"
    return Func(moment, template=template, output_field=models.BigIntegerField())


Says = Callable[[str, str, str], str]  # of a space, who has booked and a title: a summary


class BookingsFeed:
    """Some bookings in the active language, as they are at `now`.

    Consists of a frame (what the calendar and its spaces say), the bookings and, for those
    who run the spaces, the closures. Its tag is made of how many bookings there are, in which
    versions, and of the versions of their spaces, so that an unchanged calendar is answered
    without reading them.
    """

    def __init__(
        self,
        name: str,
        bookings: BookingQuerySet,
        *,
        now: datetime,
        says: Says,
        closures: QuerySet[Closure] | None = None,
        title: str = "title",
        description: str | None = None,
        link: str | None = None,
        names_bookers: bool = True,
    ) -> None:
        self.name, self.says, self.title = name, says, title
        self.names_bookers = names_bookers
        self.window, self.year = window(now), now.year
        self.bookings = bookings.filter(period__overlap=self.window)
        self.closures = list(closures.filter(period__overlap=self.window)) if closures else []
        self.description, self.link = description, link

    @cached_property
    def spaces(self) -> dict[int, SpaceText]:
        about = Q(pk__in=self.bookings.values("space"))
        about |= Q(pk__in={one.space_id for one in self.closures})
        spaces = Space.objects.filter(about).select_related("place").order_by("pk")
        return {
            space.pk: space_text(space, self.year, description=self.description, link=self.link)
            for space in spaces
        }

    @cached_property
    def _places(self) -> dict[int, SpaceText]:
        """Those that are closed as a whole."""
        closed = {one.place_id: one.place for one in self.closures if one.space_id is None}
        return {
            pk: place_text(
                place, self.year, description="", link=reverse("close_place", args=[place.slug])
            )
            for pk, place in closed.items()
        }

    @property
    def tag(self) -> str:
        asked: dict[str, Any] = {
            "events": Count("pk"),
            "tentative": Count("pk", filter=Q(status=Status.REQUESTED)),
            "changes": Sum("sequence"),
            "changed_at": Max("changed_at"),
            "spaces": ArrayAgg("space", distinct=True, default=Value([])),
        }
        if self.names_bookers:
            asked["bookers"] = ArrayAgg(WHO, distinct=True)
        counts = self.bookings.aggregate(**asked)
        spaces = {*counts["spaces"], *(one.space_id for one in self.closures if one.space_id)}
        closed = [(one.pk, one.start, one.end, one.reason, one.place.name) for one in self.closures]
        parts = [
            *(self.window.lower, self.name, get_language(), settings.PUBLIC_URL),
            *(*counts.items(), versions_of(spaces), *closed),
        ]
        return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:32] + '"'

    def text(self) -> str:
        texts = [*self.spaces.values(), *self._places.values()]
        zones = dict.fromkeys(text.timezone for text in texts)
        return frame(self.name, "".join(zones), [*self._booked(), *self._closed()])

    def _booked(self) -> Iterator[str]:
        # A booking in a space that was not there a moment ago waits for the next fetch.
        known = self.bookings.filter(space__in=list(self.spaces))
        rows = known.order_by("period", "pk").values_list(
            "pk",
            "space",
            _seconds(RangeStartsWith("period")),
            _seconds(RangeEndsWith("period")),
            self.title,
            "status",
            "sequence",
            _seconds("changed_at"),
            WHO if self.names_bookers else Value(""),
        )
        at = datetime.fromtimestamp
        for pk, of, start, end, title, status, sequence, changed, who in rows:
            space = self.spaces[of]
            begins, ends = at(start, space.zone), at(end, space.zone)
            said = self.says(space.name, who, title)
            entry = Entry(pk, of, begins, ends, said, status, sequence, at(changed, UTC))
            yield vevent(entry, space)

    def _closed(self) -> Iterator[str]:
        for one in self.closures:
            if one.space is None:
                text = self._places[one.place_id]
            elif (known := self.spaces.get(one.space.pk)) is not None:
                link = reverse("close_space", args=[one.space.slug])
                text = known._replace(description="", link=settings.PUBLIC_URL + link)
            else:
                continue
            yield event(
                f"{one.pk}@closure.ledig",
                one.start,
                one.end,
                text,
                summary=self.says(text.name, one.reason or _("Closed"), ""),
                stamp=one.created_at,
                link=text.link,
            )


def bookings_feed(feed: Feed, *, now: datetime) -> BookingsFeed:
    """What one of these addresses shows: all kinds but free times."""
    user, kind, listed = feed.user, feed.kind, Booking.objects.all()
    match kind:
        case FeedKind.MINE:
            own = standing(listed.booked_by(user), now)
            return BookingsFeed(
                feed.name, own, now=now, says=lambda _s, _w, title: title, names_bookers=False
            )
        case FeedKind.COLLEAGUES:
            assert feed.organisation is not None
            return BookingsFeed(
                feed.name,
                listed.shared_within(feed.organisation),
                now=now,
                says=lambda space, who, title: f"{title or space} ({who})",
                description=_("Booked by colleagues:"),
                link=reverse("colleagues", args=[feed.organisation.slug]),
            )
    if (space := feed.space) is not None:
        about = Q(space=space)
        closed = about | Q(space=None, place=space.place_id)
    else:
        about = Q(space__organisation=feed.organisation)
        closed = about | Q(space=None, place__organisation=feed.organisation)
    return BookingsFeed(
        feed.name,
        standing(listed.run_by(user).filter(about), now),
        now=now,
        says=_of_one_space if space else _of_many_spaces,
        closures=Closure.objects.filter(closed).select_related("space", "place"),
        description=_("See the booking:"),
    )


def _of_one_space(_space: str, who: str, title: str) -> str:
    return f"{who}: {title}" if title else who


def _of_many_spaces(space: str, who: str, title: str) -> str:
    return f"{space}: {_of_one_space(space, who, title)}"


def activities_feed(*, now: datetime) -> BookingsFeed:
    """What is on in the district, open to everybody. Who has booked it is not said."""
    return BookingsFeed(
        activities_name(),
        Booking.objects.activities(now).filter(status__in=COMES),
        now=now,
        says=lambda _space, _who, title: title,
        title="public_title",
        description=_("What is on:"),
        link=reverse("activities"),
        names_bookers=False,
    )


def activities_name() -> str:
    return _("What is on in %(district)s") % {"district": settings.DISTRICT_NAME}


def window(now: datetime) -> Period:
    """From three months back to eighteen ahead. It moves at midnight UTC, not all the time,
    so that a feed without news keeps its tag."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    return Period(today - BACK, today + AHEAD, "[)")


def standing(bookings: BookingQuerySet, now: datetime) -> BookingQuerySet:
    """What stands, and what waits for an answer. Cancelled bookings are not among them."""
    waiting = Q(status=Status.REQUESTED, expires_at__gt=now)
    return bookings.filter(Q(status__in=SHOWN) | waiting)
