"""Whose calendars there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from bookings.calendars.dav.booked import MINE, Mine, OfSpace
from bookings.calendars.dav.changes import State, own_states_of, states_of
from bookings.calendars.dav.collections import Collection
from bookings.calendars.dav.own import Own
from bookings.calendars.events import SpaceText, space_text
from bookings.models import Booking, Favourite, OwnCalendar
from spaces.access import Access
from spaces.models import Space

BACK = timedelta(days=92)
MOST, FEW = 40, 8  # calendars in a home


@dataclass
class Home:
    """The calendars of one person, at `now`, in the active language.

    Nothing is asked of the database before it is needed, and of all calendars at once.
    """

    user: User
    now: datetime
    wanted: Sequence[Space] | None = None  # only these spaces, else those of the home

    @property
    def since(self) -> datetime:
        """Midnight three months ago: what ended before is in no calendar."""
        day = (self.now - BACK).astimezone(UTC).date()
        return datetime.combine(day, time(), UTC)

    @cached_property
    def spaces(self) -> list[Space]:
        if self.wanted is not None:
            return list(self.wanted)
        return spaces_of(self.user, self.now)

    @cached_property
    def texts(self) -> dict[int, SpaceText]:
        return {space.pk: space_text(space, self.now.year) for space in self.spaces}

    @cached_property
    def states(self) -> dict[int | None, State]:
        return states_of(self.texts, booker=self.user, since=self.since, now=self.now)

    @cached_property
    def own(self) -> list[OwnCalendar]:
        return list(OwnCalendar.objects.filter(user=self.user))

    @cached_property
    def own_states(self) -> dict[int, State]:
        return own_states_of([one.pk for one in self.own], now=self.now)

    def calendars(self) -> list[Collection]:
        """What can be booked first. An own calendar at a space's name hides it: what is kept
        there must never come to be a booking."""
        keys = {one.key for one in self.own}
        spaces = [OfSpace(self, one) for one in self.spaces if one.slug not in keys]
        return [Mine(self), *spaces, *(Own(self, one) for one in self.own)]

    def calendar(self, key: str) -> Collection | None:
        """The one at this address. From here on, no other is looked up."""
        if key == MINE:
            self.wanted = ()
            return Mine(self)
        own = OwnCalendar.objects.filter(user=self.user, key=key).first()
        if own is not None:
            self.wanted, self.own = (), [own]
            return Own(self, own)
        space = space_called(key, self.user, self.now)
        if space is None:
            return None
        self.wanted = [space]
        return OfSpace(self, space)


def spaces_of(user: User, now: datetime) -> list[Space]:
    """Those with a calendar in the person's home: favourites, what they have booked within a
    year and what their organisations have, at most `MOST`; and who has fewer than `FEW` gets
    some more to begin with. Any other that they may book is there at its address."""
    open_to = Space.objects.published().filter(Access(user, now).opens(now))
    listed = open_to.select_related("place", "organisation", "in_force").prefetch_related("prices")
    ties = Access(user, now)
    own = ties.works_for | {organisation for _kind, organisation in ties.ties}
    a_year = now - timedelta(days=365)
    booked = Booking.objects.booked_by(user).filter(created_at__gt=a_year).order_by("-created_at")
    liked = Favourite.objects.filter(user=user).values_list("space", flat=True)[:MOST]
    wanted = [*liked, *booked.values_list("space", flat=True)[: 5 * MOST]]
    if own:
        theirs = open_to.filter(organisation__in=own).order_by("pk")
        wanted += theirs.values_list("pk", flat=True)[:MOST]
    order = {pk: n for n, pk in enumerate(dict.fromkeys(wanted))}
    found = sorted(listed.filter(pk__in=order), key=lambda space: order[space.pk])[:MOST]
    if len(found) < FEW:
        more = listed.exclude(pk__in=[space.pk for space in found]).order_by("pk").distinct()
        found += more[: FEW - len(found)]
    return found


def space_called(slug: str, user: User, now: datetime) -> Space | None:
    """Any space the person may book, or has booked, whether or not it is in their home."""
    has_booked = Exists(Booking.objects.booked_by(user).filter(space=OuterRef("pk")))
    may = Q(listing="published") & Access(user, now).opens(now)
    spaces = Space.objects.filter(may | has_booked, slug=slug)
    return (
        spaces.select_related("place", "organisation", "in_force")
        .prefetch_related("prices")
        .distinct()
        .first()
    )
