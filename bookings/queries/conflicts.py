"""Bookings to come that stand outside what their space offers now, or at a time at which an
outside calendar says that it is busy.

What is booked stands, whatever its owner changes afterwards; so somebody has to decide
about it. What has been answered with "keep" is not asked about again for the same reason,
until the booking is moved; of a calendar, for the same event at the same time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    TextChoices,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bookings import availability
from bookings.availability import Clash
from bookings.models import Booking, BookingEvent, Kind, Occupancy, Status
from spaces.models import Allocation, Listing, Space


class Reason(TextChoices):
    """Why: each is a sentence."""

    CLOSED = "closed", _("It is not open for the whole of that time.")
    PAUSED = "paused", _("The space is paused.")
    ARCHIVED = "archived", _("The space is archived.")
    DRAFT = "draft", _("The space is a draft now.")
    PEOPLE = "people", _("More come than the space holds now.")
    UNITS = "units", _("The space is made of other units than those that are booked.")
    BUSY = "busy", _("Another calendar says that it is busy then.")


LISTINGS = {
    Listing.PAUSED: Reason.PAUSED,
    Listing.ARCHIVED: Reason.ARCHIVED,
    Listing.DRAFT: Reason.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Conflict:
    booking: Booking
    reasons: tuple[Reason, ...]  # those that nobody has answered with "keep"
    clashes: tuple[Clash, ...] = ()  # the same, when BUSY is among them

    @property
    def despite(self) -> list[str]:
        """What is to be remembered when the answer is "keep"."""
        kept = [str(reason) for reason in self.reasons if reason != Reason.BUSY]
        return kept + [clash.key for clash in self.clashes]


def conflicts(user: User, *, now: datetime) -> list[Conflict]:
    """Those of the spaces this person answers for, the nearest first. Five queries."""
    spaces = Space.objects.run_by(user).values_list("pk", flat=True)
    outside = availability.standing_outside(spaces, now=now)
    busy = availability.clashing(spaces, now=now)
    coming = (
        Booking.objects.occupying(now)
        .filter(
            space__in=spaces,
            status__in=(Status.REQUESTED, Status.CONFIRMED),
            period__startswith__gt=now,
        )
        .annotate(has_other_units=has_other_units())
        .filter(
            Q(pk__in=outside | busy.keys())
            | ~Q(space__listing=Listing.PUBLISHED)
            | Q(has_other_units=True)
            | Q(people__gt=F("space__capacity"))
        )
        .for_listing()
        .prefetch_related(Prefetch("events", answers(), to_attr="answers"))
        .order_by("period", "pk")
    )
    found = (
        conflict_of(one, is_outside=one.pk in outside, clashes=busy.get(one.pk, ()))
        for one in coming
    )
    return [conflict for conflict in found if conflict.reasons]


def conflict_of(booking: Any, *, is_outside: bool, clashes: tuple[Clash, ...]) -> Conflict:
    reasons = [Reason.CLOSED] if is_outside else []
    if listing := LISTINGS.get(Listing(booking.space.listing)):
        reasons.append(listing)
    if booking.people and booking.people > booking.space.capacity:
        reasons.append(Reason.PEOPLE)
    if booking.has_other_units:
        reasons.append(Reason.UNITS)
    kept = kept_despite(booking.answers)
    open_clashes = tuple(clash for clash in clashes if clash.key not in kept)
    open_reasons = [reason for reason in reasons if reason not in kept]
    if open_clashes:
        open_reasons.append(Reason.BUSY)
    return Conflict(booking, tuple(open_reasons), open_clashes)


def kept_despite(events: list[BookingEvent]) -> set[str]:
    """What somebody has said "keep" to since the booking came to the space it is in."""
    kept: set[str] = set()
    for event in events:
        kept = set() if event.kind == Kind.MOVED else kept | set(event.data["despite"])
    return kept


def answers() -> Any:
    return BookingEvent.objects.filter(kind__in=(Kind.KEPT, Kind.MOVED)).order_by("pk")


def has_other_units() -> Any:
    """Of what the space is made of now it has less than it needs: not all the units, or of
    a pool not as many as were booked."""
    theirs = Occupancy.objects.filter(booking=OuterRef("pk"), unit__spaces=OuterRef("space"))
    number = theirs.order_by().values("booking").annotate(n=Count("pk")).values("n")
    missing = Space.units.through.objects.filter(space=OuterRef("space")).exclude(
        unit__in=Occupancy.objects.filter(booking=OuterRef(OuterRef("pk"))).values("unit")
    )
    return Case(
        When(space__allocation=Allocation.ALL, then=Exists(missing)),
        default=Q(quantity__gt=Coalesce(Subquery(number), 0)),
    )
