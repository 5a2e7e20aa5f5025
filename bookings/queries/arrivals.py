"""Who comes on a day, to all the spaces that somebody answers for: what a host looks at."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from bookings.models import Booking, BookingEvent, Kind
from bookings.models.booking import BookingQuerySet
from spaces.models import Place, Space
from spaces.periods import day_span


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A day's bookings, in order of time. A booking over midnight is on both days."""

    here: list[Booking]  # have begun and are not over
    coming: list[Booking]
    over: list[Booking]
    late: frozenset[UUID] = frozenset()  # of whom is said that they were still there after the end

    @property
    def all(self) -> list[Booking]:
        return [*self.over, *self.here, *self.coming]


def arrivals(user: User, day: date, *, now: datetime) -> Arrivals:
    """The day in each place's own zone; also of spaces that are paused or archived."""
    found = list(
        run(user, now)
        .filter(on_day(user, day))
        .select_related("organisation")
        .prefetch_related("add_ons__add_on")
        .order_by("period", "space__name", "pk")
    )
    return Arrivals(
        here=[one for one in found if one.start <= now < one.end],
        coming=[one for one in found if now < one.start],
        over=[one for one in found if one.end <= now],
        late=frozenset(
            BookingEvent.objects.filter(booking__in=found, kind=Kind.LEFT_LATE).values_list(
                "booking", flat=True
            )
        ),
    )


def next_after(user: User, moment: datetime, *, now: datetime) -> Booking | None:
    """The first to begin from that moment on."""
    later = run(user, now).filter(period__startswith__gte=moment)
    return later.order_by("period", "pk").first()


def run(user: User, now: datetime) -> BookingQuerySet:
    return Booking.objects.run_by(user).occupying(now).for_listing()


def on_day(user: User, day: date) -> Q:
    places = Place.objects.filter(spaces__in=Space.objects.run_by(user))
    zones = Place.objects.filter(pk__in=places).order_by("time_zone").distinct("time_zone")
    on = Q(pk__in=())
    for place in zones:
        on |= Q(place__time_zone=place.time_zone, period__overlap=day_span(day, place.zone))
    return on
