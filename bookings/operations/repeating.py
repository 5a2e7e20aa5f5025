"""A series: many bookings made together, and ended together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from accounts.errors import Refused
from accounts.models import User
from accounts.transactions import operation
from bookings.about import About
from bookings.deliveries import announce_together
from bookings.means import NO_MEANS, Means
from bookings.models import COMES, OCCUPYING, Booking, Kind, Series, Status
from bookings.occurrences import MOST, occurrences
from bookings.operations.behalf import Whom
from bookings.operations.holding import Item, hold_together, require_offered
from bookings.operations.moves import record, show_anew
from bookings.operations.units import lock_units
from bookings.refusals import NoOccurrence, NothingPicked, TwiceThatDay
from spaces.models import AddOn, Space
from spaces.periods import Period


@dataclass(frozen=True, slots=True)
class Pick:
    """What is wanted for one day of a series: its own time and space, or another instead."""

    day: date
    space: Space
    span: Period


@operation
def hold_series(
    *,
    series: Series,
    picks: Sequence[Pick],
    by: User,
    now: datetime,
    means: Means = NO_MEANS,
    pays_later: bool = False,
    whom: Whom | None = None,
) -> list[Booking]:
    """Store a series and take all that was picked of it, or nothing; `whom` as `hold_together`.

    Each is what `hold` makes of it; one letter tells of all but what is still to be paid.
    Whatever any of them may choose from is locked before the first is taken, in the order in
    which everybody locks. A refusal says in `details["date"]` which day it is about.
    """
    days = {one.day for one in occurrences(series)}
    if not picks:
        raise NothingPicked
    if len(picks) > MOST or not {pick.day for pick in picks} <= days:
        raise NoOccurrence
    if len({pick.day for pick in picks}) < len(picks):
        raise TwiceThatDay
    require_offered(series.space, Asking(series).along)
    series.place_id, series.booker, series.created_at = series.space.place_id, by, now
    series.save(force_insert=True)
    held = _hold(
        picks,
        series,
        by=by,
        now=now,
        means=means,
        pays_later=pays_later,
        is_told=False,
        whom=whom,
    )
    if held[0].made_by is not None:
        series.booker, series.made_by = held[0].booker, held[0].made_by
        series.save(update_fields=["booker", "made_by"])
    certain = [one for one in held if one.status != Status.HELD]
    if certain:
        announce_together(certain, Kind.SERIES_BOOKED, by=by, now=now)
    return held


@operation
def add_to_series(
    *,
    series: Series,
    pick: Pick,
    by: User,
    now: datetime,
    means: Means = NO_MEANS,
    pays_later: bool = False,
) -> Booking:
    """Take a day that was skipped, or has been cancelled, after all. It is its booker's, whoever
    adds it."""
    series = locked_series(series)
    if pick.day not in {one.day for one in occurrences(series)}:
        raise NoOccurrence
    taken = series.bookings.filter(recurrence_date=pick.day)
    if any(one.occupies(now) for one in taken):
        raise TwiceThatDay
    (booking,) = _hold(
        [pick],
        series,
        by=by,
        now=now,
        means=means,
        pays_later=pays_later,
        is_told=True,
        whom=None if by.pk == series.booker_id else Whom(series.booker.email),
    )
    return booking


@operation
def forget_series(*, series: Series) -> None:
    """Nothing came of it: its bookings, which have all ended, are of no series."""
    series.bookings.update(series=None, recurrence_date=None)
    series.delete()


@operation
def rename_series(
    *, series: Series, title: str, by: User, now: datetime, first: date | None = None
) -> int:
    """Say what it is for: of all that is to come, or from one day on, each as `describe` does.
    How many have that name now."""
    series = locked_series(series)
    coming = coming_of(series, now=now, first=first)
    for booking in locked_together(coming):
        if booking.title == title:
            continue
        booking.title = title
        booking.save(update_fields=["title"])
        if booking.status in COMES:
            show_anew(booking, now=now)
        record(booking, Kind.DESCRIBED, by=by, now=now, changed=["title"])
    if first is None:
        series.title = title
        series.save(update_fields=["title"])
    return len(coming)


def locked_series(series: Series) -> Series:
    """The series as it is now, locked until the transaction ends: before the quotas, agreements,
    bookings and units of whatever is changed or added in it."""
    return Series.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)


def coming_of(series: Series, *, now: datetime, first: date | None = None) -> list[Booking]:
    """The bookings of a series that have not begun and still stand, from a day of it on."""
    found = (
        series.bookings.filter(status__in=OCCUPYING, period__startswith__gt=now)
        .for_listing()
        .order_by("period", "pk")
    )
    if first is not None:
        found = found.filter(recurrence_date__gte=first)
    return [booking for booking in found if not booking.has_run_out(now)]


def locked_together(bookings: Iterable[Booking], *, besides: Iterable[Space] = ()) -> list[Booking]:
    """Several as they are now: all their rows locked in id order, and then all their units and
    those of the spaces `besides`, so that nobody who has one of them waits for another of us."""
    rows = list(
        Booking.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=[booking.pk for booking in bookings])
        .for_listing()
        .order_by("pk")
    )
    along = {row.add_on for booking in rows for row in booking.add_ons.select_related("add_on")}
    lock_units({*besides, *(booking.space for booking in rows)}, along)
    return sorted(rows, key=lambda booking: (booking.start, booking.pk))


class Asking:
    """What a series asks for on each of its days. Two queries at most, for all of them."""

    def __init__(self, series: Series) -> None:
        self.series = series

    @cached_property
    def along(self) -> dict[AddOn, int]:
        """What is wanted along."""
        counts = {int(pk): count for pk, count in self.series.add_ons.items()}
        known = AddOn.objects.in_bulk(counts) if counts else {}
        return {known[pk]: count for pk, count in counts.items() if pk in known}

    @cached_property
    def _offers(self) -> set[tuple[int, int]]:
        if not self.along:
            return set()
        pairs = AddOn.spaces.through.objects.filter(addon__in=self.along, addon__is_offered=True)
        return set(pairs.values_list("addon", "space"))

    def item(self, pick: Pick) -> Item:
        """As the series says it, with what can be had along in the space that is picked."""
        series, space = self.series, pick.space
        here = {pk for pk, of in self._offers if of == space.pk}
        return Item(
            space=space,
            span=pick.span,
            quantity=series.quantity if space.is_pool else 1,
            people=series.people,
            add_ons={one: count for one, count in self.along.items() if one.pk in here},
            title=series.title,
            about=About.of(series),
            day=pick.day,
        )


def _hold(
    picks: Sequence[Pick],
    series: Series,
    *,
    by: User,
    now: datetime,
    means: Means = NO_MEANS,
    pays_later: bool = False,
    is_told: bool,
    whom: Whom | None = None,
) -> list[Booking]:
    asking = Asking(series)
    try:
        return hold_together(
            items=[asking.item(pick) for pick in picks],
            by=by,
            now=now,
            organisation=series.organisation,
            cost_centre=series.cost_centre,
            reference=series.reference,
            means=means,
            pays_later=pays_later,
            series=series,
            is_told=is_told,
            whom=whom,
        )
    except Refused as refusal:
        number = refusal.details.pop("item", 0 if len(picks) == 1 else None)
        if number is not None:
            refusal.details["date"] = picks[number].day.isoformat()
        raise
