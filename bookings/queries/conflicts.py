"""Bookings to come that stand outside what their space offers now.

What is booked stands, whatever its owner changes afterwards; so somebody has to decide
about it. What has been answered with "keep" is not asked about again for the same reason,
until the booking is moved.
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


LISTINGS = {
    Listing.PAUSED: Reason.PAUSED,
    Listing.ARCHIVED: Reason.ARCHIVED,
    Listing.DRAFT: Reason.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Conflict:
    booking: Booking
    reasons: tuple[Reason, ...]  # those that nobody has answered with "keep"


def conflicts(user: User, *, now: datetime) -> list[Conflict]:
    """Those of the spaces this person answers for, the nearest first. Four queries."""
    spaces = Space.objects.run_by(user).values_list("pk", flat=True)
    outside = availability.standing_outside(spaces, now=now)
    coming = (
        Booking.objects.occupying(now)
        .filter(
            space__in=spaces,
            status__in=(Status.REQUESTED, Status.CONFIRMED),
            period__startswith__gt=now,
        )
        .annotate(has_other_units=has_other_units())
        .filter(
            Q(pk__in=outside)
            | ~Q(space__listing=Listing.PUBLISHED)
            | Q(has_other_units=True)
            | Q(people__gt=F("space__capacity"))
        )
        .for_listing()
        .prefetch_related(Prefetch("events", answers(), to_attr="answers"))
        .order_by("period", "pk")
    )
    found = ((booking, open_reasons(booking, booking.pk in outside)) for booking in coming)
    return [Conflict(booking, reasons) for booking, reasons in found if reasons]


def open_reasons(booking: Any, is_outside: bool) -> tuple[Reason, ...]:
    reasons = [Reason.CLOSED] if is_outside else []
    if listing := LISTINGS.get(Listing(booking.space.listing)):
        reasons.append(listing)
    if booking.people and booking.people > booking.space.capacity:
        reasons.append(Reason.PEOPLE)
    if booking.has_other_units:
        reasons.append(Reason.UNITS)
    kept = kept_despite(booking.answers)
    return tuple(reason for reason in reasons if reason not in kept)


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
