"""What waits for an owner's answer: new requests, and changes that their bookers ask for."""

from datetime import datetime

from django.db.models import Case, F, OuterRef, Prefetch, Q, Subquery, When

from accounts.models import User
from bookings.models import Booking, Change, ChangeStatus, Status
from bookings.models.booking import BookingQuerySet
from bookings.models.change import ChangeQuerySet


def waiting_for(user: User, now: datetime) -> BookingQuerySet:
    """The bookings of the spaces one answers for of which something is to be answered."""
    return Booking.objects.run_by(user).filter(
        Q(status=Status.REQUESTED, agreed_at=None, expires_at__gt=now)
        | Q(pk__in=_asked(now).values("booking"))
    )


def most_urgent(user: User, now: datetime) -> BookingQuerySet:
    """Them, with when each is to be answered (`asked_until`) and the change that is asked for,
    if it is one: see `asked_change`."""
    of_change = Subquery(_asked(now).filter(booking=OuterRef("pk")).values("expires_at")[:1])
    until = Case(When(status=Status.REQUESTED, then=F("expires_at")), default=of_change)
    changes = _asked(now).select_related("space__place", "booking")
    return (
        waiting_for(user, now)
        .annotate(asked_until=until)
        .for_listing()
        .prefetch_related(Prefetch("changes", changes, to_attr="asked_changes"))
        .order_by("asked_until", "period", "pk")
    )


def asked_change(booking: Booking) -> Change | None:
    """The change that is asked for of one of `most_urgent`; None of a new request."""
    changes: list[Change] = getattr(booking, "asked_changes", [])
    return next(iter(changes), None)


def _asked(now: datetime) -> ChangeQuerySet:
    return Change.objects.open(now).filter(status=ChangeStatus.REQUESTED)
