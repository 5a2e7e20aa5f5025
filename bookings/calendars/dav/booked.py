"""The calendars of what is booked: all of a person's own, and what there is in a space."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from bookings import terms
from bookings.availability.hours import FARTHEST
from bookings.calendars.dav.changes import State
from bookings.calendars.dav.collections import COLOURS, Changes, Collection
from bookings.calendars.dav.objects import (
    DavObject,
    OneBooking,
    OneSeries,
    Taken,
    given_to,
    taken_name,
)
from bookings.calendars.events import SpaceText, space_text
from bookings.models import OCCUPYING, Booking, MovedAway, Occupancy, Series
from spaces.models import Space
from spaces.periods import Period

if TYPE_CHECKING:
    from bookings.calendars.dav.home import Home

MINE = "_mine"  # no space's slug begins so


class Bookings(Collection):
    """A calendar of bookings."""

    @property
    def state(self) -> State:
        return self.home.states[self.space.pk if self.space else None]

    @property
    def own(self) -> QuerySet[Booking]:
        """All of the person's bookings that it shows or has shown."""
        raise NotImplementedError

    def is_apart(self, booking: Booking) -> bool:
        """Whether it is an object of its own here, not a day of its series."""
        raise NotImplementedError

    def name_of(self, thing: Booking | Series) -> str:
        """Of an object in this collection: as its program called it here, or by its id."""
        given = given_to(thing)
        if given and self.space and given.space_id == self.space.pk:
            return given.name
        return f"{thing.pk}.ics"

    def objects(self, during: Period | None = None, kind: str | None = None) -> Sequence[DavObject]:
        if kind not in (None, *self.components):
            return []
        live = self.own.filter(status__in=OCCUPYING)
        return [*self._objects_of(live, during), *self._taken(during=during)]

    def busy(self, during: Period) -> list[Period]:
        live = self.own.filter(status__in=OCCUPYING, period__overlap=during)
        return list(live.values_list("period", flat=True))

    def named(self, names: Iterable[str]) -> dict[str, DavObject]:
        wanted = set(names)
        ids = {key for name in wanted if (key := id_in(name))}
        mine = Q(pk__in=ids) | Q(series__in=ids)
        mine |= Q(calendar_object__name__in=wanted) | Q(series__calendar_object__name__in=wanted)
        live = self.own.filter(mine, status__in=OCCUPYING)
        found = {one.name: one for one in self._objects_of(live) if one.name in wanted}
        if len(found) < len(wanted):
            found |= {one.name: one for one in self._taken() if one.name in wanted}
        return found

    def changes(self, since: int) -> Changes:
        changed = self.own.filter(changed_in__gte=since)
        live = list(self._objects_of(changed.filter(status__in=OCCUPYING)))
        told = {one.name for one in live}
        ended = loaded(changed.exclude(status__in=OCCUPYING))
        alive = set(
            self.own.filter(
                status__in=OCCUPYING, series__in={one.series_id for one in ended} - {None}
            ).values_list("series", flat=True)
        )
        again = self.own.filter(status__in=OCCUPYING, series__in=alive)
        live += [one for one in self._objects_of(again) if one.name not in told]
        told = {one.name for one in live}
        gone = {
            self.name_of(one if self.is_apart(one) or one.series is None else one.series): (
                one.changed_in
            )
            for one in ended
            if self.is_apart(one) or one.series_id not in alive
        }
        taken = list(self._taken(since=since))
        told |= {one.name for one in taken}
        gone |= self._left(since)
        return Changes([*live, *taken], {name: at for name, at in gone.items() if name not in told})

    def _objects_of(
        self, live: QuerySet[Booking], during: Period | None = None
    ) -> Iterator[DavObject]:
        live = live.filter(period__overlap=during) if during else live
        found = loaded(live.filter(period__endswith__gt=self.home.since))
        of_series = {one.series for one in found if one.series and not self.is_apart(one)}
        whole: dict[UUID | None, list[Booking]] = {}
        if of_series:
            for one in loaded(Booking.objects.filter(series__in=of_series, status__in=OCCUPYING)):
                whole.setdefault(one.series_id, []).append(one)
        texts = self._texts([*found, *(one for some in whole.values() for one in some)])
        seen = set()
        for one in found:
            if one.series is None or self.is_apart(one):
                yield OneBooking([one], texts[one.space_id], self.name_of(one))
            elif one.series_id not in seen:
                seen.add(one.series_id)
                yield OneSeries(
                    whole[one.series_id],
                    texts[one.series.space_id],
                    self.name_of(one.series),
                    one.series,
                    texts,
                )

    def _texts(self, bookings: Iterable[Booking]) -> dict[int, SpaceText]:
        spaces = {one.space_id: one.space for one in bookings}
        spaces |= {one.series.space_id: one.series.space for one in bookings if one.series}
        texts: dict[int, SpaceText] = {}
        for pk, space in spaces.items():
            texts[pk] = self.home.texts.get(pk) or space_text(space, self.home.now.year)
        return texts

    def _taken(self, during: Period | None = None, since: int = 0) -> Iterator[DavObject]:
        return iter(())

    def _left(self, since: int) -> dict[str, int]:
        return {}


