"""The bookings in the way of a change, and what their owner answers for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from accounts.access import person
from billing.operations import CANCEL, KEEP, Answer
from bookings import availability
from bookings.models import Booking
from spaces.models import Space

ANSWER, TO = "answer-", "to:"
WAYS = 8  # other spaces offered for a booking
OFFERED = 30  # bookings for which other spaces are looked up


@dataclass(frozen=True, slots=True)
class Way:
    """One booking in the way, the spaces it could be moved to, and what is answered so far."""

    booking: Booking
    is_mine: bool
    others: tuple[Space, ...]
    answer: str


def answers_in(request: HttpRequest) -> dict[UUID, Answer]:
    """What is answered for each booking: `keep`, `cancel` or `to:` a space's slug."""
    said = {
        name.removeprefix(ANSWER): str(value)
        for name, value in request.POST.items()
        if name.startswith(ANSWER) and value
    }
    ours = Space.objects.run_by(person(request)).select_related("place")
    named = [value.removeprefix(TO) for value in said.values() if value.startswith(TO)]
    spaces = {f"{TO}{space.slug}": space for space in ours.filter(slug__in=named)}
    answers: dict[UUID, Answer] = {}
    for name, value in said.items():
        try:
            pk = UUID(name)
        except ValueError:
            continue
        if value in ("keep", "cancel"):
            answers[pk] = KEEP if value == "keep" else CANCEL
        elif value in spaces:
            answers[pk] = Answer(to=spaces[value])
    return answers


def told_in(request: HttpRequest) -> str:
    """What the bookers are told who are moved or whose booking is cancelled."""
    return request.POST.get("told", "").strip()[:280]


def ways_for(request: HttpRequest, found: Iterable[Booking], *, now: datetime) -> list[Way]:
    ours = set(Space.objects.run_by(person(request)).values_list("pk", flat=True))
    return [
        Way(
            booking=booking,
            is_mine=booking.space_id in ours,
            others=others_for(booking, now=now) if number < OFFERED else (),
            answer=request.POST.get(f"{ANSWER}{booking.pk}", ""),
        )
        for number, booking in enumerate(found)
    ]


def others_for(booking: Booking, *, now: datetime) -> tuple[Space, ...]:
    """The owner's other spaces that are free at the time: those of the same place first."""
    asked = availability.verdict(booking.period, now=now, quantity=booking.quantity)
    free = (
        Space.objects.published()
        .filter(organisation=booking.space.organisation_id, allocation=booking.space.allocation)
        .exclude(pk=booking.space_id)
        .annotate(verdict=asked)
        .filter(verdict=availability.FREE)
        .select_related("place")
    )
    here = booking.space
    return tuple(
        sorted(
            free,
            key=lambda one: (
                one.place_id != here.place_id,
                one.kind != here.kind,
                one.capacity < here.capacity,
                abs(one.capacity - here.capacity),
                one.pk,
            ),
        )[:WAYS]
    )
