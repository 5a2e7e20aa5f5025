"""The bookings in the way of a change, and what their owner answers for each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.access import person
from billing.operations import Answer
from billing.operations.clearing import answers_of
from bookings import availability
from bookings.models import Booking
from bookings.refusals import BookingsInTheWay
from spaces.models import Space

ANSWER = "answer-"
WAYS = 8  # other spaces offered for a booking
OFFERED = 30  # bookings for which other spaces are looked up


@dataclass(frozen=True, slots=True)
class Way:
    """One booking in the way, the spaces it could be moved to, and what is answered so far."""

    booking: Booking
    is_mine: bool
    others: tuple[Space, ...]
    answer: str


def answers_in(request: HttpRequest, otherwise: str = "") -> dict[UUID, Answer]:
    """What is answered for each booking. Where nothing is chosen, what is said `otherwise`."""
    said = {pk: value or otherwise for pk, value in said_in(request).items()}
    return answers_of(said, by=person(request))


def said_in(request: HttpRequest) -> dict[str, str]:
    """The same in the form's words."""
    return {
        name.removeprefix(ANSWER): str(value)
        for name, value in request.POST.items()
        if name.startswith(ANSWER)
    }


def told_in(request: HttpRequest) -> str:
    """What the bookers are told who are moved or whose booking is cancelled."""
    return request.POST.get("told", "").strip()[:280]


def in_the_way(request: HttpRequest, refusal: BookingsInTheWay, *, now: datetime) -> dict[str, Any]:
    """What `in_the_way.html` shows of a change of hours that was refused, and sends again with
    the answers. Add the `frame` it stands in and the way `back`."""
    found = Booking.objects.filter(pk__in=refusal.details["ids"]).for_listing()
    return {
        "ways": ways_for(request, found.order_by("period", "pk"), now=now),
        "again": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in ("csrfmiddlewaretoken", "told") and not name.startswith(ANSWER)
        ],
        "told": told_in(request),
    }


def ways_for(request: HttpRequest, found: Iterable[Booking], *, now: datetime) -> list[Way]:
    ours = set(Space.objects.run_by(person(request)).values_list("pk", flat=True))
    bookings = list(found)
    others = others_for(bookings[:OFFERED], now=now)
    return [
        Way(
            booking=booking,
            is_mine=booking.space_id in ours,
            others=others.get(booking.pk, ()),
            answer=request.POST.get(f"{ANSWER}{booking.pk}", ""),
        )
        for booking in bookings
    ]


def others_for(bookings: Collection[Booking], *, now: datetime) -> dict[UUID, tuple[Space, ...]]:
    """The owner's other spaces that would take each: those of the same place first, and the
    likest. Two queries."""
    free = availability.elsewhere((booking.pk for booking in bookings), now=now)
    named = Space.objects.filter(pk__in=set().union(*free.values())).select_related("place")
    spaces = {space.pk: space for space in named}
    return {
        booking.pk: tuple(likest(booking.space, (spaces[pk] for pk in free[booking.pk]))[:WAYS])
        for booking in bookings
    }


def likest(here: Space, others: Iterable[Space]) -> list[Space]:
    return sorted(
        others,
        key=lambda one: (
            one.place_id != here.place_id,
            one.kind != here.kind,
            one.capacity < here.capacity,
            abs(one.capacity - here.capacity),
            one.pk,
        ),
    )