class Mine(Bookings):
    """Everything the person has booked. To book, one says which space: in its calendar."""

    def __init__(self, home: "Home") -> None:
        self.home, self.key = home, MINE

    @property
    def name(self) -> str:
        return _("My bookings")

    @property
    def description(self) -> str:
        return _(
            "All you have booked. Move an event, and the booking moves; delete it, and it is "
            "cancelled. To book, put an event into the calendar of a space."
        )

    @property
    def colour(self) -> str:
        return COLOURS[0]

    @property
    def own(self) -> QuerySet[Booking]:
        return Booking.objects.booked_by(self.home.user)

    def is_apart(self, booking: Booking) -> bool:
        return booking.series_id is None


class OfSpace(Bookings):
    """One space: what the person has there, and that it is taken by others. An event that is
    put here books it."""

    can_add = True

    def __init__(self, home: "Home", space: Space) -> None:
        self.home, self.space, self.key = home, space, space.slug

    @property
    def name(self) -> str:
        assert self.space
        return self.space.name

    @property
    def colour(self) -> str:
        assert self.space
        return COLOURS[1 + self.space.pk % (len(COLOURS) - 1)]

    @property
    def description(self) -> str:
        """What an event here does and costs."""
        space = self.space
        assert space
        parts = [_("An event here books %(space)s.") % {"space": space}]
        if not space.in_force.is_instant:
            parts.append(_("%(owner)s is to say yes first.") % {"owner": space.organisation})
        if any(price.amount for price in space.prices.all()):
            parts.append(
                _("If it costs money, the time is kept for 15 minutes: a mail says where to pay.")
            )
        else:
            parts.append(_("It is free of charge."))
        parts += terms.cancellation(
            space,
            start=None,
            now=self.home.now,
            last_notice=space.in_force.last_notice,
        )
        parts.append(settings.PUBLIC_URL + space.get_absolute_url())
        return " ".join(parts)

    @property
    def own(self) -> QuerySet[Booking]:
        here = Q(space=self.space) | Q(series__space=self.space)
        return Booking.objects.booked_by(self.home.user).filter(here)

    def is_apart(self, booking: Booking) -> bool:
        """Also a day of a series that is wanted elsewhere, and is here instead."""
        assert self.space
        return booking.series is None or booking.series.space_id != self.space.pk

    @property
    def _kin(self) -> QuerySet[Space]:
        """Itself, and the spaces that share something with it."""
        assert self.space
        return Space.objects.filter(units__in=self.space.units.all())

    def _taken(self, during: Period | None = None, since: int = 0) -> Iterator[DavObject]:
        """Others' times. Of a pool none: that a few desks are taken does not make it taken."""
        space = self.space
        assert space
        if space.is_pool:
            return
        units = Occupancy.objects.filter(booking=OuterRef("pk"), unit__in=space.units.all())
        found = (
            Booking.objects.filter(
                Exists(units.filter(change=None)),
                space__in=self._kin,
                status__in=OCCUPYING,
                period__overlap=during or Period(self.home.since, self.home.now + FARTHEST, "[)"),
            )
            .exclude(pk__in=self.own.values("pk"))
            .order_by("period", "pk")
        )
        if since:
            found = found.filter(changed_in__gte=since)
        text = self.home.texts.get(space.pk) or space_text(space, self.home.now.year)
        for one in found:
            yield Taken([one], text, taken_name(space.pk, one.pk))

    def _left(self, since: int) -> dict[str, int]:
        """Names under which something may have been here: own ones that moved to another space,
        and whatever of others has changed, unless it is told of as being there."""
        assert self.space
        moved = MovedAway.objects.filter(space__in=self._kin, changed_in__gte=since)
        was_here = Q(space__in=self._kin) | Q(pk__in=moved.values("booking"))
        changed = Booking.objects.filter(
            was_here, changed_in__gte=since, period__endswith__gt=self.home.since
        )
        left = {}
        for one in loaded(changed.distinct()):
            if one.booker_id != self.home.user.pk:
                left[taken_name(self.space.pk, one.pk)] = one.changed_in
            elif one.space_id != self.space.pk and self.is_apart(one):
                left[self.name_of(one)] = one.changed_in
        return left


def loaded(bookings: QuerySet[Booking]) -> list[Booking]:
    """With what their objects say, in one query."""
    return list(
        bookings.select_related(
            "space__place",
            "calendar_object",
            "series__space__place",
            "series__calendar_object",
        ).order_by("period", "pk")
    )


def id_in(name: str) -> UUID | None:
    try:
        return UUID(name.removesuffix(".ics"))
    except ValueError:
        return None
